import { type ExplainedPlace, type Explanation } from '../explanation';
import { isNone } from '../explained';

/** A column of the grid: one place. */
export interface Column {
  readonly key: string;
  readonly provider: string;
  /** Path of the directory; `undefined` for a place that is asked for none. */
  readonly directory: string | undefined;
}

/** Columns of one directory that stand side by side. */
export interface ColumnGroup {
  readonly directory: string | undefined;
  readonly columns: readonly Column[];
}

/** Places that are not in a directory, whatever directory the answer of theirs is from. */
const withoutDirectory: ReadonlySet<string> = new Set(['override', 'cacher', 'default']);

/** Gives the places of an explanation by the keys of their columns. */
export function placesByColumn({ places }: Explanation): ReadonlyMap<string, ExplainedPlace> {
  const keyOf = keys();
  return new Map(places.map((place) => [keyOf(columnOf(place)), place]));
}

/** Gives the columns that show all places of all explanations, in the order of the lookup. */
export function columnsOf(explanations: readonly Explanation[]): readonly Column[] {
  const all: Column[] = [];
  for (const { places } of explanations) {
    const keyOf = keys();
    let last = -1;
    for (const place of places) {
      const column = columnOf(place);
      const key = keyOf(column);
      const known = all.findIndex((each) => each.key === key);
      if (known === -1) all.splice(last + 1, 0, { ...column, key });
      last = known === -1 ? last + 1 : known;
    }
  }
  return all;
}

/** Joins neighbours of one directory. */
export function groupsOf(columns: readonly Column[]): readonly ColumnGroup[] {
  const groups: { readonly directory: string | undefined; readonly columns: Column[] }[] = [];
  for (const column of columns) {
    const last = groups.at(-1);
    if (last !== undefined && column.directory !== undefined && last.directory === column.directory)
      last.columns.push(column);
    else groups.push({ directory: column.directory, columns: [column] });
  }
  return groups;
}

function columnOf({ provider, directory }: ExplainedPlace): Omit<Column, 'key'> {
  const hasNone = directory === undefined || withoutDirectory.has(provider) || isNone(directory);
  return { provider, directory: hasNone ? undefined : directory };
}

/** Tells places apart, also one that is asked several times, as a provider without directories behind others is. */
function keys(): (column: Omit<Column, 'key'>) => string {
  const seen = new Map<string, number>();
  return ({ provider, directory = '' }) => {
    const place = `${provider} ${directory}`;
    const times = (seen.get(place) ?? 0) + 1;
    seen.set(place, times);
    return `${place} ${times}`;
  };
}
