import { decodeRow, encodeRow, isoTime, type LeaseRow, nowhere } from './rows';
import { clearTimeout, setTimeout } from '../base/unfaked-timers';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { errorFacts } from '../base/describe-error';
import { withTimeoutSignal } from '../base/time-limit';
import { tableKeys } from '../aws/table-names';
import { type CacheKey } from './cache-key';
import { randomUUID } from 'node:crypto';
import { type Lease } from './cacher';

/** How long a holder may take before others stop waiting for it, **milliseconds**. */
export const leaseMs = 2000;
/** How long `done` is kept, so that nobody waits for rows that cannot come, **milliseconds**. */
export const doneMs = 60_000;
/** How often a waiter stands for a lease again whose holder has not ended it. */
export const maxStands = 2;
/** Over how long those who go on alone spread, **milliseconds**. */
export const spreadMs = 1000;
/** Time for the attempt to take a lease, **milliseconds**. */
export const takeTimeoutMs = 300;
/** How long after an attempt that took too long the lease is looked at, **milliseconds**. */
export const lateLookMs = 500;
/** Time for a look at a lease, **milliseconds**. */
export const lookTimeoutMs = 1000;

const firstPollMs = 150;
const longestPollMs = 600;
const pollGrowth = 1.8;

/** What a waiter does after a look at the lease. */
export type LeaseStep = 'wait' | 'read rows' | 'stand again';

/**
 * Decides what a waiter does.
 *
 * @param row - The lease as it is; `undefined` when its row is gone.
 * @param nowMs - Current time, **milliseconds** since the Unix epoch.
 */
export function leaseStep(row: Pick<LeaseRow, 'state' | 'untilMs'> | undefined, nowMs: number): LeaseStep {
  if (row === undefined || row.untilMs < nowMs) return 'stand again';
  return row.state === 'done' ? 'read rows' : 'wait';
}

/** Gives the pause before the next look at the lease, **milliseconds**: growing, between half and all of it. */
export function pollPause(poll: number, random: number): number {
  return Math.min(longestPollMs, firstPollMs * pollGrowth ** poll) * (0.5 + random / 2);
}

/** Gives the pause before going on alone, **milliseconds**: so that those who do so spread, within the time that is left. */
export function spreadPause(random: number, leftMs: number): number {
  return Math.min(random * spreadMs, Math.max(0, leftMs));
}

/** What a lease is kept in. */
export interface LeaseTarget {
  readonly client: DynamoDBClient;
  readonly table: string;
  /** Its partition and its sort key. */
  readonly key: Pick<CacheKey, 'environ' | 'leaseKey'>;
  /** Gives the current time, **milliseconds** since the Unix epoch. */
  readonly nowMs: () => number;
  /** Calls back after a time, **milliseconds**; gives what ends that. Absent: by a timer. */
  readonly after?: (ms: number, callback: () => void) => () => void;
}

/**
 * What came of an attempt to take a lease: this process has it, another one has, it could not be asked for, or it took too long:
 * then it may still have worked, or that of another process may.
 */
export type TakeOutcome = 'taken' | 'held' | 'unavailable' | 'late';

/** An attempt to take a lease. Neither promise rejects: a lease that cannot be had is gone without. */
export interface TakeAttempt {
  /** Its outcome after `takeTimeoutMs` at the latest. */
  readonly inTime: Promise<TakeOutcome>;
  /** Its outcome once the table has answered; `late` when the request timed out. */
  readonly answered: Promise<TakeOutcome>;
}

/**
 * Tries once to take the lease of a chain.
 *
 * An attempt that takes too long is not aborted: then it would not work later, either, and no process would have the lease.
 *
 * @param owner - Tells this holder from all others.
 */
export function takeLease(target: LeaseTarget, owner: string): TakeAttempt {
  const { after = afterTimer } = target;
  let cancel = (): void => undefined;
  const late = new Promise<'late'>((resolve) => {
    cancel = after(takeTimeoutMs, () => resolve('late'));
  });
  const answered = putLease(target, owner);
  return { inTime: Promise.race([answered, late]).finally(cancel), answered };
}

function afterTimer(ms: number, callback: () => void): () => void {
  const timer = setTimeout(callback, ms);
  return () => clearTimeout(timer);
}

async function putLease({ client, table, key, nowMs }: LeaseTarget, owner: string): Promise<TakeOutcome> {
  try {
    const { PutItemCommand } = await import('@aws-sdk/client-dynamodb');
    const now = nowMs();
    const command = new PutItemCommand({
      TableName: table,
      Item: { ...encodeRow(key.environ, leaseRow(key, owner, { nowMs: now, untilMs: now + leaseMs, state: 'held' })) },
      ConditionExpression: 'attribute_not_exists(#partition) OR xcon_until_ms < :now',
      ExpressionAttributeNames: { '#partition': tableKeys.partition },
      ExpressionAttributeValues: { ':now': { N: `${now}` } },
    });
    await withTimeoutSignal(leaseMs, (abortSignal) => client.send(command, { abortSignal }));
    return 'taken';
  } catch (error) {
    const { name } = errorFacts(error);
    if (name === 'ConditionalCheckFailedException') return 'held';
    return name === 'AbortError' || name === 'TimeoutError' ? 'late' : 'unavailable';
  }
}

/** Says who has the lease after an attempt that took too long. Never rejects. */
export async function leaseAfterDelay(target: LeaseTarget, owner: string): Promise<Exclude<TakeOutcome, 'late'>> {
  try {
    const row = await lookAtLease(target);
    if (row === undefined || row.untilMs < target.nowMs()) return 'unavailable';
    return row.owner === owner ? 'taken' : 'held';
  } catch {
    return 'unavailable';
  }
}

/**
 * Looks at the lease of a chain.
 *
 * @returns `undefined` when there is no such row, or none that can be read.
 * @throws What the SDK throws.
 */
export async function lookAtLease({ client, table, key }: LeaseTarget): Promise<LeaseRow | undefined> {
  const { GetItemCommand } = await import('@aws-sdk/client-dynamodb');
  const command = new GetItemCommand({
    TableName: table,
    Key: { [tableKeys.partition]: { S: key.environ }, [tableKeys.sort]: { S: key.leaseKey } },
    ConsistentRead: true,
  });
  const output = await withTimeoutSignal(lookTimeoutMs, (abortSignal) => client.send(command, { abortSignal }));
  const row = output.Item === undefined ? undefined : decodeRow(output.Item);
  return row?.kind === 'lease' ? row : undefined;
}

/** Says that the holder of a lease is done, whatever it has written. Never rejects: without this, the lease just ends. */
export async function finishLease({ client, table, key, nowMs }: LeaseTarget, owner: string): Promise<void> {
  try {
    const { PutItemCommand } = await import('@aws-sdk/client-dynamodb');
    const now = nowMs();
    const row = leaseRow(key, owner, { nowMs: now, untilMs: now + doneMs, state: 'done' });
    await client.send(
      new PutItemCommand({
        TableName: table,
        Item: { ...encodeRow(key.environ, row) },
        ConditionExpression: 'attribute_not_exists(#partition) OR xcon_owner = :owner',
        ExpressionAttributeNames: { '#partition': tableKeys.partition },
        ExpressionAttributeValues: { ':owner': { S: owner } },
      }),
    );
  } catch {
    // Somebody else holds it by now, or the table is in trouble: in both cases the lease ends by itself.
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
    createdAt: isoTime(nowMs),
    owner,
    untilMs,
    state,
  };
}

/** What standing for a lease led to. */
export type StandOutcome =
  /** This process refreshes the chain. */
  | 'holder'
  /** Rows may have come: look again. */
  | 'read rows'
  /** Nobody is waited for. */
  | 'alone';

/** How waiting is done; a parameter, so that it can be tried without time passing. */
export interface LeaseWaiting {
  /** Gives a number in `[0, 1)`. */
  readonly random: () => number;
  /** Waits, **milliseconds**. */
  readonly sleep: (ms: number) => Promise<void>;
  /** Gives the time that is left for the wait, **milliseconds**; 0 or less: none. */
  readonly leftMs: () => number;
}

/**
 * This process's part in refreshing one chain.
 *
 * All lookups of the process share it: the lease is taken once, and ended when the last of them is done.
 */
export class ChainLease {
  private readonly owner = randomUUID();
  private holders = 0;
  private ended = false;
  private waited = false;

  /**
   * @param target - Where the lease is kept.
   * @param beforeDone - Writes what was found; awaited before others are told to look.
   */
  constructor(
    private readonly target: LeaseTarget,
    private readonly beforeDone: () => Promise<void>,
  ) {}

  /** Tries once, and does not wait. @returns The lease, or `undefined` when somebody else has it. */
  async tryOnce(): Promise<Lease | undefined> {
    let outcome = await takeLease(this.target, this.owner).inTime;
    if (outcome === 'late') outcome = await leaseAfterDelay(this.target, this.owner);
    return outcome === 'taken' ? this.hold() : undefined;
  }

  /** Whether {@link ChainLease.stand} has waited for a holder: then others may have done so, and end at the same time. */
  get hasWaited(): boolean {
    return this.waited;
  }

  /** Takes the lease, or waits for the process that has it. Never rejects. */
  async stand({ random, sleep, leftMs }: LeaseWaiting): Promise<StandOutcome> {
    for (let stands = 0; stands <= maxStands; stands += 1) {
      const outcome = await this.take({ random, sleep, leftMs });
      if (outcome === 'taken') return 'holder';
      if (outcome === 'unavailable') return 'alone';
      const step = await this.wait({ random, sleep, leftMs });
      if (step === 'read rows') return 'read rows';
      if (step === 'give up') return 'alone';
    }
    await sleep(spreadPause(random(), leftMs()));
    return 'alone';
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
        await this.beforeDone();
        await finishLease(this.target, this.owner);
      },
    };
  }

  /**
   * Tries to take the lease. When the table is slow, the attempts of a whole fleet take too long at the same time, and one of
   * them works later: so its answer is awaited a little longer, then the lease is looked at, and a process that goes on alone
   * does so at a moment of its own.
   */
  private async take({ random, sleep, leftMs }: LeaseWaiting): Promise<Exclude<TakeOutcome, 'late'>> {
    const { inTime, answered } = takeLease(this.target, this.owner);
    const outcome = await inTime;
    if (outcome !== 'late') return outcome;
    const pause = sleep(Math.min(lateLookMs, Math.max(0, leftMs()))).then(() => 'late' as const);
    const answer = await Promise.race([answered, pause]);
    const later = answer === 'late' ? await leaseAfterDelay(this.target, this.owner) : answer;
    if (later !== 'unavailable') return later;
    await sleep(spreadPause(random(), leftMs()));
    return leaseAfterDelay(this.target, this.owner);
  }

  private async wait({ random, sleep, leftMs }: LeaseWaiting): Promise<'read rows' | 'stand again' | 'give up'> {
    const longest = leftMs();
    let holder: string | undefined;
    for (let poll = 0, waited = 0; waited < longest && leftMs() > 0; poll += 1) {
      const pause = pollPause(poll, random());
      await sleep(pause);
      waited += pause;
      try {
        const row = await lookAtLease(this.target);
        const step = leaseStep(row, this.target.nowMs());
        if (step !== 'wait') return step;
        this.waited = true;
        // It has changed hands: that counts like a lease that has ended.
        if (holder !== undefined && row?.owner !== holder) return 'stand again';
        holder = row?.owner;
      } catch {
        return 'give up';
      }
    }
    return 'give up';
  }
}
