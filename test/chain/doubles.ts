import {
  type CachedChain,
  type CacheAnswer,
  Cacher,
  type CacheableAnswer,
  type Lease,
  type SecretReference,
} from '../../src/cache/cacher';
import {
  Clock,
  type ConfigValue,
  Context,
  type Dependency,
  Directory,
  DirectoryItem,
  DirectoryListing,
  DynamoProvider,
  EnvProvider,
  type IdOption,
  type ListingEntry,
  type ListingOutcome,
  type LogFields,
  Logger,
  type LogTarget,
  Provider,
  type SecretOutcome,
  SecretsProvider,
  SsmProvider,
  type SuggestedEntry,
  Unavailable,
  type UnreadSecret,
} from '../../src/index';

/** What a directory of a {@link MapProvider} holds: values, or entries as they are; an `Error` fails the read. */
export type Held = Readonly<Record<string, ConfigValue>> | readonly ListingEntry[] | Unavailable | Error;

/** What a provider of the tests is made of. */
export interface MapProviderOptions {
  readonly name?: string;
  readonly cacheable?: boolean;
  readonly ownDirectory?: Directory;
  readonly cacheName?: string;
  /** Whether it can be asked for exact names without listing. */
  readonly readsByName?: boolean;
  readonly holdsOnlySecrets?: boolean;
  /** By path; a function is asked at each read. */
  readonly held?: Readonly<Record<string, Held | (() => Held | Promise<Held>)>>;
  /** By exact name; a function is asked at each read. */
  readonly secrets?: Readonly<Record<string, SecretOutcome | Error | (() => SecretOutcome | Promise<SecretOutcome>)>>;
}

/** The providers whose commands the doubles of their names suggest. */
const suggesting: ReadonlyMap<string, Provider> = new Map(
  [EnvProvider, SsmProvider, SecretsProvider, DynamoProvider].map((each) => {
    const provider = new each();
    return [provider.name, provider];
  }),
);

/** The options of lookups that the doubles of these providers answer, as the providers do. */
const idOptions: ReadonlyMap<string, IdOption> = new Map([
  ['ssm', 'parameterId'],
  ['secrets', 'secretId'],
]);

/** A provider over plain objects, as a user might write one; it counts what it is asked. */
export class MapProvider extends Provider {
  override readonly name: string;
  override readonly cacheable: boolean;
  override readonly readsByName: boolean;
  override readonly idOption: IdOption | undefined;
  override readonly holdsOnlySecrets: boolean;
  /** Paths read, in order. */
  readonly listed: string[] = [];
  /** Exact names read, one list per call. */
  readonly secretCalls: (readonly string[])[] = [];
  /** The contexts that reads ran in. */
  readonly contexts: Context[] = [];
  closed = 0;

  constructor(private readonly options: MapProviderOptions = {}) {
    super();
    this.name = options.name ?? 'map';
    this.cacheable = options.cacheable ?? true;
    this.readsByName = options.readsByName ?? false;
    this.idOption = idOptions.get(this.name);
    this.holdsOnlySecrets = options.holdsOnlySecrets ?? false;
  }

  override get cacheName(): string {
    return this.options.cacheName ?? this.name;
  }

  override get ownDirectory(): Directory | undefined {
    return this.options.ownDirectory ?? super.ownDirectory;
  }

  override commandToSet(entry: SuggestedEntry): Promise<string | undefined> {
    return suggesting.get(this.name)?.commandToSet(entry) ?? super.commandToSet(entry);
  }

  override async readDirectory(directory: Directory): Promise<ListingOutcome> {
    this.listed.push(directory.path);
    this.contexts.push(Context.current());
    const entry = this.options.held?.[directory.path] ?? {};
    const held = typeof entry === 'function' ? await entry() : entry;
    if (held instanceof Error) throw held;
    if (held instanceof Unavailable) return held;
    return Array.isArray(held)
      ? new DirectoryListing(directory, held as readonly ListingEntry[])
      : this.listing(directory, held as Readonly<Record<string, ConfigValue>>);
  }

  override readSecrets(secrets: readonly UnreadSecret[]): ReadonlyMap<string, Promise<SecretOutcome>> {
    this.secretCalls.push(secrets.map(({ exactName }) => exactName));
    return new Map(secrets.map(({ exactName }) => [exactName, this.readSecret(exactName)]));
  }

  override close(): Promise<void> {
    this.closed += 1;
    return Promise.resolve();
  }

  private async readSecret(exactName: string): Promise<SecretOutcome> {
    const entry = this.options.secrets?.[exactName];
    const outcome = typeof entry === 'function' ? await entry() : entry;
    if (outcome instanceof Error) throw outcome;
    return outcome;
  }
}

/** Gives a provider that is not cacheable, as `env` is, over plain values. */
export function envOf(values: Readonly<Record<string, ConfigValue>>, name = 'env'): MapProvider {
  const ownDirectory = Directory.literal('/_environmental');
  return new MapProvider({ name, cacheable: false, ownDirectory, held: { [ownDirectory.path]: values } });
}

/** A cacher that gives prepared answers and records its calls. */
export class StubCacher extends Cacher {
  override readonly name = 'cacher';
  readonly asked: string[] = [];
  readonly saved: (readonly CacheableAnswer[])[] = [];
  readonly dropped: SecretReference[] = [];
  readonly tracked: Promise<unknown>[] = [];
  readonly contexts: Context[] = [];
  flushed = 0;

  constructor(
    private readonly answers: Readonly<Record<string, CacheAnswer | (() => CacheAnswer | Promise<CacheAnswer>)>> = {},
    private readonly known: readonly string[] = [],
  ) {
    super();
  }

  override async find(_chain: CachedChain, name: string): Promise<CacheAnswer> {
    this.asked.push(name);
    this.contexts.push(Context.current());
    const answer = this.answers[name] ?? { kind: 'miss' };
    return typeof answer === 'function' ? await answer() : answer;
  }

  override save(_chain: CachedChain, answers: readonly CacheableAnswer[]): void {
    this.saved.push(answers);
  }

  override drop(_chain: CachedChain, reference: SecretReference): void {
    this.dropped.push(reference);
  }

  override names(): Promise<readonly string[]> {
    return Promise.resolve(this.known);
  }

  override async flush(): Promise<void> {
    this.flushed += 1;
    await Promise.allSettled(this.tracked);
  }

  override track(work: Promise<unknown>): void {
    work.catch(() => undefined);
    this.tracked.push(work);
  }
}

/** A lease that counts its releases. */
export class StubLease implements Lease {
  released = 0;

  release(): Promise<void> {
    this.released += 1;
    return Promise.resolve();
  }
}

/** A line as the library writes it. */
export interface LogLine {
  readonly level: string;
  readonly fields: LogFields;
  readonly message: string | undefined;
}

/** A logger of the user's that keeps the lines of every level. */
export class RecordedLog implements LogTarget {
  readonly lines: LogLine[] = [];
  readonly trace = this.at('trace');
  readonly debug = this.at('debug');
  readonly info = this.at('info');
  readonly warn = this.at('warn');
  readonly error = this.at('error');

  logger(): Logger {
    return new Logger(this);
  }

  /** The fields of the warnings of one event. */
  warnings(event: string): readonly LogFields[] {
    return this.lines
      .filter(({ level, fields }) => level === 'warn' && fields['event'] === event)
      .map(({ fields }) => fields);
  }

  private at(level: string): (fields: LogFields, message?: string) => void {
    return (fields, message) => {
      this.lines.push({ level, fields, message });
    };
  }
}

/** A clock that advances only when a test moves it. */
export class StoppedClock extends Clock {
  constructor(private now = Date.UTC(2030, 0, 1)) {
    super();
  }

  override nowMs(): number {
    return this.now;
  }

  advanceMs(ms: number): void {
    this.now += ms;
  }
}

/** A promise that a test settles. */
export interface Gate<T> {
  readonly promise: Promise<T>;
  readonly open: (value: T) => void;
  readonly fail: (error: Error) => void;
}

export function gate<T>(): Gate<T> {
  let open: (value: T) => void = () => undefined;
  let fail: (error: Error) => void = () => undefined;
  const promise = new Promise<T>((resolve, reject) => {
    open = resolve;
    fail = reject;
  });
  return { promise, open, fail };
}

/** Runs a function in a root context of its own: nothing is shared with other tests. */
export function isolated<T>(dependencies: readonly Dependency[], fn: () => T): T {
  return Context.createRoot(dependencies).run(fn);
}

export function directory(path: string): Directory {
  return new Directory({ path });
}

export function item(name: string, value: ConfigValue, path = '/a'): DirectoryItem {
  return new DirectoryItem({ name, value, directory: directory(path), source: 'map' });
}

export function secretItem(name: string, value: ConfigValue, path = '/a'): DirectoryItem {
  const exactName = `${path}/${name}`;
  return new DirectoryItem({ name, value, directory: directory(path), source: 'map', secret: true, exactName });
}

export function unread(name: string, path = '/a'): UnreadSecret {
  const exactName = `${path}/${name}`;
  return {
    kind: 'unread',
    name: name.toLowerCase(),
    exactName,
    directory: directory(path),
    nextRotationMs: undefined,
  };
}

/** Gives what a promise rejects with, or a function throws. */
export async function rejection(work: () => unknown): Promise<Error> {
  try {
    await work();
  } catch (error) {
    return error as Error;
  }
  throw new Error('Nothing was thrown.');
}
