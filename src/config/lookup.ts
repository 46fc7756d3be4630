import { startWork } from '../base/start-work';
import { type TimeLeft, withTimeLimit } from '../base/time-limit';
import { findById } from '../chain/by-id';
import { type Attempt, type WalkResult } from '../chain/walk';
import { ProviderError } from '../errors';
import { DirectoryItem } from '../item/directory-item';
import { type Logger } from '../logging/logger';
import { finderOf } from './finder';
import { lastKnownGoodPart } from './last-known-good/part';
import { idOf, type LookupOptions } from './lookup-options';
import { type LookupScope } from './lookup-scope';

/** The result of a lookup, and the places that were read. */
export interface LookupResult {
  /** The item found; one that is `nonExistent` when there is none. */
  readonly item: DirectoryItem;
  /** Every place that was read, in order. */
  readonly attempts: readonly Attempt[];
}

/**
 * Looks up one name: overrides, then the chain, then defaults.
 *
 * @param exact - The name in the caller's case.
 * @throws ProviderError when a source on the way failed, or the whole took longer than the budget.
 */
export async function lookUp(scope: LookupScope, exact: string, options: LookupOptions): Promise<LookupResult> {
  const name = exact.toLowerCase();
  const override = scope.override(name);
  if (override !== undefined) return { item: override, attempts: [attempt('override', 'found')] };
  const found =
    options.skipProviders === true ? { item: undefined, attempts: [] } : await findOrRecall(scope, exact, options);
  if (found.item !== undefined) return { item: found.item, attempts: found.attempts };
  const given = scope.default(name);
  const outcome = given === undefined ? 'absent' : 'found';
  const item = given ?? DirectoryItem.nonExistent(name);
  return { item: found.absence?.mark(item) ?? item, attempts: [...found.attempts, attempt('default', outcome)] };
}

/** Logs at debug level where a name was found, or which places do not have it; never its value. */
export function logLookup(logger: Logger, { item, attempts }: LookupResult): void {
  if (!logger.isEnabled('debug')) return;
  const { name, source, directory, nonExistent } = item;
  const places = attempts.map(describeAttempt);
  logger.debug(nonExistent ? 'lookup.miss' : 'lookup.hit', { name, source, directory: directory.path, places });
}

/** Whether an answer may change before memory expires: it is stale, or the process lacks credentials or a region for now. */
export function isProvisional({ item, attempts }: Pick<WalkResult, 'item' | 'attempts'>): boolean {
  if (item?.stale === true) return true;
  return attempts.some(({ scope, stale }) => stale === true || scope === 'credentials' || scope === 'region');
}

/** Finds a name at cacher and sources, or its last known good answer, where these are kept. */
async function findOrRecall(scope: LookupScope, name: string, options: LookupOptions): Promise<WalkResult> {
  // It may reject while the module is being loaded, before anything awaits it.
  const finding = startWork(() => findInTime(scope, name, options));
  if (scope.settings.lastKnownGood === undefined || idOf(options) !== undefined) return finding;
  const { withLastKnownGood } = await lastKnownGoodPart.load();
  return withLastKnownGood(scope, name, finding);
}

/** Finds a name at cacher and sources; in memory, when time is up. */
async function findInTime(scope: LookupScope, name: string, options: LookupOptions): Promise<WalkResult> {
  const { signal } = options;
  const id = idOf(options);
  const { lookupBudgetMs: budgetMs } = scope.settings;
  const trace = { waitingFor: 'the first answer' };
  let timeout: ProviderError | undefined;
  const onTimeout = (): Error => {
    const problem = `no answer within lookupBudgetMs (${budgetMs} ms) for "${name}"; it was waiting for ${trace.waitingFor}`;
    timeout = new ProviderError(trace.waitingFor.split(' ', 1)[0] ?? '', undefined, problem);
    return timeout;
  };
  const { providers } = scope;
  const finder = finderOf(scope);
  const find = (time: TimeLeft): Promise<WalkResult> =>
    id === undefined ? finder.find(name, time, trace) : findById({ providers, reader: finder.reader }, name, id, trace);
  try {
    return await withTimeLimit(find, { budgetMs, signal, onTimeout });
  } catch (error) {
    const atHand = error === timeout && id === undefined ? finder.findAtHand(name) : undefined;
    if (atHand === undefined) throw error;
    return atHand;
  }
}

function describeAttempt({ provider, directory = '', outcome, stale }: Attempt): string {
  return `${provider}:${directory} ${outcome}${stale === true ? ' (stale)' : ''}`;
}

function attempt(provider: string, outcome: Attempt['outcome']): Attempt {
  return { provider, outcome };
}
