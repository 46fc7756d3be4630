import { type PlannedChange } from '../../entries';
import { type Command } from '../command';
import { type EntriesOptions, withEntries, planOptions, readPlan, requestOf } from '../entries-session';
import { exitCodes } from '../exit-codes';

interface DriftResult {
  readonly stack: string;
  readonly drifted: readonly PlannedChange[];
}

/** `xcon drift`: finds what was changed outside. */
export const command: Command<DriftResult, EntriesOptions> = {
  description:
    'Finds what was changed or deleted outside since the last apply, by version and digest, without writing anything. It ends ' +
    'with 1 when there is drift: for a nightly job.',
  options: planOptions,
  examples: [
    { text: 'What was changed by hand', command: 'xcon drift' },
    { text: 'The same of one environment, for a program', command: 'xcon drift -e prod --json' },
  ],

  run: (context, _, options) =>
    withEntries(context, options, async (session) => {
      const { InvalidPlanError } = await import('../../entries');
      const { changes, diagnostics } = await readPlan(context, session, requestOf(context, options));
      const errors = diagnostics.filter(({ severity }) => severity === 'error');
      if (errors.length > 0) throw new InvalidPlanError(errors);
      const drifted = changes.filter(({ drift }) => drift.length > 0);
      const exitCode = drifted.length === 0 ? exitCodes.done : exitCodes.negative;
      return { result: { stack: session.file.stack, drifted }, exitCode };
    }),

  renderText({ drifted, stack }, style) {
    if (drifted.length === 0) return `Nothing of ${stack} was changed outside.\n`;
    const rows = drifted.map(({ action, address: { directory, kind, name }, drift }) => [
      `${kind}:${directory}/${name}`,
      drift.includes('existence') ? 'deleted' : drift.join(', '),
      action === 'unchanged' ? 'kept' : `the next apply sets it back (${action})`,
    ]);
    return style.table(['ENTRY', 'CHANGED OUTSIDE', 'WHAT FOLLOWS'], rows);
  },

  renderJson: ({ drifted, stack }) => ({
    stack,
    drift: drifted.map(({ action, address, base, drift, environment }) => ({
      ...address,
      environment,
      changed: drift,
      version: base,
      action,
    })),
  }),
};
