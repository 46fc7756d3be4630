import { runInNewContext } from 'node:vm';
import {
  Config,
  type ConfigOptions,
  Context,
  type Dependency,
  DirectoryItem,
  Directory,
  LocalCache,
  Provider,
  type ReadSession,
  XconSettings,
} from '../../src/index';
import { type SettingsValues } from '../../src/settings/settings-values';
import { RecordedLog } from '../cache/doubles';

/** Scenarios that a process must survive, by name. A scenario throws when its outcome is wrong. */
export type Scenarios = Readonly<Record<string, () => Promise<unknown>>>;

/** A root context with one Config that looks in `/orders/prod` and `/orders/all`, without a cacher, and a log that is kept. */
export class Service {
  readonly log = new RecordedLog();
  readonly localCache = new LocalCache();
  readonly config: Config;
  private readonly context: Context;

  constructor(options: ConfigOptions = {}, settings: Partial<SettingsValues> = {}, others: readonly Dependency[] = []) {
    this.config = new Config({ directories: ['/orders/prod', '/orders/all'], cacher: null, ...options });
    const own = new XconSettings({ service: 'orders', environment: 'prod', failurePauseMs: 0, ...settings });
    const logger = others.some((each) => each.constructor.name === 'Logger') ? [] : [this.log.logger()];
    this.context = Context.createRoot([this.config, this.localCache, own, ...logger, ...others]);
  }

  run<T>(work: () => T): T {
    return this.context.run(work);
  }

  get(name: string, signal?: AbortSignal): Promise<unknown> {
    return this.run(() => this.config.get(name, undefined, { signal }));
  }
}

/** A provider whose methods are what a test says, as a user may have written them without a compiler. */
export class WrittenProvider extends Provider {
  override readonly name: string;
  override readonly readsByName: boolean;

  constructor(methods: Readonly<Record<string, unknown>>, { name = 'written', readsByName = false } = {}) {
    super();
    this.name = name;
    this.readsByName = readsByName;
    for (const [method, own] of Object.entries(methods)) Object.defineProperty(this, method, { value: own });
  }

  override readDirectory(directory: Directory, _session: ReadSession) {
    return Promise.resolve(this.listing(directory, { FOUND: 'value' }));
  }
}

export function itemOf(name: string, value: string): DirectoryItem {
  return new DirectoryItem({ name, value, directory: Directory.literal('/orders/prod'), source: 'written' });
}

/** A secret of a provider that is called `secrets`, which can be read again by its name. */
export function secretOf(name: string, value: string): DirectoryItem {
  const exactName = `/orders/prod/${name}`;
  const directory = Directory.literal('/orders/prod');
  return new DirectoryItem({ name, value, directory, source: 'secrets', secret: true, exactName });
}

/** Gives what a promise rejects with; in an object, because a promise of a revoked proxy is an error. */
export async function failureOf(work: Promise<unknown>): Promise<{ readonly error: unknown }> {
  try {
    await work;
  } catch (error) {
    return { error };
  }
  throw new Error('Nothing was rejected.');
}

/** Gives functions that fail with something: at once, and by a rejection. */
export function failingWith(thing: unknown): readonly (() => Promise<never>)[] {
  const throwing = (): never => {
    throw thing;
  };
  const rejecting = async (): Promise<never> => {
    await Promise.resolve();
    throw thing;
  };
  return [throwing, rejecting];
}

/** Gives a promise of another realm that rejects. */
export function foreignRejection(): Promise<never> {
  return runInNewContext('Promise.reject(new Error("of another realm"))') as Promise<never>;
}

/** Gives rejections without a handler time to end the process. */
export async function turns(count = 5): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
