/** Work that goes on beside the lookups. */
export class PendingWork {
  private readonly pending = new Set<Promise<unknown>>();

  /** Counts work until it ends, however it ends. */
  add(work: Promise<unknown>): void {
    const counted: Promise<unknown> = work.catch(() => undefined).then(() => this.pending.delete(counted));
    this.pending.add(counted);
  }

  /** Awaits all work, also what begins meanwhile. Never rejects. */
  async settled(): Promise<void> {
    while (this.pending.size > 0) await Promise.all(this.pending);
  }
}
