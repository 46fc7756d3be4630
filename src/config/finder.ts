import { CacheKey, exactNamesMark } from '../cache/cache-key';
import { GuardedCacher } from '../cache/guarded-cacher';
import { ChainFinder, type ChainFinderOptions } from '../chain/chain-finder';
import { PlaceReader } from '../chain/place-reader';
import { type ProviderChain } from '../chain/provider-chain';
import { type DirectoryChain } from '../directory/directory-chain';
import { type Logger } from '../logging/logger';
import { type LocalCache } from '../memory/local-cache';
import { type LookupScope } from './lookup-scope';

/** The cacher, and the chain as it needs it. */
export type CachedChainOf = NonNullable<ChainFinderOptions['cache']>;

/** Gives the finder of a scope, for names between overrides and defaults. The same each time. */
export function finderOf(scope: LookupScope): ChainFinder {
  return scope.part(makeFinder);
}

/** Gives the cacher of a scope, and the chain as it needs it; `undefined` when nothing is cached. The same each time. */
export function cachedOf(scope: LookupScope): CachedChainOf | undefined {
  return scope.part(makeCached);
}

/**
 * Makes a finder for the names of a scope that uses neither the cache table nor the memory of the scope.
 *
 * @param localCache - Memory of the finder.
 */
export function finderAt(scope: LookupScope, localCache: LocalCache, logger: Logger): ChainFinder {
  const { cacheSession, context, directories, providers, session, strategy } = scope;
  const byName = strategy === 'names';
  const reader = new PlaceReader({ context, localCache, logger, session, byName, random: cacheSession.random });
  return new ChainFinder({ providers, directories, reader, cache: undefined });
}

function makeFinder(scope: LookupScope): ChainFinder {
  const { directories, localCache, logger, providers } = scope;
  const { reader } = finderAt(scope, localCache, logger);
  return new ChainFinder({ providers, directories, reader, cache: cachedOf(scope) });
}

function makeCached(scope: LookupScope): CachedChainOf | undefined {
  const { cacher: given, cacheSession, directories, environ, isCached, localCache, logger, providers, sources } = scope;
  if (!isCached || given === null || environ === undefined || sources === undefined) return undefined;
  const marked = scope.strategy === 'names' ? `${sources}${exactNamesMark}` : sources;
  const key = new CacheKey(environ, directories, marked);
  const trusted = trustedPart(directories, providers);
  const cacher = new GuardedCacher(given, localCache, logger);
  const byCacheName = new Map(providers.walked.map((each) => [each.cacheName, each]));
  return { cacher, chain: { key, session: cacheSession, trusted, providers: byCacheName } };
}

/** The part of a chain before the first provider that is not cacheable; `undefined` when all are cacheable. */
function trustedPart(directories: DirectoryChain, { walked }: ProviderChain) {
  const end = walked.findIndex(({ cacheable }) => !cacheable);
  if (end === -1) return undefined;
  const providers = walked.slice(0, end).map(({ cacheName }) => cacheName);
  return { directory: directories.directories[0]?.path ?? '', providers };
}
