import { inspect } from 'node:util';
import { Context } from '../di/context';
import { type Default } from '../di/default';
import { type Directory } from '../directory/directory';
import { type ConfigValue } from '../item/value';
import { Config } from './config';
import { type OneOrMany, type ProviderChoice } from './config-options';
import { type LookupOptions } from './lookup-options';

/** Everything a Config can do. */
export interface ConfigApi extends Pick<Config, Exclude<keyof Config, 'directories' | 'providers'>> {
  /** Directories as set on the current Config. */
  get directories(): readonly (Directory | Default)[];
  set directories(directories: OneOrMany<Directory | string>);
  /** Providers as set on the current Config. */
  get providers(): readonly (ProviderChoice | Default)[];
  set providers(providers: OneOrMany<ProviderChoice>);
}

/** How each member of a Config is forwarded; the type makes the list complete. */
const members: Readonly<Record<keyof Omit<ConfigApi, 'get'>, 'method' | 'property' | 'read-only'>> = {
  require: 'method',
  getString: 'method',
  requireString: 'method',
  getNumber: 'method',
  requireNumber: 'method',
  getBoolean: 'method',
  requireBoolean: 'method',
  getJson: 'method',
  requireJson: 'method',
  getItem: 'method',
  requireItem: 'method',
  has: 'method',
  explain: 'method',
  names: 'method',
  load: 'method',
  setOverride: 'method',
  getOverride: 'method',
  removeOverride: 'method',
  setDefault: 'method',
  getDefault: 'method',
  removeDefault: 'method',
  addDirectory: 'method',
  addProvider: 'method',
  addExport: 'method',
  setExports: 'method',
  exportsByService: 'read-only',
  service: 'property',
  environment: 'property',
  directories: 'property',
  providers: 'property',
  cacher: 'property',
  strategy: 'property',
  useParent: 'read-only',
  overrides: 'read-only',
  defaults: 'read-only',
  resolvedService: 'read-only',
  resolvedEnvironment: 'read-only',
  directoryChain: 'read-only',
  providerChain: 'read-only',
  resolvedCacher: 'read-only',
  refresh: 'method',
  warm: 'method',
  watch: 'method',
  health: 'method',
  flush: 'method',
  close: 'method',
  run: 'method',
  enter: 'method',
  toString: 'method',
  toJSON: 'method',
  [inspect.custom]: 'method',
};

/** Acts as whichever Config is current at each use; see {@link Config} for what each member does. */
class CurrentConfig {
  /** Written out, because services call it most. */
  get(name: string, fallback?: ConfigValue, options?: LookupOptions): Promise<ConfigValue | undefined> {
    return current().get(name, fallback, options);
  }
}

for (const name of Reflect.ownKeys(members) as (keyof typeof members)[]) {
  Object.defineProperty(CurrentConfig.prototype, name, { configurable: true, ...forwarding(name) });
}

function forwarding(name: keyof typeof members): PropertyDescriptor {
  const kind = members[name];
  if (kind === 'method') {
    const method = (...args: unknown[]): unknown => {
      const config = current();
      return Reflect.apply(Reflect.get(config, name) as (...given: unknown[]) => unknown, config, args);
    };
    return { writable: true, value: method };
  }
  const get = (): unknown => Reflect.get(current(), name);
  return kind === 'read-only' ? { get } : { get, set: (value: unknown) => Reflect.set(current(), name, value) };
}

function current(): Config {
  return Context.current().resolve(Config);
}

/**
 * Looks up settings with the current Config: that of the innermost `run()`, else what was entered last, else the one of the process.
 *
 * Lookups reject with a `ProviderError` when a source fails that they need. A name without a value gives `undefined` or the fallback;
 * `require` and its kind reject with a `ConfigNotFoundError`.
 *
 * @example
 * const host = await config.require('DB_HOST');
 * const poolSize = await config.getNumber('DB_POOL_SIZE', 10);
 */
export const config: ConfigApi = new CurrentConfig() as ConfigApi;
