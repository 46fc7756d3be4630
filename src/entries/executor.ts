import { describeError } from '../base/describe-error';
import { isConfigError } from '../errors';
import { type Secret } from '../item/secret';
import { type ConfigValue } from '../item/value';
import {
  addressText,
  type AnyEntryKind,
  type EntryAddress,
  type EntryContext,
  type EntryState,
  type WriteRequest,
} from './entry-kind';
import { type PlanAction } from './plan';
import { addressFrom, type PlannedWork } from './planner';
import { sealReplacement } from './replacement';
import { type SourceReader } from './sources';
import { type StackKey } from './stack-key';
import { type EntryRecord, type StateStore } from './state';
import { type SourceValues } from './value-template';

/** One entry that an apply has come to. */
export interface AppliedEntry {
  /** Kind, directory and name. */
  readonly address: EntryAddress;
  /** What was planned for it. */
  readonly action: PlanAction;
  /** `skipped`: the entry that takes its place could not be created, or the run was ended before. */
  readonly outcome: 'done' | 'failed' | 'skipped';
  /** Why, for what is not done. */
  readonly problem?: string;
}

/** What the executor works with. */
export interface ExecutorOptions {
  readonly context: EntryContext;
  readonly state: StateStore;
  readonly key: StackKey;
  readonly sources: SourceValues;
  readonly reader: SourceReader;
  readonly kinds: readonly AnyEntryKind[];
  /** How many entries are worked on at the same time. */
  readonly atOnce: number;
  /** Called between two entries; keeps the lock. */
  readonly beat: () => Promise<void>;
}

/**
 * Does planned work: on some entries at the same time, deletions last. What is done is recorded before it is reported.
 *
 * A failed entry does not stop the others. Once the signal of the context is aborted, nothing more is begun; what has begun is
 * ended, recorded and reported.
 */
export async function* execute(works: readonly PlannedWork[], options: ExecutorOptions): AsyncGenerator<AppliedEntry> {
  const { beat, context } = options;
  const recorder = new Recorder(options.state);
  const queue = works.toSorted((one, other) => rankOf(one) - rankOf(other));
  const lastFirst = queue.filter((work) => rankOf(work) < 1).length;
  const outcomes = new Map<string, AppliedEntry['outcome']>();
  const running = new Map<PlannedWork, Promise<AppliedEntry>>();
  let next = 0;
  try {
    while (next < queue.length || running.size > 0) {
      while (next < queue.length && running.size < options.atOnce && !context.signal.aborted) {
        // What replaces others comes first, whole, so that nothing is deleted before its value is elsewhere.
        if (next === lastFirst && outcomes.size < lastFirst) break;
        const work = queue[next];
        next += 1;
        if (work !== undefined) running.set(work, perform(work, queue, outcomes, recorder, options));
      }
      if (running.size === 0) break;
      const ended = await Promise.race([...running].map(async ([work, promise]) => ({ work, entry: await promise })));
      running.delete(ended.work);
      outcomes.set(addressText(ended.entry.address), ended.entry.outcome);
      await beat();
      yield ended.entry;
    }
    for (const { change } of queue.slice(next)) {
      yield { address: change.address, action: change.action, outcome: 'skipped', problem: 'the run was ended before' };
    }
  } finally {
    await Promise.allSettled(running.values());
  }
}

/** Deletions come after everything else. */
function rankOf({ change: { action } }: PlannedWork): number {
  return action === 'delete' ? 1 : 0;
}

/** Does the work on one entry. Never rejects. */
async function perform(
  work: PlannedWork,
  all: readonly PlannedWork[],
  outcomes: ReadonlyMap<string, AppliedEntry['outcome']>,
  recorder: Recorder,
  options: ExecutorOptions,
): Promise<AppliedEntry> {
  const { action, address } = work.change;
  const entry = addressText(address);
  const successor = all.find(({ change }) => change.takesFrom === entry);
  if (
    action === 'delete' &&
    successor !== undefined &&
    outcomes.get(addressText(successor.change.address)) !== 'done'
  ) {
    const problem = `${addressText(successor.change.address)}, which takes its place, was not created`;
    return { address, action, outcome: 'skipped', problem };
  }
  try {
    await recorder.save(entry, await write(work, recorder, options));
    return { address, action, outcome: 'done' };
  } catch (error) {
    return { address, action, outcome: 'failed', problem: problemOf(error) };
  }
}

/** What others threw may quote a value; errors of the library and of our own checks do not. */
function problemOf(error: unknown): string {
  return isConfigError(error) || error instanceof TypeError ? error.message : describeError(error);
}

/** Writes one entry. @returns Its new record; `undefined` when there is none any more. */
async function write(
  work: PlannedWork,
  recorder: Recorder,
  options: ExecutorOptions,
): Promise<EntryRecord | undefined> {
  const { change, comparison, kind, observed } = work;
  const { context } = options;
  const { action, address } = change;
  if (action === 'forget') return undefined;
  if (action === 'delete') {
    await kind.delete(address, context);
    return recordOf(work, { version: '', fields: {}, isDeleted: true, isUnfollowed: true }, options);
  }
  if (action === 'adopt' && observed !== undefined) {
    const { keep, version } = await kind.import(address, observed, context);
    // What it is now is not what was applied: the next plan compares the two.
    return recordOf(work, { version, fields: {}, keep }, options);
  }
  const request = await requestOf(work, options);
  if (action === 'replace') {
    await holdReplacement(work, request, recorder, options);
    await kind.delete(address, context);
  }
  const { keep, version } =
    action === 'update' ? await kind.update(request, context) : await kind.create(request, context);
  return recordOf(work, { version, fields: comparison?.digests ?? {}, keep, isUnfollowed: true }, options);
}

/**
 * Records that a replacement has begun, and what it needs, before the deletion: its sources may be gone when a run that was ended is
 * done again, and the new entry may have the version of the former one.
 */
async function holdReplacement(
  work: PlannedWork,
  { carried, config, sources }: WriteRequest<unknown, EntryState, unknown>,
  recorder: Recorder,
  options: ExecutorOptions,
): Promise<void> {
  const { change, kind, observed, record, rotate } = work;
  const entry = addressText(change.address);
  const held = { sources, carried: rotate ? undefined : carried };
  const replacing = sealReplacement(held, kind.references?.(config) ?? [], options.key, entry);
  const base = record ?? recordOf(work, { version: observed?.version ?? '', fields: {} }, options);
  await recorder.save(entry, { ...base, replacing });
}

async function requestOf(
  work: PlannedWork,
  options: ExecutorOptions,
): Promise<WriteRequest<unknown, EntryState, unknown>> {
  const { change, comparison, declared, kind, observed, record, rotate } = work;
  const { key, reader } = options;
  const sources = work.sources ?? options.sources;
  const { action, address } = change;
  const entry = addressText(address);
  const config = declared?.config;
  const isAsked =
    (action === 'create' || action === 'replace' || rotate) &&
    kind.references?.(config).includes('prompt') === true &&
    !sources.has('prompt');
  if (isAsked && reader.ask === undefined)
    throw new TypeError(`${entry} asks for its value, and there is no terminal to ask at.`);
  const answer = isAsked ? await reader.ask?.(entry) : undefined;
  const replaced = action === 'replace' ? observed && kind.carriedValue?.(observed) : undefined;
  return {
    ...{ address, config, rotate },
    observed: action === 'replace' ? undefined : observed,
    kept: record?.kept === undefined ? undefined : key.open(record.kept, entry),
    sources: answer === undefined ? sources : new Map([...sources, ['prompt', answer]]),
    changed: comparison?.changed ?? [],
    carried: replaced ?? work.carried ?? (await carriedFrom(change.takesFrom, options)),
  };
}

/** Reads the value of the entry whose place another one takes. */
async function carriedFrom(
  entry: string | undefined,
  { context, kinds }: ExecutorOptions,
): Promise<Secret<ConfigValue> | undefined> {
  if (entry === undefined) return undefined;
  const address = addressFrom(entry);
  const kind = kinds.find(({ name }) => name === address.kind);
  const observed = (await kind?.read([{ address, fields: ['value'] }], context))?.get(entry);
  return observed && kind?.carriedValue?.(observed);
}

/** Gives the record of an entry that is as the file says, for one whose record does not say so; else `undefined`. */
export function refreshedRecord(
  work: PlannedWork,
  options: Pick<ExecutorOptions, 'context' | 'key'>,
): EntryRecord | undefined {
  const { change, comparison, declared, observed, record } = work;
  if (change.action !== 'unchanged' || observed === undefined) return undefined;
  const fields = comparison?.digests ?? {};
  const isCurrent =
    record?.version === observed.version &&
    record.replacing === undefined &&
    record.keyId === options.key.id &&
    (record.protect === true) === (declared?.protect === true) &&
    record.environment === change.environment &&
    Object.entries(fields).every(([field, digest]) => record.fields[field] === digest);
  // A run that was killed may have written it, and followed nothing.
  return isCurrent ? undefined : recordOf(work, { version: observed.version, fields, isUnfollowed: true }, options);
}

/** What a record says of the work that was done. */
interface RecordFacts extends Pick<EntryRecord, 'version' | 'fields' | 'isDeleted' | 'isUnfollowed'> {
  readonly keep?: unknown;
}

function recordOf(
  { change, declared, record }: PlannedWork,
  { keep, ...facts }: RecordFacts,
  { context, key }: Pick<ExecutorOptions, 'context' | 'key'>,
): EntryRecord {
  const kept = keep === undefined ? record?.kept : key.seal(keep, addressText(change.address));
  return {
    address: change.address,
    ...(change.environment !== undefined && { environment: change.environment }),
    keyId: key.id,
    ...(declared?.protect === true && { protect: true }),
    writtenAt: new Date(context.nowMs()).toISOString(),
    ...(kept !== undefined && { kept }),
    ...facts,
  };
}

/** Writes records together that come while one write is under way. */
class Recorder {
  private pending = new Map<string, EntryRecord | undefined>();
  private batch: Promise<void> | undefined;
  private saving: Promise<unknown> = Promise.resolve();

  constructor(private readonly state: StateStore) {}

  /** Resolves when the record lasts. */
  save(entry: string, record: EntryRecord | undefined): Promise<void> {
    this.pending.set(entry, record);
    const batch = (this.batch ??= this.saving.then(() => this.flush()));
    // A failed write is reported for its entries, and does not stop the next one.
    this.saving = batch.catch(() => undefined);
    return batch;
  }

  private flush(): Promise<void> {
    const changes = this.pending;
    this.pending = new Map();
    this.batch = undefined;
    return this.state.save(changes);
  }
}
