import { type AttributeValue } from '@aws-sdk/client-dynamodb';
import { checkOptions } from '../options';
import { ConfigurationStore } from './app-config';
import { applySeed, mergeSeeds, noSeed, putSecret, rehearse, replaceSeed, type SeedStores } from './apply-seed';
import { type CallLog, RecordedCalls } from './call-log';
import { type CheckedSeed, checkSeed } from './check-seed';
import { DynamoTables } from './dynamo-tables';
import { checkDelay, FaultPlan, type LocalAwsFault } from './faults';
import { Gateway, RateLimit } from './gateway';
import { HttpEndpoint } from './http-endpoint';
import { KeyStore } from './kms';
import {
  checkAmount,
  checkPort,
  localAwsEnvironment,
  type LocalAwsLimits,
  type LocalAwsOptions,
  loopbackHost,
} from './local-aws-options';
import { type LocalAwsSeed, type SeedChanges, type SeedParameter } from './local-aws-seed';
import { allOperations } from './operations';
import { ParameterStore } from './parameter-store';
import { readSeed } from './read-seed';
import { SecretStore } from './secret-store';
import { type LocalAwsChange, type ServiceContext } from './service';
import { Identities } from './sts';
import { TableSettings } from './table-settings';
import { fromWireItem } from './wire-attribute';

export { type CallLog, type LocalAwsCall, type LocalAwsOutcome } from './call-log';
export { LocalAwsError } from './local-aws-error';
export { type LocalAwsFault } from './faults';
export { localAwsEnvironment, type LocalAwsLimits, type LocalAwsOptions } from './local-aws-options';
export {
  type LocalAwsSeed,
  type SeedChange,
  type SeedChanges,
  type SeedConfiguration,
  type SeedParameter,
  type SeedRotation,
  type SeedSecret,
  type SeedTable,
} from './local-aws-seed';
export { type ParameterType } from './parameter-store';
export { type LocalAwsChange, type LocalAwsService } from './service';

/**
 * AWS on one loopback port, for tests: SSM Parameter Store, Secrets Manager, DynamoDB, the part of KMS that wraps keys,
 * the caller identity of STS, and deployed configurations of AppConfig.
 *
 * It holds everything in memory and checks no signatures.
 */
export interface LocalAws extends AsyncDisposable {
  /** Endpoint for every client, without a slash at the end. */
  readonly url: string;
  /** Port on which it listens. */
  readonly port: number;
  /** Variables that point the AWS SDKs and the CLI to it; the credentials in them are obviously not real. */
  readonly environment: Readonly<Record<string, string>>;
  /** The requests received. */
  readonly calls: CallLog;

  /**
   * Adds entries, and overwrites those with the same names.
   *
   * @param seed - A seed, or the path of a seed file.
   * @throws LocalAwsError when it is malformed; nothing is applied then.
   */
  seed(seed: LocalAwsSeed | string): Promise<void>;
  /**
   * Replaces all former seeds.
   *
   * Entries of this seed get its values, also where clients have changed them; entries of only former seeds are deleted; entries that clients
   * have created under other names stay. Entries that already have the values of this seed are not written again.
   *
   * @param seed - A seed, or the path of a seed file.
   * @throws LocalAwsError when it is malformed; everything stays as it was then.
   */
  reseed(seed: LocalAwsSeed | string): Promise<SeedChanges>;
  /** Replaces the faults; their counts start again. @throws LocalAwsError */
  setFaults(faults: readonly LocalAwsFault[]): void;
  /** Sets how long every request waits before it is performed, in **milliseconds**. */
  setLatency(latencyMs: number): void;
  /** Replaces the limits; absent ones are lifted. */
  setLimits(limits: LocalAwsLimits): void;

  /** Every row of a table, as the SDK would give it; none when there is no such table. */
  rows(table: string): Promise<Record<string, AttributeValue>[]>;
  /** Deletes every row of a table. */
  clearTable(table: string): Promise<void>;
  /** Deletes a table, if there is one. */
  deleteTable(table: string): Promise<void>;
  /**
   * Deletes the rows whose time to live is over, in tables that have it enabled.
   *
   * @param nowSeconds - Seconds since the Unix epoch.
   * @returns How many rows were deleted.
   */
  expireItems(nowSeconds: number): Promise<number>;

  /** Writes a parameter as a seed does; its type stays when only a text is given. */
  putParameter(name: string, value: string | SeedParameter): void;
  /** Deletes a parameter, if there is one. */
  deleteParameter(name: string): void;
  /** Gives a secret a new current version, and creates or restores it when need be. */
  putSecret(name: string, value: string | Uint8Array): void;
  /** Deletes a secret at once, if there is one. */
  deleteSecret(name: string): void;

  /**
   * Calls `listener` after every change of a parameter, a secret or the rows of a table, also those made by clients.
   *
   * @returns Ends the calls.
   */
  onChange(listener: (change: LocalAwsChange) => void): () => void;
  /** Ends every connection and frees the port. Never rejects; may be called again. */
  close(): Promise<void>;
}

/**
 * Starts a local AWS.
 *
 * @param options - Seed, port, latency and faults. Default: empty, on any free port.
 * @throws LocalAwsError for a malformed option or seed, a host that is not loopback, and a port that is taken;
 * InvalidSettingsError for an option that does not exist.
 *
 * @example
 * const aws = await startLocalAws({ seed: { ssm: { '/orders/prod/db_host': 'db.internal' } } });
 * const ssm = new SSMClient({ endpoint: aws.url, region: 'us-east-1', credentials });
 * // ...
 * await aws.close();
 */
export async function startLocalAws(options: LocalAwsOptions = {}): Promise<LocalAws> {
  return LocalAwsServer.start(options);
}

const optionNames: Readonly<Record<keyof LocalAwsOptions, true>> = {
  ...{ seed: true, port: true, host: true, latencyMs: true, faults: true, limits: true, clock: true, onCall: true },
};
const limitNames: Readonly<Record<keyof LocalAwsLimits, true>> = {
  ssmRequestsPerSecond: true,
  ssmWritesPerSecond: true,
};
const parameterNames: Readonly<Record<keyof SeedParameter, true>> = {
  ...{ value: true, type: true, keyDenied: true, labels: true, description: true, tags: true },
};

/** Puts the parts together: stores, services, gateway and port. */
class LocalAwsServer implements LocalAws {
  readonly calls = new RecordedCalls();
  private readonly listeners = new Set<(change: LocalAwsChange) => void>();
  private readonly stores: SeedStores;
  private readonly settings: TableSettings;
  private readonly gateway: Gateway;
  private readonly endpoint: HttpEndpoint;
  private readonly clock: () => number;
  /** What seeds have given, all together. */
  private seeded = noSeed;
  private address = { url: '', port: 0 };

  private constructor({ clock = Date.now, onCall = () => undefined }: LocalAwsOptions) {
    this.clock = clock;
    const context: ServiceContext = {
      clock,
      changed: (change) => this.listeners.forEach((listener) => listener(change)),
    };
    const parameters = new ParameterStore(context);
    const secrets = new SecretStore(context);
    const tables = new DynamoTables(context);
    const keys = new KeyStore();
    this.stores = { parameters, secrets, tables, keys, configurations: new ConfigurationStore() };
    this.settings = new TableSettings(tables, clock);
    const identities = new Identities(clock);
    const operations = allOperations({ ...this.stores, settings: this.settings, identities, clock });
    this.gateway = new Gateway(operations, identities);
    this.endpoint = new HttpEndpoint(this.gateway, this.calls, onCall);
  }

  /** Checks everything, then listens. */
  static async start(options: LocalAwsOptions): Promise<LocalAwsServer> {
    checkOptions('startLocalAws()', options, optionNames);
    const host = loopbackHost(options.host);
    const server = new LocalAwsServer(options);
    server.setFaults(options.faults ?? []);
    server.setLatency(options.latencyMs ?? 0);
    server.setLimits(options.limits ?? {});
    if (options.seed !== undefined) await server.seed(options.seed);
    const port = await server.endpoint.listen(host, checkPort(options.port ?? 0));
    server.address = { url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`, port };
    return server;
  }

  get url(): string {
    return this.address.url;
  }

  get port(): number {
    return this.address.port;
  }

  get environment(): Readonly<Record<string, string>> {
    return localAwsEnvironment(this.url);
  }

  async seed(seed: LocalAwsSeed | string): Promise<void> {
    const { source, ready } = await this.prepare(seed);
    await applySeed(ready, this.stores, source);
    this.applyTtl(ready);
    this.seeded = mergeSeeds(this.seeded, ready);
  }

  async reseed(seed: LocalAwsSeed | string): Promise<SeedChanges> {
    const { ready } = await this.prepare(seed);
    const replacement = { former: this.seeded, next: ready };
    this.seeded = ready;
    const changes = await replaceSeed(replacement, this.stores, (table) => this.deleteTable(table));
    this.applyTtl(ready);
    return changes;
  }

  setFaults(faults: readonly LocalAwsFault[]): void {
    this.gateway.faults = new FaultPlan(faults);
  }

  setLatency(latencyMs: number): void {
    this.gateway.latencyMs = checkDelay(checkAmount(latencyMs, 'latencyMs'), 'latencyMs');
  }

  setLimits(limits: LocalAwsLimits): void {
    checkOptions('limits of the local AWS:', limits, limitNames);
    const { ssmRequestsPerSecond, ssmWritesPerSecond } = limits;
    const bucket = (perSecond: number | undefined, name: string) =>
      perSecond === undefined ? undefined : new RateLimit(checkAmount(perSecond, `limits.${name}`), this.clock);
    this.gateway.ssmReadLimit = bucket(ssmRequestsPerSecond, 'ssmRequestsPerSecond');
    this.gateway.ssmWriteLimit = bucket(ssmWritesPerSecond, 'ssmWritesPerSecond');
  }

  async rows(table: string): Promise<Record<string, AttributeValue>[]> {
    return (await this.stores.tables.rows(table)).map(fromWireItem);
  }

  async clearTable(table: string): Promise<void> {
    await this.stores.tables.deleteRows(table, await this.stores.tables.rows(table));
  }

  async deleteTable(table: string): Promise<void> {
    if ((await this.stores.tables.find(table)) === undefined) return;
    await this.stores.tables.drop({ TableName: table });
    this.settings.forget(table);
  }

  async expireItems(nowSeconds: number): Promise<number> {
    return this.settings.expire(nowSeconds);
  }

  putParameter(name: string, value: string | SeedParameter): void {
    const input: SeedParameter = typeof value === 'string' ? { value } : value;
    checkOptions('putParameter()', input, parameterNames);
    const tags = input.tags === undefined ? undefined : new Map(Object.entries(input.tags));
    this.stores.parameters.put(name, { ...input, tags });
  }

  deleteParameter(name: string): void {
    this.stores.parameters.delete(name);
  }

  putSecret(name: string, value: string | Uint8Array): void {
    const content = typeof value === 'string' ? { text: value } : { binary: Buffer.from(value).toString('base64') };
    putSecret(this.stores.secrets, name, { contents: [content], patch: { deletionAtMs: undefined } });
  }

  deleteSecret(name: string): void {
    const secret = this.stores.secrets.find(name);
    if (secret !== undefined) this.stores.secrets.remove(secret);
  }

  onChange(listener: (change: LocalAwsChange) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  close(): Promise<void> {
    return this.endpoint.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  private applyTtl({ tables }: CheckedSeed): void {
    for (const [name, { ttl }] of tables) if (ttl !== undefined) this.settings.expireBy(name, ttl);
  }

  private async prepare(seed: LocalAwsSeed | string) {
    const source = typeof seed === 'string' ? `Seed file ${seed}` : 'Seed';
    const content = typeof seed === 'string' ? await readSeed(seed) : seed;
    return { source, ready: await rehearse(checkSeed(content, source, this.clock()), source) };
  }
}
