import { ProviderError } from '../errors';
import { DirectoryItem } from '../item/directory-item';
import { isRefused, type ListingEntry, Unavailable } from '../item/directory-listing';
import { type RememberedListing, type RememberedSetting } from '../memory/source-memory';
import { Stale, type StaleAbsence, staleDetailsOf } from '../memory/stale';
import { type Refusals } from '../settings/settings-values';
import { type PlaceWarnings } from './place-warnings';
import { type Place, type PlaceOutcome } from './walk';

/** What a place lists under a name, the values of secrets unread. */
export type ListedEntry = ListingEntry | Unavailable | StaleAbsence | undefined;

/** A setting that was read by its exact name. */
export interface NamedSetting {
  /** Lower-cased. */
  readonly name: string;
  /** Whether it was found in a listing. */
  readonly isListed: boolean;
}

/** Decides what the outcome of a read means for a name, and logs warnings for stale and refused outcomes. */
export class PlaceOutcomes {
  constructor(
    private readonly warnings: PlaceWarnings,
    private readonly nowMs: () => number,
    private readonly refusals: Refusals,
  ) {}

  /** Gives what a listing has under a lower-cased name, without a warning. */
  entryIn(listing: RememberedListing, name: string): ListedEntry {
    if (listing instanceof Unavailable) return listing;
    if (!(listing instanceof Stale)) return listing.find(name);
    const entry = listing.outcome.find(name);
    return entry === undefined || entry instanceof DirectoryItem ? this.staleItem(entry, listing) : entry;
  }

  /**
   * Gives what a listing has under a lower-cased name.
   *
   * @throws ProviderError when it may not be read, and `refusals` makes that an error.
   */
  pick(place: Place, listing: RememberedListing, name: string): ListedEntry {
    const entry = this.entryIn(listing, name);
    if (listing instanceof Unavailable) this.refused(place, listing);
    else if (listing instanceof Stale) this.warnings.stale(place, listing.details);
    else if (entry instanceof DirectoryItem) this.warnOfStale(place, entry);
    else if (isRefused(entry)) this.refused(place, entry.refusal, name);
    return entry;
  }

  /** Gives the outcome of reading a setting by name. @throws ProviderError as {@link PlaceOutcomes.pick}. */
  settle(place: Place, outcome: RememberedSetting, { name, isListed }: NamedSetting): PlaceOutcome {
    if (outcome instanceof Stale) {
      this.warnings.stale(place, outcome.details, name);
      return this.staleItem(outcome.outcome.value, outcome);
    }
    if (outcome instanceof Unavailable) this.refused(place, outcome, isListed ? name : undefined);
    else if (outcome !== undefined) this.warnings.valueRead(place);
    return outcome;
  }

  private refused(place: Place, refusal: Unavailable, name?: string): void {
    if (this.refusals === 'warn') {
      this.warnings.refused(place, refusal, name);
      return;
    }
    const { provider, directory } = place;
    const what = name === undefined ? '' : `"${name}" is `;
    const problem = `${what}not permitted: ${refusal.reason}; ${refusal.remedy}. With refusals: 'warn' the lookup would continue.`;
    throw new ProviderError(provider.cacheName, (provider.ownDirectory ?? directory).path, problem);
  }

  /** Marks a last good item as stale; one whose own `ttl` is over counts as absent. */
  private staleItem(item: DirectoryItem | undefined, stale: Stale<unknown>): DirectoryItem | StaleAbsence {
    const isOver = item?.ttl !== undefined && item.ttl * 1000 <= this.nowMs();
    return item === undefined || isOver ? stale.absence : stale.mark(item);
  }

  private warnOfStale(place: Place, item: DirectoryItem): void {
    const details = item.stale ? staleDetailsOf(item) : undefined;
    if (details !== undefined) this.warnings.stale(place, details, item.name);
  }
}
