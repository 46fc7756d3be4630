import { printable } from '../../base/printable';
import { withPartition } from '../cache-partition';
import { type Command } from '../command';

interface Cleared {
  readonly table: string;
  readonly partition: string;
  /** Name whose rows were deleted; `undefined`: all rows. */
  readonly name: string | undefined;
  /** How many rows were deleted. */
  readonly deleted: number;
}

/** `xcon cache clear`: deletes rows of a partition of the cache table. */
export const command: Command<Cleared> = {
  description:
    'Deletes what the shared cache table holds for a service and environment, or the rows of one name, after a question that says ' +
    'how many rows that is. Lookups read the sources again then: those of other processes when their memory ends, of those that ' +
    'watch within seconds.',
  arguments: [{ name: '[name]', description: 'name of a setting, in any case; absent: all of them' }],
  examples: [
    {
      text: 'Forget one setting, after a question',
      command: 'xcon cache clear DB_HOST --service orders --environment prod',
    },
    { text: 'Forget all, in a script', command: 'xcon cache clear -s orders -e prod --yes' },
  ],
  writes: true,

  async run(context, [name]) {
    const result = await withPartition(context, async ({ cacher, environ, table }) => {
      const options = { environ, ...(name !== undefined && { name }) };
      const count = await context.progress(`Reading ${environ}`, () => cacher.clear({ ...options, dryRun: true }));
      const cleared = { table, partition: environ, name };
      if (count === 0) return { ...cleared, deleted: 0 };
      const rows = `${count} ${count === 1 ? 'row' : 'rows'}`;
      const what = name === undefined ? rows : `${rows} of ${printable(name)}`;
      await context.confirm({
        changes: `Deletes ${what} in the partition ${environ} of the table ${table}.`,
        question: `Delete ${rows}?`,
      });
      return { ...cleared, deleted: await context.progress('Deleting', () => cacher.clear(options)) };
    });
    return { result };
  },

  renderText({ deleted, partition, table }) {
    if (deleted === 0) return `There was nothing to delete in ${partition} of ${table}.\n`;
    return `Deleted ${deleted} ${deleted === 1 ? 'row' : 'rows'} in ${partition} of ${table}.\n`;
  },

  renderJson({ name = null, ...cleared }) {
    return { ...cleared, name };
  },
};
