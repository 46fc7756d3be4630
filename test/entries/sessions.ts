import {
  type AnyEntryKind,
  applyPlan,
  type ApplyOptions,
  type ApplyReport,
  describeDiagnostic,
  type EntriesSession,
  type EntryFile,
  parseEntryFile,
  pendingChanges,
  type Plan,
  planEntries,
  type PlanRequestOptions,
  type StackKey,
  stackKeyOf,
  type StateStore,
} from 'xcon/entries';

/** The key of the stack `orders` in tests. */
export const testKey: StackKey = stackKeyOf(Buffer.alloc(32, 7), 'orders');

/** Reads a file that has no errors. */
export function fileOf(text: string, kinds: readonly AnyEntryKind[]): EntryFile {
  const { diagnostics, file } = parseEntryFile(text, { path: 'xcon.yaml', kinds });
  if (file === undefined) throw new Error(diagnostics.map(describeDiagnostic).join('\n'));
  return file;
}

/** Makes a session that reaches no cache table and waits for nothing. */
export function sessionOf(
  text: string,
  kinds: readonly AnyEntryKind[],
  state: StateStore,
  more: Partial<EntriesSession> = {},
): EntriesSession {
  return {
    ...{ file: fileOf(text, kinds), state, key: testKey, kinds, rates: { '*': 1e6 } },
    follow: () => Promise.resolve({ partitions: 0, rows: 0, problems: [] }),
    timing: { sleep: () => Promise.resolve() },
    ...more,
  };
}

/** Applies a plan to its end. */
export async function applied(plan: Plan, session: EntriesSession, options: ApplyOptions = {}): Promise<ApplyReport> {
  for await (const event of applyPlan(plan, session, options)) if (event.kind === 'report') return event.report;
  throw new Error('The apply gave no report.');
}

/** Plans and applies, deletions allowed. */
export async function planAndApply(session: EntriesSession, request: PlanRequestOptions = {}): Promise<ApplyReport> {
  const options = { allowDelete: true, allowManyDeletions: true };
  return applied(await planEntries(session, request), session, options);
}

/** Gives what a plan does: `create ssm:/orders/prod/A`. */
export function actionsOf(plan: Plan): readonly string[] {
  return pendingChanges(plan).map(
    ({ action, address: { directory, kind, name } }) => `${action} ${kind}:${directory}/${name}`,
  );
}

/** Gives the errors and warnings of a plan as text. */
export function problemsOf(plan: Plan): readonly string[] {
  return plan.diagnostics.map(describeDiagnostic);
}
