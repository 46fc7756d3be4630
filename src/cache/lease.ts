import { randomUUID } from 'node:crypto';
import { getRow, ifAbsentOr, putRow, type TableTarget } from '../aws/table-client';
import { errorFacts } from '../base/describe-error';
import { withTimeoutSignal } from '../base/time-limit';
import { clearTimeout, setTimeout } from '../base/unfaked-timers';
import { type CacheKey } from './cache-key';
import { type Lease } from './cacher';
import { decodeRow, encodeRow, rowTime, type LeaseRow, nowhere } from './rows';

/** How long a holder may take before others stop waiting for it, **milliseconds**. */
export const leaseMs = 2000;
/** How long `done` is kept, so that no process waits for rows that cannot come, **milliseconds**. */
export const doneMs = 60_000;
/** How often a waiting process tries again to acquire a lease whose holder has not ended it. */
const maxRetries = 2;
/** Over how long the processes that go on alone spread, **milliseconds**. */
const spreadMs = 1000;
/** Time for the attempt to acquire a lease, **milliseconds**. */
const acquireTimeoutMs = 300;
/** How long after an attempt that took too long the lease is read, **milliseconds**. */
const lateReadMs = 500;
/** Time for reading a lease, **milliseconds**. */
const readTimeoutMs = 1000;

const firstPollMs = 150;
const longestPollMs = 600;
const pollGrowth = 1.8;

/** What a waiting process does after it has read the lease. */
export type LeaseStep = 'wait' | 'read rows' | 'try again';

/** What {@link ChainRefresh.acquireOrWait} led to. */
export type AcquireOutcome =
  /** This process refreshes the chain. */
  | 'holder'
  /** Another process has refreshed it: rows may have come. */
  | 'read rows'
  /** This process goes on without a lease. */
  | 'alone';

/** Where a lease is kept. */
export interface LeaseTarget extends TableTarget {
  /** Its partition and its sort key. */
  readonly key: Pick<CacheKey, 'environ' | 'leaseKey'>;
  /** Gives the current time, **milliseconds** since the Unix epoch. */
  readonly nowMs: () => number;
  /** Calls back after a time, **milliseconds**; gives what cancels that. Absent: by a timer. */
  readonly after?: (ms: number, callback: () => void) => () => void;
}

/**
 * What came of an attempt to acquire a lease: this process has it, another one has, the table could not be asked, or it took too
 * long: then the attempt may still have worked, or that of another process may.
 */
export type AttemptOutcome = 'acquired' | 'held' | 'unavailable' | 'late';

/** An attempt to acquire a lease. Neither promise rejects: a process goes on without a lease that it cannot acquire. */
export interface AcquireAttempt {
  /** Its outcome after 300 ms at the latest. */
  readonly inTime: Promise<AttemptOutcome>;
  /** Its outcome once the table has answered; `late` when the request timed out. */
  readonly answered: Promise<AttemptOutcome>;
}

/** How a process waits for another one; injected, so that tests need no time. */
export interface LeaseWaiting {
  /** Gives a number in `[0, 1)`. */
  readonly random: () => number;
  /** Waits, **milliseconds**. */
  readonly sleep: (ms: number) => Promise<void>;
  /** Gives the time that is left for the wait, **milliseconds**; 0 or less: none. */
  readonly leftMs: () => number;
}

/** The partition whose chain is refreshed. */
export interface RefreshedPartition {
  /** Awaits the writes that have begun. */
  readonly flush: () => Promise<void>;
  /** Reads the rows anew. @returns Whether the chain has a row that has not ended. */
  readonly reload: () => Promise<boolean>;
}

/**
 * The part of this process in refreshing one chain.
 *
 * All lookups of the process share it: the lease is acquired once, and ended when the last of them is done.
 */
export class ChainRefresh {
  private readonly owner = randomUUID();
  private holders = 0;
  private ended = false;
  private hasWaited = false;
  private knownTarget: LeaseTarget | undefined;
  private acquiring: Promise<AcquireOutcome> | undefined;
  private earlyTry: Promise<Lease | undefined> | undefined;

  /** @param connect - Gives where the lease is kept; may reject: then the process goes on without a lease. */
  constructor(
    private readonly connect: () => Promise<LeaseTarget>,
    private readonly partition: RefreshedPartition,
  ) {}

  /** Acquires the lease, or waits for the process that has it; once for all lookups of the process. Never rejects. */
  acquireOrWait(waiting: LeaseWaiting): Promise<AcquireOutcome> {
    return (this.acquiring ??= this.acquireAndReload(waiting).catch(() => 'alone' as const));
  }

  /** Tries once to acquire the lease of a chain whose rows end soon. Never rejects. @returns `undefined` without the lease. */
  tryEarly(): Promise<Lease | undefined> {
    return (this.earlyTry ??= this.tryOnce().catch(() => undefined));
  }

  /** Gives one lookup its share of the lease; after the end there is nothing left to share. */
  hold(): Lease {
    if (this.ended) return { release: () => Promise.resolve() };
    this.holders += 1;
    let released = false;
    return {
      release: async () => {
        if (released) return;
        released = true;
        this.holders -= 1;
        if (this.holders > 0) return;
        this.ended = true;
        await this.partition.flush();
        const target = await this.target().catch(() => undefined);
        if (target !== undefined) await finishLease(target, this.owner);
      },
    };
  }

  private async target(): Promise<LeaseTarget> {
    const target = await this.connect();
    return (this.knownTarget ??= target);
  }

  private async acquireAndReload(waiting: LeaseWaiting): Promise<AcquireOutcome> {
    const outcome = await this.acquire(await this.target(), waiting);
    if (outcome !== 'read rows') return outcome;
    const hasRows = await this.partition.reload();
    // Processes that have waited end their waits at the same time; one that has not comes at a moment of its own.
    if (!hasRows && this.hasWaited) await waiting.sleep(spreadPause(waiting.random(), waiting.leftMs()));
    return outcome;
  }

  private async tryOnce(): Promise<Lease | undefined> {
    const target = await this.target();
    const outcome = await acquireLease(target, this.owner).inTime;
    const latest = outcome === 'late' ? await readOutcome(target, this.owner) : outcome;
    return latest === 'acquired' ? this.hold() : undefined;
  }

  private async acquire(target: LeaseTarget, waiting: LeaseWaiting): Promise<AcquireOutcome> {
    const { random, sleep, leftMs } = waiting;
    for (let retries = 0; retries <= maxRetries; retries += 1) {
      const outcome = await this.attempt(target, waiting);
      if (outcome === 'acquired') return 'holder';
      if (outcome === 'unavailable') return 'alone';
      const step = await this.wait(target, waiting);
      if (step === 'read rows') return 'read rows';
      if (step === 'stop waiting') return 'alone';
    }
    await sleep(spreadPause(random(), leftMs()));
    return 'alone';
  }

  /**
   * Tries to acquire the lease. When the table is slow, the attempts of a whole fleet take too long at the same time, and one of
   * them works later: so its answer is awaited a little longer, then the lease is read, and a process that goes on alone does so
   * at a moment of its own.
   */
  private async attempt(
    target: LeaseTarget,
    { random, sleep, leftMs }: LeaseWaiting,
  ): Promise<Exclude<AttemptOutcome, 'late'>> {
    const { inTime, answered } = acquireLease(target, this.owner);
    const outcome = await inTime;
    if (outcome !== 'late') return outcome;
    const pause = sleep(Math.min(lateReadMs, Math.max(0, leftMs()))).then(() => 'late' as const);
    const answer = await Promise.race([answered, pause]);
    const later = answer === 'late' ? await readOutcome(target, this.owner) : answer;
    if (later !== 'unavailable') return later;
    await sleep(spreadPause(random(), leftMs()));
    return readOutcome(target, this.owner);
  }

  private async wait(
    target: LeaseTarget,
    { random, sleep, leftMs }: LeaseWaiting,
  ): Promise<'read rows' | 'try again' | 'stop waiting'> {
    const longest = leftMs();
    let holder: string | undefined;
    for (let poll = 0, waited = 0; waited < longest && leftMs() > 0; poll += 1) {
      const pause = pollPause(poll, random());
      await sleep(pause);
      waited += pause;
      try {
        const row = await readLease(target);
        const step = leaseStep(row, target.nowMs());
        if (step !== 'wait') return step;
        this.hasWaited = true;
        // Another process has acquired it: that counts like a lease that has ended.
        if (holder !== undefined && row?.owner !== holder) return 'try again';
        holder = row?.owner;
      } catch {
        return 'stop waiting';
      }
    }
    return 'stop waiting';
  }
}

/**
 * Decides what a waiting process does.
 *
 * @param row - The lease as it is; `undefined` when its row is gone.
 * @param nowMs - Current time, **milliseconds** since the Unix epoch.
 */
export function leaseStep(row: Pick<LeaseRow, 'state' | 'untilMs'> | undefined, nowMs: number): LeaseStep {
  if (row === undefined || row.untilMs < nowMs) return 'try again';
  return row.state === 'done' ? 'read rows' : 'wait';
}

/** Gives the pause before the lease is read again, **milliseconds**: growing, between half and all of it. */
export function pollPause(poll: number, random: number): number {
  return Math.min(longestPollMs, firstPollMs * pollGrowth ** poll) * (0.5 + random / 2);
}

/** Gives the pause before a process goes on alone, **milliseconds**: within the time that is left, another one for each. */
export function spreadPause(random: number, leftMs: number): number {
  return Math.min(random * spreadMs, Math.max(0, leftMs));
}

/**
 * Tries once to acquire the lease of a chain.
 *
 * An attempt that takes too long is not aborted: then it would not work later, either, and no process would have the lease.
 *
 * @param owner - Identifies this holder.
 */
export function acquireLease(target: LeaseTarget, owner: string): AcquireAttempt {
  const { after = afterTimer } = target;
  let cancel = (): void => undefined;
  const late = new Promise<'late'>((resolve) => {
    cancel = after(acquireTimeoutMs, () => resolve('late'));
  });
  const answered = putLease(target, owner);
  return { inTime: Promise.race([answered, late]).finally(cancel), answered };
}

function afterTimer(ms: number, callback: () => void): () => void {
  const timer = setTimeout(callback, ms);
  return () => clearTimeout(timer);
}

async function putLease(target: LeaseTarget, owner: string): Promise<AttemptOutcome> {
  try {
    const nowMs = target.nowMs();
    const row = leaseRow(target.key, owner, { nowMs, untilMs: nowMs + leaseMs, state: 'held' });
    const condition = ifAbsentOr('xcon_until_ms < :now', { ':now': { N: `${nowMs}` } });
    const isPut = await withTimeoutSignal(leaseMs, (signal) =>
      putRow(target, encodeRow(target.key.environ, row), { condition, signal }),
    );
    return isPut ? 'acquired' : 'held';
  } catch (error) {
    const { name } = errorFacts(error);
    return name === 'AbortError' || name === 'TimeoutError' ? 'late' : 'unavailable';
  }
}

/** Reads what came of an attempt that took too long. Never rejects. */
export async function readOutcome(target: LeaseTarget, owner: string): Promise<Exclude<AttemptOutcome, 'late'>> {
  try {
    const row = await readLease(target);
    if (row === undefined || row.untilMs < target.nowMs()) return 'unavailable';
    return row.owner === owner ? 'acquired' : 'held';
  } catch {
    return 'unavailable';
  }
}

/**
 * Reads the lease of a chain.
 *
 * @returns `undefined` when there is no such row, or none that can be read.
 * @throws What the SDK throws.
 */
export async function readLease(target: LeaseTarget): Promise<LeaseRow | undefined> {
  const { environ, leaseKey } = target.key;
  const attributes = await withTimeoutSignal(readTimeoutMs, (signal) =>
    getRow(target, { partition: environ, sort: leaseKey }, { consistent: true, signal }),
  );
  const row = attributes && decodeRow(attributes);
  return row?.kind === 'lease' ? row : undefined;
}

/** Writes that the holder of a lease is done, whether it has written rows or not. Never rejects: without this, the lease just ends. */
export async function finishLease(target: LeaseTarget, owner: string): Promise<void> {
  try {
    const nowMs = target.nowMs();
    const row = leaseRow(target.key, owner, { nowMs, untilMs: nowMs + doneMs, state: 'done' });
    const condition = ifAbsentOr('xcon_owner = :owner', { ':owner': { S: owner } });
    await putRow(target, encodeRow(target.key.environ, row), { condition });
  } catch {
    // The table cannot be written: the lease ends by itself.
  }
}

interface LeaseTimes {
  readonly nowMs: number;
  readonly untilMs: number;
  readonly state: LeaseRow['state'];
}

function leaseRow(key: LeaseTarget['key'], owner: string, { nowMs, untilMs, state }: LeaseTimes): LeaseRow {
  return {
    kind: 'lease',
    nameKey: key.leaseKey,
    name: '~xcon-lease',
    directory: nowhere,
    source: 'xcon-lease',
    ttl: Math.ceil(untilMs / 1000),
    createdAt: rowTime(nowMs),
    owner,
    untilMs,
    state,
  };
}
