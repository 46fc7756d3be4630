import { getOrMake } from '../base/get-or-make';
import { type AttributeMap } from '../aws/attribute-value';
import { tableKeys } from '../aws/table-names';
import { chainDirectories, mayTouch, type TracedRow } from '../cache/changes';
import { generationKey, type SourceChange } from '../cache/rows';
import { defaultDirectories } from '../directory/default-directories';

/** Attributes that decide which changes affect a row: no values, neither plain nor sealed. */
export const tracedAttributes = [
  tableKeys.partition,
  tableKeys.sort,
  'real_name',
  'real_directory',
  'cache_concat_directory_paths',
  'xcon_chain',
  'xcon_directories',
];

/** The part of a partition that decides which changes affect it. */
export interface TracedPartition {
  /** Partition key: `/{service}/{environment}`. */
  readonly environ: string;
  /** The rows that answer for names, of this library and the Python library alike. */
  readonly rows: readonly TracedRow[];
  /** Directories of the processes that watch. */
  readonly watched: readonly string[];
  /** Whether its processes have cached anything, or watch: it has more than the row of a generation. */
  readonly isInUse: boolean;
  /** Whether it has no rows: then it may belong to no process. */
  readonly isEmpty: boolean;
}

/** The effect of changes on a partition. */
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

/** Groups rows by partition; rows of no service are left out. */
export function partitionsOf(rows: readonly AttributeMap[]): readonly TracedPartition[] {
  const byEnviron = new Map<string, AttributeMap[]>();
  for (const row of rows) {
    const environ = row[tableKeys.partition]?.S;
    // Other partitions belong to the library, such as the position of a scan.
    if (environ?.startsWith('/') !== true) continue;
    getOrMake(byEnviron, environ, () => []).push(row);
  }
  return [...byEnviron].map(([environ, all]) => tracePartition(environ, all));
}

/**
 * Gives the effect of changes on a partition.
 *
 * A partition is affected when its default directories, those that its processes watch, or those of its rows include the changed one: also
 * when no row has the name, because its processes may remember that it is missing.
 */
export function changeOf(
  { environ, rows, watched }: TracedPartition,
  changes: readonly SourceChange[],
): PartitionChange {
  const changesOfName = byName(changes);
  const directories = new Set([...usualDirectories(environ), ...watched]);
  for (const row of rows) for (const each of chainDirectories(row) ?? []) directories.add(each);
  const affecting = new Set<SourceChange>();
  const dropped = rows.filter((row) => {
    const its = changesOfName(row.name).filter((change) => mayTouch(change, row));
    for (const change of its) affecting.add(change);
    return its.length > 0;
  });
  const reaches = (change: SourceChange): boolean =>
    affecting.has(change) || change.directory === undefined || directories.has(change.directory);
  return { changes: changes.filter(reaches), dropped: dropped.map(({ nameKey }) => nameKey) };
}

/** Groups changes by name, so that each row is compared with few of them. */
function byName(changes: readonly SourceChange[]): (name: string) => readonly SourceChange[] {
  const named = new Map<string | undefined, SourceChange[]>();
  for (const each of changes) getOrMake(named, each.name, () => []).push(each);
  return (name) => [...(named.get(name) ?? []), ...(named.get(undefined) ?? [])];
}

/** Gives the default directories of the processes of a partition. */
export function usualDirectories(environ: string): readonly string[] {
  const [, service, environment] = /^\/([^/]+)\/(.+)$/.exec(environ) ?? [];
  if (service === undefined || environment === undefined) return [];
  // Not resolved as directories: keys in the table may not be valid paths.
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
