import { isoTime } from '../base/time';
import { type Directory } from '../directory/directory';
import { Unavailable } from '../item/directory-listing';
import { type Logger } from '../logging/logger';
import { type LocalCache } from '../memory/local-cache';
import { type ListingOutcome, type Provider } from '../providers/provider';
import { clearClientsWarning, type ClientUse, warnOfRefusedClients } from '../memory/client-warnings';
import { type StaleFacts } from '../memory/stale';

/** One provider in one directory. */
interface WarnedPlace {
  readonly provider: Provider;
  readonly directory: Directory;
}

/** Warns of what is wrong with places, of each thing once. */
export class PlaceWarnings {
  constructor(
    readonly localCache: LocalCache,
    readonly logger: Logger,
  ) {}

  /** Logs that a directory was read. The next time that it is stale is warned of again. */
  listed(by: Provider, directory: string, outcome: ListingOutcome): void {
    if (outcome instanceof Unavailable) return;
    const { cacheName: provider } = by;
    clearClientsWarning(this, useBy(by));
    this.localCache.forgetWarning(`stale|${provider}|${directory}`);
    this.logger.debug('provider.listed', { provider, directory, names: outcome.size });
  }

  /** Records that a value was read by name. The next time that values of its directory are stale is warned of again. */
  valueRead({ provider, directory }: WarnedPlace): void {
    clearClientsWarning(this, useBy(provider));
    this.localCache.forgetWarning(`stale|${provider.cacheName}|${directory.path}|values`);
  }

  /** Warns that a place, or a name in it, may not be read. */
  refused({ provider, directory }: WarnedPlace, refusal: Unavailable, name?: string): void {
    if (refusal.isOfClients) {
      warnOfRefusedClients(this, useBy(provider), refusal);
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

  /** Warns that stale answers of a place are given, because it cannot be read anew. */
  stale({ provider, directory }: WarnedPlace, { goodAtMs, untilMs, reason, remedy }: StaleFacts, name?: string): void {
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
      consequence: 'what was read last is given; nothing found here or below is cached',
    });
  }
}

/** A provider with a cache name of its own reads with clients of its own. */
function useBy({ cacheName, name }: Provider): ClientUse {
  return { name: cacheName, ownClients: cacheName !== name };
}
