import { type AttributeMap } from '../aws/attribute-value';
import { tableKeys } from '../aws/table-names';
import { chainDirectories, mayTouch, type TracedRow } from '../cache/changes';
import { generationKey, type SourceChange } from '../cache/rows';
import { defaultDirectories } from '../directory/default-directories';

/** Attributes that decide which changes touch a row: no values, neither plain nor sealed. */
export const tracedAttributes = [
  tableKeys.partition,
  tableKeys.sort,
  'real_name',
  'real_directory',
  'cache_concat_directory_paths',
  'xcon_chain',
  'xcon_directories',
];

/** What of a partition decides which changes touch it. */
export interface TracedPartition {
  /** Partition key: `/{service}/{environment}`. */
  readonly environ: string;
  /** The rows that answer for names, of this library and the Python library alike. */
  readonly rows: readonly TracedRow[];
  /** Directories that watching processes look in. */
  readonly watched: readonly string[];
  /** Whether processes of it have cached anything, or watch: there is more than a generation that a change has begun. */
  readonly isInUse: boolean;
  /** Whether there is no row at all: nothing says that any process has this partition. */
  readonly isEmpty: boolean;
}

/** What a change does to a partition. */
export interface PartitionChange {
  /** The changes in directories of its chains. */
  readonly changes: readonly SourceChange[];
  /** Sort keys of the rows to drop. */
  readonly dropped: readonly string[];
}

/** Reads the rows of one partition, or of a part of it. */
export function tracePartition(environ: string, rows: readonly AttributeMap[]): TracedPartition {
  const generation = rows.find((row) => row[tableKeys.sort]?.S === generationKey);
  const watched = generation?.['xcon_directories']?.SS ?? [];
  return {
    environ,
    rows: rows.map(traceRow).filter((row) => row !== undefined),
    watched,
    isInUse: watched.length > 0 || rows.some((row) => row !== generation),
    isEmpty: rows.length === 0,
  };
}

/**
 * Gives what changes do to a partition.
 *
 * A partition is touched when its usual directories, those that its processes watch, or those of its rows include the
 * changed one: also when no row has the name, because its processes may remember that it is missing.
 */
export function changeOf(
  { environ, rows, watched }: TracedPartition,
  changes: readonly SourceChange[],
): PartitionChange {
  const changesOfName = byName(changes);
  const directories = new Set([...usualDirectories(environ), ...watched]);
  for (const row of rows) for (const each of chainDirectories(row) ?? []) directories.add(each);
  const touching = new Set<SourceChange>();
  const dropped = rows.filter((row) => {
    const its = changesOfName(row.name).filter((change) => mayTouch(change, row));
    for (const change of its) touching.add(change);
    return its.length > 0;
  });
  const reaches = (change: SourceChange): boolean =>
    touching.has(change) || change.directory === undefined || directories.has(change.directory);
  return { changes: changes.filter(reaches), dropped: dropped.map(({ nameKey }) => nameKey) };
}

/** Sorts changes by name, so that rows need not be held against all of a burst. */
function byName(changes: readonly SourceChange[]): (name: string) => readonly SourceChange[] {
  const named = new Map<string | undefined, SourceChange[]>();
  for (const each of changes) {
    const known = named.get(each.name);
    if (known === undefined) named.set(each.name, [each]);
    else known.push(each);
  }
  return (name) => [...(named.get(name) ?? []), ...(named.get(undefined) ?? [])];
}

/** Gives the directories that the processes of a partition look in by default. */
export function usualDirectories(environ: string): readonly string[] {
  const [, service, environment] = /^\/([^/]+)\/(.+)$/.exec(environ) ?? [];
  if (service === undefined || environment === undefined) return [];
  // Not resolved as directories: a table may have foreign keys, some of which are no path.
  return defaultDirectories.map(({ path }) =>
    path.replace('{service}', () => service).replace('{environment}', () => environment),
  );
}

function traceRow(attributes: AttributeMap): TracedRow | undefined {
  const nameKey = attributes[tableKeys.sort]?.S;
  const name = attributes['real_name']?.S;
  const chain = attributes['cache_concat_directory_paths']?.S;
  const chainHash = attributes['xcon_chain']?.S;
  if (nameKey === undefined || name === undefined || (chain ?? chainHash) === undefined) return undefined;
  return {
    nameKey,
    name: name.toLowerCase(),
    directory: attributes['real_directory']?.S ?? '',
    ...(chain !== undefined && { chain }),
    ...(chainHash !== undefined && { chainHash }),
  };
}
