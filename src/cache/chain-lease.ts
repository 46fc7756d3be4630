import { randomUUID } from 'node:crypto';
import { type Lease } from './cacher';
import { lateLookMs, leaseStep, maxStands, pollPause, spreadPause } from './lease';
import {
  finishLease,
  leaseAfterDelay,
  type LeaseTarget,
  lookAtLease,
  type TakeOutcome,
  takeLease,
} from './lease-store';

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
