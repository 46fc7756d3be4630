import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { withoutPayload } from '../aws/aws-errors';
import { describeError } from '../base/describe-error';
import { currentSession } from '../cache/current-session';
import { changeKey } from '../cache/rows';
import { sleep } from '../base/time';
import { Directory } from '../directory/directory';
import { CacherError, InvalidSettingsError } from '../errors';
import { checkOptions } from '../options';
import { ChangePass, defaultScanUnitsPerSecond } from './change-pass';
import { type EventChange, isWithin } from './changed-place';
import { type ReadBatch, readBatch, type ReadItem } from './read-event';

/** Options of the handler. */
export interface ChangeHandlerOptions {
  /** The cache table. Default: the setting `cacheTable`. */
  readonly cacheTable?: string;
  /** Client for it. Default: that of the current context. */
  readonly dynamo?: DynamoDBClient;
  /**
   * Directories with the path of one service in one environment (`/orders/prod`) that other services use, too.
   *
   * Default: none. Directories of all environments, of `global` and for export count as shared in any case.
   */
  readonly sharedDirectories?: readonly string[];
  /**
   * Paths at and below which the directories of services are: `['/orders', '/billing']`; `/global` is always among them. A change
   * elsewhere is ignored without a request to the table. Absent: anywhere.
   */
  readonly pathPrefixes?: readonly string[];
  /** Whether the table has the index of `ensureCacheTable({ index: true })`; without it, shared directories cost a scan. */
  readonly index?: boolean;
  /** Read units a second that a scan may take, on average. Default: 500. */
  readonly scanUnitsPerSecond?: number;
}

/** The used part of the context of an invocation. */
export interface ChangeContext {
  /** Gives the remaining time, **milliseconds**. */
  getRemainingTimeInMillis(): number;
}

/** The events of a batch that have to be retried. */
export interface BatchResponse {
  /** Message ids or sequence numbers of failed events, which the service delivers again. */
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

/**
 * A handler for AWS Lambda.
 *
 * @returns For messages of SQS and records of a stream: those that failed. For a single event: nothing.
 * @throws CacherError for a single event that failed, so that Lambda retries it.
 */
export type ChangeHandler = (event: unknown, context?: ChangeContext) => Promise<BatchResponse | undefined>;

const optionNames: Readonly<Record<keyof ChangeHandlerOptions, true>> = {
  cacheTable: true,
  dynamo: true,
  sharedDirectories: true,
  pathPrefixes: true,
  index: true,
  scanUnitsPerSecond: true,
};

const where = 'createChangeHandler()';
/** Time reserved for the response when a request does not end, **milliseconds**; of a short remaining time, a tenth. */
const answerMs = 500;

/**
 * Makes the handler that follows changes at the sources: it drops the rows of the cache table that a change may affect, and raises the
 * generation that `config.watch()` checks.
 *
 * It accepts events of EventBridge (Parameter Store, Secrets Manager), alone or as messages of SQS, and the records of the
 * stream of a config table. Unknown events are logged and ignored. Changes that cannot be followed before the invocation ends count as
 * failed, so that they are retried.
 *
 * @param options - Where the cache table is, and which directories are those of services.
 * @throws InvalidSettingsError for options that are unknown, invalid or contradict each other; InvalidDirectoryError for a
 * directory that is no path.
 *
 * @example
 * export const handler = createChangeHandler({ pathPrefixes: ['/orders'] });
 */
export function createChangeHandler(options: ChangeHandlerOptions = {}): ChangeHandler {
  const { hasIndex, isRelevant, scanUnitsPerSecond, sharedDirectories } = checkedOptions(options);
  return async (event, context) => {
    const { clients, logger, nowMs, random, settings } = currentSession();
    const table = options.cacheTable ?? settings.cacheTable;
    const batch = readBatch(event, table);
    for (const { label } of batch.items.filter(isUnknown)) logger.warn('change.unknown', { what: label });
    const all = merged(batch.items.flatMap((item) => item.changes ?? []));
    const changes = all.filter(({ directory }) => isRelevant(directory));
    if (changes.length < all.length) logger.debug('change.elsewhere', { changes: all.length - changes.length });
    if (changes.length === 0) return responseOf(batch, []);
    const client = options.dynamo ?? (await clients.dynamo(settings));
    const remainingMs = (): number => context?.getRemainingTimeInMillis() ?? Number.POSITIVE_INFINITY;
    const pass = new ChangePass(
      { client, table, nowMs, random, sleep },
      { sharedDirectories, hasIndex, scanUnitsPerSecond, remainingMs },
    );
    await followInTime(pass, changes, remainingMs());
    const { dropped, failures, partitions } = pass;
    logger.debug('change.followed', { table, changes: changes.length, partitions, rows: dropped });
    const failed = batch.items.filter(({ changes: its = [] }) => its.some((each) => failures.has(changeKey(each))));
    const [reason] = failures.values();
    if (failed.length > 0) {
      logger.warn('change.failed', { table, events: failed.length, reason: describeError(reason) });
    }
    return responseOf(batch, failed, reason);
  };
}

/** The options, checked, with defaults. */
interface CheckedOptions {
  readonly sharedDirectories: ReadonlySet<string>;
  readonly hasIndex: boolean;
  readonly scanUnitsPerSecond: number;
  /** Whether a directory may belong to a service. */
  readonly isRelevant: (directory: string) => boolean;
}

function checkedOptions(options: ChangeHandlerOptions): CheckedOptions {
  checkOptions(where, options, optionNames);
  const { cacheTable, index = false, scanUnitsPerSecond = defaultScanUnitsPerSecond } = options;
  if (typeof scanUnitsPerSecond !== 'number' || !(scanUnitsPerSecond > 0))
    throw invalidOption('scanUnitsPerSecond', 'expected a number above 0.');
  if (typeof index !== 'boolean') throw invalidOption('index', 'expected true or false.');
  if (cacheTable === '') throw invalidOption('cacheTable', 'expected the name of a table.');
  const shared = pathsOf('sharedDirectories', options.sharedDirectories ?? []);
  const { pathPrefixes: given } = options;
  const prefixes = given === undefined ? undefined : pathsOf('pathPrefixes', given);
  const isRelevant = (directory: string): boolean =>
    prefixes === undefined || isWithin(directory, ['/global', ...prefixes]);
  const outside = shared.find((each) => !isRelevant(each));
  if (outside !== undefined) {
    throw invalidOption(
      'sharedDirectories',
      `${outside} is outside of pathPrefixes: add it there, or remove it from sharedDirectories.`,
    );
  }
  return { sharedDirectories: new Set(shared), hasIndex: index, scanUnitsPerSecond, isRelevant };
}

function pathsOf(name: keyof ChangeHandlerOptions, given: readonly string[]): readonly string[] {
  const list: unknown = given;
  if (!Array.isArray(list)) throw invalidOption(name, 'expected a list of paths.');
  return given.map((each) => Directory.literal(each).path);
}

function invalidOption(name: keyof ChangeHandlerOptions, reason: string): InvalidSettingsError {
  return new InvalidSettingsError(`${where} option ${name}`, reason);
}

/** Follows changes until shortly before the invocation ends: a request may never be answered. */
async function followInTime(pass: ChangePass, changes: readonly EventChange[], remainingMs: number): Promise<void> {
  if (!Number.isFinite(remainingMs)) return pass.follow(changes);
  let timer: NodeJS.Timeout | undefined;
  const timeIsUp = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, remainingMs - Math.min(answerMs, remainingMs / 10));
  });
  try {
    await Promise.race([pass.follow(changes), timeIsUp]);
  } finally {
    clearTimeout(timer);
  }
  pass.stop(new Error('A request was not answered before the end of the invocation.'));
}

function isUnknown({ changes }: ReadItem): boolean {
  return changes === undefined;
}

/** Merges changes of the same place; the result has the ids of all events. */
function merged(changes: readonly EventChange[]): readonly EventChange[] {
  const byPlace = new Map<string, EventChange>();
  for (const each of changes) {
    const known = byPlace.get(changeKey(each));
    byPlace.set(changeKey(each), { ...each, eventIds: [...(known?.eventIds ?? []), ...each.eventIds] });
  }
  return [...byPlace.values()];
}

/**
 * Gives the events that have to be retried.
 *
 * Of a stream, Lambda retries all records from the first that failed.
 */
function responseOf({ kind }: ReadBatch, failed: readonly ReadItem[], reason?: unknown): BatchResponse | undefined {
  const identifiers = failed.flatMap(({ id }) => (id === undefined ? [] : [{ itemIdentifier: id }]));
  if (failed.length > identifiers.length) {
    throw new CacherError(`A change could not be followed: ${describeError(reason)}.`, {
      cause: withoutPayload(reason),
    });
  }
  if (kind === 'single') return undefined;
  return { batchItemFailures: kind === 'stream' ? identifiers.slice(0, 1) : identifiers };
}
