import { type DirectoryItem } from '../item/directory-item';
import { type DirectoryListing } from '../item/directory-listing';
import { ReadHistory } from './read-history';
import { SourceRecord } from './source-record';

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

  /** Whether the provider is refused as a whole. */
  get isRefused(): boolean {
    return SourceRecord.areRefused([this.listings, this.settings]);
  }
}
