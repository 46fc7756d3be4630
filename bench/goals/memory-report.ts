/** What was measured of the heap, bytes. */
export interface MemoryReport {
  /** Held by a listing of all items. */
  readonly listedBytes: number;
  /** Held once every item has been looked up as well. */
  readonly answeredBytes: number;
  /** Added by a million lookups. */
  readonly growthBytes: number;
  /** Added by a million lookups of names that exist nowhere, each another one. */
  readonly strangeGrowthBytes: number;
}
