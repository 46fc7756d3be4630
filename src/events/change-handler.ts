import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { withoutPayload } from '../aws/aws-errors';
import { describeError } from '../base/describe-error';
import { currentSession } from '../cache/current-session';
import { changeKey } from '../cache/generation-row';
import { sleep } from '../base/time';
import { CacherError, InvalidSettingsError } from '../errors';
import { ChangePass } from './change-pass';
import { type EventChange } from './changed-place';
import { type ReadBatch, readBatch, type ReadItem } from './read-event';

/** What the handler works with. */
export interface ChangeHandlerOptions {
  /** The cache table. Default: the setting `cacheTable`. */
  readonly cacheTable?: string;
  /** Client for it. Default: that of the current context. */
  readonly dynamo?: DynamoDBClient;
  /**
   * Directories that look like those of one service in one environment (`/orders/prod`), and that others look in, too.
   *
   * Default: none. Directories of all environments, of `global` and for export are looked for everywhere in any case.
   */
  readonly sharedDirectories?: readonly string[];
  /** Whether the table has the index of `ensureCacheTable({ index: true })`; without it, shared directories cost a scan. */
  readonly index?: boolean;
  /** Read units a second that a scan may take, on average. Default: 500. */
  readonly scanUnitsPerSecond?: number;
}

/** What of the context of an invocation is used. */
export interface ChangeContext {
  /** Gives the time that is left, **milliseconds**. */
  getRemainingTimeInMillis(): number;
}

/** Which events of a batch are to be tried again. */
export interface BatchResponse {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

/**
 * A handler for AWS Lambda.
 *
 * @returns For messages of SQS and records of a stream: those that failed. For a single event: nothing.
 * @throws CacherError for a single event that failed, so that Lambda tries it again.
 */
export type ChangeHandler = (event: unknown, context?: ChangeContext) => Promise<BatchResponse | undefined>;

const defaultScanUnits = 500;

/**
 * Makes the handler that follows changes at the sources: it drops the rows of the cache table that a change may touch, and
 * raises the generation that `config.watch()` looks at.
 *
 * It takes events of EventBridge (Parameter Store, Secrets Manager), alone or as messages of SQS, and the records of the
 * stream of a config table. What it does not know, it logs and leaves.
 *
 * @throws InvalidSettingsError for options that cannot be.
 */
export function createChangeHandler(options: ChangeHandlerOptions = {}): ChangeHandler {
  const { scanUnitsPerSecond = defaultScanUnits } = options;
  if (!(scanUnitsPerSecond > 0)) {
    throw new InvalidSettingsError('createChangeHandler option scanUnitsPerSecond', 'expected a number above 0.');
  }
  return async (event, context) => {
    const { clients, logger, nowMs, random, settings } = currentSession();
    const table = options.cacheTable ?? settings.cacheTable;
    const batch = readBatch(event, table);
    for (const { label } of batch.items.filter(isUnknown)) logger.warn('change.unknown', { what: label });
    const changes = merged(batch.items.flatMap((item) => item.changes ?? []));
    if (changes.length === 0) return responseOf(batch, []);
    const client = options.dynamo ?? (await clients.dynamo(settings));
    const pass = new ChangePass(
      { client, table, nowMs, random, sleep },
      {
        sharedDirectories: new Set(options.sharedDirectories),
        hasIndex: options.index ?? false,
        scanUnitsPerSecond,
        remainingMs: () => context?.getRemainingTimeInMillis() ?? Number.POSITIVE_INFINITY,
      },
    );
    await pass.follow(changes);
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

function isUnknown({ changes }: ReadItem): boolean {
  return changes === undefined;
}

/** Makes one of changes in the same place, of all the events that told of it. */
function merged(changes: readonly EventChange[]): readonly EventChange[] {
  const byPlace = new Map<string, EventChange>();
  for (const each of changes) {
    const known = byPlace.get(changeKey(each));
    byPlace.set(changeKey(each), { ...each, eventIds: [...(known?.eventIds ?? []), ...each.eventIds] });
  }
  return [...byPlace.values()];
}

/**
 * Says which events are to be tried again.
 *
 * Of a stream, Lambda tries again all records from the first that failed.
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
