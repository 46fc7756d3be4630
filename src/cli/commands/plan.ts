import { writeFile } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { printable } from '../../base/printable';
import { type DeclaredDifference, type Plan } from '../../entries';
import { type Command } from '../command';
import { loadDeclaration } from '../declaration-module';
import { type EntriesOptions, withEntries, planOptions, readPlan, requestOf } from '../entries-session';
import { planText } from '../entries-text';
import { exitCodes } from '../exit-codes';

interface PlanOptions extends EntriesOptions {
  readonly out?: string;
  readonly rotate?: readonly string[];
  readonly declaration?: string;
}

interface PlanResult {
  readonly plan: Plan;
  /** What only one of declared settings and entries has; absent without `--declaration`. */
  readonly declared?: DeclaredDifference;
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
    {
      flags: '--declaration <module>',
      description:
        'module of declared settings: report those that no entry provides, and entries that are not declared',
    },
  ],
  examples: [
    { text: 'What would be done in all environments', command: 'xcon plan' },
    { text: 'A plan for one environment, to be applied later', command: 'xcon plan -e prod --out plan.json' },
    { text: 'A new password', command: 'xcon plan --rotate DB_PASSWORD' },
    { text: 'What the declared settings lack', command: 'xcon plan --declaration src/settings.mjs' },
  ],

  run: (context, _, options) =>
    withEntries(context, options, async (session) => {
      const { declaredDifference, encodePlan, pendingChanges } = await import('../../entries');
      const { out, rotate = [] } = options;
      const request = { ...requestOf(context, options), ...(rotate.length > 0 && { rotate }) };
      const plan = await readPlan(context, session, request);
      if (out !== undefined) {
        const path = resolve(context.host.cwd, out);
        await writeFile(path, encodePlan(plan), { mode: 0o600 });
        context.inform(`xcon: wrote the plan to ${relative(context.host.cwd, path)}. Apply it: xcon apply ${out}`);
      }
      const { declaration } = options;
      const declared =
        declaration === undefined
          ? undefined
          : declaredDifference(session.file, (await loadDeclaration(context, declaration)).declarations);
      const hasErrors = plan.diagnostics.some(({ severity }) => severity === 'error');
      const isEmpty = pendingChanges(plan).length === 0;
      const exitCode = hasErrors ? exitCodes.refused : isEmpty ? exitCodes.done : exitCodes.negative;
      return { result: { plan, ...(declared !== undefined && { declared }) }, exitCode };
    }),

  renderText: ({ declared, plan }, style) => `${planText(plan, style)}${declaredText(declared)}`,

  renderJson: ({ declared, plan }) => ({ ...plan, ...(declared !== undefined && { declaration: declared }) }),
};

function declaredText(declared: DeclaredDifference | undefined): string {
  if (declared === undefined) return '';
  const { missing, undeclared } = declared;
  const lines = [
    ...missing.map(
      ({ environments, name }) =>
        `declared, provided by no entry: ${name}${environments.length === 0 ? '' : ` (${environments.join(', ')})`}`,
    ),
    ...undeclared.map((each) => `provided, not declared: ${each}`),
  ];
  if (lines.length === 0) return 'Every declared setting is provided, and every entry is declared.\n';
  return lines.map((each) => `${printable(each)}\n`).join('');
}
