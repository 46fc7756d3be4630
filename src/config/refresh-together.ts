import { afterThisTurn } from '../di/after-this-turn';
import { InvalidSettingsError } from '../errors';
import { type LocalCache } from '../memory/local-cache';
import { checkOptions } from '../options';
import { type LookupScope } from './lookup-scope';

/** What a refresh passes over, beside what this process remembers, until memory next expires. */
export interface RefreshOptions {
  /** Whether it passes over all that the cache table holds. Default: false. */
  readonly pastCache?: boolean | undefined;
  /**
   * How long ago the cache table may have read a value at its source, **seconds**; absent: as long as its rows last. Of a fleet that
   * refreshes, one process reads for all.
   */
  readonly maxAgeSeconds?: number | undefined;
}

/** The options of a refresh. */
export const refreshOptionNames: Readonly<Record<keyof RefreshOptions, true>> = {
  pastCache: true,
  maxAgeSeconds: true,
};

const refreshing = new WeakSet<LocalCache>();

/** Forgets what a scope remembers. @throws InvalidSettingsError for options that are none. */
export function refresh({ clock, localCache }: LookupScope, options: RefreshOptions): void {
  checkOptions('config.refresh()', options, refreshOptionNames);
  const { pastCache = false, maxAgeSeconds } = options;
  if (maxAgeSeconds !== undefined && !(maxAgeSeconds >= 0)) {
    throw new InvalidSettingsError('refresh option maxAgeSeconds', 'expected a number of seconds, at least 0.');
  }
  const cachedSinceMs = maxAgeSeconds === undefined ? 0 : clock.nowMs() - maxAgeSeconds * 1000;
  localCache.reset({ pastCache, cachedSinceMs });
}

/** Forgets what is remembered, once for all lookups of the same turn that ask for it. */
export function refreshTogether(localCache: LocalCache): void {
  if (refreshing.has(localCache)) return;
  refreshing.add(localCache);
  localCache.reset();
  afterThisTurn(() => refreshing.delete(localCache));
}
