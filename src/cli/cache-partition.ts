import { plainKeyOf } from '../cache/rows';
import { type CacheEntry } from '../cache/admin';
import { CacherError, Clock, DynamoCacher, XconSettings } from '../index';
import { type CommandContext } from './context';
import { errorSummary } from '../base/describe-error';
import { CommandError, UsageError } from './exit-codes';

/** The partition of the cache table that a command is about. */
export interface CachePartition {
  readonly cacher: DynamoCacher;
  /** Partition key: `/orders/prod`. */
  readonly environ: string;
  /** Name or ARN of the table. */
  readonly table: string;
  /** Current time, **milliseconds** since the Unix epoch. */
  readonly nowMs: number;
}

/** What the rows of a partition say together. */
export interface PartitionSummary {
  /** How many rows there are that can be read. */
  readonly rows: number;
  /** How many of each kind, those that there are. */
  readonly kinds: Readonly<Record<string, number>>;
  /** How many names have a row. */
  readonly names: number;
  /** How many chains of directories and providers the rows are for. */
  readonly chains: number;
  /** How many answer no more, and wait for DynamoDB to delete them. */
  readonly expired: number;
  /** How many end so soon that a process may refresh them already. */
  readonly early: number;
  /** How many rest on reads from before a change, and are not used. */
  readonly outdated: number;
  /** When the oldest and the newest answer was written, ISO 8601; `undefined` when none says so. */
  readonly oldest: string | undefined;
  readonly newest: string | undefined;
  /** When the first and the last answer that has not ended will end, ISO 8601; `undefined` when none ends. */
  readonly firstEnd: string | undefined;
  readonly lastEnd: string | undefined;
  /** Number of the latest change that the partition has followed; `undefined` before the first. */
  readonly generation: number | undefined;
  /** How many leases are held, done, or have run out without an end. */
  readonly leases: { readonly held: number; readonly done: number; readonly over: number };
}

/** Kinds of rows that answer for a name. */
const answers: readonly string[] = ['value', 'missing', 'sealed', 'reference'] satisfies readonly CacheEntry['kind'][];

/**
 * Runs a function with the partition of the service and environment of a command.
 *
 * @throws UsageError when no service is named: the service `global` caches nothing; CommandError when there is no such table.
 */
export function withPartition<T>(context: CommandContext, fn: (partition: CachePartition) => Promise<T>): Promise<T> {
  return context.at({}, async (config) => {
    const { resolvedService: service, resolvedEnvironment: environment } = config;
    if (service === 'global')
      throw new UsageError('Name a service: --service, or APP_NAME. Without one, nothing is cached.');
    const table = XconSettings.grab().resolve().cacheTable;
    const nowMs = Clock.grab().nowMs();
    try {
      return await fn({ cacher: DynamoCacher.grab(), environ: `/${service}/${environment}`, table, nowMs });
    } catch (error) {
      throw isOfMissingTable(error) ? missingTable(table, error) : error;
    }
  });
}

function isOfMissingTable(error: unknown): boolean {
  return error instanceof CacherError && errorSummary(error.cause).name === 'ResourceNotFoundException';
}

function missingTable(table: string, cause: unknown): CommandError {
  const remedy = 'To make it: xcon cache create-table. To use another: XCON_CACHE_TABLE.';
  return new CommandError(`There is no cache table "${table}" in this account and region. ${remedy}`, 'failed', {
    cause,
  });
}

/** Sums up the rows of a partition. @param nowMs - Current time, **milliseconds** since the Unix epoch. */
export function partitionSummary(entries: readonly CacheEntry[], nowMs: number): PartitionSummary {
  const answering = entries.filter(({ kind }) => answers.includes(kind));
  const live = answering.filter(({ expired }) => !expired);
  const count = (all: readonly CacheEntry[], is: (entry: CacheEntry) => boolean): number => all.filter(is).length;
  const written = answering.map(({ createdAt }) => Date.parse(createdAt ?? '')).filter((each) => !Number.isNaN(each));
  const ends = live.flatMap(({ ttl }) => (ttl === undefined ? [] : ttl * 1000));
  const leases = entries.flatMap(({ lease }) => lease ?? []);
  const held = leases.filter(({ state }) => state === 'held');
  return {
    rows: entries.length,
    kinds: countBy(entries),
    names: new Set(answering.map(({ name }) => name)).size,
    chains: new Set(answering.map(chainOf)).size,
    expired: count(answering, ({ expired }) => expired),
    early: count(live, ({ early }) => early),
    outdated: count(live, ({ outdated }) => outdated),
    oldest: isoOf(Math.min, written),
    newest: isoOf(Math.max, written),
    firstEnd: isoOf(Math.min, ends),
    lastEnd: isoOf(Math.max, ends),
    generation: entries.find(({ kind }) => kind === 'generation')?.generation,
    leases: {
      held: held.filter(({ untilMs }) => untilMs >= nowMs).length,
      done: leases.length - held.length,
      over: held.filter(({ untilMs }) => untilMs < nowMs).length,
    },
  };
}

function countBy(entries: readonly CacheEntry[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { kind } of entries) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

/** The sort key of a row ends with its chain: directories and providers. */
function chainOf({ nameKey }: CacheEntry): string {
  return plainKeyOf(nameKey).split('|+|').slice(-2).join('|+|');
}

function isoOf(pick: (...all: readonly number[]) => number, moments: readonly number[]): string | undefined {
  return moments.length === 0 ? undefined : new Date(pick(...moments)).toISOString();
}
