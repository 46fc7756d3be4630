import { Directory } from '../directory/directory';
import { type EntryFile, placeOf } from './entry-file';
import { addressText, type EntryState, type Observed } from './entry-kind';
import { type PlannedChange } from './plan';

/** What changes do to lookups, by address. */
export type Visibility = ReadonlyMap<string, Pick<PlannedChange, 'hides' | 'reveals' | 'hiddenBy'>>;

/**
 * Finds out what changes make visible or hide in the lookup order of the service, as far as the directories of the file show.
 *
 * @param observed - What there is before the changes, by address.
 */
export function visibilityOf(
  file: EntryFile,
  observed: ReadonlyMap<string, Observed<EntryState>>,
  changes: readonly PlannedChange[],
): Visibility {
  const places = new Map<string, string>();
  for (const [entry, { isDeleted }] of observed) if (isDeleted !== true) places.set(placeOfText(entry), entry);
  for (const { action, address } of changes) if (action === 'delete') places.delete(placeOf(address));
  for (const { action, address } of changes)
    if (action === 'create') places.set(placeOf(address), addressText(address));
  const chains = chainsOf(file);
  const found = new Map<string, { hides: readonly string[]; reveals: readonly string[]; hiddenBy?: string }>();
  for (const change of changes) {
    const { action, address } = change;
    if (action !== 'create' && action !== 'delete') continue;
    const [hides, reveals, hiddenBy] = [new Set<string>(), new Set<string>(), new Set<string>()];
    for (const chain of chains) {
      const at = chain.indexOf(address.directory);
      if (at === -1) continue;
      const other = (some: readonly string[]): string | undefined =>
        some.map((directory) => places.get(placeOf({ ...address, directory }))).find((each) => each !== undefined);
      const [above, below] = [other(chain.slice(0, at)), other(chain.slice(at + 1))];
      const isReplaced = action === 'delete' && places.has(placeOf(address));
      if (above !== undefined) hiddenBy.add(above);
      else if (below !== undefined && !isReplaced) (action === 'create' ? hides : reveals).add(below);
    }
    const [first] = hiddenBy;
    const isHiddenAlways = first !== undefined && action === 'create';
    found.set(addressText(address), {
      hides: [...hides],
      reveals: [...reveals],
      ...(isHiddenAlways && { hiddenBy: first }),
    });
  }
  return found;
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
