import { afterThisTurn } from '../di/after-this-turn';
import { type LocalCache } from '../providers/local-cache';

const refreshing = new WeakSet<LocalCache>();

/** Forgets what is remembered, once for all lookups of the same turn that ask for it. */
export function refreshTogether(localCache: LocalCache): void {
  if (refreshing.has(localCache)) return;
  refreshing.add(localCache);
  localCache.reset();
  afterThisTurn(() => refreshing.delete(localCache));
}
