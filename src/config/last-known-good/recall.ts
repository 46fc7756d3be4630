import { isInstance } from '../../base/describe-error';
import { callAndForget } from '../../base/start-work';
import { isoTime } from '../../base/time';
import { type Attempt, type WalkResult } from '../../chain/walk';
import { Random } from '../../di/random';
import { ProviderError } from '../../errors';
import { type LocalCache, MemorySlot } from '../../memory/local-cache';
import { type LastKnownGood } from '../../settings/settings-values';
import { finderOf } from '../finder';
import { type LookupScope } from '../lookup-scope';
import { LastKnownGoodStore, type LookupKey } from './last-known-good-store';
import { type KeptAnswer } from './kept-answers';

/** A store, and the service and the clients that it belongs to. */
interface OwnedStore {
  readonly store: LastKnownGoodStore;
  readonly settings: LastKnownGood;
  readonly environ: string;
  readonly clients: object;
}

/** By file. */
const stores = new MemorySlot<Map<string, OwnedStore>>({ outlivesReset: true, make: () => new Map() });

/** Failures and refusals of a lookup. */
export interface LookupFailure {
  /** Whether a source on the way has failed. */
  readonly isFailed: boolean;
  /** Places on the way that may not be read. */
  readonly refused: readonly Attempt[];
}

/**
 * Gives the result of a lookup, and keeps it; or the last good answer, when a source on the way failed, or the place of that answer may
 * not be read any more.
 *
 * @param exact - The name in the caller's case.
 * @throws What the lookup throws, when there is no last good answer.
 */
export async function withLastKnownGood(
  scope: LookupScope,
  exact: string,
  finding: Promise<WalkResult>,
): Promise<WalkResult> {
  let result: WalkResult;
  try {
    result = await finding;
  } catch (error) {
    const isFailed = isInstance(error, ProviderError);
    const recalled = await recallFor(scope, exact, { isFailed, refused: [] });
    if (isFailed) storeOf(scope)?.recordNeed(recalled !== undefined);
    if (recalled === undefined) throw error;
    return recalled;
  }
  const refused = result.attempts.filter(({ outcome }) => outcome === 'not permitted');
  const recalled = await recallFor(scope, exact, { isFailed: false, refused });
  if (recalled !== undefined) return recalled;
  if (isToKeep(scope, result)) {
    const atMs = finderOf(scope).readAtMs(exact, result) ?? scope.clock.nowMs();
    storeOf(scope)?.keep(lookupKeyOf(scope, exact), { atMs, item: result.item });
  }
  return result;
}

/** Gives the last good answer for a name where a failure or a refusal requires it; else `undefined`. */
export async function recallFor(
  scope: LookupScope,
  exact: string,
  { isFailed, refused }: LookupFailure,
): Promise<WalkResult | undefined> {
  const store = isFailed || refused.length > 0 ? storeOf(scope) : undefined;
  const answer = await store?.find(lookupKeyOf(scope, exact));
  if (answer === undefined || !(isFailed || isAt(scope, answer, refused))) return undefined;
  warnOfUse(scope, answer);
  return resultOf(answer, refused);
}

/** Whether every lookup that failed because of a source has had a last good answer. */
export function servesAllFailures(scope: LookupScope): boolean {
  return storeOf(scope)?.servesAllFailures === true;
}

/** Writes the pending answers of the stores in a memory. Never rejects. */
export async function flushStores(localCache: LocalCache): Promise<void> {
  await Promise.all([...localCache.slot(stores).values()].map(({ store }) => store.flush()));
}

/** Gives the store of a scope; `undefined` when there is none, or it belongs to another service or other clients. */
function storeOf(scope: LookupScope): LastKnownGoodStore | undefined {
  const { clients, clock, localCache, logger, settings, environ = `/global/${scope.environment}` } = scope;
  const { lastKnownGood } = settings;
  if (lastKnownGood === undefined || scope.sources === undefined) return undefined;
  const known = localCache.slot(stores);
  let owned = known.get(lastKnownGood.file);
  if (owned?.settings !== lastKnownGood) {
    const former = owned?.store;
    if (former !== undefined) callAndForget(() => former.flush());
    const warn = (event: string, fields: Readonly<Record<string, unknown>>): void => {
      if (localCache.isNewWarning(`${event}|${lastKnownGood.file}`)) logger.warn(event, fields);
    };
    const chance = Random.grab();
    const random = (): number => chance.next();
    const store = new LastKnownGoodStore({
      settings: lastKnownGood,
      environ,
      nowMs: () => clock.nowMs(),
      random,
      warn,
    });
    known.set(lastKnownGood.file, (owned = { store, settings: lastKnownGood, environ, clients }));
  }
  return owned.environ === environ && owned.clients === clients ? owned.store : undefined;
}

function warnOfUse({ clock, localCache, logger, settings }: LookupScope, { atMs }: KeptAnswer): void {
  const file = settings.lastKnownGood?.file ?? '';
  if (!localCache.isNewWarning(`last-good.given|${file}`)) return;
  logger.warn('last-good.given', {
    file,
    goodAt: isoTime(atMs),
    ageSeconds: Math.round((clock.nowMs() - atMs) / 1000),
    consequence: 'sources cannot be read; the last good answers are given, which may be out of date',
  });
}

function resultOf({ atMs, item }: KeptAnswer, refused: readonly Attempt[]): WalkResult {
  const goodAt = isoTime(atMs);
  const attempt: Attempt = {
    provider: 'lastKnownGood',
    outcome: item === undefined ? 'known to be missing' : 'found',
    stale: true,
  };
  return { item: item?.asStale(goodAt), attempts: [...refused, attempt] };
}

/** Whether an answer was found at one of these places. */
function isAt({ providers }: LookupScope, { item }: KeptAnswer, places: readonly Attempt[]): boolean {
  return places.some(({ provider, directory }) => {
    const names = providers.walked.filter(({ cacheName }) => cacheName === provider).map(({ name }) => name);
    return item !== undefined && directory === item.directory.path && names.includes(item.provider ?? '');
  });
}

/**
 * Whether an answer may be kept, by the rule of the cache table: not when it was found below a place that failed, was refused or is stale,
 * or at or below a provider that is not cacheable.
 */
function isToKeep({ providers }: LookupScope, { attempts, item }: WalkResult): boolean {
  const walked = attempts.slice(providers.leading.length);
  const above = item === undefined ? walked : walked.slice(0, -1);
  const uncacheable = providers.walked.filter(({ cacheable }) => !cacheable).map(({ cacheName }) => cacheName);
  return (
    walked.length > 0 &&
    item?.stale !== true &&
    walked.every(({ provider, stale }) => stale !== true && !uncacheable.includes(provider)) &&
    above.every(({ outcome }) => outcome === 'absent' || outcome === 'known to be missing')
  );
}

/** Identifies a lookup by its chain and strategy, and its name. */
function lookupKeyOf({ directories, sources, strategy }: LookupScope, exact: string): LookupKey {
  return {
    chain: JSON.stringify([directories.concat, sources, strategy]),
    name: strategy === 'names' ? exact : exact.toLowerCase(),
  };
}
