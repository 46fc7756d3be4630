import { type Attributes, type Meter, type ObservableResult } from '@opentelemetry/api';
import { type CacheReadEvent, type LookupOrigin } from '../core';
import { cacheAttributes, errorAttributes, lookupAttributes, requestAttributes, type Tier } from './attributes';
import { listen } from './listen';

/** Bounds of histograms, **seconds**: a lookup in the cache takes milliseconds, a failing one its whole budget. */
const bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/**
 * Makes metrics of lookups, requests and the cache. Names and units follow the semantic conventions.
 *
 * Answers from memory are only counted, and reported when metrics are collected: they are the most frequent.
 *
 * @returns Functions that end it.
 * Source: https://opentelemetry.io/docs/specs/semconv/general/metrics/
 */
export function measure(meter: Meter): readonly (() => void)[] {
  const lookups = new LookupCounts();
  const refreshes = new Map<string, number>();
  const partitions = new Map<string, CacheReadEvent>();
  const advice = { explicitBucketBoundaries: bounds };
  const lookupDuration = meter.createHistogram('xcon.lookup.duration', {
    description: 'Duration of lookups that were not answered from memory',
    unit: 's',
    advice,
  });
  const requestDuration = meter.createHistogram('xcon.request.duration', {
    description: 'Duration of calls of AWS, retries included',
    unit: 's',
    advice,
  });
  return [
    observe(meter.createObservableCounter('xcon.lookups', { description: 'Lookups', unit: '{lookup}' }), (result) =>
      lookups.report(result),
    ),
    observe(
      meter.createObservableCounter('xcon.refreshes', {
        description: 'Number of resets of memory, after which lookups read the sources again',
        unit: '{refresh}',
      }),
      (result) => {
        for (const [reason, count] of refreshes) result.observe(count, { 'xcon.refresh.reason': reason });
      },
    ),
    observe(
      meter.createObservableGauge('xcon.cache.rows', {
        description: 'Rows of the partition of the cache table when it was last read',
        unit: '{row}',
      }),
      (result) => {
        for (const read of partitions.values()) result.observe(read.rows ?? 0, cacheAttributes(read));
      },
    ),
    observe(
      meter.createObservableGauge('xcon.answer.age', {
        description: 'Age of the oldest answer in memory',
        unit: 's',
      }),
      (result) => {
        const { oldestMs } = lookups;
        if (oldestMs !== undefined) result.observe(Math.max(0, Date.now() - oldestMs) / 1000);
      },
    ),
    listen('xcon:memory-hit', (origin) => lookups.countHit(origin)),
    listen('xcon:lookup', (lookup) => {
      const tier = lookup.viaCacher ? 'cache' : 'source';
      lookups.count(lookup, tier);
      const attributes = { ...lookupAttributes(lookup, tier), ...errorAttributes(lookup.error) };
      lookupDuration.record(lookup.durationMs / 1000, attributes);
    }),
    listen('xcon:request', (request) => requestDuration.record(request.durationMs / 1000, requestAttributes(request))),
    listen('xcon:cache-read', (read) => {
      if (read.rows !== undefined) partitions.set(`${read.table} ${read.environ}`, read);
    }),
    listen('xcon:refresh', ({ reason }) => {
      refreshes.set(reason, (refreshes.get(reason) ?? 0) + 1);
      lookups.forgetAge();
    }),
  ];
}

/** The common part of observable counters and gauges. */
interface Observed {
  addCallback(callback: (result: ObservableResult) => void): void;
  removeCallback(callback: (result: ObservableResult) => void): void;
}

function observe(instrument: Observed, callback: (result: ObservableResult) => void): () => void {
  instrument.addCallback(callback);
  return () => instrument.removeCallback(callback);
}

interface Count {
  value: number;
  readonly attributes: Attributes;
}

/** Counts lookups by outcome, source and tier. */
class LookupCounts {
  private readonly byKey = new Map<string, Count>();
  /** Counts of answers in memory: each hit has the same object. */
  private readonly byOrigin = new WeakMap<LookupOrigin, Count>();
  /** When the oldest answer in memory was read, **milliseconds** since the Unix epoch; `undefined`: there is none. */
  oldestMs: number | undefined;

  countHit(origin: LookupOrigin): void {
    let count = this.byOrigin.get(origin);
    if (count === undefined) this.byOrigin.set(origin, (count = this.countOf(origin, 'memory')));
    count.value += 1;
  }

  count(lookup: LookupOrigin, tier: Tier): void {
    this.countOf(lookup, tier).value += 1;
    const { knownSinceMs = Number.POSITIVE_INFINITY } = lookup;
    if (knownSinceMs < (this.oldestMs ?? Number.POSITIVE_INFINITY)) this.oldestMs = knownSinceMs;
  }

  forgetAge(): void {
    this.oldestMs = undefined;
  }

  report(result: ObservableResult): void {
    for (const { attributes, value } of this.byKey.values()) result.observe(value, attributes);
  }

  private countOf(origin: LookupOrigin, tier: Tier): Count {
    const key = [origin.outcome, origin.source, origin.stale, tier].join();
    const known = this.byKey.get(key);
    if (known !== undefined) return known;
    const count = { value: 0, attributes: lookupAttributes(origin, tier) };
    this.byKey.set(key, count);
    return count;
  }
}
