import { describeError } from '../base/describe-error';
import { withTimeLimit } from '../base/time-limit';
import { type LookupScope } from './lookup-scope';

/**
 * Prepares the lookups of a scope: modules, credentials, connections.
 *
 * Never rejects: a problem is logged at debug level, and reported by the lookup that needs the source.
 */
export async function warm({ cacher, cacheSession, logger, providers, session, settings }: LookupScope): Promise<void> {
  const { lookupBudgetMs: budgetMs } = settings;
  const ending = new AbortController();
  const { signal } = ending;
  const tryTo = async (name: string, start: () => Promise<void> | undefined): Promise<void> => {
    try {
      const onTimeout = (): Error => new Error(`not ready within lookupBudgetMs (${budgetMs} ms)`);
      await withTimeLimit(start, { budgetMs, onTimeout });
    } catch (error) {
      logger.debug('warm.failed', { provider: name, reason: describeError(error) });
    }
  };
  const getting = providers.providers.map((each) => tryTo(each.cacheName, () => each.warm({ ...session, signal })));
  await Promise.all([...getting, tryTo('cacher', () => cacher?.warm(cacheSession, signal))]);
  ending.abort();
}
