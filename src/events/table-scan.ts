import { type AttributeMap } from '../aws/attribute-value';
import { scanPage } from '../aws/table-client';
import { tableKeys } from '../aws/table-names';
import { generationKey } from '../cache/rows';
import { type ChangeSession } from './follow-in-partition';
import { partitionsOf, tracedAttributes, type TracedPartition } from './traced-partition';

/** Complete partitions of a scan, and its position after them. */
export interface ScannedPartitions {
  readonly partitions: readonly TracedPartition[];
  /** A key behind their last row, from which the scan can be continued. */
  readonly position: AttributeMap | undefined;
  /** Whether the scan has ended. */
  readonly isLast: boolean;
}

/** How the table is scanned. */
export interface ScanOptions {
  /** Read units a second, on average. */
  readonly unitsPerSecond: number;
  /** Position of a former scan; absent: the beginning. */
  readonly from?: AttributeMap | undefined;
}

/** Most pages that a cache table can have: 100 GB. */
const maxPages = 100_000;

/**
 * Scans the table, partition by partition.
 *
 * A scan gives the rows of a partition one after the other. If it did not, a partition would be given in several parts, each of which can be
 * processed on its own.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Scan.html
 *
 * @throws What the SDK throws.
 */
export async function* scanPartitions(
  session: ChangeSession,
  { unitsPerSecond, from }: ScanOptions,
): AsyncGenerator<ScannedPartitions> {
  const beganMs = session.nowMs();
  let units = 0;
  let start = from;
  let rest: readonly AttributeMap[] = [];
  for (let pages = 0; pages < maxPages; pages += 1) {
    const page = await scanPage(session, tracedAttributes, start);
    const rows: readonly AttributeMap[] = [...rest, ...page.rows];
    start = page.next;
    const lastEnviron = environOf(rows.at(-1));
    // More rows of the last partition may be on the next page.
    const end = start === undefined ? rows.length : rows.findLastIndex((row) => environOf(row) !== lastEnviron) + 1;
    const whole = rows.slice(0, end);
    rest = rows.slice(end);
    const isLast = start === undefined;
    yield { partitions: partitionsOf(whole), position: endOf(whole.at(-1)), isLast };
    if (isLast) return;
    units += page.units;
    const aheadMs = (units / unitsPerSecond) * 1000 - (session.nowMs() - beganMs);
    if (aheadMs > 0) await session.sleep(aheadMs);
  }
  throw new Error(`The table ${session.table} has more than ${maxPages} pages.`);
}

function environOf(row: AttributeMap | undefined): string | undefined {
  return row?.[tableKeys.partition]?.S;
}

/** Gives a key behind a row, and behind the row of the generation, which following changes may have added. */
function endOf(row: AttributeMap | undefined): AttributeMap | undefined {
  const [environ, nameKey] = [environOf(row), row?.[tableKeys.sort]?.S];
  if (environ === undefined || nameKey === undefined) return undefined;
  const isBehind = Buffer.compare(Buffer.from(nameKey), Buffer.from(generationKey)) > 0;
  return { [tableKeys.partition]: { S: environ }, [tableKeys.sort]: { S: isBehind ? nameKey : generationKey } };
}
