import { DeleteItemCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { type LocalAws, startLocalAws } from '../../src/local-aws/local-aws';
import { type Caller, Front, type FrontRequest, type Rule } from './front';
import { History, type Place, placeText, type Refusal } from './history';
import {
  type Account,
  accounts,
  allDirectories,
  cacheTable,
  configTables,
  homeRegion,
  keyPrefixes,
  regionAbroad,
  secureName,
  settingNames,
} from './profile';
import { type SimulatedClock } from './simulated-clock';

/** Something that is refused to a process, and the AWS name of the error that says so. */
export interface Denial extends Refusal {
  readonly type: string;
}

/** Accounts with their sources, one cache table, and the front that processes ask. */
export class World {
  /** What has happened since the world was emptied. */
  history = new History();
  /** Requests that faults and refusals have answered. */
  faults = 0;
  private values = 0;
  private troubles: readonly Rule[] = [];
  private denials: readonly { readonly rules: readonly Rule[]; readonly end: (atMs: number) => void }[] = [];

  private constructor(
    private readonly clock: SimulatedClock,
    private readonly services: ReadonlyMap<Account, LocalAws>,
    private readonly clients: ReadonlyMap<Account, DynamoDBClient>,
    private readonly front: { current: Front | undefined },
  ) {}

  static async start(clock: SimulatedClock): Promise<World> {
    const services = new Map<Account, LocalAws>();
    const clients = new Map<Account, DynamoDBClient>();
    const tables = { [configTables.own]: { rows: [] }, [configTables.other]: { rows: [] }, [cacheTable]: { rows: [] } };
    for (const account of accounts) {
      const aws = await startLocalAws({ clock: () => clock.nowMs(), seed: { tables } });
      services.set(account, aws);
      const credentials = { accessKeyId: 'checker', secretAccessKey: 'not-a-real-secret' };
      clients.set(account, new DynamoDBClient({ endpoint: aws.url, region: homeRegion, credentials }));
    }
    const front: { current: Front | undefined } = { current: undefined };
    const world = new World(clock, services, clients, front);
    front.current = await Front.start({
      identify,
      portOf: (request) => world.serviceOf(request).port,
      onRequest: (request, rule) => world.take(request, rule),
    });
    return world;
  }

  /** Variables that point a process here. */
  environmentOf(process: string): NodeJS.ProcessEnv {
    const [url, other] = this.front.current?.urls ?? [];
    return {
      AWS_ENDPOINT_URL: url,
      AWS_REGION: homeRegion,
      AWS_ACCESS_KEY_ID: `${keyPrefixes.home}${process}`,
      AWS_SECRET_ACCESS_KEY: 'not-a-real-secret',
      AWS_EC2_METADATA_DISABLED: 'true',
      MODEL_CLOCK: this.clock.path,
      MODEL_PROCESS: process,
      MODEL_OTHER_ENDPOINT: other,
    };
  }

  /** Begins anew: empty sources, an empty cache table, nothing wrong. */
  async reset(): Promise<void> {
    this.calm();
    this.permit();
    for (const account of accounts) {
      for (const directory of allDirectories) {
        for (const name of settingNames) {
          this.services.get(account)?.deleteParameter(`${directory}/${name}`);
          this.services.get(account)?.deleteSecret(`${directory}/${name}`);
        }
      }
      for (const table of Object.values(configTables)) await this.services.get(account)?.clearTable(table);
    }
    await this.services.get('home')?.clearTable(cacheTable);
    this.history = new History();
  }

  /** Puts a new value into a place, or deletes what it has; it stays so until the next change of that name. */
  async change(place: Place, name: string, isDeletion: boolean): Promise<void> {
    const value = isDeletion ? undefined : `${placeText(place)} ${name} ${(this.values += 1)}`;
    const fromMs = this.clock.nowMs();
    await this.apply(place, name, value);
    this.history.put(place, name, value, { fromMs, toMs: this.clock.nowMs() });
    this.history.note(
      fromMs,
      `${placeText(place)}/${name} ${value === undefined ? 'is deleted' : `= "${value}"`}`,
      name,
    );
  }

  /** Deletes the rows of a partition as an operator does, past the library. */
  async wipe(partition: string): Promise<void> {
    const fromMs = this.clock.nowMs();
    const home = this.clients.get('home');
    for (const row of (await this.services.get('home')?.rows(cacheTable)) ?? []) {
      const { app_key: app, name_key: name } = row;
      if (app?.S !== partition || name === undefined) continue;
      await home?.send(new DeleteItemCommand({ TableName: cacheTable, Key: { app_key: app, name_key: name } }));
    }
    this.history.clear({ partition, leavesGeneration: false, fromMs, toMs: this.clock.nowMs() });
    this.history.note(fromMs, `the rows of ${partition} are deleted, past the library`);
  }

  /** Lets requests go wrong, until it is calm. */
  disturb(rule: Rule): void {
    this.troubles = [...this.troubles, rule];
    this.history.note(this.clock.nowMs(), `from now on: ${ruleText(rule)}`);
    this.setRules();
  }

  /** Ends what goes wrong. */
  calm(): void {
    if (this.troubles.length > 0) this.history.note(this.clock.nowMs(), 'nothing goes wrong any more');
    this.troubles = [];
    this.setRules();
    this.front.current?.endHanging();
  }

  /** Takes a permission away from a process, until all are given back. */
  deny({ type, ...refusal }: Denial): void {
    const fromMs = this.clock.nowMs();
    const end = this.history.refuse(refusal, fromMs);
    this.denials = [...this.denials, { rules: refusalRules(refusal, type), end }];
    const { process, source, directory = 'any directory', name = 'any name' } = refusal;
    this.history.note(fromMs, `process ${process} is refused ${source}, ${directory}, ${name}`);
    this.setRules();
  }

  /** Gives all permissions back. */
  permit(): void {
    for (const { end } of this.denials) end(this.clock.nowMs());
    if (this.denials.length > 0) this.history.note(this.clock.nowMs(), 'everything is permitted again');
    this.denials = [];
    this.setRules();
  }

  async close(): Promise<void> {
    await this.front.current?.close();
    for (const each of this.clients.values()) each.destroy();
    for (const each of this.services.values()) await each.close();
  }

  private setRules(): void {
    const front = this.front.current;
    if (front !== undefined) front.rules = [...this.denials.flatMap(({ rules }) => rules), ...this.troubles];
  }

  /** The cache table is one for all accounts. */
  private serviceOf({ account, body }: FrontRequest): LocalAws {
    const service = this.services.get(body.includes(`"${cacheTable}"`) ? 'home' : (account as Account));
    if (service === undefined) throw new Error(`There is no account ${account}.`);
    return service;
  }

  private take({ process, operation, body }: FrontRequest, rule: Rule | undefined): void {
    const nowMs = this.clock.nowMs();
    if (rule !== undefined) {
      this.faults += 1;
      this.history.trouble(process, nowMs);
    }
    for (const [name, text] of writtenRows(operation, body)) {
      this.history.note(nowMs, `process ${process} writes ${text}${rule === undefined ? '' : ', and fails'}`, name);
    }
  }

  private async apply({ account, source, directory }: Place, name: string, value: string | undefined): Promise<void> {
    const full = `${directory}/${name}`;
    const isOther = account === 'other table';
    const aws = this.services.get(isOther ? 'home' : (account as Account));
    if (source === 'ssm') {
      if (value === undefined) aws?.deleteParameter(full);
      else aws?.putParameter(full, { value, type: name === secureName ? 'SecureString' : 'String' });
    } else if (source === 'secrets') {
      if (value === undefined) aws?.deleteSecret(full);
      else aws?.putSecret(full, value);
    } else {
      const client = this.clients.get(isOther ? 'home' : (account as Account));
      const table = { TableName: isOther ? configTables.other : configTables.own };
      const key = { app_key: { S: directory }, name_key: { S: name } };
      if (value === undefined) await client?.send(new DeleteItemCommand({ ...table, Key: key }));
      else await client?.send(new PutItemCommand({ ...table, Item: { ...key, value: { S: value } } }));
    }
  }
}

function identify({ accessKeyId, region, isOtherEndpoint }: Caller): Pick<FrontRequest, 'account' | 'process'> {
  const process = accessKeyId.slice(accessKeyId.indexOf('-') + 1);
  if (isOtherEndpoint) return { account: 'elsewhere', process };
  if (region === regionAbroad) return { account: 'abroad', process };
  return { account: accessKeyId.startsWith(keyPrefixes.foreign) ? 'foreign' : 'home', process };
}

/** Gives the rules by which a process is refused something. */
function refusalRules({ process, source, directory, name }: Refusal, type: string): readonly Rule[] {
  const effect = { kind: 'error', status: 400, type } as const;
  if (source === 'ssm') {
    const body = directory === undefined ? undefined : new RegExp(`"Path":"${directory}"`);
    return [{ process, operation: directory === undefined ? /^GetParameters/ : /^GetParametersByPath$/, body, effect }];
  }
  if (source === 'dynamo') {
    const body = new RegExp(`"${configTables.own}".*"${directory ?? ''}${directory === undefined ? '' : '"'}`);
    return [{ process, operation: /^Query$/, body, effect }];
  }
  if (name === undefined) return [{ process, operation: /Secret/, effect }];
  return [
    { process, operation: /^BatchGetSecretValue$/, effect },
    { process, operation: /^GetSecretValue$/, body: new RegExp(`"${directory ?? ''}/${name}"`), effect },
  ];
}

function ruleText({ process = 'any', operation, body, effect }: Rule): string {
  const what =
    effect.kind === 'error' ? effect.type : effect.kind === 'omit' ? `answers lack ${effect.what}` : effect.kind;
  return `${what} for ${operation.source}${body === undefined ? '' : ` of ${body.source}`}, process ${process}`;
}

type WireRow = Readonly<Record<string, { readonly S?: string } | undefined>>;

/** Gives name and text of the rows of the cache table that a request writes or deletes. */
function writtenRows(operation: string, body: string): readonly (readonly [name: string, text: string])[] {
  if (!/Write|Put|Update|Delete/.test(operation) || !body.includes(`"${cacheTable}"`)) return [];
  const rows: WireRow[] = [];
  const collect = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    if ('name_key' in value) rows.push(value as WireRow);
    else Object.values(value).forEach(collect);
  };
  collect(JSON.parse(body));
  return rows.map((row) => {
    const name = row['name_key']?.S?.split('|+|', 1)[0] ?? '';
    const what = row['value']?.S ?? row['real_directory']?.S ?? 'a deletion';
    return [name, `the row of ${name}: "${what}"`] as const;
  });
}
