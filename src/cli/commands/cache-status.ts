import { durationText } from '../../base/time';
import { type PartitionSummary, partitionSummary, withPartition } from '../cache-partition';
import { type Command } from '../command';

interface CacheStatus extends PartitionSummary {
  readonly table: string;
  readonly partition: string;
  /** When the rows were read, **milliseconds** since the Unix epoch. */
  readonly nowMs: number;
}

/** `xcon cache status`: sums up the rows of a partition of the cache table. */
export const command: Command<CacheStatus> = {
  description:
    'Sums up what the shared cache table holds for a service and environment: rows by kind, their ages, which may be refreshed ' +
    'early or have ended, the generation, and leases. No value is read into the answer.\n\n' +
    'How often lookups find their answer there is counted by each process, not in the table.',
  examples: [
    { text: 'The rows of a service', command: 'xcon cache status --service orders --environment prod' },
    { text: 'How many of them have ended', command: 'xcon cache status -s orders -e prod --json' },
  ],

  async run(context) {
    const result = await withPartition(context, async ({ cacher, environ, table, nowMs }) => {
      const entries = await context.progress(`Reading ${environ}`, () => cacher.entries({ environ }));
      return { table, partition: environ, nowMs, ...partitionSummary(entries, nowMs) };
    });
    return { result };
  },

  renderText(status, style) {
    const { nowMs, oldest, newest, firstEnd, lastEnd, leases } = status;
    const ago = (at: string | undefined): string =>
      at === undefined ? '' : `${durationText(nowMs - Date.parse(at))} ago`;
    const until = (at: string | undefined): string =>
      at === undefined ? '' : `in ${durationText(Date.parse(at) - nowMs)}`;
    const kinds = Object.entries(status.kinds).map(([kind, count]) => `${count} ${kind}`);
    const facts = [
      ['table', status.table],
      ['partition', status.partition],
      ['rows', [`${status.rows}`, ...(kinds.length === 0 ? [] : [kinds.join(', ')])].join(': ')],
      ['names', `${status.names}, in ${status.chains} ${status.chains === 1 ? 'chain' : 'chains'}`],
      ['written', oldest === newest ? ago(oldest) : `${ago(oldest)} to ${ago(newest)}`],
      ['end', firstEnd === lastEnd ? until(firstEnd) : `${until(firstEnd)} to ${until(lastEnd)}`],
      ['early', `${status.early} may be refreshed already`],
      ['ended', `${status.expired} wait to be deleted`],
      ['outdated', `${status.outdated} from before a change`],
      ['generation', status.generation === undefined ? 'none' : `${status.generation}, ${ago(iso(status.generation))}`],
      ['leases', `${leases.held} held, ${leases.done} done, ${leases.over} not ended in time`],
    ];
    return style.table(['FACT', 'VALUE'], facts);
  },

  renderJson({ nowMs, oldest = null, newest = null, firstEnd = null, lastEnd = null, generation = null, ...status }) {
    return { at: iso(nowMs), ...status, oldest, newest, firstEnd, lastEnd, generation };
  },
};

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
