import { type AttributeMap } from '../aws/attribute-value';
import { tableKeys } from '../aws/table-names';
import { tracePartition, type TracedPartition } from './traced-partition';

/** Sorts rows by their partitions; those of no service are left out. */
export function partitionsOf(rows: readonly AttributeMap[]): readonly TracedPartition[] {
  const byEnviron = new Map<string, AttributeMap[]>();
  for (const row of rows) {
    const environ = row[tableKeys.partition]?.S;
    // Others are ours, such as the position of a scan.
    if (environ?.startsWith('/') !== true) continue;
    const known = byEnviron.get(environ);
    if (known === undefined) byEnviron.set(environ, [row]);
    else known.push(row);
  }
  return [...byEnviron].map(([environ, all]) => tracePartition(environ, all));
}
