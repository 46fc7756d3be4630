/** How many calls a rate still allows at once. */
export interface TokenBucket {
  /** Calls that are allowed now. */
  readonly tokens: number;
  /** When that was counted, **milliseconds**. */
  readonly atMs: number;
}

/** A bucket after a call has requested a token. */
export interface TokenAnswer {
  /** The bucket after the request. */
  readonly bucket: TokenBucket;
  /** How long the call has to wait before it requests one again, **milliseconds**; 0: it has its token. */
  readonly waitMs: number;
}

/** Gives a full bucket: a second's worth of calls, and at least one. @param perSecond - With 0, no call is allowed. */
export function fullBucket(perSecond: number, nowMs: number): TokenBucket {
  return { tokens: capacityOf(perSecond), atMs: nowMs };
}

/** Takes a token for one call, if there is one. @param perSecond - Calls a second that are allowed in the long run. */
export function takeToken({ tokens, atMs }: TokenBucket, perSecond: number, nowMs: number): TokenAnswer {
  const gained = (Math.max(0, nowMs - atMs) / 1000) * perSecond;
  const filled = Math.min(capacityOf(perSecond), tokens + gained);
  if (filled >= 1) return { bucket: { tokens: filled - 1, atMs: nowMs }, waitMs: 0 };
  return { bucket: { tokens: filled, atMs: nowMs }, waitMs: Math.ceil(((1 - filled) / perSecond) * 1000) };
}

function capacityOf(perSecond: number): number {
  return perSecond === 0 ? 0 : Math.max(1, perSecond);
}
