import { longestTimerMs } from '../base/time';
import { InvalidSettingsError } from '../errors';
import { checkOptions } from '../options';
import { type DependencyClass } from '../di/context';
import { type Directory } from '../directory/directory';
import { DirectoryItem } from '../item/directory-item';
import { DirectoryListing, type UnreadSecret } from '../item/directory-listing';
import { type ConfigValue } from '../item/value';
import { type ListingOutcome, Provider, type ReadSession, type SecretOutcome } from '../providers/provider';
import { type FakeFailures, type FakeSetting, FakeSource, type FakeValues } from './fake-source';

/** How a fake provider is made. */
export interface FakeProviderOptions {
  /** Class that it replaces in every chain, with its name: `SsmProvider`. Absent: it replaces none. */
  readonly as?: DependencyClass<Provider>;
  /** Short name, when it replaces no provider. Default: `fake`. */
  readonly name?: string;
  /** How long each read takes, **milliseconds**, by the global `setTimeout`: fake timers control it. Default: 0. */
  readonly latencyMs?: number;
  /** Failures of reads. */
  readonly failures?: FakeFailures;
  /** Whether the values are secrets. Default: only as a replacement of `SecretsProvider`. */
  readonly secret?: boolean;
}

/** A provider with values of a test. Reads are remembered, as of any other provider: see `config.refresh()`. */
export interface FakeProvider extends Provider {
  /** Paths of directories and, with the strategy `names`, full names that were read, in order. */
  readonly reads: readonly string[];
  /**
   * Sets the value of a setting; `undefined` removes it.
   *
   * @param name - As in the values of {@link fakeProvider}.
   */
  set(name: string, value: ConfigValue | undefined): void;
  /** Replaces the failures of reads; `[]`: none. */
  setFailures(failures: FakeFailures): void;
  /** Sets how long each read takes, **milliseconds**. */
  setLatency(latencyMs: number): void;
}

/**
 * Makes a provider from values.
 *
 * @param values - By full name (`/orders/prod/DB_HOST`), or by plain name: those are in every directory.
 * @param options - Which provider it replaces, and how it answers.
 * @throws InvalidNameError, InvalidDirectoryError for an invalid name; InvalidSettingsError for an unknown option, or both `as` and
 * `name`.
 *
 * @example
 * const ssm = fakeProvider({ '/orders/prod/DB_HOST': 'db.test' }, { as: SsmProvider });
 * await withDependencies([ssm], () => handler(event));
 */
export function fakeProvider(values: FakeValues = {}, options: FakeProviderOptions = {}): FakeProvider {
  checkOptions('fakeProvider()', options, optionNames);
  if (options.as !== undefined && options.name !== undefined)
    throw new InvalidSettingsError(
      'fakeProvider() option name',
      'is given beside as, which has a name: give one of them.',
    );
  const latencyMs = checkLatency(options.latencyMs ?? 0, 'fakeProvider() option latencyMs');
  const source = new FakeSource();
  for (const [name, value] of Object.entries(values)) source.set(name, value);
  source.setFailures(options.failures ?? []);
  source.setLatency(latencyMs);
  const base = (options.as ?? ownKind(options.name ?? 'fake')) as typeof EmptyProvider;
  const fakeClass = fakeOf(base, source, options.secret);
  return new fakeClass();
}

const optionNames: Readonly<Record<keyof FakeProviderOptions, true>> = {
  as: true,
  name: true,
  latencyMs: true,
  failures: true,
  secret: true,
};

function checkLatency(ms: number, setting: string): number {
  if (typeof ms === 'number' && ms >= 0 && ms <= longestTimerMs) return ms;
  throw new InvalidSettingsError(setting, `expected a number of milliseconds, from 0 to ${longestTimerMs}.`);
}

/** A kind of provider that replaces no other. */
class EmptyProvider extends Provider {
  static override readonly isAbstractKind: boolean = true;

  override readonly name: string = 'fake';

  override readDirectory(directory: Directory, _session: ReadSession): Promise<ListingOutcome> {
    return Promise.resolve(this.listing(directory, {}));
  }
}

function ownKind(name: string): typeof EmptyProvider {
  return class extends EmptyProvider {
    override readonly name = name;
  };
}

/** Makes a class that replaces another one, and reads a fake source. */
function fakeOf(base: typeof EmptyProvider, source: FakeSource, secret?: boolean): new () => FakeProvider {
  return class Fake extends base implements FakeProvider {
    override readonly readsByName = true;
    readonly reads = source.reads;

    override readDirectory(directory: Directory, { signal }: ReadSession): Promise<ListingOutcome> {
      return source.answer(directory.path, directory, signal, () => {
        const items = source.list(directory).map((each) => this.itemOf(each, directory));
        return new DirectoryListing(directory, items);
      });
    }

    override readDirectories(
      directories: readonly Directory[],
      session: ReadSession,
    ): ReadonlyMap<string, Promise<ListingOutcome>> {
      return Provider.prototype.readDirectories.call(this, directories, session);
    }

    override readSecrets(
      secrets: readonly UnreadSecret[],
      { signal }: ReadSession,
    ): ReadonlyMap<string, Promise<SecretOutcome>> {
      const read = ({ directory, exactName }: UnreadSecret): Promise<SecretOutcome> =>
        source.answer(exactName, directory, signal, () => {
          const items = source.list(directory).map((each) => this.itemOf(each, directory));
          return items.findLast((item) => item.exactName === exactName);
        });
      return new Map(secrets.map((each) => [each.exactName, read(each)]));
    }

    override writer(): Promise<never> {
      return Provider.prototype.writer.call(this) as Promise<never>;
    }

    set(name: string, value: ConfigValue | undefined): void {
      source.set(name, value);
    }

    setFailures(failures: FakeFailures): void {
      source.setFailures(failures);
    }

    setLatency(latencyMs: number): void {
      source.setLatency(checkLatency(latencyMs, 'setLatency()'));
    }

    private itemOf({ name, value }: FakeSetting, directory: Directory): DirectoryItem {
      return new DirectoryItem({
        name,
        value,
        directory,
        source: this.name,
        cacheName: this.cacheName,
        secret: secret ?? this.holdsOnlySecrets,
        cacheable: this.cacheable,
        exactName: `${directory.path}/${name}`,
      });
    }
  };
}
