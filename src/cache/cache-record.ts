import { SourceRecord } from '../memory/source-record';

/** How the cache has done so far, in reading and in writing. */
export class CacheRecord extends SourceRecord {
  /** How many lookups it had an answer for; those that were answered from what is remembered of them do not count. */
  hits = 0;
}
