import {
  Config,
  type ConfigOptions,
  type Dependency,
  LocalCache,
  type SettingsValues,
  XconSettings,
} from '../../src/index';
import { type Held, isolated, MapProvider, RecordedLog, StoppedClock } from '../chain/doubles';

const ours = /^(APP_|XCON_|SERVICE_NAME$)/;

/** Begins every test of a file without the variables that steer the library, and puts them back behind it. */
export function withoutVariables(): void {
  let kept: Readonly<Record<string, string | undefined>>;
  const names = (): readonly string[] => Object.keys(process.env).filter((name) => ours.test(name));

  beforeEach(() => {
    kept = Object.fromEntries(names().map((name) => [name, process.env[name]]));
    for (const name of names()) delete process.env[name];
  });

  afterEach(() => {
    for (const name of names()) delete process.env[name];
    Object.assign(process.env, kept);
  });
}

/** Waits until what is settled has had its effects, and variables are looked at again. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** What a test may want to see of a root context of its own. */
export class World {
  readonly log = new RecordedLog();
  readonly clock = new StoppedClock();
  readonly localCache = new LocalCache();
  readonly settings: XconSettings;

  constructor(settings: Partial<SettingsValues> = {}) {
    this.settings = new XconSettings(settings);
  }

  run<T>(fn: () => T, more: readonly Dependency[] = []): T {
    return isolated([this.log.logger(), this.clock, this.localCache, this.settings, ...more], fn);
  }

  /** Ends the reads that were given no answer. */
  end(): void {
    this.localCache.abortReads();
  }
}

/** A provider with values in one directory. */
export function holding(values: Held, path = '/a'): MapProvider {
  return new MapProvider({ held: { [path]: values } });
}

/** A Config that asks one provider in `/a` and `/b`, without a cacher. */
export function configOf(provider: MapProvider, options: ConfigOptions = {}): Config {
  return new Config({ directories: ['/a', '/b'], providers: [provider], cacher: null, ...options });
}
