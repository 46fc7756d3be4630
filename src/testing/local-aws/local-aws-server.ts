import { type AttributeValue } from '@aws-sdk/client-dynamodb';

import { checkOptions } from '../../options';
import { applySeed, mergeSeeds, noSeed, putSecret, rehearse, replaceSeed, type SeedStores } from './apply-seed';
import { RecordedCalls } from './call-log';
import { checkSeed } from './check-seed';
import { DynamoTables } from './dynamo-tables';
import { FaultPlan, type LocalAwsFault } from './faults';
import { Gateway, TokenBucket } from './gateway';
import { HttpEndpoint } from './http-endpoint';
import { KeyStore } from './kms';
import { type LocalAws } from './local-aws';
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
export class LocalAwsServer implements LocalAws {
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
    this.stores = { parameters, secrets, tables, keys };
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
    this.seeded = mergeSeeds(this.seeded, ready);
  }

  async reseed(seed: LocalAwsSeed | string): Promise<SeedChanges> {
    const { ready } = await this.prepare(seed);
    const replacement = { former: this.seeded, next: ready };
    this.seeded = ready;
    return replaceSeed(replacement, this.stores, (table) => this.deleteTable(table));
  }

  setFaults(faults: readonly LocalAwsFault[]): void {
    this.gateway.faults = new FaultPlan(faults);
  }

  setLatency(latencyMs: number): void {
    this.gateway.latencyMs = checkAmount(latencyMs, 'latencyMs');
  }

  setLimits(limits: LocalAwsLimits): void {
    checkOptions('limits of the local AWS:', limits, limitNames);
    const { ssmRequestsPerSecond, ssmWritesPerSecond } = limits;
    const bucket = (perSecond: number | undefined, name: string) =>
      perSecond === undefined ? undefined : new TokenBucket(checkAmount(perSecond, `limits.${name}`), this.clock);
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

  private async prepare(seed: LocalAwsSeed | string) {
    const source = typeof seed === 'string' ? `Seed file ${seed}` : 'Seed';
    const content = typeof seed === 'string' ? await readSeed(seed) : seed;
    return { source, ready: await rehearse(checkSeed(content, source, this.clock()), source) };
  }
}
