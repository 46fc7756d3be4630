import { type CacheableAnswer } from '../cache/cacher';
import { earliestOf, type Moment } from '../di/moment';
import { DirectoryItem, type DirectoryItem as Item } from '../item/directory-item';
import { isUnread, type ListingEntry, Unavailable, type UnreadSecret } from '../item/directory-listing';
import { type ListingOutcome } from '../providers/provider';
import { type Place, type PlaceOutcome, type WalkResult } from './walk';

/** What memory holds of places. */
export interface KnownPlaces {
  /** Gives the listing of a place; `undefined` while it is being read, after it failed, or when it is stale. */
  readonly listing: (place: Place) => ListingOutcome | undefined;
  /** Gives the outcome of reading a secret; `'unread'` when it was not read, or is stale. */
  readonly secret: (place: Place, secret: UnreadSecret) => PlaceOutcome | 'unread';
  /** Gives when the read of a listing, or of a secret in it, began; absent: not known. */
  readonly readAt?: (place: Place, secret?: UnreadSecret) => Moment | undefined;
}

/** What memory has of a place for one name. */
export interface RememberedPlace {
  readonly outcome: PlaceOutcome | ListingEntry | 'unread';
  /** When the oldest read behind it began. */
  readonly readAt: Moment | undefined;
}

/**
 * Gives the answers that a fresh lookup, from the first place on, would also give.
 *
 * A place that failed, was not permitted, is stale, or is not cacheable makes everything below it uncacheable; an unread secret, or an
 * item that may not be cached, makes its own name uncacheable.
 *
 * @param places - In the order of the lookup, up to the one that gave the answer.
 * @param missing - A name that none of them has, where the chain ends with them.
 */
export function cacheableAnswers(
  places: readonly Place[],
  known: KnownPlaces,
  missing?: string,
): readonly CacheableAnswer[] {
  const answers: CacheableAnswer[] = [];
  const decided = new Set<string>();
  /** When secrets were read, by name: found ones, and ones that do not exist any more. */
  const secretsReadAt = new Map<string, Moment | undefined>();
  let readAt: Moment | undefined;
  for (const place of places) {
    const listing = place.provider.cacheable ? known.listing(place) : undefined;
    if (listing === undefined || listing instanceof Unavailable) return answers;
    readAt = earliestOf(readAt, known.readAt?.(place));
    for (const name of listing.names) {
      if (decided.has(name)) continue;
      const entry = listing.find(name);
      const outcome = outcomeOf(place, entry, known);
      if (isUnread(entry)) {
        secretsReadAt.set(name, earliestOf(secretsReadAt.get(name), known.readAt?.(place, entry)));
      }
      if (outcome === undefined) continue;
      decided.add(name);
      if (outcome === 'uncacheable') continue;
      const { cacheName: provider } = place.provider;
      answers.push({ name, item: outcome, provider, readAt: earliestOf(readAt, secretsReadAt.get(name)) });
    }
  }
  if (missing !== undefined && !decided.has(missing)) {
    const oldest = earliestOf(readAt, secretsReadAt.get(missing));
    answers.push({ name: missing, item: undefined, provider: undefined, readAt: oldest });
  }
  return answers;
}

/**
 * Gives the answer of a walk by exact name, when it may be cached.
 *
 * @param places - The places that were read; the last gave the answer, if there is one.
 * @param remembered - Gives what memory has of a place: an answer that is not in memory any more is not cached; absent: not checked.
 */
export function namedAnswer(
  name: string,
  places: readonly Place[],
  { item, attempts }: WalkResult,
  remembered?: (place: Place) => RememberedPlace,
): readonly CacheableAnswer[] {
  const above = item === undefined ? attempts : attempts.slice(0, -1);
  const isCacheable =
    above.every(({ outcome, stale }) => outcome === 'absent' && stale !== true) &&
    places.every(({ provider }) => provider.cacheable);
  if (!isCacheable || item?.cacheable === false) return [];
  const all = remembered === undefined ? [] : places.map(remembered);
  const isRemembered = all.every(({ outcome }, index) => outcome === (index < above.length ? undefined : item));
  if (!isRemembered) return [];
  const readAt = earliestOf(...all.map((each) => each.readAt));
  return [{ name, item, provider: item === undefined ? undefined : places.at(-1)?.provider.cacheName, readAt }];
}

function outcomeOf(
  place: Place,
  entry: ListingEntry | undefined,
  known: KnownPlaces,
): Item | 'uncacheable' | undefined {
  const outcome = isUnread(entry) ? known.secret(place, entry) : entry;
  if (outcome === undefined) return undefined;
  return outcome instanceof DirectoryItem && outcome.cacheable ? outcome : 'uncacheable';
}
