import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type ApplyReport, type EntriesSession, type Plan } from '../../entries';
import { type ApplyChoices, applyConfirmed } from '../apply-entries';
import { type Command } from '../command';
import { type CommandOption } from '../command-option';
import { type CommandContext } from '../context';
import { type EntriesOptions, withEntries, planOptions, readPlan, requestOf } from '../entries-session';
import { reportText } from '../entries-text';
import { UsageError } from '../exit-codes';

interface ApplyCommandOptions extends EntriesOptions, ApplyChoices {
  readonly rotate?: readonly string[];
}

/** What commands that delete take. */
export const deleteOptions: readonly CommandOption[] = [
  { flags: '--allow-delete', description: 'with --yes: delete without the name of the stack' },
];

/** `xcon apply`: makes everything as the file says. */
export const command: Command<ApplyReport, ApplyCommandOptions> = {
  description:
    'Makes parameters, secrets and config rows as the file of entries says: plans, shows the plan, asks, takes the lock of the ' +
    'state, plans again, refuses what has changed in between, and does it. Each entry is recorded as it is done, so that an apply ' +
    'that was stopped goes on with the next one; one that fails does not stop the others. Then the cached rows of the changed ' +
    'names are dropped, so that running services see the change.\n\n' +
    'Deletions, and replacements by another value, are confirmed with the name of the stack, in a pipe by --yes ' +
    '--allow-delete. More than 30 % of the entries are deleted with --allow-many-deletions only. It ends with 3 when an entry failed, and with 4 when it was refused.',
  arguments: [{ name: '[plan]', description: 'a plan that xcon plan --out has written; else one is made now' }],
  options: [
    ...planOptions,
    ...deleteOptions,
    { flags: '--allow-many-deletions', description: 'delete more than 30 % of the entries of the stack' },
    {
      flags: '--rotate <names>',
      description: 'make generated values of these entries anew, and ask for prompts again',
      kind: 'list',
    },
  ],
  examples: [
    { text: 'Plan, ask and apply', command: 'xcon apply' },
    { text: 'Apply a reviewed plan in a pipeline', command: 'xcon apply plan.json --yes' },
  ],
  writes: true,

  run: (context, [path], options) =>
    withEntries(context, options, async (session) => {
      const plan =
        path === undefined ? await freshPlan(context, session, options) : await storedPlan(context, path, options);
      const { exitCode, report } = await applyConfirmed(context, plan, session, options, 'xcon apply');
      return { result: report, exitCode };
    }),

  renderText: (report, style) => reportText(report, style),
  renderJson: (report) => report,
};

function freshPlan(context: CommandContext, session: EntriesSession, options: ApplyCommandOptions): Promise<Plan> {
  const { rotate = [] } = options;
  const request = { ...requestOf(context, options), ...(rotate.length > 0 && { rotate }) };
  return readPlan(context, session, request);
}

/** What a plan is about was decided when it was made. */
async function storedPlan(context: CommandContext, path: string, options: ApplyCommandOptions): Promise<Plan> {
  const { decodePlan } = await import('../../entries');
  const isOther = (options.rotate ?? options.only) !== undefined || context.globals.environment !== undefined;
  if (isOther)
    throw new UsageError('A plan in a file is applied as it is: give --environment, --only and --rotate to xcon plan.');
  const text = await readFile(resolve(context.host.cwd, path), 'utf8').catch((error: unknown) => {
    throw new UsageError(`${path}: cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'}).`, {
      cause: error,
    });
  });
  return decodePlan(text, path);
}
