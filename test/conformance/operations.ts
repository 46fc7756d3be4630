import {
  Config,
  config,
  type ConfigValue,
  type Dependency,
  Directory,
  DirectoryChain,
  LocalCache,
  Provider,
  type Scope,
  xconSettings,
} from '../../src/index';
import { type LocalAws } from '../../src/local-aws/local-aws';
import { changeAws } from './aws-state';
import { callMethod, lookupOptions } from './call';
import { decode, decodeAllNamed, decodeDirectory, decodeNamed, makeDirectory, makeProvider } from './decode';
import { type TestClock } from './doubles';
import { UnknownFormError } from './form';
import { chainFacts, directoriesOf, directoryFacts, itemFacts, present } from './present';
import { setVariables } from './process-env';
import { assignProperty, readProperty, type Target } from './target';
import { type Json, type JsonObject, type Op } from './vector';

/** What the steps of one run share. */
export interface Session {
  readonly aws: LocalAws;
  readonly clock: TestClock;
  /** Name of the cache table. */
  readonly cacheTable: string;
  /** Configs made so far, by the names the vector gives them. */
  readonly configs: Map<string, Config>;
  /** Providers made so far. */
  readonly providers: Provider[];
  /** What was entered and not left, innermost last. */
  readonly entered: Scope[];
}

/**
 * Does one step.
 *
 * @returns What the step gives, in the form in which expectations are compared.
 * @throws UnknownFormError when the vector asks for something the suite does not know; anything else is the library's.
 */
export async function perform(op: Op, session: Session): Promise<unknown> {
  switch (op.op) {
    case 'config':
      return void session.configs.set(op.name, makeConfig(op.args ?? {}));
    case 'enter':
      return void session.entered.push(configNamed(op.on, session).enter());
    case 'exit':
      return exitLast(session);
    case 'enterLocalCache':
      return void session.entered.push(new LocalCache().enter());
    case 'enterProvider':
      return enterProvider(makeProvider(op.provider, op.args ?? []), session);
    case 'resetLocalCache':
      return LocalCache.grab().reset();
    case 'settings':
      return assignSettings(op.set);
    case 'settingsDefault':
      return assignProperty(xconSettings, 'defaults', { ...xconSettings.defaults, [op.name]: decode(op.value) });
    case 'setenv':
      return setVariables(op.set);
    case 'advance':
      return session.clock.advance(op.seconds);
    case 'directory':
      return directoryFacts(directoryOf(op));
    case 'directoryChain':
      return directoriesOf(new DirectoryChain(op.dirs.map(decodeDirectory)));
    case 'ssmPut':
    case 'ssmDelete':
    case 'secretPut':
    case 'secretDelete':
    case 'clearCacheTable':
    case 'faults':
      return changeAws(op, session.aws, session.cacheTable);
    case 'get':
    case 'getItem':
    case 'getBoolean':
    case 'getKey':
    case 'setKey':
    case 'call':
    case 'set':
    case 'prop':
    case 'chain':
      return ask(op, op.on === undefined ? config : configNamed(op.on, session));
    default:
      throw new UnknownFormError(`Unknown op "${(op as Op).op}".`);
  }
}

/** Assigns settings of the library. */
export function assignSettings(settings: JsonObject): void {
  for (const [name, value] of Object.entries(decodeAllNamed(settings))) assignProperty(xconSettings, name, value);
}

type DirectoryOp = Extract<Op, { readonly op: 'directory' }>;

/** Steps that act on a Config. */
type ConfigOp = Extract<Op, { readonly on?: string }>;

function ask(op: Exclude<ConfigOp, { readonly op: 'enter' }>, target: Target): unknown {
  switch (op.op) {
    case 'get':
      return target.get(op.name, fallbackOf(op), lookupOptions(op.options));
    case 'getItem':
      return target.getItem(op.name, lookupOptions(op.options)).then(itemFacts);
    case 'getBoolean':
      return target.getBoolean(op.name, fallbackOf(op) as boolean | undefined, lookupOptions(op.options));
    case 'getKey':
      return target.get(op.name);
    case 'setKey':
      return void target.setOverride(op.name, decode(op.value) as ConfigValue);
    case 'call':
      return Promise.resolve(callMethod(target, op.method, op.args ?? [], op.options ?? {})).then(present);
    case 'set':
      return assignProperty(target, op.attr, decodeNamed(op.attr, op.value));
    case 'prop':
      return present(readProperty(target, op.attr));
    case 'chain':
      return chainFacts(target);
    default:
      throw new UnknownFormError(`Unknown op "${(op as Op).op}".`);
  }
}

function fallbackOf(op: { readonly default?: Json }): ConfigValue | undefined {
  return op.default === undefined ? undefined : (decode(op.default) as ConfigValue);
}

function makeConfig(args: JsonObject): Config {
  const unknown = Object.keys(args).filter((name) => !configOptions.includes(name));
  if (unknown.length > 0) throw new UnknownFormError(`Unknown options of a Config: ${unknown.join(', ')}.`);
  return new Config(decodeAllNamed(args));
}

const configOptions = 'service environment directories providers cacher defaults overrides useParent'.split(' ');

function configNamed(name: string, { configs }: Session): Config {
  const found = configs.get(name);
  if (found === undefined) throw new UnknownFormError(`No Config "${name}" was made.`);
  return found;
}

function enterProvider(made: Dependency, { entered, providers }: Session): void {
  if (made instanceof Provider) providers.push(made);
  entered.push(made.enter());
}

function exitLast({ entered }: Session): void {
  const scope = entered.pop();
  if (scope === undefined) throw new UnknownFormError('There is nothing to exit.');
  scope.exit();
}

function directoryOf({ via, path, args, resolve }: DirectoryOp): Directory {
  const directory = makeDirectoryVia(via, path, args ?? {});
  return resolve === undefined ? directory : directory.resolve(resolve);
}

function makeDirectoryVia(via: DirectoryOp['via'], path: DirectoryOp['path'], args: JsonObject): Directory {
  switch (via) {
    case undefined:
      return makeDirectory(path === undefined ? args : { ...args, path });
    case 'fromPath':
      return decodeDirectory(path ?? args['path'] ?? null);
    case 'fromComponents':
      return Directory.fromComponents(...componentsOf(args));
    default:
      throw new UnknownFormError(`Unknown way to make a Directory: ${String(via)}.`);
  }
}

function componentsOf({ service = null, environment = null, ...others }: JsonObject): [string?, string?] {
  const unknown = Object.keys(others);
  if (unknown.length > 0) throw new UnknownFormError(`Unknown components of a Directory: ${unknown.join(', ')}.`);
  return [service, environment].map((each) => each ?? undefined) as [string?, string?];
}
