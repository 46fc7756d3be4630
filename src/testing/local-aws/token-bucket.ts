/** Lets so many requests pass a second, a second's worth of them at once; with 0, none. */
export class TokenBucket {
  private readonly capacity: number;
  private tokens: number;
  private filledAtMs: number;

  /** @param clock - Current time, milliseconds. */
  constructor(
    private readonly perSecond: number,
    private readonly clock: () => number,
  ) {
    this.capacity = perSecond === 0 ? 0 : Math.max(1, perSecond);
    this.tokens = this.capacity;
    this.filledAtMs = clock();
  }

  /** Takes a token; false when there is none. */
  take(): boolean {
    const nowMs = this.clock();
    const gained = (Math.max(0, nowMs - this.filledAtMs) / 1000) * this.perSecond;
    this.tokens = Math.min(this.capacity, this.tokens + gained);
    this.filledAtMs = nowMs;
    if (this.tokens < 1) return false;
    this.tokens -= 1;
    return true;
  }
}
