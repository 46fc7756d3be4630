import { writeFile } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { type Plan } from '../../entries';
import { type Command } from '../command';
import { type EntriesOptions, openEntries, planOptions, requestOf } from '../entries-session';
import { planText } from '../entries-text';
import { exitCodes } from '../exit-codes';

interface PlanOptions extends EntriesOptions {
  readonly out?: string;
  readonly rotate?: readonly string[];
}

interface PlanResult {
  readonly plan: Plan;
}

/** `xcon plan`: shows what an apply would do. */
export const command: Command<PlanResult, PlanOptions> = {
  description:
    'Reads what the file declares and what its stack owns, and shows what an apply would do: create, update, replace, delete, ' +
    'restore. Drift, which is what was changed outside since the last apply, is listed apart, and so is what each change ' +
    'makes visible or hides in the lookup order. Secrets are never shown. It writes nothing, ends with 0 when there is nothing ' +
    'to do, with 1 when there are changes, and with 4 when the plan has errors.\n\n' +
    'A plan in a file (--out) holds no secret and is bound to the file of entries and to the versions that were read; apply ' +
    'refuses it once something has changed.',
  options: [
    ...planOptions,
    { flags: '--out <path>', description: 'write the plan to a file, for xcon apply' },
    {
      flags: '--rotate <names>',
      description: 'make generated values of these entries anew, and ask for prompts again',
      kind: 'list',
    },
  ],
  examples: [
    { text: 'What would be done in all environments', command: 'xcon plan' },
    { text: 'A plan for one environment, to be applied later', command: 'xcon plan -e prod --out plan.json' },
    { text: 'A new password', command: 'xcon plan --rotate DB_PASSWORD' },
  ],

  run: (context, _, options) =>
    context.at({}, async () => {
      const { encodePlan, pendingChanges, planEntries } = await import('../../entries');
      const session = await openEntries(context, options);
      const { out, rotate = [] } = options;
      const request = { ...requestOf(context, options), ...(rotate.length > 0 && { rotate }) };
      const count = session.file.entries.length;
      const plan = await context.progress(`Reading ${count} entries`, () => planEntries(session, request));
      if (out !== undefined) {
        const path = resolve(context.host.cwd, out);
        await writeFile(path, encodePlan(plan), { mode: 0o600 });
        context.inform(`xcon: wrote the plan to ${relative(context.host.cwd, path)}. Apply it: xcon apply ${out}`);
      }
      const hasErrors = plan.diagnostics.some(({ severity }) => severity === 'error');
      const isEmpty = pendingChanges(plan).length === 0;
      const exitCode = hasErrors ? exitCodes.refused : isEmpty ? exitCodes.done : exitCodes.negative;
      return { result: { plan }, exitCode };
    }),

  renderText: ({ plan }, style) => planText(plan, style),

  renderJson: ({ plan }) => plan,
};
