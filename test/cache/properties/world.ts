import { isDeepStrictEqual } from 'node:util';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type AttributeMap } from '../../../src/aws/attribute-value';
import { config, Config, Directory, type DirectoryItem, DynamoCacher } from '../../../src/index';
import { type SettingsValues } from '../../../src/settings/settings-values';
import { startMs, TestClock, TestRandom } from '../doubles';
import { FleetProcess } from '../fleet-process';
import { MemoryDynamo } from '../memory-dynamo';
import { MemoryKms } from '../memory-kms';
import { ModelProvider } from './source-model';
import { type ChainModel, type PoisonModel, type ProcessModel, type StepModel, type WorldModel } from './world-model';
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
  /** Puts a row that somebody else wrote. */
  plant(row: AttributeMap): Promise<void>;
}

type ProcessHabits = Pick<ProcessModel, 'cacheSecrets' | 'sealing' | 'refreshLease' | 'chance' | 'lifeSeconds'>;

const poisonValue = 'poison';
/** More than a lease that is done is kept. */
const leaseSeconds = 61;
const givenKey = testKey(7).toString('base64');

/** A random world at work: its sources, its cache table, its clock. */
export class World {
  readonly kms = new MemoryKms();
  readonly clock = new TestClock(startMs + 123);
  /** Warnings of all processes. */
  readonly warnings: unknown[] = [];
  private readonly fresh = new Map<string, Promise<Answer>>();

  /** @param table - Its cache table, empty. */
  constructor(
    readonly model: WorldModel,
    private readonly table: WorldTable = new MemoryDynamo(),
  ) {}

  /** Gives the rows of the table that the processes have written. */
  async rows(): Promise<readonly AttributeMap[]> {
    return (await this.table.allRows()).filter((row) => row['value']?.S !== poisonValue);
  }

  /**
   * Runs all processes, one after the other.
   *
   * @returns What was answered otherwise than without a cache.
   */
  async run(): Promise<readonly string[]> {
    await this.plantPoison();
    const differences: string[] = [];
    for (const [index, each] of this.model.processes.entries()) {
      this.clock.advance(each.laterSeconds);
      differences.push(...(await this.runProcess(each)).map((difference) => `process ${index}: ${difference}`));
    }
    return differences;
  }

  /** Runs all processes at the same time. */
  async runTogether(): Promise<readonly string[]> {
    await this.plantPoison();
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

  private async plantPoison(): Promise<void> {
    for (const each of this.model.poison) {
      const row = this.poisonOf(each);
      if (row !== undefined) await this.table.plant(row);
    }
  }

  /** Gives a row of the original, if its place is one that its bug concerns. */
  private poisonOf({ chain: index, name, place }: PoisonModel): AttributeMap | undefined {
    const chain = this.model.chains[index];
    const source = chain?.sources[place % chain.sources.length];
    const directory = chain?.directories[Math.floor(place / chain.sources.length)];
    const walked = chain?.sources.slice(chain.sources.findIndex((each) => this.isCacheable(each)));
    const end = walked?.findIndex((each) => !this.isCacheable(each)) ?? -1;
    if (chain === undefined || source === undefined || directory === undefined || walked === undefined)
      return undefined;
    const isBehind = directory !== chain.directories[0] || walked.indexOf(source) > end;
    if (chain.strategy === 'names' || end < 1 || !isBehind || !this.isCacheable(source)) return undefined;
    return poisonRow(chain, walked, name.toLowerCase(), { source, directory });
  }

  private isCacheable(name: string): boolean {
    return this.model.sources.find((each) => each.name === name)?.kind === 'cacheable';
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
    situation: Situation,
  ): Promise<readonly string[]> {
    if (step.kind === 'wait') this.clock.advance(step.seconds);
    if (step.kind === 'forget') await this.forget(process, step.pastCache);
    if (step.kind !== 'look up') return [];
    const chain = this.model.chains[step.chain] as ChainModel;
    const used = configs[step.chain] as Config;
    const answers = await process.run(() => Promise.all(step.names.map((name) => answerOf(used.getItem(name)))));
    const compared = answers.map((answer, index) => this.compare(answer, step.names[index] ?? '', chain, situation));
    return (await Promise.all(compared)).flat();
  }

  /** Lets leases that are done end too: nothing here is to wait for them. */
  private forget(process: FleetProcess, pastCache: boolean): Promise<void> {
    this.clock.advance(leaseSeconds);
    return process.run(() => config.refresh({ pastCache }));
  }

  /** A cached answer is that of a world without trouble; what is not cached is the answer of a world as it is. */
  private async compare(
    answer: Answer,
    name: string,
    chain: ChainModel,
    { host, troubles }: Situation,
  ): Promise<readonly string[]> {
    const withTroubles = await this.answerWithoutCache(chain, name, { host, troubles });
    const allowed = [await this.answerWithoutCache(chain, name, { host, troubles: [] }), withTroubles];
    const mayFail = troubles.some(({ kind }) => kind === 'failing') && answer.kind === 'failed';
    if (mayFail || allowed.some((each) => isDeepStrictEqual(each, answer))) return [];
    return [
      `${JSON.stringify(name)} in ${JSON.stringify(chain)} is ${show(answer)}, not ${allowed.map(show).join(' or ')}`,
    ];
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

  private configOf(chain: ChainModel, situation: Situation, cacher: typeof DynamoCacher | null): Config {
    const providers = chain.sources.map((name) => this.providerOf(name, situation));
    const directories = chain.directories.map((path) => Directory.literal(path));
    return new Config({ providers, directories, cacher, strategy: chain.strategy });
  }

  private providerOf(name: string, { host, troubles }: Situation): ModelProvider {
    const model = this.model.sources.find((each) => each.name === name);
    if (model === undefined) throw new Error(`There is no source ${name}.`);
    return new ModelProvider(model, host, troubles);
  }
}

/** Says what an answer is, whatever its value is. */
export function show(answer: Answer): string {
  const text = (_: string, value: unknown): unknown =>
    typeof value === 'bigint' ? `${value}n` : value instanceof Set ? [...(value as Set<unknown>)] : value;
  return JSON.stringify(answer, text);
}

function poisonRow(
  { directories }: ChainModel,
  walked: readonly string[],
  name: string,
  found: { readonly source: string; readonly directory: string },
): AttributeMap {
  const paths = directories.join('|');
  const providers = walked.join('|');
  return {
    app_key: { S: '/orders/prod' },
    name_key: { S: `${name}|+|${paths}|+|${providers}` },
    real_name: { S: name },
    original_name: { S: name },
    real_directory: { S: found.directory },
    source: { S: `${found.source} - ${found.directory}` },
    created_at: { S: '2026-03-01T11:59:59.123456+00:00' },
    ttl: { N: `${startMs / 1000 + 40_000_000}` },
    cache_concat_directory_paths: { S: paths },
    cache_concat_provider_names: { S: providers },
    value: { S: poisonValue },
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
