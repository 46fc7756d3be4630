import { Directory } from '../directory/directory';
import { type EntryFile, placeOf } from './entry-file';
import { addressText, type EntryState, type Observed } from './entry-kind';
import { type PlannedChange } from './plan';

/** What changes do to lookups, by address. */
export type Visibility = ReadonlyMap<string, Pick<PlannedChange, 'hides' | 'reveals' | 'hiddenBy'>>;

/** What visibility is judged by. */
export interface VisibilityInput {
  readonly file: EntryFile;
  /** What there is before the changes, by address. */
  readonly observed: ReadonlyMap<string, Observed<EntryState>>;
  readonly changes: readonly PlannedChange[];
  /** Names of the kinds, in the order in which lookups ask them about a directory. */
  readonly kinds: readonly string[];
}

/** Finds out what changes make visible or hide in the lookup order of the service, as far as the directories of the file show. */
export function visibilityOf(input: VisibilityInput): Visibility {
  const places = placesAfter(input);
  const chains = chainsOf(input.file);
  const created = new Set(
    input.changes.flatMap(({ action, address }) => (action === 'create' ? [addressText(address)] : [])),
  );
  const found = new Map<string, { hides: readonly string[]; reveals: readonly string[]; hiddenBy?: string }>();
  for (const { action, address } of input.changes) {
    if (action !== 'create' && action !== 'delete') continue;
    const entry = addressText(address);
    const rank = input.kinds.indexOf(address.kind);
    const beside = (places.get(placeOf(address)) ?? []).filter((each) => each !== entry);
    const isBefore = (each: string): boolean => input.kinds.indexOf(kindOf(each)) < rank;
    const isReplaced = action === 'delete' && beside.some((each) => created.has(each));
    const [hides, reveals, hiddenBy] = [new Set<string>(), new Set<string>(), new Set<string>()];
    for (const chain of chains) {
      const at = chain.indexOf(address.directory);
      if (at === -1) continue;
      const inOrder = (some: readonly string[]): readonly string[] =>
        some.flatMap((directory) => places.get(placeOf({ ...address, directory })) ?? []);
      const [above] = [...inOrder(chain.slice(0, at)), ...beside.filter(isBefore)];
      const [below] = [...beside.filter((each) => !isBefore(each)), ...inOrder(chain.slice(at + 1))];
      if (above !== undefined) hiddenBy.add(above);
      else if (below !== undefined && !isReplaced) (action === 'create' ? hides : reveals).add(below);
    }
    const [first] = hiddenBy;
    const isHiddenAlways = first !== undefined && action === 'create';
    found.set(entry, { hides: [...hides], reveals: [...reveals], ...(isHiddenAlways && { hiddenBy: first }) });
  }
  return found;
}

/** Gives what there is after the changes, by place; of several entries of a place, the one that lookups find comes first. */
function placesAfter({ changes, kinds, observed }: VisibilityInput): ReadonlyMap<string, readonly string[]> {
  const there = new Set<string>();
  for (const [entry, { isDeleted }] of observed) if (isDeleted !== true) there.add(entry);
  for (const { action, address } of changes) if (action === 'delete') there.delete(addressText(address));
  for (const { action, address } of changes) if (action === 'create') there.add(addressText(address));
  const rankOf = (entry: string): number => kinds.indexOf(kindOf(entry));
  // Of names that differ in case only, the last is found.
  const sorted = [...there].sort((one, other) => rankOf(one) - rankOf(other) || (one < other ? 1 : -1));
  const places = new Map<string, string[]>();
  for (const entry of sorted) {
    const place = placeOfText(entry);
    places.set(place, [...(places.get(place) ?? []), entry]);
  }
  return places;
}

function kindOf(entry: string): string {
  return entry.slice(0, entry.indexOf(':'));
}

/** Gives the directories of lookups, of each environment. */
function chainsOf({ chain, environments, service }: EntryFile): readonly (readonly string[])[] {
  const all = environments.length === 0 ? ['all'] : environments;
  return all.map((environment) => [
    ...new Set(chain.map((each) => Directory.from(each).resolve({ service, environment }).path)),
  ]);
}

function placeOfText(entry: string): string {
  const path = entry.slice(entry.indexOf(':') + 1);
  const slash = path.lastIndexOf('/');
  return placeOf({ kind: '', directory: path.slice(0, slash), name: path.slice(slash + 1) });
}
