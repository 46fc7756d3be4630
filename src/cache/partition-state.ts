import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { KMSClient } from '@aws-sdk/client-kms';
import { classifyAwsError, sourceRefusalOf } from '../aws/aws-errors';
import { describeError } from '../base/describe-error';
import { startWork } from '../base/start-work';
import { sleep } from '../base/time';
import { withTimeoutSignal } from '../base/time-limit';
import { callAws } from '../aws/credentials';
import { queryPartition } from '../aws/query-partition';
import { tableArnText } from '../aws/table-names';
import { momentAt } from '../di/moment';
import { clearClientsWarning, type ClientUse, warnOfRefusedClients } from '../memory/client-warnings';
import { type CacheActivity, type CachedChain, type CacheRecord, type CacheSession, type Lease } from './cacher';
import { ChainLease, spreadPause, type StandOutcome } from './lease';
import { Keyring } from './keyring';
import { type AnswerRow, isForeign, saidAtMs } from './rows';
import { Partition } from './partition';
import { leftMs } from './expiry';
import { PartitionWriter, type WritablePartition } from './partition-writer';
import { type RowChange, writeRows } from './table-client';

/** How long a cache that could not be read is left alone, **milliseconds**. */
const troublePauseMs = 30_000;
/** How much of the time of a lookup the Query may take, retries included; then the lookup goes on without it. */
const queryShare = 0.25;
/** Longest pause before a throttled Query is repeated, **milliseconds**. */
const throttlePauseMs = 500;

/** Until when a partition is left alone; outlives what memory forgets. */
export interface Trouble {
  /** Until when it is neither read nor written, **milliseconds** since the Unix epoch; 0: no trouble. */
  untilMs: number;
  /** Until when it is not written, **milliseconds** since the Unix epoch; 0: no trouble. */
  unwritableUntilMs: number;
  /** How it has done so far. */
  readonly record: CacheRecord;
}

/**
 * What this process knows of one partition of the cache table: its rows, its keys, and who refreshes which chain.
 *
 * Nothing here rejects because of the table: trouble is logged once, and the table left alone for a while.
 */
export class PartitionState implements WritablePartition {
  /** Writes the rows of the partition. */
  readonly writer = new PartitionWriter(this);
  private knownKeyring: { readonly keys: string; readonly keyring: Keyring } | undefined;
  private loading: Promise<Partition | undefined> | undefined;
  private latestGeneration = 0;
  private firstGeneration: number | undefined;
  private readonly leases = new Map<string, ChainLease>();
  private readonly stands = new Map<string, Promise<StandOutcome>>();
  private readonly earlyTries = new Map<string, Promise<Lease | undefined>>();

  /**
   * @param environ - Partition key.
   * @param trouble - Shared by all states of this partition.
   * @param flush - Awaits the writes that have begun.
   */
  constructor(
    private readonly environ: string,
    private session: CacheSession,
    private readonly trouble: Trouble,
    private readonly flush: () => Promise<void>,
  ) {}

  /** Takes over the settings of a later lookup: keys may have been set meanwhile. */
  use(session: CacheSession): this {
    this.session = session;
    return this;
  }

  /** Keys for sealed rows, as the settings have them. */
  get keyring(): Keyring {
    const { clients, settings, nowMs } = this.session;
    const keys = JSON.stringify([settings.cacheKeys, settings.cacheKmsKeyId]);
    if (this.knownKeyring?.keys !== keys) {
      const kms = async (): Promise<KMSClient> => (await clients.kms(settings)) as KMSClient;
      this.knownKeyring = { keys, keyring: new Keyring({ settings, environ: this.environ, kms, nowMs }) };
    }
    return this.knownKeyring.keyring;
  }

  /** Gives the rows, from one Query; `undefined` when there are none to be had now. */
  rows(): Promise<Partition | undefined> {
    if (this.isInTrouble) return Promise.resolve(undefined);
    return (this.loading ??= this.kept(this.load(this.session.localCache.cacheReadPolicy.newest)));
  }

  /**
   * Generation of the partition that all of this memory has seen; `undefined` when the rows have not been read, or not before the
   * sources.
   */
  get seenGeneration(): number | undefined {
    return this.firstGeneration;
  }

  /**
   * Takes the lease of a chain, or waits for who has it; once for all lookups of the process.
   *
   * @param leftMs - Gives the time that is left for the wait, **milliseconds**.
   */
  stand(chain: CachedChain, leftMs: () => number): Promise<StandOutcome> {
    const known = this.stands.get(chain.key.chain);
    if (known !== undefined) return known;
    const stood = this.standAndReload(chain, leftMs);
    this.stands.set(chain.key.chain, stood);
    return stood;
  }

  /** Tries once to get the lease of a chain whose rows end soon. */
  tryEarly(chain: CachedChain): Promise<Lease | undefined> {
    const known = this.earlyTries.get(chain.key.chain);
    if (known !== undefined) return known;
    const tried = startWork(async () => {
      try {
        return await (await this.leaseOf(chain)).tryOnce();
      } catch {
        return undefined;
      }
    });
    this.earlyTries.set(chain.key.chain, tried);
    return tried;
  }

  /** Gives one lookup its share of a lease that this process holds. */
  async hold(chain: CachedChain): Promise<Lease> {
    return (await this.leaseOf(chain)).hold();
  }

  /** Writes and deletes rows. Never rejects; does nothing while the table is in trouble. */
  async write(changes: readonly RowChange[]): Promise<void> {
    const isUnwritable = this.session.nowMs() < this.trouble.unwritableUntilMs;
    if (this.isInTrouble || isUnwritable || changes.length === 0) return;
    const { clients, logger, random, settings } = this.session;
    try {
      const client = await clients.dynamo(settings);
      const target = { client, table: settings.cacheTable, environ: this.environ, random };
      await callAws(client, () =>
        writeRows({ ...target, leftMs: (readAtMs) => leftMs(readAtMs, this.session) }, changes),
      );
      this.trouble.record.succeed('writing', this.session.nowMs());
      logger.debug('cache.written', { table: settings.cacheTable, environ: this.environ, rows: changes.length });
    } catch (error) {
      this.trouble.unwritableUntilMs = this.session.nowMs() + troublePauseMs;
      this.warnOfTrouble('cache.write-failed', error, {
        activity: 'writing',
        action: 'dynamodb:BatchWriteItem and dynamodb:PutItem',
        consequence: 'not written',
      });
    }
  }

  /** Says once that something about the cache is wrong; the lookup goes on. */
  warn(event: string, fields: Readonly<Record<string, unknown>>): void {
    const { localCache, logger, settings } = this.session;
    if (!localCache.isNewWarning(`${event}|${settings.cacheTable}|${this.environ}`)) return;
    logger.warn(event, { table: settings.cacheTable, environ: this.environ, ...fields });
  }

  private get isInTrouble(): boolean {
    return this.session.nowMs() < this.trouble.untilMs;
  }

  private async standAndReload(chain: CachedChain, leftMs: () => number): Promise<StandOutcome> {
    const { random, nowMs } = this.session;
    try {
      const lease = await this.leaseOf(chain);
      const outcome = await lease.stand({ random, sleep, leftMs });
      if (outcome !== 'read rows') return outcome;
      const rows = await (this.loading = this.kept(this.load(true)));
      const nothingCame = rows?.hasLiveRow(chain.key, nowMs()) !== true;
      // Who did not wait comes at a moment of its own.
      if (nothingCame && lease.hasWaited) await sleep(spreadPause(random(), leftMs()));
      return outcome;
    } catch {
      return 'alone';
    }
  }

  private async leaseOf({ key, session }: CachedChain): Promise<ChainLease> {
    const { clients, settings, nowMs } = session;
    const client = await clients.dynamo(settings);
    const known = this.leases.get(key.chain);
    if (known !== undefined) return known;
    const leaseKey = { environ: key.environ, leaseKey: key.leaseKeyAfter(this.latestGeneration) };
    const lease = new ChainLease({ client, table: settings.cacheTable, key: leaseKey, nowMs }, this.flush);
    this.leases.set(key.chain, lease);
    return lease;
  }

  /** Forgets a Query that failed, so that it is repeated when the table is not left alone any more. */
  private kept(loading: Promise<Partition | undefined>): Promise<Partition | undefined> {
    const forget = (): void => {
      if (this.loading === loading) this.loading = undefined;
    };
    loading.then((rows) => rows ?? forget()).catch(forget);
    return loading;
  }

  /** Rows that may not answer: all past the cache, those of others where they are ignored, and those that are too old. */
  private get passedOver(): (row: AnswerRow) => boolean {
    const { localCache, settings } = this.session;
    const { pastCache, cachedSinceMs } = localCache.cacheReadPolicy;
    const ignoresForeign = settings.cacheForeignRows === 'ignore';
    return (row) => pastCache || (ignoresForeign && isForeign(row)) || saidAtMs(row) < cachedSinceMs;
  }

  /** Past the cache, no row answers, but those that are there are known: everything is looked up, and written anew. */
  private async load(consistent: boolean): Promise<Partition | undefined> {
    const { clients, localCache, logger, nowMs, random, settings } = this.session;
    const { record } = this.trouble;
    record.requests += 1;
    try {
      const client = await clients.dynamo(settings);
      const query = { table: settings.cacheTable, partition: this.environ, consistent };
      const rows = await withTimeoutSignal(settings.lookupBudgetMs * queryShare, (signal) =>
        this.unlessThrottled(client, () => callAws(client, () => queryPartition(client, { ...query, signal }))),
      );
      record.succeed('reading', nowMs());
      clearClientsWarning({ localCache }, cacheUse);
      logger.debug('cache.read', { table: settings.cacheTable, environ: this.environ, rows: rows.length });
      const now = nowMs();
      const read = { draw: random(), nowMs: now, answeredAt: momentAt(now), isPassedOver: this.passedOver };
      const partition = new Partition(rows, read);
      this.latestGeneration = partition.generation;
      if (localCache.readSince === undefined) this.firstGeneration ??= partition.generation;
      return partition;
    } catch (error) {
      this.trouble.untilMs = nowMs() + troublePauseMs;
      this.warnOfTrouble('cache.unavailable', error, {
        activity: 'reading',
        action: 'dynamodb:Query',
        consequence: 'neither read nor written',
      });
      return undefined;
    }
  }

  /** Repeats a throttled call once, after a pause; not for users who asked for a single attempt. */
  private async unlessThrottled<T>(client: DynamoDBClient, call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      if (classifyAwsError(error) !== 'throttled' || (await client.config.maxAttempts()) <= 1) throw error;
      await sleep(this.session.random() * throttlePauseMs);
      return call();
    }
  }

  private warnOfTrouble(
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
    this.trouble.record.note(activity, { state, sinceMs: nowMs(), reason, remedy });
    if (refusal?.isOfClients === true) {
      warnOfRefusedClients(this.session, cacheUse, refusal);
      return;
    }
    this.warn(event, {
      reason,
      ...(remedy !== undefined && { remedy }),
      consequence: `the cache is ${consequence} for ${troublePauseMs / 1000} s`,
    });
  }
}

/** The cache is read with the clients of the context. */
const cacheUse: ClientUse = { name: 'cacher', ownClients: false };
