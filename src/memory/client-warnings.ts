import { type Unavailable } from '../item/directory-listing';
import { type Logger } from '../logging/logger';
import { type LocalCache } from './local-cache';

/** Remembers which warnings were written, and writes them. */
export interface Warnings {
  readonly localCache: LocalCache;
  readonly logger: Logger;
}

/** What AWS clients are used for. */
export interface ClientUse {
  /** Cache name of the provider, or name of the cacher. */
  readonly name: string;
  /** Whether the provider has clients of its own, and not those of the context. */
  readonly ownClients: boolean;
}

/** The cache table is used with the clients of the context. */
export const cacheUse: ClientUse = { name: 'cacher', ownClients: false };

/**
 * Warns that clients have no valid credentials, or no region: once for all that use them, providers and the cache.
 *
 * @param refusal - One whose scope is `credentials` or `region`.
 */
export function warnOfRefusedClients(
  { localCache, logger }: Warnings,
  { name, ownClients }: ClientUse,
  { reason, remedy, scope }: Unavailable,
): void {
  // Both are recorded: a use that succeeds again clears its warning by its own name.
  const keys = [useKey(name), clientsKey({ name, ownClients })].map((key) => localCache.isNewWarning(key));
  if (keys[1] !== true) return;
  logger.warn('aws.refused', {
    missing: scope,
    ...(ownClients && { provider: name }),
    reason,
    remedy,
    consequence:
      `${ownClients ? 'this provider is' : 'providers on AWS and the cache table are'} not read; lower places, defaults and ` +
      'fallbacks are given, and nothing found below is cached',
  });
}

/** Makes the warning new again, because a read with these clients succeeded. */
export function clearClientsWarning({ localCache }: Pick<Warnings, 'localCache'>, use: ClientUse): void {
  if (localCache.forgetWarning(useKey(use.name))) localCache.forgetWarning(clientsKey(use));
}

function useKey(name: string): string {
  return `clients|of ${name}`;
}

function clientsKey({ name, ownClients }: ClientUse): string {
  return `clients|${ownClients ? name : ''}`;
}
