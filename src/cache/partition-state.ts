import { getOrMake } from '../base/get-or-make';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { KMSClient } from '@aws-sdk/client-kms';
import { classifyAwsError, sourceRefusalOf } from '../aws/aws-errors';
import { cacheReads, startTimer } from '../base/channels';
import { describeError, errorSummary } from '../base/describe-error';
import { sleep } from '../base/time';
import { withTimeoutSignal } from '../base/time-limit';
import { callAws } from '../aws/call-aws';
import { queryRows, type RowChange, writeRows } from '../aws/table-client';
import { tableArnText } from '../aws/table-names';
import { momentAt } from '../di/moment';
import { cacheUse, clearClientsWarning, warnOfRefusedClients } from '../memory/client-warnings';
import { type CacheActivity, type CachedChain, type CacheRecord, type CacheSession } from './cacher';
import { ChainRefresh, type LeaseTable } from './lease';
import { Keyring } from './keyring';
import { type AnswerRow, isForeign, answeredAtMs } from './rows';
import { Partition } from './partition';
import { PartitionWriter, type WritablePartition } from './partition-writer';

/** How long a cache is not used after an error, **milliseconds**. */
const backoffMs = 30_000;
/** Share of the time of a lookup that the Query may take, retries included; then the lookup continues without it. */
const queryShare = 0.25;
/** Longest pause before a throttled Query is repeated, **milliseconds**. */
const throttlePauseMs = 500;

/** Until when a partition is not used after an error, and the record of its use; a reset of memory keeps it. */
export interface Backoff {
  /** Until when it is neither read nor written, **milliseconds** since the Unix epoch; 0: at once. */
  untilMs: number;
  /** Until when it is not written, **milliseconds** since the Unix epoch; 0: at once. */
  unwritableUntilMs: number;
  /** Successes and problems. */
  readonly record: CacheRecord;
}

/**
 * One partition of the cache table in the memory of this process: rows, keys, and the refresh of each chain.
 *
 * No method rejects because of the table: a problem is logged once, and the table is not used for a while.
 */
export class PartitionState implements WritablePartition {
  /** Writes the rows of the partition. */
  readonly writer = new PartitionWriter(this);
  private knownKeyring: { readonly keys: string; readonly keyring: Keyring } | undefined;
  private loading: Promise<Partition | undefined> | undefined;
  private latestGeneration = 0;
  private firstGeneration: number | undefined;
  private readonly refreshes = new Map<string, ChainRefresh>();

  /**
   * @param environ - Partition key.
   * @param backoff - Shared by all states of this partition.
   * @param flush - Awaits the writes that have begun.
   */
  constructor(
    private readonly environ: string,
    private session: CacheSession,
    private readonly backoff: Backoff,
    private readonly flush: () => Promise<void>,
  ) {}

  /** Uses the session of a later lookup: keys may have been set in the meantime. */
  use(session: CacheSession): this {
    this.session = session;
    return this;
  }

  /** Keys for sealed rows, by the current settings. */
  get keyring(): Keyring {
    const { clients, settings, nowMs } = this.session;
    const keys = JSON.stringify([settings.cacheKeys, settings.cacheKmsKeyId]);
    if (this.knownKeyring?.keys !== keys) {
      const kms = async (): Promise<KMSClient> => (await clients.kms(settings)) as KMSClient;
      this.knownKeyring = { keys, keyring: new Keyring({ settings, environ: this.environ, kms, nowMs }) };
    }
    return this.knownKeyring.keyring;
  }

  /** Gives the rows, from one Query; `undefined` when they cannot be read now. */
  rows(): Promise<Partition | undefined> {
    if (this.isBackingOff) return Promise.resolve(undefined);
    return (this.loading ??= this.unlessFailed(this.load(this.session.localCache.cacheReadPolicy.newest)));
  }

  /**
   * Generation of the partition that all reads in memory have seen; `undefined` when the rows have not been read, or not before the
   * sources.
   */
  get seenGeneration(): number | undefined {
    return this.firstGeneration;
  }

  /** Gives the refresh of a chain: one object for all lookups of this process. */
  refreshOf(chain: CachedChain): ChainRefresh {
    const partition = { flush: this.flush, reload: () => this.reload(chain) };
    return getOrMake(
      this.refreshes,
      chain.key.chain,
      () => new ChainRefresh(() => this.leaseTableOf(chain), partition),
    );
  }

  /** Writes and deletes rows. Never rejects; does nothing for a while after an error. */
  async write(changes: readonly RowChange[]): Promise<void> {
    const isUnwritable = this.session.nowMs() < this.backoff.unwritableUntilMs;
    if (this.isBackingOff || isUnwritable || changes.length === 0) return;
    const { clients, logger, random, settings } = this.session;
    try {
      const client = await clients.dynamo(settings);
      await callAws(client, () => writeRows({ client, table: settings.cacheTable, random }, changes));
      this.backoff.record.succeed('writing', this.session.nowMs());
      logger.debug('cache.written', { table: settings.cacheTable, environ: this.environ, rows: changes.length });
    } catch (error) {
      this.backoff.unwritableUntilMs = this.session.nowMs() + backoffMs;
      this.warnOfProblem('cache.write-failed', error, {
        activity: 'writing',
        action: 'dynamodb:BatchWriteItem and dynamodb:PutItem',
        consequence: 'not written',
      });
    }
  }

  /** Logs a problem with the cache once. */
  warn(event: string, fields: Readonly<Record<string, unknown>>): void {
    const { localCache, logger, settings } = this.session;
    if (!localCache.isNewWarning(`${event}|${settings.cacheTable}|${this.environ}`)) return;
    logger.warn(event, { table: settings.cacheTable, environ: this.environ, ...fields });
  }

  private get isBackingOff(): boolean {
    return this.session.nowMs() < this.backoff.untilMs;
  }

  private async leaseTableOf({ key, session }: CachedChain): Promise<LeaseTable> {
    const { clients, settings, nowMs } = session;
    const client = await clients.dynamo(settings);
    const leaseKey = { environ: key.environ, leaseKey: key.leaseKeyAfter(this.latestGeneration) };
    return { client, table: settings.cacheTable, key: leaseKey, nowMs };
  }

  private async reload({ key }: CachedChain): Promise<boolean> {
    const rows = await (this.loading = this.unlessFailed(this.load(true)));
    return rows?.hasUnexpiredRow(key, this.session.nowMs()) === true;
  }

  /** Forgets a Query that failed, so that it is repeated after the backoff. */
  private unlessFailed(loading: Promise<Partition | undefined>): Promise<Partition | undefined> {
    const forget = (): void => {
      if (this.loading === loading) this.loading = undefined;
    };
    loading.then((rows) => rows ?? forget()).catch(forget);
    return loading;
  }

  /** Selects rows that must not answer: all with `pastCache`, rows of other libraries where they are ignored, and rows that are too old. */
  private get ignored(): (row: AnswerRow) => boolean {
    const { localCache, settings } = this.session;
    const { pastCache, cachedSinceMs } = localCache.cacheReadPolicy;
    const ignoresForeign = settings.cacheForeignRows === 'ignore';
    return (row) => pastCache || (ignoresForeign && isForeign(row)) || answeredAtMs(row) < cachedSinceMs;
  }

  /** With `pastCache`, the rows are read as well: none answers, but writes have to know which rows exist. */
  private async load(consistent: boolean): Promise<Partition | undefined> {
    const { clients, localCache, logger, nowMs, random, settings } = this.session;
    const { record } = this.backoff;
    record.requests += 1;
    const report = this.reporter();
    try {
      const client = await clients.dynamo(settings);
      const connection = { client, table: settings.cacheTable };
      const rows = await withTimeoutSignal(settings.lookupBudgetMs * queryShare, (signal) =>
        this.unlessThrottled(client, () =>
          callAws(client, () => queryRows(connection, this.environ, { consistent, signal })),
        ),
      );
      record.succeed('reading', nowMs());
      report?.(rows.length);
      clearClientsWarning({ localCache }, cacheUse);
      logger.debug('cache.read', { table: settings.cacheTable, environ: this.environ, rows: rows.length });
      const now = nowMs();
      const read = { draw: random(), nowMs: now, answeredAt: momentAt(now), isIgnored: this.ignored };
      const partition = new Partition(rows, read);
      this.latestGeneration = partition.generation;
      if (localCache.readSince === undefined) this.firstGeneration ??= partition.generation;
      return partition;
    } catch (error) {
      report?.(undefined, errorSummary(error).name);
      this.backoff.untilMs = nowMs() + backoffMs;
      this.warnOfProblem('cache.unavailable', error, {
        activity: 'reading',
        action: 'dynamodb:Query',
        consequence: 'neither read nor written',
      });
      return undefined;
    }
  }

  /** Measures a read of the partition, when there is a subscriber. @returns A function that publishes it. */
  private reporter(): ((rows: number | undefined, error?: string) => void) | undefined {
    if (!cacheReads.hasSubscribers) return undefined;
    const stop = startTimer();
    const { environ, session } = this;
    return (rows, error) => cacheReads.publish({ table: session.settings.cacheTable, environ, rows, error, ...stop() });
  }

  /** Repeats a throttled call once, after a pause, unless the client is configured for a single attempt. */
  private async unlessThrottled<T>(client: DynamoDBClient, call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      if (classifyAwsError(error) !== 'throttled' || (await client.config.maxAttempts()) <= 1) throw error;
      await sleep(this.session.random() * throttlePauseMs);
      return call();
    }
  }

  private warnOfProblem(
    event: string,
    error: unknown,
    {
      activity,
      action,
      consequence,
    }: { readonly activity: CacheActivity; readonly action: string; readonly consequence: string },
  ): void {
    const { nowMs, settings } = this.session;
    const grant = `allow ${action} on ${tableArnText(settings.cacheTable)}, and create that table`;
    const refusal = sourceRefusalOf(error, grant);
    const { reason, remedy } = refusal ?? { reason: describeError(error), remedy: undefined };
    const state = refusal === undefined ? 'failing' : 'refused';
    this.backoff.record.recordProblem(activity, { state, sinceMs: nowMs(), reason, remedy });
    if (refusal?.isOfClients === true) {
      warnOfRefusedClients(this.session, cacheUse, refusal);
      return;
    }
    this.warn(event, {
      reason,
      ...(remedy !== undefined && { remedy }),
      consequence: `the cache is ${consequence} for ${backoffMs / 1000} s`,
    });
  }
}
