import { type CertainAnswer } from '../cache/cacher';
import { DirectoryItem, type DirectoryItem as Item } from '../item/directory-item';
import { type ListingEntry, Unavailable } from '../item/directory-listing';
import { type ListingOutcome } from '../providers/provider';
import { type Place, type PlaceOutcome, type WalkResult } from './walk';

/** What is known of places, without reading any. */
export interface KnownPlaces {
  /** Gives the listing of a place; `undefined` while it is being read, after it failed, or when it is stale. */
  readonly listing: (place: Place) => ListingOutcome | undefined;
  /** Gives what came of reading a secret; `'unread'` when it was not, or is stale. */
  readonly secret: (place: Place, exactName: string) => PlaceOutcome | 'unread';
}

/**
 * Gives the answers that places are sure of: those that a fresh lookup, from the first place on, would give too.
 *
 * A place that failed, was not permitted, is stale, or is not cacheable makes everything below it uncertain; a secret that was not
 * read, or an item that may not be cached, makes its own name so.
 *
 * @param places - In the order of the lookup, up to the one that gave the answer.
 * @param missing - A name found in none of them, when they are all there are.
 */
export function certainAnswers(
  places: readonly Place[],
  known: KnownPlaces,
  missing?: string,
): readonly CertainAnswer[] {
  const answers: CertainAnswer[] = [];
  const decided = new Set<string>();
  for (const place of places) {
    const listing = place.provider.cacheable ? known.listing(place) : undefined;
    if (listing === undefined || listing instanceof Unavailable) return answers;
    for (const name of listing.names) {
      if (decided.has(name)) continue;
      const outcome = outcomeOf(place, listing.find(name), known);
      if (outcome === undefined) continue;
      decided.add(name);
      if (outcome !== 'uncertain') answers.push({ name, item: outcome, provider: place.provider.cacheName });
    }
  }
  if (missing !== undefined && !decided.has(missing))
    answers.push({ name: missing, item: undefined, provider: undefined });
  return answers;
}

/**
 * Gives the answer of a walk by exact name, when it is certain.
 *
 * @param places - The places that were asked; the last gave the answer, if there is one.
 */
export function namedAnswer(
  name: string,
  places: readonly Place[],
  { item, attempts }: WalkResult,
): readonly CertainAnswer[] {
  const above = item === undefined ? attempts : attempts.slice(0, -1);
  const certain =
    above.every(({ outcome, stale }) => outcome === 'absent' && stale !== true) &&
    places.every(({ provider }) => provider.cacheable);
  if (!certain || item?.cacheable === false) return [];
  return [{ name, item, provider: item === undefined ? undefined : places.at(-1)?.provider.cacheName }];
}

function outcomeOf(place: Place, entry: ListingEntry | undefined, known: KnownPlaces): Item | 'uncertain' | undefined {
  const outcome =
    entry !== undefined && 'kind' in entry && entry.kind === 'unread' ? known.secret(place, entry.exactName) : entry;
  if (outcome === undefined) return undefined;
  return outcome instanceof DirectoryItem && outcome.cacheable ? outcome : 'uncertain';
}
