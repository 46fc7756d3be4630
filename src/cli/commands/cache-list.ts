import { durationText } from '../../base/time';
import { type CacheEntry } from '../../cache/admin';
import { withPartition } from '../cache-partition';
import { type Command } from '../command';

interface CacheListing {
  readonly table: string;
  readonly partition: string;
  readonly rows: readonly CacheEntry[];
  /** When they were read, **milliseconds** since the Unix epoch. */
  readonly nowMs: number;
}

/** `xcon cache list`: lists the rows of a partition of the cache table. */
export const command: Command<CacheListing> = {
  description:
    'Lists the rows that the shared cache table holds for a service and environment, without any value: the name, what kind of ' +
    'row it is, when it was written, when it ends, and where its answer comes from.',
  examples: [
    { text: 'The rows of a service', command: 'xcon cache list --service orders --environment prod' },
    { text: 'The same as data', command: 'xcon cache list -s orders -e prod --json' },
  ],

  async run(context) {
    const result = await withPartition(context, async ({ cacher, environ, table, nowMs }) => {
      const rows = await context.progress(`Reading ${environ}`, () => cacher.entries({ environ }));
      return { table, partition: environ, rows, nowMs };
    });
    return { result };
  },

  renderText({ rows, nowMs }, style) {
    const lines = rows.map((row) => [row.name, row.kind, ageOf(row, nowMs), endOf(row, nowMs), row.source ?? '']);
    return style.table(['NAME', 'KIND', 'AGE', 'ENDS', 'SOURCE'], lines, (row, column) =>
      column === 3 && rows[row]?.expired === true ? 'dim' : undefined,
    );
  },

  renderJson({ table, partition, rows, nowMs }) {
    return { at: new Date(nowMs).toISOString(), table, partition, rows };
  },
};

function ageOf({ createdAt }: CacheEntry, nowMs: number): string {
  return createdAt === undefined ? '' : durationText(nowMs - Date.parse(createdAt));
}

function endOf({ expired, early, lease, outdated, ttl }: CacheEntry, nowMs: number): string {
  if (lease !== undefined) return lease.state;
  if (expired) return 'ended';
  if (outdated) return 'outdated';
  const end = ttl === undefined ? 'never' : `in ${durationText(ttl * 1000 - nowMs)}`;
  return early ? `${end}, early` : end;
}
