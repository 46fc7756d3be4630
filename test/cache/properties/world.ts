import { isDeepStrictEqual } from 'node:util';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type AttributeMap } from '../../../src/aws/attribute-value';
import { config, Config, Directory, type DirectoryItem, DynamoCacher } from '../../../src/index';
import { type SettingsValues } from '../../../src/settings/settings-values';
import { startMs, TestClock, TestRandom } from '../doubles';
import { FleetProcess } from '../fleet-process';
import { MemoryDynamo } from '../memory-dynamo';
import { MemoryKms } from '../memory-kms';
import { ModelProvider, secretBefore, type SourceModel } from './source-model';
import {
  type ChainModel,
  type PlantKind,
  type PlantModel,
  type ProcessModel,
  type StepModel,
  type WorldModel,
} from './world-model';
import { testKey } from '../../base/test-key';

/** What a lookup came to, in a form that can be compared. */
export type Answer =
  | { readonly kind: 'found'; readonly value: unknown; readonly directory: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'failed'; readonly error: string };

/** Where a lookup happens, and what goes wrong meanwhile. */
export type Situation = Pick<ProcessModel, 'host' | 'troubles'>;

/** The cache table of a world. */
export interface WorldTable {
  readonly client: DynamoDBClient;
  allRows(): Promise<readonly AttributeMap[]>;
  /** Puts a row as another process would. */
  plant(row: AttributeMap): Promise<void>;
}

type ProcessHabits = Pick<ProcessModel, 'cacheSecrets' | 'sealing' | 'refreshLease' | 'chance' | 'lifeSeconds'>;

const wrongValue = 'found behind a source that is not cacheable';
/** When the Python library has written its rows: before every process of the world. */
const plantedAt = '2026-03-01T11:59:59.123456+00:00';
const undisturbed: Situation = { host: 'one', troubles: [] };
/** More than a lease that is done is kept. */
const leaseSeconds = 61;
const givenKey = testKey(7).toString('base64');

/** A random world at work: its sources, its cache table, its clock. */
export class World {
  readonly kms = new MemoryKms();
  readonly clock = new TestClock(startMs + 123);
  /** Warnings of all processes. */
  readonly warnings: unknown[] = [];
  /** Each kind of row from the start that answered a lookup, and the mode of the process: `secret plaintext`. */
  readonly used = new Set<string>();
  /** The like for each that a lookup met, whether it was used or passed over. */
  readonly met = new Set<string>();
  /** What is in the table from the start, by the sort key of its rows; what a process of ours left is under `''`. */
  private readonly planted = new Map<string, PlantKind>();
  private readonly fresh = new Map<string, Promise<Answer>>();

  /** @param table - Its cache table, empty. */
  constructor(
    readonly model: WorldModel,
    private readonly table: WorldTable = new MemoryDynamo(),
  ) {}

  /** Gives the rows of the table that the processes have written. */
  async rows(): Promise<readonly AttributeMap[]> {
    const all = await this.table.allRows();
    return all.filter((row) => row['created_at']?.S !== plantedAt && row['value']?.S !== secretBefore);
  }

  /**
   * Runs all processes, one after the other.
   *
   * @returns What was answered otherwise than without a cache.
   */
  async run(): Promise<readonly string[]> {
    await this.plant();
    const differences: string[] = [];
    for (const [index, each] of this.model.processes.entries()) {
      this.clock.advance(each.laterSeconds);
      differences.push(...(await this.runProcess(each)).map((difference) => `process ${index}: ${difference}`));
    }
    return differences;
  }

  /** Runs all processes at the same time. */
  async runTogether(): Promise<readonly string[]> {
    await this.plant();
    const found = await Promise.all(this.model.processes.map((each) => this.runProcess(each)));
    return found.flatMap((differences, index) => differences.map((each) => `process ${index}: ${each}`));
  }

  /** Gives what a lookup without a cache, in a process of its own, comes to. */
  answerWithoutCache(chain: ChainModel, name: string, place: Situation): Promise<Answer> {
    const id = JSON.stringify([chain, name, place]);
    let answer = this.fresh.get(id);
    if (answer === undefined) this.fresh.set(id, (answer = this.lookUpAlone(chain, name, place)));
    return answer;
  }

  private async plant(): Promise<void> {
    for (const each of this.model.plants.filter(({ kind }) => kind === 'our secrets')) await this.cacheInPlain(each);
    for (const each of this.model.plants) {
      const row = this.pythonRowOf(each);
      if (row === undefined) continue;
      this.planted.set(row['name_key']?.S ?? '', each.kind);
      await this.table.plant(row);
    }
  }

  /** Lets a process of ours cache secrets in plain, as they were before their rotation. */
  private async cacheInPlain({ chain: index, name }: PlantModel): Promise<void> {
    const chain = this.model.chains[index];
    if (chain === undefined) return;
    const process = this.process({ cacheSecrets: 'plaintext', sealing: 'given key', refreshLease: false, chance: 0 });
    await process.run(() => answerOf(this.configOf(chain, undisturbed, DynamoCacher, true).getItem(name)));
    await process.close();
    this.planted.set('', 'our secrets');
  }

  /** Gives a row of the Python library, if the chain has a place for it. */
  private pythonRowOf({ kind, chain: index, name, place }: PlantModel): AttributeMap | undefined {
    const chain = this.model.chains[index];
    if (chain === undefined || chain.strategy === 'names' || kind === 'our secrets') return undefined;
    const walked = this.walkedOf(chain);
    if (walked.length === 0) return undefined;
    if (kind === 'missing') return pythonRow(chain, walked, name, { source: 'xcon', directory: '/_nonExistent' });
    const sources = kind === 'behind' ? chain.sources : walked.filter((each) => this.sourceOf(each).holdsOnlySecrets);
    const source = sources[place % sources.length];
    const directory = chain.directories[Math.floor(place / sources.length) % chain.directories.length];
    if (source === undefined || directory === undefined || !this.isCacheable(source)) return undefined;
    if (kind === 'no value') return pythonRow(chain, walked, name, { source, directory });
    if (kind === 'secret') return pythonRow(chain, walked, name, { source, directory, value: secretBefore });
    const end = walked.findIndex((each) => !this.isCacheable(each));
    const isBehind = directory !== chain.directories[0] || walked.indexOf(source) > end;
    return end < 1 || !isBehind ? undefined : pythonRow(chain, walked, name, { source, directory, value: wrongValue });
  }

  /** Gives the sources that keys of the cache name: from the first that is cacheable on. */
  private walkedOf({ sources }: ChainModel): readonly string[] {
    const first = sources.findIndex((each) => this.isCacheable(each));
    return first === -1 ? [] : sources.slice(first);
  }

  private isCacheable(name: string): boolean {
    return this.sourceOf(name).kind === 'cacheable';
  }

  private sourceOf(name: string): SourceModel {
    const model = this.model.sources.find((each) => each.name === name);
    if (model === undefined) throw new Error(`There is no source ${name}.`);
    return model;
  }

  private async lookUpAlone(chain: ChainModel, name: string, place: Situation): Promise<Answer> {
    const process = this.process({ cacheSecrets: 'never', sealing: 'given key', refreshLease: false, chance: 0 });
    try {
      return await process.run(() => answerOf(this.configOf(chain, place, null).getItem(name)));
    } finally {
      await process.close();
    }
  }

  private async runProcess(model: ProcessModel): Promise<readonly string[]> {
    const process = this.process(model);
    const configs = this.model.chains.map((chain) => this.configOf(chain, model, DynamoCacher));
    const differences: string[] = [];
    for (const step of model.steps) differences.push(...(await this.perform(step, process, configs, model)));
    await process.run(() => Promise.all(configs.map((each) => each.close())));
    this.warnings.push(...process.log.warnings);
    return differences;
  }

  private async perform(
    step: StepModel,
    process: FleetProcess,
    configs: readonly Config[],
    model: ProcessModel,
  ): Promise<readonly string[]> {
    if (step.kind === 'wait') this.clock.advance(step.seconds);
    if (step.kind === 'forget') await this.forget(process, step.pastCache);
    if (step.kind !== 'look up') return [];
    const chain = this.model.chains[step.chain] as ChainModel;
    const used = configs[step.chain] as Config;
    const answers = await process.run(() => Promise.all(step.names.map((name) => answerOf(used.getItem(name)))));
    const compared = answers.map((answer, index) => this.compare(answer, step.names[index] ?? '', chain, model));
    return (await Promise.all(compared)).flat();
  }

  /** Lets leases that are done end too: nothing here is to wait for them. */
  private forget(process: FleetProcess, pastCache: boolean): Promise<void> {
    this.clock.advance(leaseSeconds);
    return process.run(() => config.refresh({ pastCache }));
  }

  /**
   * A cached answer is that of a world without trouble; what is not cached is the answer of a world as it is. Of what is in the table
   * from the start, a missing name is believed, and the value of a secret by those that cache secrets in plain.
   */
  private async compare(
    answer: Answer,
    name: string,
    chain: ChainModel,
    { host, troubles, cacheSecrets }: ProcessModel,
  ): Promise<readonly string[]> {
    const plant = this.planted.get(keyOf(chain, this.walkedOf(chain), name));
    for (const kind of [plant, this.planted.get('')]) if (kind !== undefined) this.met.add(`${kind} ${cacheSecrets}`);
    const withTroubles = await this.answerWithoutCache(chain, name, { host, troubles });
    const allowed = [await this.answerWithoutCache(chain, name, { host, troubles: [] }), withTroubles];
    const mayFail = troubles.some(({ kind }) => kind === 'failing') && answer.kind === 'failed';
    if (mayFail || allowed.some((each) => isDeepStrictEqual(each, answer))) return [];
    if (plant === 'missing' && answer.kind === 'missing') return this.use(plant, cacheSecrets);
    const isOld = answer.kind === 'found' && answer.value === secretBefore;
    if (isOld && cacheSecrets === 'plaintext') {
      const isOfPython = plant === 'secret';
      if (isOfPython || this.planted.has('')) return this.use(isOfPython ? plant : 'our secrets', cacheSecrets);
    }
    return [
      `${JSON.stringify(name)} in ${JSON.stringify(chain)} is ${show(answer)}, not ${allowed.map(show).join(' or ')} (${cacheSecrets})`,
    ];
  }

  private use(kind: PlantKind, mode: ProcessModel['cacheSecrets']): readonly string[] {
    this.used.add(`${kind} ${mode}`);
    return [];
  }

  private process({ cacheSecrets, sealing, refreshLease, chance, lifeSeconds }: ProcessHabits): FleetProcess {
    const lives = { cacheTtlSeconds: lifeSeconds, negativeTtlSeconds: lifeSeconds, secretTtlSeconds: lifeSeconds };
    const key = sealing === 'kms' ? { cacheKmsKeyId: 'alias/orders' } : { cacheKeys: [givenKey] };
    return new FleetProcess(undefined, {
      clock: this.clock,
      random: new TestRandom(chance),
      settings: {
        cacheSecrets,
        refreshLease,
        ...key,
        ...(lifeSeconds !== undefined && lives),
      } as Partial<SettingsValues>,
      clients: { dynamo: this.table.client, kms: this.kms.client },
    });
  }

  private configOf(
    chain: ChainModel,
    { host, troubles }: Situation,
    cacher: typeof DynamoCacher | null,
    isBefore = false,
  ): Config {
    const providers = chain.sources.map((name) => new ModelProvider(this.sourceOf(name), host, troubles, isBefore));
    const directories = chain.directories.map((path) => Directory.literal(path));
    return new Config({ providers, directories, cacher, strategy: chain.strategy });
  }
}

/** Says what an answer is, whatever its value is. */
export function show(answer: Answer): string {
  const text = (_: string, value: unknown): unknown =>
    typeof value === 'bigint' ? `${value}n` : value instanceof Set ? [...(value as Set<unknown>)] : value;
  return JSON.stringify(answer, text);
}

function keyOf({ directories }: ChainModel, walked: readonly string[], name: string): string {
  return [name.toLowerCase(), directories.join('|'), walked.join('|')].join('|+|');
}

/** Gives a row as the Python library writes it. */
function pythonRow(
  chain: ChainModel,
  walked: readonly string[],
  name: string,
  says: { readonly source: string; readonly directory: string; readonly value?: string },
): AttributeMap {
  return {
    app_key: { S: '/orders/prod' },
    name_key: { S: keyOf(chain, walked, name) },
    real_name: { S: name.toLowerCase() },
    original_name: { S: name.toLowerCase() },
    real_directory: { S: says.directory },
    source: { S: `${says.source} - ${says.directory}` },
    created_at: { S: plantedAt },
    ttl: { N: `${startMs / 1000 + 40_000_000}` },
    cache_concat_directory_paths: { S: chain.directories.join('|') },
    cache_concat_provider_names: { S: walked.join('|') },
    ...(says.value !== undefined && { value: { S: says.value } }),
  };
}

async function answerOf(looking: Promise<DirectoryItem>): Promise<Answer> {
  try {
    const item = await looking;
    if (item.nonExistent) return { kind: 'missing' };
    return { kind: 'found', value: item.value, directory: item.directory.path };
  } catch (error) {
    return { kind: 'failed', error: (error as Error).name };
  }
}
