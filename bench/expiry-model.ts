import { earlyWindow, isEarly, isExpired, jitteredExpiry, jitterFor } from '../src/cache/expiry';
import { doneMs, leaseMs, leaseStep } from '../src/cache/lease';

/** How long a refresh takes, **milliseconds**. */
const refreshMs = 300;
const cacheTtlSeconds = 12 * 3600;
const expiries = 20;

/**
 * Plays a fleet against one chain on a clock of its own, with the library's own decisions and no network.
 *
 * Starts come at random (exponential gaps); each reads the rows as they are at that moment, refreshes where the library
 * would, and writes rows a moment later.
 *
 * @param startsPerSecond - How many processes start in a second, on average.
 * @param lease - Whether the lease is on.
 * @returns Refreshes per expiry, on average over 20 expiries.
 */
export function refreshesPerExpiry(startsPerSecond: number, lease: boolean): number {
  const random = seededRandom(7);
  let nowMs = 0;
  let ttl = freshTtl(nowMs, random());
  let createdAtMs = nowMs;
  let refreshes = 0;
  for (let expiry = 0; expiry < expiries; expiry += 1) {
    const row = { ttl, createdAtMs };
    // Before the window opens no process refreshes: the clock jumps there.
    nowMs = (ttl - earlyWindow(ttl, createdAtMs, cacheTtlSeconds)) * 1000;
    const round = playExpiry(nowMs, row, startsPerSecond, lease, random);
    refreshes += round.refreshes;
    nowMs = round.writtenAtMs;
    createdAtMs = nowMs;
    ttl = freshTtl(nowMs, random());
  }
  return refreshes / expiries;
}

interface Round {
  readonly refreshes: number;
  /** When the first refresh has written its rows: from then on, starts find them. */
  readonly writtenAtMs: number;
}

function playExpiry(
  fromMs: number,
  { ttl, createdAtMs }: { readonly ttl: number; readonly createdAtMs: number },
  startsPerSecond: number,
  lease: boolean,
  random: () => number,
): Round {
  let nowMs = fromMs;
  let refreshes = 0;
  let writtenAtMs = Number.POSITIVE_INFINITY;
  let held: { readonly state: 'held' | 'done'; readonly untilMs: number } | undefined;
  for (;;) {
    nowMs += (-Math.log(1 - random()) / startsPerSecond) * 1000;
    if (nowMs >= writtenAtMs) return { refreshes, writtenAtMs };
    const due = isExpired(ttl, nowMs) || isEarly(ttl, earlyWindow(ttl, createdAtMs, cacheTtlSeconds), random(), nowMs);
    if (!due) continue;
    const free = leaseStep(held, nowMs) === 'try again';
    if (lease && !free) continue;
    refreshes += 1;
    held = { state: 'held', untilMs: nowMs + Math.min(leaseMs, doneMs) };
    writtenAtMs = Math.min(writtenAtMs, nowMs + refreshMs);
  }
}

function freshTtl(nowMs: number, random: number): number {
  return jitteredExpiry(nowMs, random, { ttlSeconds: cacheTtlSeconds, jitterSeconds: jitterFor(cacheTtlSeconds) });
}

/** A small generator with a seed (mulberry32), so that the figures can be had again. */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
