import { type Unavailable } from '../item/directory-listing';
import { type Logger } from '../logging/logger';
import { type LocalCache } from './local-cache';

/** Where warnings are kept count of, and written. */
export interface WarningTarget {
  readonly localCache: LocalCache;
  readonly logger: Logger;
}

/** Who was refused. */
export interface RefusedClients {
  /** Cache name of the provider, or name of the cacher. */
  readonly name: string;
  /** Whether it has clients of its own, and not those of the context. */
  readonly own: boolean;
}

/**
 * Warns that clients have no valid credentials, or no region: once for all that use them, providers and the cache.
 *
 * @param refusal - One whose scope is `credentials` or `region`.
 */
export function warnOfClients(
  { localCache, logger }: WarningTarget,
  { name, own }: RefusedClients,
  { reason, remedy, scope }: Unavailable,
): void {
  // Both are noted: what works again later is known by its name only.
  const keys = [`clients|of ${name}`, `clients|${own ? name : ''}`].map((key) => localCache.isNewWarning(key));
  if (keys[1] !== true) return;
  logger.warn('aws.refused', {
    missing: scope,
    ...(own && { provider: name }),
    reason,
    remedy,
    consequence:
      `${own ? 'this provider is' : 'providers on AWS and the cache table are'} not read; lower places, defaults and ` +
      'fallbacks are given, and nothing found below is cached',
  });
}

/** Lets the warning be written again when it is so again: something was read with these clients. */
export function clientsWork({ localCache }: Pick<WarningTarget, 'localCache'>, { name, own }: RefusedClients): void {
  if (localCache.forgetWarning(`clients|of ${name}`)) localCache.forgetWarning(`clients|${own ? name : ''}`);
}
