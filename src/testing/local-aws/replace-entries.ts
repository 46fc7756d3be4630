/** How many entries of one kind came, became others, and went. */
export interface SeedChange {
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
}

/** What became of an entry that is wanted. */
export type Outcome = 'added' | 'changed' | 'same';

/** How entries of one kind are written. */
export interface Entries<T> {
  /** Makes an entry be as wanted. */
  readonly put: (name: string, wanted: T) => Outcome | Promise<Outcome>;
  /** Takes an entry away, and tells whether there was one. */
  readonly remove: (name: string, former: T) => boolean | Promise<boolean>;
}

/** Makes entries be as the next seed wants them, and takes those away that only the former one named. */
export async function replaceEntries<T>(
  former: ReadonlyMap<string, T>,
  next: ReadonlyMap<string, T>,
  { put, remove }: Entries<T>,
): Promise<SeedChange> {
  const counts = { added: 0, changed: 0, removed: 0, same: 0 };
  for (const [name, entry] of former) if (!next.has(name) && (await remove(name, entry))) counts.removed += 1;
  for (const [name, wanted] of next) counts[await put(name, wanted)] += 1;
  const { added, changed, removed } = counts;
  return { added, changed, removed };
}
