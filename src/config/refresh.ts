import { InvalidSettingsError } from '../errors';
import { checkOptions } from '../options';
import { type LookupScope } from './lookup-scope';

/** Which rows of the cache table are ignored after a refresh, until memory next expires. */
export interface RefreshOptions {
  /** Whether all rows of the cache table are ignored. Default: false. */
  readonly pastCache?: boolean | undefined;
  /**
   * How long ago a value in the cache table may have been read at its source, **seconds**; absent: any time. In a fleet that refreshes, one
   * process reads for all.
   */
  readonly maxAgeSeconds?: number | undefined;
}

/** The options of a refresh. */
export const refreshOptionNames: Readonly<Record<keyof RefreshOptions, true>> = {
  pastCache: true,
  maxAgeSeconds: true,
};

/** Resets the memory of a scope. @throws InvalidSettingsError for invalid options. */
export function refresh({ clock, localCache }: LookupScope, options: RefreshOptions): void {
  checkOptions('config.refresh()', options, refreshOptionNames);
  const { pastCache = false, maxAgeSeconds } = options;
  if (maxAgeSeconds !== undefined && !(maxAgeSeconds >= 0)) {
    throw new InvalidSettingsError('refresh option maxAgeSeconds', 'expected a number of seconds, at least 0.');
  }
  const cachedSinceMs = maxAgeSeconds === undefined ? 0 : clock.nowMs() - maxAgeSeconds * 1000;
  localCache.reset({ pastCache, cachedSinceMs });
}
