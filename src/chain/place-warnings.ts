import { type Directory } from '../directory/directory';
import { Unavailable } from '../item/directory-listing';
import { type Logger } from '../logging/logger';
import { type LocalCache } from '../memory/local-cache';
import { type ListingOutcome, type Provider } from '../providers/provider';
import { clientsWork, type RefusedClients, warnOfClients, type WarningTarget } from '../memory/refusal-warnings';
import { type StaleFacts } from '../memory/stale';

/** One provider in one directory. */
interface WarnedPlace {
  readonly provider: Provider;
  readonly directory: Directory;
}

/** Tells the log what is wrong with places, each thing once. */
export class PlaceWarnings {
  constructor(
    private readonly localCache: LocalCache,
    private readonly logger: Logger,
  ) {}

  private get target(): WarningTarget {
    return { localCache: this.localCache, logger: this.logger };
  }

  /** Tells that a directory was read, and so is not stale any more. */
  listed(by: Provider, directory: string, outcome: ListingOutcome): void {
    if (outcome instanceof Unavailable) return;
    const { cacheName: provider } = by;
    clientsWork(this.target, clientsOf(by));
    this.localCache.forgetWarning(`stale|${provider}|${directory}`);
    this.logger.debug('provider.listed', { provider, directory, names: outcome.size });
  }

  /** Takes note that the value of a name was read, and so those of its directory are not stale any more. */
  valueRead({ provider, directory }: WarnedPlace): void {
    clientsWork(this.target, clientsOf(provider));
    this.localCache.forgetWarning(`stale|${provider.cacheName}|${directory.path}|values`);
  }

  /** Tells that a place, or a name in it, may not be read. */
  refused({ provider, directory }: WarnedPlace, refusal: Unavailable, name?: string): void {
    if (refusal.isOfClients) {
      warnOfClients(this.target, clientsOf(provider), refusal);
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

  /** Tells that the last good answers of a place are given, because it cannot be read anew. */
  stale({ provider, directory }: WarnedPlace, { goodAtMs, untilMs, reason, remedy }: StaleFacts, name?: string): void {
    const key = `stale|${provider.cacheName}|${directory.path}${name === undefined ? '' : '|values'}`;
    if (!this.localCache.isNewWarning(key)) return;
    this.logger.warn('provider.stale', {
      provider: provider.cacheName,
      directory: directory.path,
      ...(name !== undefined && { name }),
      reason,
      ...(remedy !== undefined && { remedy }),
      goodAt: new Date(goodAtMs).toISOString(),
      until: new Date(untilMs).toISOString(),
      consequence: 'what was read last is given; nothing found here or below is cached',
    });
  }
}

/** A provider with a cache name of its own reads with clients of its own. */
function clientsOf({ cacheName, name }: Provider): RefusedClients {
  return { name: cacheName, own: cacheName !== name };
}
