import { getOrMake } from '../base/get-or-make';
import { mask } from '../base/printable';
import { type TimeLeft, withTimeLimit } from '../base/time-limit';
import { attemptOf, type Place } from '../chain/walk';
import { type WaitOptions } from '../config/lookup-options';
import { cachedOf, finderOf } from '../config/finder';
import { type LookupScope } from '../config/lookup-scope';
import { ProviderError, type SearchedPlace } from '../errors';
import { DirectoryItem } from '../item/directory-item';
import { type ListingEntry, Unavailable } from '../item/directory-listing';
import { Stale } from '../memory/stale';
import { type CachedName, type ReachableName, type ReachableNames, type ReachablePlace } from './explained';
import { isSecretName, showValue } from './shown-value';

/**
 * Lists every name that a scope can look up: reads each directory at each provider once, through memory.
 *
 * @throws ProviderError when a source failed, or it takes longer than the budget of a lookup; the reason of the signal.
 */
export function reachableNames(scope: LookupScope, { signal }: WaitOptions): Promise<ReachableNames> {
  const { lookupBudgetMs: budgetMs } = scope.settings;
  const problem = `the directories were not listed within lookupBudgetMs (${budgetMs} ms)`;
  const onTimeout = (): Error => new ProviderError('names', undefined, problem);
  return withTimeLimit((time) => listEverywhere(scope, time), { budgetMs, signal, onTimeout });
}

async function listEverywhere(scope: LookupScope, time: TimeLeft): Promise<ReachableNames> {
  const { directories, providers } = scope;
  const finder = finderOf(scope);
  scope.touch();
  finder.reader.start(directories.directories, providers.walked);
  const found = new Map<string, ReachablePlace[]>();
  const refusals: SearchedPlace[] = [];
  const add = (name: string, place: ReachablePlace): void => {
    getOrMake(found, name, () => []).push(place);
  };
  for (const item of scope.overrides) add(item.name, placeOfItem('override', undefined, item));
  for (const place of [...finder.leading, ...finder.walked]) {
    const { provider, directory = '', ...attempt } = await listPlace(scope, place, add);
    if (attempt.outcome === 'not permitted') refusals.push({ provider, directory, ...attempt });
  }
  for (const item of scope.defaults) add(item.name, placeOfItem('default', undefined, item));
  const keys = [...found.keys()].toSorted();
  const names = keys.map(async (key) => nameOf(key, found.get(key) ?? [], await cachedName(scope, key, time)));
  return { names: await Promise.all(names), refusals };
}

/** Adds the names of a place. @returns Its outcome. */
async function listPlace(
  scope: LookupScope,
  place: Place,
  add: (name: string, place: ReachablePlace) => void,
): Promise<SearchedPlace> {
  const listed = await finderOf(scope).reader.list(place);
  if (listed instanceof Unavailable) return attemptOf(place, listed);
  const listing = listed instanceof Stale ? listed.outcome : listed;
  const attempt = attemptOf(place, undefined);
  const { provider, directory = '' } = attempt;
  for (const name of listing.names) {
    const entry = listing.find(name);
    if (entry === undefined) continue;
    const marked = listed instanceof Stale && entry instanceof DirectoryItem ? listed.mark(entry) : entry;
    add(name, placeOfEntry(provider, directory.startsWith('/_') ? undefined : directory, marked));
  }
  return attempt;
}

function placeOfEntry(provider: string, directory: string | undefined, entry: ListingEntry): ReachablePlace {
  if (entry instanceof DirectoryItem) return placeOfItem(provider, directory, entry);
  const exactName = entry.kind === 'unread' ? entry.exactName : undefined;
  return {
    provider,
    directory,
    name: exactName?.slice(exactName.lastIndexOf('/') + 1) ?? entry.name,
    exactName,
    value: entry.kind === 'unread' ? mask : undefined,
    secret: true,
    version: undefined,
    changedAtMs: entry.kind === 'unread' ? entry.changedAtMs : undefined,
    staleSince: undefined,
    refusal: entry.kind === 'refused' ? `${entry.refusal.reason}: ${entry.refusal.remedy}` : undefined,
  };
}

function placeOfItem(provider: string, directory: string | undefined, item: DirectoryItem): ReachablePlace {
  const { originalName, exactName, secret, version, changedAtMs, staleSince } = item;
  return {
    provider,
    directory,
    name: originalName,
    exactName,
    value: secret ? mask : showValue(item.value),
    secret,
    version,
    changedAtMs,
    staleSince,
    refusal: undefined,
  };
}

/** Masks the values of all places when one of them keeps the name as a secret. */
function nameOf(key: string, found: readonly ReachablePlace[], cached: CachedName | undefined): ReachableName {
  const secret = isSecretName(key) || found.some((each) => each.secret);
  const places = found.map((each) => (secret && each.value !== undefined ? { ...each, value: mask } : each));
  const winner = places.find(({ refusal }) => refusal === undefined);
  return { name: (winner ?? places[0])?.name ?? key, places, winner, secret, cached };
}

async function cachedName(scope: LookupScope, key: string, time: TimeLeft): Promise<CachedName | undefined> {
  const cached = cachedOf(scope);
  if (cached === undefined) return undefined;
  const answer = await cached.cacher.find(cached.chain, key, time, { lookOnly: true });
  if (answer.kind === 'miss') {
    await answer.lease?.release();
    return undefined;
  }
  const { createdAt, kind, ttl } = answer.row ?? {};
  const expiresAtMs = ttl === undefined ? undefined : ttl * 1000;
  return { kind: answer.kind === 'absent' ? 'absent' : (kind ?? 'plain'), createdAt, expiresAtMs };
}
