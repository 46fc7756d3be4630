import { describeKind } from '../base/describe-error';
import { DirectoryItem } from '../item/directory-item';
import { DirectoryListing, type ListingEntry, Unavailable } from '../item/directory-listing';
import { type ListingOutcome, type SecretOutcome } from '../providers/provider';
import { type KnownSetting } from './provider-history';
import { type ReadHistory } from './read-history';
import { type Refused, RememberedReads } from './remembered-reads';
import { type Stale, type StaleFacts } from './stale';

/** What came of reading a setting by name. */
export interface ReadSetting {
  readonly value: SecretOutcome;
}

/** The listings of one provider, by path. */
export class RememberedListings extends RememberedReads<ListingOutcome, DirectoryListing> {
  /** @param settings - What outlives this memory of the settings that are read by name. */
  constructor(
    private readonly listings: ReadHistory<DirectoryListing>,
    private readonly settings: ReadHistory<KnownSetting>,
  ) {
    super(listings);
  }

  protected override check(outcome: unknown): void {
    if (outcome instanceof Unavailable) return;
    if (!(outcome instanceof DirectoryListing)) {
      throw new TypeError(`expected a DirectoryListing or an Unavailable, got ${describeKind(outcome)}`);
    }
    for (const name of outcome.names) {
      if (!isEntry(outcome.find(name))) {
        throw new TypeError(`expected a listing of DirectoryItems, of unread secrets and of refused entries`);
      }
    }
  }

  protected override judge(
    outcome: ListingOutcome,
    standIn: (refusal: Unavailable) => Stale<DirectoryListing> | undefined,
  ): 'good' | Refused<ListingOutcome, DirectoryListing> {
    if (!(outcome instanceof Unavailable)) {
      this.keepForReadsByName(outcome);
      return mended(outcome, standIn) ?? 'good';
    }
    const stale = standIn(outcome);
    return { given: stale ?? outcome, refusal: outcome, stale: stale?.facts };
  }

  /** A value that was in the last listing and is left unread in this one is stale for its name, if that cannot be read. */
  private keepForReadsByName(listing: DirectoryListing): void {
    const last = this.listings.lastGood(listing.directory.path);
    if (last === undefined) return;
    for (const name of listing.names) {
      const entry = listing.find(name) as ListingEntry;
      const value = last.outcome.find(name);
      if (entry instanceof DirectoryItem || entry.kind !== 'unread' || !(value instanceof DirectoryItem)) continue;
      this.settings.inherit(entry.exactName, { ...last, outcome: { value } });
    }
  }
}

/** The settings that one provider was asked for by name, by exact name. */
export class RememberedSettings extends RememberedReads<ReadSetting, KnownSetting> {
  protected override check(outcome: unknown): void {
    const { value } = outcome as ReadSetting;
    if (value === undefined || value instanceof DirectoryItem || value instanceof Unavailable) return;
    throw new TypeError(`expected a DirectoryItem, an Unavailable or undefined, got ${describeKind(value)}`);
  }

  protected override judge(
    outcome: ReadSetting,
    standIn: (refusal: Unavailable) => Stale<KnownSetting> | undefined,
  ): 'good' | Refused<ReadSetting, KnownSetting> {
    const { value } = outcome;
    if (!(value instanceof Unavailable)) return 'good';
    const stale = standIn(value);
    return { given: stale ?? outcome, refusal: value, stale: stale?.facts };
  }
}

function isEntry(given: unknown): given is ListingEntry {
  if (given instanceof DirectoryItem) return true;
  if (typeof given !== 'object' || given === null || !('kind' in given)) return false;
  if (given.kind === 'refused') return 'refusal' in given && given.refusal instanceof Unavailable;
  return given.kind === 'unread' && 'exactName' in given && typeof given.exactName === 'string';
}

/** Puts last good items in the place of names that are refused now; `undefined` when there are none. */
function mended(
  listing: DirectoryListing,
  standIn: (refusal: Unavailable) => Stale<DirectoryListing> | undefined,
): Refused<ListingOutcome, DirectoryListing> | undefined {
  let replaced: { readonly refusal: Unavailable; readonly stale: StaleFacts } | undefined;
  const entries = [...listing.names].map((name) => {
    const entry = listing.find(name) as ListingEntry;
    if (entry instanceof DirectoryItem || entry.kind !== 'refused') return entry;
    const stale = standIn(entry.refusal);
    const last = stale?.outcome.find(name);
    if (stale === undefined || !(last instanceof DirectoryItem)) return entry;
    replaced ??= { refusal: entry.refusal, stale: stale.facts };
    return stale.mark(last);
  });
  return replaced && { ...replaced, given: new DirectoryListing(listing.directory, entries) };
}
