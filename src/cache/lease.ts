import { randomUUID } from 'node:crypto';
import { getRow, ifAbsentOr, putRow, type TableConnection } from '../aws/table-client';
import { errorSummary } from '../base/describe-error';
import { withTimeoutSignal } from '../base/time-limit';
import { clearTimeout, setTimeout } from '../base/unfaked-timers';
import { type CacheKey } from './cache-key';
import { type Lease } from './cacher';
import { decodeRow, encodeRow, rowTime, type LeaseRow, nowhere } from './rows';

/** How long a lease is held before other processes stop waiting for it, **milliseconds**. */
export const leaseMs = 2000;
/** How long `done` is kept, so that no process waits for rows that cannot come, **milliseconds**. */
export const doneMs = 60_000;
/** How often a waiting process retries to acquire a lease that has expired. */
const maxRetries = 2;
/** Spread of the processes that continue without a lease, **milliseconds**. */
const spreadMs = 1000;
/** Time for the attempt to acquire a lease, **milliseconds**. */
const acquireTimeoutMs = 300;
/** How long the answer of a late attempt is awaited before the lease is read, **milliseconds**. */
const lateReadMs = 500;
/** Time for reading a lease, **milliseconds**. */
const readTimeoutMs = 1000;

const firstPollMs = 150;
const longestPollMs = 600;
const pollGrowth = 1.8;

/** Next step of a waiting process after it has read the lease. */
export type LeaseStep = 'wait' | 'read rows' | 'try again';

/** Outcome of {@link ChainRefresh.acquireOrWait}. */
export type AcquireOutcome =
  /** This process refreshes the chain. */
  | 'holder'
  /** Another process has refreshed the chain: there may be new rows. */
  | 'read rows'
  /** This process continues without a lease. */
  | 'alone';

/** The table of a lease, and its key. */
export interface LeaseTable extends TableConnection {
  /** Its partition and its sort key. */
  readonly key: Pick<CacheKey, 'environ' | 'leaseKey'>;
  /** Gives the current time, **milliseconds** since the Unix epoch. */
  readonly nowMs: () => number;
  /** Calls back after a time, **milliseconds**; gives what cancels that. Absent: by a timer. */
  readonly after?: (ms: number, callback: () => void) => () => void;
}

/**
 * Outcome of an attempt to acquire a lease: this process has acquired it, another one holds it, the table is unavailable, or the attempt is
 * late: then it may still succeed, or that of another process may.
 */
export type AttemptOutcome = 'acquired' | 'held' | 'unavailable' | 'late';

/** An attempt to acquire a lease. Neither promise rejects: a process can continue without a lease. */
export interface AcquireAttempt {
  /** The outcome, after 300 ms at the latest. */
  readonly inTime: Promise<AttemptOutcome>;
  /** The outcome once the table has answered; `late` when the request timed out. */
  readonly answered: Promise<AttemptOutcome>;
}

/** How a process waits for another one; injected for tests. */
export interface LeaseWaiting {
  /** Gives a number in `[0, 1)`. */
  readonly random: () => number;
  /** Waits, **milliseconds**. */
  readonly sleep: (ms: number) => Promise<void>;
  /** Gives the remaining time for the wait, **milliseconds**; 0 or less: none. */
  readonly leftMs: () => number;
}

/** The partition whose chain is refreshed. */
export interface RefreshedPartition {
  /** Awaits the writes that have begun. */
  readonly flush: () => Promise<void>;
  /** Reads the rows again. @returns Whether the chain has a row that has not expired. */
  readonly reload: () => Promise<boolean>;
}

/**
 * Coordinates the refresh of one chain between this process and others.
 *
 * All lookups of the process share it: the lease is acquired once, and ended when the last of them has ended.
 */
export class ChainRefresh {
  private readonly owner = randomUUID();
  private holders = 0;
  private hasEnded = false;
  private hasWaited = false;
  private knownTable: LeaseTable | undefined;
  private acquiring: Promise<AcquireOutcome> | undefined;
  private earlyTry: Promise<Lease | undefined> | undefined;

  /** @param connect - Gives the table of the lease; when it rejects, the process continues without a lease. */
  constructor(
    private readonly connect: () => Promise<LeaseTable>,
    private readonly partition: RefreshedPartition,
  ) {}

  /** Acquires the lease, or waits for the process that holds it; once for all lookups of the process. Never rejects. */
  acquireOrWait(waiting: LeaseWaiting): Promise<AcquireOutcome> {
    return (this.acquiring ??= this.acquireAndReload(waiting).catch(() => 'alone' as const));
  }

  /** Tries once to acquire the lease of a chain whose rows expire soon. Never rejects. @returns `undefined` without the lease. */
  tryEarly(): Promise<Lease | undefined> {
    return (this.earlyTry ??= this.tryOnce().catch(() => undefined));
  }

  /** Shares the lease with a lookup: it ends with the last share. After that, a share has no effect. */
  hold(): Lease {
    if (this.hasEnded) return { release: () => Promise.resolve() };
    this.holders += 1;
    let isReleased = false;
    return {
      release: async () => {
        if (isReleased) return;
        isReleased = true;
        this.holders -= 1;
        if (this.holders > 0) return;
        this.hasEnded = true;
        await this.partition.flush();
        const table = await this.table().catch(() => undefined);
        if (table !== undefined) await finishLease(table, this.owner);
      },
    };
  }

  private async table(): Promise<LeaseTable> {
    const table = await this.connect();
    return (this.knownTable ??= table);
  }

  private async acquireAndReload(waiting: LeaseWaiting): Promise<AcquireOutcome> {
    const outcome = await this.acquire(await this.table(), waiting);
    if (outcome !== 'read rows') return outcome;
    const hasRows = await this.partition.reload();
    // Processes that have waited continue at the same time, and are spread; others are not.
    if (!hasRows && this.hasWaited) await waiting.sleep(spreadPause(waiting.random(), waiting.leftMs()));
    return outcome;
  }

  private async tryOnce(): Promise<Lease | undefined> {
    const table = await this.table();
    const outcome = await acquireLease(table, this.owner).inTime;
    const latest = outcome === 'late' ? await readOutcome(table, this.owner) : outcome;
    return latest === 'acquired' ? this.hold() : undefined;
  }

  private async acquire(table: LeaseTable, waiting: LeaseWaiting): Promise<AcquireOutcome> {
    const { random, sleep, leftMs } = waiting;
    for (let retries = 0; retries <= maxRetries; retries += 1) {
      const outcome = await this.attempt(table, waiting);
      if (outcome === 'acquired') return 'holder';
      if (outcome === 'unavailable') return 'alone';
      const step = await this.wait(table, waiting);
      if (step === 'read rows') return 'read rows';
      if (step === 'stop waiting') return 'alone';
    }
    await sleep(spreadPause(random(), leftMs()));
    return 'alone';
  }

  /**
   * Tries to acquire the lease. When the table is slow, the attempts of a whole fleet are late at the same time, and one of them succeeds
   * later: so the answer is awaited a little longer, then the lease is read, and processes that continue alone are spread.
   */
  private async attempt(
    table: LeaseTable,
    { random, sleep, leftMs }: LeaseWaiting,
  ): Promise<Exclude<AttemptOutcome, 'late'>> {
    const { inTime, answered } = acquireLease(table, this.owner);
    const outcome = await inTime;
    if (outcome !== 'late') return outcome;
    const pause = sleep(Math.min(lateReadMs, Math.max(0, leftMs()))).then(() => 'late' as const);
    const answer = await Promise.race([answered, pause]);
    const later = answer === 'late' ? await readOutcome(table, this.owner) : answer;
    if (later !== 'unavailable') return later;
    await sleep(spreadPause(random(), leftMs()));
    return readOutcome(table, this.owner);
  }

  private async wait(
    table: LeaseTable,
    { random, sleep, leftMs }: LeaseWaiting,
  ): Promise<'read rows' | 'try again' | 'stop waiting'> {
    const longest = leftMs();
    let holder: string | undefined;
    for (let poll = 0, waited = 0; waited < longest && leftMs() > 0; poll += 1) {
      const pause = pollPause(poll, random());
      await sleep(pause);
      waited += pause;
      try {
        const row = await readLease(table);
        const step = leaseStep(row, table.nowMs());
        if (step !== 'wait') return step;
        this.hasWaited = true;
        // Another process has acquired it since: as for a lease that has expired.
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
 * Gives the next step of a waiting process.
 *
 * @param row - The current lease; `undefined` when there is no row.
 * @param nowMs - Current time, **milliseconds** since the Unix epoch.
 */
export function leaseStep(row: Pick<LeaseRow, 'state' | 'untilMs'> | undefined, nowMs: number): LeaseStep {
  if (row === undefined || row.untilMs < nowMs) return 'try again';
  return row.state === 'done' ? 'read rows' : 'wait';
}

/** Gives the pause before the lease is read again, **milliseconds**: growing, and cut by up to half at random. */
export function pollPause(poll: number, random: number): number {
  return Math.min(longestPollMs, firstPollMs * pollGrowth ** poll) * (0.5 + random / 2);
}

/** Gives the random pause before a process continues alone, **milliseconds**, within the remaining time. */
function spreadPause(random: number, leftMs: number): number {
  return Math.min(random * spreadMs, Math.max(0, leftMs));
}

/**
 * Tries once to acquire the lease of a chain.
 *
 * A late attempt is not aborted: if all attempts were, no process would hold the lease.
 *
 * @param owner - Identifies this holder.
 */
export function acquireLease(table: LeaseTable, owner: string): AcquireAttempt {
  const { after = afterTimer } = table;
  let cancel = (): void => undefined;
  const late = new Promise<'late'>((resolve) => {
    cancel = after(acquireTimeoutMs, () => resolve('late'));
  });
  const answered = putLease(table, owner);
  return { inTime: Promise.race([answered, late]).finally(cancel), answered };
}

function afterTimer(ms: number, callback: () => void): () => void {
  const timer = setTimeout(callback, ms);
  return () => clearTimeout(timer);
}

async function putLease(table: LeaseTable, owner: string): Promise<AttemptOutcome> {
  try {
    const nowMs = table.nowMs();
    const row = leaseRow(table.key, owner, { nowMs, untilMs: nowMs + leaseMs, state: 'held' });
    const condition = ifAbsentOr('xcon_until_ms < :now', { ':now': { N: `${nowMs}` } });
    const isPut = await withTimeoutSignal(leaseMs, (signal) =>
      putRow(table, encodeRow(table.key.environ, row), { condition, signal }),
    );
    return isPut ? 'acquired' : 'held';
  } catch (error) {
    const { name } = errorSummary(error);
    return name === 'AbortError' || name === 'TimeoutError' ? 'late' : 'unavailable';
  }
}

/** Reads the outcome of a late attempt. Never rejects. */
export async function readOutcome(table: LeaseTable, owner: string): Promise<Exclude<AttemptOutcome, 'late'>> {
  try {
    const row = await readLease(table);
    if (row === undefined || row.untilMs < table.nowMs()) return 'unavailable';
    return row.owner === owner ? 'acquired' : 'held';
  } catch {
    return 'unavailable';
  }
}

/**
 * Reads the lease of a chain.
 *
 * @returns `undefined` when there is no such row, or it is malformed.
 * @throws What the SDK throws.
 */
export async function readLease(table: LeaseTable): Promise<LeaseRow | undefined> {
  const { environ, leaseKey } = table.key;
  const attributes = await withTimeoutSignal(readTimeoutMs, (signal) =>
    getRow(table, { partition: environ, sort: leaseKey }, { consistent: true, signal }),
  );
  const row = attributes && decodeRow(attributes);
  return row?.kind === 'lease' ? row : undefined;
}

/** Marks a lease as done, whether rows were written or not. Never rejects: without this, the lease expires. */
export async function finishLease(table: LeaseTable, owner: string): Promise<void> {
  try {
    const nowMs = table.nowMs();
    const row = leaseRow(table.key, owner, { nowMs, untilMs: nowMs + doneMs, state: 'done' });
    const condition = ifAbsentOr('xcon_owner = :owner', { ':owner': { S: owner } });
    await putRow(table, encodeRow(table.key.environ, row), { condition });
  } catch {
    // The lease expires.
  }
}

interface LeaseTimes {
  readonly nowMs: number;
  readonly untilMs: number;
  readonly state: LeaseRow['state'];
}

function leaseRow(key: LeaseTable['key'], owner: string, { nowMs, untilMs, state }: LeaseTimes): LeaseRow {
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
