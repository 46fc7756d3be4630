import { type DirectoryItem } from '../item/directory-item';
import { type DirectoryListing } from '../item/directory-listing';
import { ReadHistory } from './read-history';

/** A setting as it was read by name: its item, or `undefined` because there was none. */
export interface KnownSetting {
  readonly value: DirectoryItem | undefined;
}

/** What outlives a reset of memory, of one provider. */
export class ProviderHistory {
  /** By the path of the directory. */
  readonly listings = new ReadHistory<DirectoryListing>();
  /** By exact name. */
  readonly settings = new ReadHistory<KnownSetting>();
  /** How many lookups found their answer here; those that were answered from what is remembered of them do not count. */
  hits = 0;

  /** Whether the provider is refused as a whole: something is not permitted, and nothing else can be read. */
  get isRefused(): boolean {
    const records = [this.listings, this.settings];
    return records.some((each) => each.isRefused) && !records.some((each) => each.isReadable);
  }
}
