import { type Directory } from '../directory/directory';
import { type SearchedPlace } from '../errors';
import { DirectoryItem } from '../item/directory-item';
import { type RefusalScope, type Unavailable } from '../item/directory-listing';
import { type Provider } from '../providers/provider';
import { StaleAbsence } from '../memory/stale';

/** One provider in one directory. */
export interface Place {
  readonly provider: Provider;
  readonly directory: Directory;
}

/**
 * What a place gives for a name: its item, `undefined` when it has none, or why it may not be read; a `StaleAbsence` when it
 * had none when it was last read, and cannot be read now.
 */
export type PlaceOutcome = DirectoryItem | Unavailable | StaleAbsence | undefined;

/** The outcome of one place, for `explain` and for messages. */
export interface Attempt extends SearchedPlace {
  readonly outcome: AttemptOutcome;
  /** What a refusal applies to; absent: to this place alone. */
  readonly scope?: Exclude<RefusalScope, 'place'> | undefined;
}

/** Outcomes of a place. */
export type AttemptOutcome =
  'found' | 'absent' | 'known to be missing' | 'not permitted' | 'failed' | 'shadowed' | 'cached';

/** The result of a walk. */
export interface WalkResult {
  /** The first item found, stale where a place above it is; `undefined` when there is none. */
  readonly item: DirectoryItem | undefined;
  /** Every place that was read, in order; the last is where the item was found. */
  readonly attempts: readonly Attempt[];
  /** When the oldest read behind the answer began, **milliseconds** since the Unix epoch; absent: not known. */
  readonly readAtMs?: number | undefined;
  /** The oldest stale absence among the places that were passed; absent when there is none. */
  readonly absence?: StaleAbsence | undefined;
}

/** Lists the places of a chain in the order of the lookup: directories outer, providers inner. */
export function placesOf(directories: Iterable<Directory>, providers: readonly Provider[]): readonly Place[] {
  return [...directories].flatMap((directory) => providers.map((provider) => ({ provider, directory })));
}

/** What a lookup currently waits for. */
export interface LookupTrace {
  /** Provider and directory, or the cacher; for a message. */
  waitingFor: string;
}

/**
 * Reads places in order until one has the name.
 *
 * @param read - Returns synchronously where it can, so that a walk through memory does not wait.
 * @throws What `read` throws or rejects with, when the walk reaches that place; places behind the answer do not matter.
 */
export async function walk(
  places: readonly Place[],
  read: (place: Place) => PlaceOutcome | Promise<PlaceOutcome>,
  trace: LookupTrace,
): Promise<WalkResult> {
  const attempts: Attempt[] = [];
  let absence: StaleAbsence | undefined;
  for (const place of places) {
    const answer = read(place);
    if (answer instanceof Promise) trace.waitingFor = `${place.provider.cacheName} ${place.directory.path}`;
    const outcome = answer instanceof Promise ? await answer : answer;
    attempts.push(attemptOf(place, outcome));
    if (outcome instanceof DirectoryItem) return { item: absence?.mark(outcome) ?? outcome, attempts, absence };
    absence = olderAbsence(absence, outcome);
  }
  return { item: undefined, attempts, absence };
}

/** Gives the older of two stale absences: the one so far, and the outcome of a place if it is one. */
export function olderAbsence(known: StaleAbsence | undefined, outcome: PlaceOutcome): StaleAbsence | undefined {
  if (!(outcome instanceof StaleAbsence)) return known;
  return known !== undefined && known.goodAtMs <= outcome.goodAtMs ? known : outcome;
}

/** Describes the outcome of a place. */
export function attemptOf(place: Place, outcome: PlaceOutcome): Attempt {
  // Written out, because a lookup makes one for each place: spreading an object costs more than the walk.
  const provider = place.provider.cacheName;
  const directory = (place.provider.ownDirectory ?? place.directory).path;
  if (outcome === undefined) return { provider, directory, outcome: 'absent' };
  if (outcome instanceof StaleAbsence) return { provider, directory, outcome: 'absent', stale: true };
  if (outcome instanceof DirectoryItem) {
    return outcome.stale
      ? { provider, directory, outcome: 'found', stale: true }
      : { provider, directory, outcome: 'found' };
  }
  const { reason, remedy, scope } = outcome;
  return { provider, directory, outcome: 'not permitted', reason, remedy, ...(scope !== 'place' && { scope }) };
}
