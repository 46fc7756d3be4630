import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { printable } from '../../base/printable';
import { type ExplanationSet } from '../../index';
import { type Command } from '../command';
import { exitCodes, UsageError } from '../exit-codes';
import { ownNames } from '../collect-settings';

interface ExplainOptions {
  readonly all?: true;
  readonly html?: string;
}

interface ExplainResult {
  readonly explanations: ExplanationSet;
  /** Whether all names are asked for: a row each, in place of a table each. */
  readonly isOverview: boolean;
  /** Where the page was written; `undefined`: nowhere, and the explanation is printed. */
  readonly page: string | undefined;
}

/** `xcon explain`: prints where values come from. */
export const command: Command<ExplainResult, ExplainOptions> = {
  description:
    'Says where the value of a setting comes from: every place that is asked, in order, what it has, which one wins, what that ' +
    'hides, and what to grant where a place may not be read. Secrets are always masked.',
  arguments: [{ name: '[name...]', description: 'names of settings, in any case' }],
  options: [
    { flags: '--all', description: 'explain every name, a row each' },
    { flags: '--html <file>', description: 'write a page of HTML, which needs nothing else' },
  ],
  examples: [
    { text: 'Why a setting has its value', command: 'xcon explain LOG_LEVEL --service orders --environment prod' },
    {
      text: 'Everything that a service can read, as a page',
      command: 'xcon explain --all -s orders -e prod --html orders.html',
    },
  ],

  async run(context, args, { all, html }) {
    if (all === true && args.length > 0) throw new UsageError('Give names, or --all.');
    if (all !== true && args.length === 0) throw new UsageError('Give the names to explain, or --all.');
    const { signal } = context;
    (await context.session()).checkNames(args);
    const explanations = await context.at({}, async (config) => {
      const asked = all === true ? ownNames(await config.names({ signal })).map(({ name }) => name) : args;
      return context.progress('Asking every place', () => config.explain(asked, { signal }));
    });
    if (html !== undefined) await writeFile(resolve(context.host.cwd, html), explanations.toHtml());
    if (html !== undefined) context.inform(`The page was written to ${printable(html)}.`);
    const missing = explanations.explanations.filter(({ winner }) => winner === undefined);
    const isMissing = missing.length > 0;
    const isUnsure = missing.some(({ refusals }) => refusals.length > 0);
    const isFailed = isUnsure || explanations.explanations.some(({ failure }) => failure !== undefined);
    const exitCode = isFailed ? exitCodes.failed : isMissing ? exitCodes.negative : exitCodes.done;
    return { result: { explanations, isOverview: all === true, page: html }, exitCode };
  },

  renderText({ explanations, isOverview, page }) {
    if (page !== undefined) return '';
    if (isOverview) return `${explanations.toString()}\n`;
    return explanations.explanations.map((each) => `${each.toString()}\n`).join('\n');
  },

  renderJson: ({ explanations }) => explanations,
};
