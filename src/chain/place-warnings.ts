import { isoTime } from '../base/time';
import { type Directory } from '../directory/directory';
import { Unavailable } from '../item/directory-listing';
import { type Logger } from '../logging/logger';
import { type LocalCache } from '../memory/local-cache';
import { type ListingOutcome, type Provider } from '../providers/provider';
import { clearClientsWarning, type ClientUse, warnOfRefusedClients } from '../memory/client-warnings';
import { type StaleDetails } from '../memory/stale';

/** One provider in one directory. */
interface WarnedPlace {
  readonly provider: Provider;
  readonly directory: Directory;
}

/** Logs warnings about places, each once. */
export class PlaceWarnings {
  constructor(
    readonly localCache: LocalCache,
    readonly logger: Logger,
  ) {}

  /** Logs that a directory was read, and makes the warning that it is stale new again. */
  listed(by: Provider, directory: string, outcome: ListingOutcome): void {
    if (outcome instanceof Unavailable) return;
    const { cacheName: provider } = by;
    clearClientsWarning(this, clientUseOf(by));
    this.localCache.forgetWarning(`stale|${provider}|${directory}`);
    this.logger.debug('provider.listed', { provider, directory, names: outcome.size });
  }

  /** Records that a value was read by name, and makes the warning that values of its directory are stale new again. */
  valueRead({ provider, directory }: WarnedPlace): void {
    clearClientsWarning(this, clientUseOf(provider));
    this.localCache.forgetWarning(`stale|${provider.cacheName}|${directory.path}|values`);
  }

  /** Warns that a place, or a name in it, may not be read. */
  refused({ provider, directory }: WarnedPlace, refusal: Unavailable, name?: string): void {
    if (refusal.isOfClients) {
      warnOfRefusedClients(this, clientUseOf(provider), refusal);
      return;
    }
    const { reason, remedy } = refusal;
    const isWhole = refusal.scope === 'source';
    const at = isWhole ? '' : `${directory.path}${name === undefined ? '' : `|${name}`}`;
    if (!this.localCache.isNewWarning(`refused|${provider.cacheName}|${at}`)) return;
    this.logger.warn('provider.refused', {
      provider: provider.cacheName,
      ...(!isWhole && { directory: directory.path }),
      ...(name !== undefined && { name }),
      reason,
      remedy,
      consequence: 'not read; nothing found below this place is cached until it is granted or the provider removed',
    });
  }

  /** Warns that stale answers of a place are given, because it cannot be read. */
  stale(
    { provider, directory }: WarnedPlace,
    { goodAtMs, untilMs, reason, remedy }: StaleDetails,
    name?: string,
  ): void {
    const key = `stale|${provider.cacheName}|${directory.path}${name === undefined ? '' : '|values'}`;
    if (!this.localCache.isNewWarning(key)) return;
    this.logger.warn('provider.stale', {
      provider: provider.cacheName,
      directory: directory.path,
      ...(name !== undefined && { name }),
      reason,
      ...(remedy !== undefined && { remedy }),
      goodAt: isoTime(goodAtMs),
      until: isoTime(untilMs),
      consequence: 'the last value that was read is given; nothing found in this place or below is cached',
    });
  }
}

/** A provider with its own cache name reads with its own clients. */
function clientUseOf({ cacheName, name }: Provider): ClientUse {
  return { name: cacheName, ownClients: cacheName !== name };
}
