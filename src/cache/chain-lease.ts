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
  /** When waiting must end, **milliseconds** since the Unix epoch. */
  readonly deadlineMs: number;
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
    let outcome = await takeLease(this.target, this.owner);
    if (outcome === 'late') outcome = await leaseAfterDelay(this.target, this.owner);
    return outcome === 'taken' ? this.hold() : undefined;
  }

  /** Whether {@link ChainLease.stand} has waited for a holder: then others may have done so, and end at the same time. */
  get hasWaited(): boolean {
    return this.waited;
  }

  /** Takes the lease, or waits for the process that has it. Never rejects. */
  async stand({ random, sleep, deadlineMs }: LeaseWaiting): Promise<StandOutcome> {
    for (let stands = 0; stands <= maxStands; stands += 1) {
      const outcome = await this.take({ random, sleep, deadlineMs });
      if (outcome === 'taken') return 'holder';
      if (outcome === 'unavailable') return 'alone';
      const step = await this.wait({ random, sleep, deadlineMs });
      if (step === 'read rows') return 'read rows';
      if (step === 'give up') return 'alone';
    }
    await sleep(spreadPause(random(), deadlineMs - this.target.nowMs()));
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
   * them works later: so it is looked at again, and who goes on alone does so at a moment of its own.
   */
  private async take({ random, sleep, deadlineMs }: LeaseWaiting): Promise<Exclude<TakeOutcome, 'late'>> {
    const outcome = await takeLease(this.target, this.owner);
    if (outcome !== 'late') return outcome;
    const leftMs = (): number => Math.max(0, deadlineMs - this.target.nowMs());
    await sleep(Math.min(lateLookMs, leftMs()));
    const later = await leaseAfterDelay(this.target, this.owner);
    if (later !== 'unavailable') return later;
    await sleep(spreadPause(random(), leftMs()));
    return leaseAfterDelay(this.target, this.owner);
  }

  private async wait({ random, sleep, deadlineMs }: LeaseWaiting): Promise<'read rows' | 'stand again' | 'give up'> {
    const longest = deadlineMs - this.target.nowMs();
    let holder: string | undefined;
    for (let poll = 0, waited = 0; waited < longest && this.target.nowMs() < deadlineMs; poll += 1) {
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
