import { startWork } from '../base/start-work';

/** All work of this process that has not ended. */
const unfinished = new Set<PendingWork>();

/** Work that goes on beside the lookups. */
export class PendingWork {
  private readonly pending = new Set<Promise<unknown>>();

  /** Awaits the work that any cacher of this process has begun. Never rejects. */
  static async allSettled(): Promise<void> {
    while (unfinished.size > 0) await Promise.all([...unfinished].map((each) => each.settled()));
  }

  /** Counts work until it ends, however it ends. */
  add(work: PromiseLike<unknown>): void {
    const end = (): void => {
      this.pending.delete(counted);
      if (this.pending.size === 0) unfinished.delete(this);
    };
    const counted: Promise<void> = startWork(() => work).then(end, end);
    this.pending.add(counted);
    unfinished.add(this);
  }

  /** Awaits all work, also what begins meanwhile. Never rejects. */
  async settled(): Promise<void> {
    while (this.pending.size > 0) await Promise.all(this.pending);
  }
}
