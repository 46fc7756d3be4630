import { randomInt } from 'node:crypto';
import { type CallRates, rateOf } from '../aws/requests/action-rates';
import { clearTimeout, setTimeout } from '../base/unfaked-timers';
import { currentSession } from '../cache/current-session';
import { type ChangedSetting, type FollowedChanges, followChanges } from '../events/follow-changes';
import { type Diagnostic, Diagnostics } from './diagnostics';
import { InvalidPlanError, NotConfirmedError } from './entries-error';
import { type DeclaredEntry, type EntryFile } from './entry-file';
import { addressText, type AnyEntryKind, type EntryAddress, type EntryContext } from './entry-kind';
import { type AppliedEntry, execute, refreshedRecord } from './executor';
import { HeldLock } from './held-lock';
import { dynamoEntry } from './kinds/dynamo-entry';
import { secretEntry } from './kinds/secret-entry';
import { ssmEntry } from './kinds/ssm-entry';
import { deletesValue, type Plan, type PlanAction, type PlanRequestOptions, refuseStale } from './plan';
import { isAbout, makePlan, type PlannedWorks } from './planner';
import { type CallHooks, type CallTiming, type CallWait, ServiceCalls } from './service-calls';
import { readSources, type SourceReader } from './sources';
import { type StackKey } from './stack-key';
import { type StateStore } from './state';
import { type SourceValues } from './value-template';
import { WorkLeft } from './work-left';
import { readWorld } from './world';

/** The kinds that come with the library. */
export const builtInKinds: readonly AnyEntryKind[] = [ssmEntry, secretEntry, dynamoEntry];

/** What entries are planned and applied with. Clients, clock and settings are those of the current context. */
export interface EntriesSession {
  /** What should be there. */
  readonly file: EntryFile;
  /** Where the stack keeps its records and its lock. */
  readonly state: StateStore;
  /** Key of the digests and of what is kept encrypted. */
  readonly key: StackKey;
  /** Kinds of entries; those of the file must be among them. Default: {@link builtInKinds}. */
  readonly kinds?: readonly AnyEntryKind[];
  /** Where `from` reads. */
  readonly reader?: SourceReader;
  /** Requests a second, by IAM action; `*` for all others. Default: what the services take. */
  readonly rates?: CallRates;
  /** Called when a call has to wait for the rate of its action. */
  readonly onWait?: (wait: CallWait) => void;
  /** Ends the run between two calls. */
  readonly signal?: AbortSignal;
  /** Makes running services see what was changed. Default: `followChanges()` of `xcon/events`. */
  readonly follow?: (changes: readonly ChangedSetting[]) => Promise<FollowedChanges>;
  /** Time and chance, for tests. */
  readonly timing?: Partial<CallTiming>;
}

/** How a plan is applied. */
export interface ApplyOptions {
  /** Whether entries may be deleted, or replaced by another value. Default: false, which refuses a plan that does. */
  readonly allowDelete?: boolean;
  /** Largest share of the owned entries that is deleted without `allowManyDeletions`. Default: 0.3. */
  readonly maxDeletionShare?: number;
  /** Whether more may be deleted; a plan with `destroy` needs none. Default: false. */
  readonly allowManyDeletions?: boolean;
  /** How many entries are worked on at the same time. Default: 8. */
  readonly atOnce?: number;
  /** Name of the command, for who waits for the lock. Default: `apply`. */
  readonly operation?: string;
}

/** What an apply has done. */
export interface ApplyReport {
  /** What came of each entry of the plan. */
  readonly entries: readonly AppliedEntry[];
  /** Whether every entry is as the plan wants it. */
  readonly isComplete: boolean;
  /** Calls to the services that hold the entries, repetitions included. */
  readonly calls: number;
  /** What was done in the cache table for running processes. */
  readonly followed: FollowedChanges;
  /** Problems met on the way; none of them holds a value. */
  readonly diagnostics: readonly Diagnostic[];
}

/** What an apply says while it runs; the report comes last. */
export type ApplyEvent =
  | { readonly kind: 'started'; readonly total: number; /** **Milliseconds**. */ readonly estimateMs: number }
  | {
      readonly kind: 'entry';
      readonly entry: AppliedEntry;
      readonly completed: number;
      readonly total: number;
      /** Time that the rest will take, **milliseconds**. */
      readonly leftMs: number;
    }
  | { readonly kind: 'report'; readonly report: ApplyReport };

const defaultShare = 0.3;
const defaultAtOnce = 8;

/**
 * Reads what is declared and what is owned, and plans what is to be done. Writes nothing.
 *
 * @param session - The file, its state and its key.
 * @param request - What to plan: environments, single entries, values to generate again. Default: all of the file.
 * @returns A plan; with errors among its diagnostics, it cannot be applied.
 * @throws CallError when a service cannot be asked; StateError.
 *
 * @example
 * const plan = await planEntries({ file, state, key, signal }, { environments: ['prod'] });
 */
export async function planEntries(session: EntriesSession, request: PlanRequestOptions = {}): Promise<Plan> {
  return (await prepare(session, request, { isShown: true })).plan;
}

/**
 * Applies a plan: takes the lock, plans again, refuses what has changed since, does the rest, and follows the changes in the
 * cache table. What is done is recorded before it is reported; ending the iteration ends the run between two entries.
 *
 * @param plan - What `planEntries()` gave, or `decodePlan()` read.
 * @param session - The same file, state and key.
 * @param options - Deletions that are allowed, and how many entries are written at the same time.
 * @throws StateLockedError, `STALE_PLAN`, `NOT_CONFIRMED`, `INVALID_PLAN`: then nothing has been written.
 *
 * @example
 * for await (const event of applyPlan(plan, session)) if (event.kind === 'entry') report(event.completed, event.total);
 */
export async function* applyPlan(
  plan: Plan,
  session: EntriesSession,
  options: ApplyOptions = {},
): AsyncGenerator<ApplyEvent, void> {
  const lock = new HeldLock(session.state, options.operation ?? 'apply');
  await lock.take();
  try {
    const prepared = await prepare(session, plan.request, { isShown: false, beforeCall: () => lock.renew() });
    refuseErrors(plan, prepared.plan);
    refuseStale(plan, prepared.plan);
    refuseDeletions(prepared, options);
    await lock.confirm();
    yield* run(prepared, session, options, lock);
  } finally {
    await lock.release();
  }
}

interface Prepared extends PlannedWorks {
  readonly context: EntryContext;
  readonly calls: ServiceCalls;
  readonly sources: SourceValues;
  readonly kinds: readonly AnyEntryKind[];
}

interface PrepareOptions extends Pick<CallHooks, 'beforeCall'> {
  /** Whether the values that will be changed are shown. */
  readonly isShown: boolean;
}

async function prepare(
  session: EntriesSession,
  request: PlanRequestOptions,
  { isShown, ...hooks }: PrepareOptions,
): Promise<Prepared> {
  const { file, key, kinds = builtInKinds, onWait, reader = {}, state } = session;
  const diagnostics = new Diagnostics();
  const { calls, context } = contextOf(session, diagnostics, { ...hooks, onWait });
  checkEnvironments(file, request, diagnostics);
  const isWanted = ({ address, environment }: Pick<DeclaredEntry, 'address' | 'environment'>): boolean =>
    isAbout(request, file, address, environment);
  const declared = file.entries.filter(isWanted);
  const references = declared.flatMap(({ config, kind }) => kind.references?.(config) ?? []);
  const [records, sources] = await Promise.all([state.load(), readSources(references, reader, diagnostics)]);
  const about = new Map([...records].filter(([, record]) => isWanted({ environment: undefined, ...record })));
  const nearby = sameNames(file, declared);
  const isThorough = request.thorough === true;
  const world = { declared, records: about, nearby, isShown, isThorough, kinds, key, sources };
  const observed = await readWorld(world, context);
  const nowMs = context.nowMs();
  const planned = makePlan({ file, declared, observed, records, kinds, key, sources, request, nowMs });
  for (const each of planned.plan.diagnostics) diagnostics.add(each);
  return { ...planned, plan: { ...planned.plan, diagnostics: diagnostics.all }, context, calls, sources, kinds };
}

/** Gives the entries of the file that have the names of some, in any directory. */
function sameNames({ entries }: EntryFile, declared: readonly DeclaredEntry[]): readonly EntryAddress[] {
  const names = new Set(declared.map(({ address }) => address.name.toLowerCase()));
  return entries.map(({ address }) => address).filter(({ name }) => names.has(name.toLowerCase()));
}

function contextOf({ file, key, rates, signal, timing }: EntriesSession, diagnostics: Diagnostics, hooks: CallHooks) {
  const { clients, nowMs, random, settings } = currentSession();
  const ends = signal ?? new AbortController().signal;
  const rate = (action: string): number => rateOf(action, settings, rates);
  const calls = new ServiceCalls({ nowMs, random, sleep: pause, ...timing }, ends, rate, hooks);
  const context: EntryContext = {
    ...{ stack: file.stack, clients, settings, nowMs, diagnostics, randomInt, signal: ends },
    digest: (text) => key.digest(text),
    call: (action, request) => calls.call(action, request),
  };
  return { calls, context };
}

function checkEnvironments(file: EntryFile, { environments = [] }: PlanRequestOptions, diagnostics: Diagnostics): void {
  for (const each of environments) {
    if (file.environments.includes(each)) continue;
    const detail = `There are ${file.environments.join(', ') || 'none'}.`;
    diagnostics.addError(`the file has no environment "${each}".`, { detail });
  }
}

function refuseErrors(plan: Plan, fresh: Plan): void {
  const errors = [...plan.diagnostics, ...fresh.diagnostics].filter(({ severity }) => severity === 'error');
  const distinct = new Map(errors.map((each) => [JSON.stringify(each), each]));
  if (distinct.size > 0) throw new InvalidPlanError([...distinct.values()]);
}

function refuseDeletions({ ownedCount, plan, works }: PlannedWorks, options: ApplyOptions): void {
  const takenFrom = new Set(works.flatMap(({ change }) => change.takesFrom ?? []));
  const deletions = works.filter(({ change }) => deletesValue(change));
  const deleted = deletions.map(({ change }) => addressText(change.address));
  const what = deletions.some(({ change }) => change.losesValue === true) ? 'deletes the values of' : 'deletes';
  const refuse = (summary: string, detail: string): never => {
    throw new NotConfirmedError([{ severity: 'error', summary, detail }]);
  };
  if (deleted.length > 0 && options.allowDelete !== true) {
    refuse(
      `the plan ${what} ${deleted.length} of ${ownedCount} entries: ${deleted.slice(0, 5).join(', ')}${deleted.length > 5 ? ', ...' : ''}.`,
      'Confirm with the name of the stack, or give --yes --allow-delete.',
    );
  }
  const lost = deleted.filter((each) => !takenFrom.has(each)).length;
  const share = options.maxDeletionShare ?? defaultShare;
  const isMuch = lost > 1 && lost > share * ownedCount;
  if (isMuch && plan.request.destroy !== true && options.allowManyDeletions !== true) {
    refuse(
      `the plan ${what} ${lost} of ${ownedCount} entries, more than ${Math.round(share * 100)} %.`,
      'Check that the file is the right one; --allow-many-deletions goes on.',
    );
  }
}

async function* run(
  prepared: Prepared,
  session: EntriesSession,
  { atOnce = defaultAtOnce }: ApplyOptions,
  lock: HeldLock,
): AsyncGenerator<ApplyEvent, void> {
  const { calls, context, kinds, plan, sources, works } = prepared;
  const { key, reader = {}, state } = session;
  const options = { context, state, key, sources, reader, kinds, atOnce, beat: () => lock.renew() };
  const unfollowed = new Map(
    works.flatMap(({ change: { address }, record }) =>
      record?.isUnfollowed === true ? [[addressText(address), address] as const] : [],
    ),
  );
  const refreshed = new Map(
    works.flatMap((work) => {
      const record = refreshedRecord(work, options);
      return record === undefined ? [] : [[addressText(record.address), record] as const];
    }),
  );
  if (refreshed.size > 0) await state.save(refreshed);
  for (const [entry, { address }] of refreshed) unfollowed.set(entry, address);
  const pending = works.filter(({ change }) => change.action !== 'unchanged');
  const workLeft = new WorkLeft(pending, calls);
  yield { kind: 'started', total: pending.length, estimateMs: workLeft.ms };
  const entries: AppliedEntry[] = [];
  const beganMs = context.nowMs();
  let followed: FollowedChanges | undefined;
  try {
    for await (const entry of execute(pending, options)) {
      entries.push(entry);
      if (entry.outcome === 'done' && changesValue.has(entry.action))
        unfollowed.set(addressText(entry.address), entry.address);
      workLeft.remove(entry);
      const elapsedMs = context.nowMs() - beganMs;
      // The first calls of an action wait for nothing, and say little of the others.
      const leftMs = Math.max(workLeft.ms, (elapsedMs / entries.length) * (pending.length - entries.length));
      yield { kind: 'entry', entry, completed: entries.length, total: pending.length, leftMs };
    }
  } finally {
    // Also when the iteration is left: what was written has to be seen.
    followed = await followAll([...unfollowed.values()], session);
  }
  const isComplete = entries.every(({ outcome }) => outcome === 'done');
  const diagnostics = [...plan.diagnostics, ...followed.problems.map(followWarning)];
  yield { kind: 'report', report: { entries, isComplete, calls: calls.count, followed, diagnostics } };
}

/** Follows changes in the cache table, and records that this has been done; where it has not, the next apply does it. */
async function followAll(
  addresses: readonly EntryAddress[],
  { follow = followChanges, state }: EntriesSession,
): Promise<FollowedChanges> {
  const followed = await follow(addresses.map(({ directory, name }) => ({ directory, name })));
  if (addresses.length === 0 || followed.problems.length > 0) return followed;
  const records = await state.load();
  const changes = addresses.flatMap((address) => {
    const entry = addressText(address);
    const record = records.get(entry);
    if (record?.isUnfollowed !== true) return [];
    return [[entry, record.isDeleted === true ? undefined : { ...record, isUnfollowed: false }] as const];
  });
  await state.save(new Map(changes));
  return followed;
}

/** What lookups may find changed. */
const changesValue: ReadonlySet<PlanAction> = new Set(['create', 'update', 'replace', 'delete']);

function followWarning(problem: string): Diagnostic {
  return {
    severity: 'warning',
    summary: `the cached rows of the changed names could not be dropped everywhere: ${problem}.`,
    detail:
      'Running services see the change when their cached rows end. The next apply tries again; xcon cache clear NAME drops them, too.',
  };
}

/** Waits, **milliseconds**, until a signal is aborted at most. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end, { once: true });
  });
}
