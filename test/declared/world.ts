import {
  Config,
  type ConfigOptions,
  defineSettings,
  Directory,
  DirectoryItem,
  type SettingsOf,
  type SettingsProblem,
  type SettingsShape,
  type SettingsValidationError,
} from '../../src/index';
import { envOf, MapProvider, type MapProviderOptions, rejection } from '../chain/doubles';
import { World } from '../config/doubles';

/** What the sources of a test hold. */
export interface Sources {
  readonly env?: Readonly<Record<string, string>>;
  readonly ssm?: MapProviderOptions['held'];
  readonly secrets?: Pick<MapProviderOptions, 'held' | 'secrets'>;
  readonly dynamo?: MapProviderOptions['held'];
}

/** A service `orders` in `prod` that looks in `/orders/prod` and `/orders/all`, over plain objects. */
export class Service {
  readonly world = new World();
  readonly ssm: MapProvider;
  readonly secrets: MapProvider;
  readonly config: Config;

  constructor({ env = {}, ssm = {}, secrets = {}, dynamo = {} }: Sources, options: ConfigOptions = {}) {
    this.ssm = new MapProvider({ name: 'ssm', held: ssm });
    this.secrets = new MapProvider({ name: 'secrets', readsByName: true, holdsOnlySecrets: true, ...secrets });
    this.config = new Config({
      service: 'orders',
      environment: 'prod',
      directories: ['/{service}/{environment}', '/{service}/all'],
      providers: [envOf(env), this.ssm, this.secrets, new MapProvider({ name: 'dynamo', held: dynamo })],
      cacher: null,
      ...options,
    });
  }

  /** Runs a function with the Config of the service as the current one, in a root of its own. */
  run<T>(fn: () => T): T {
    return this.world.run(fn, [this.config]);
  }
}

/** Loads settings in a service with these sources. */
export function load<Shape extends SettingsShape>(
  shape: Shape,
  sources: Sources,
  options: ConfigOptions = {},
): Promise<SettingsOf<Shape>> {
  return new Service(sources, options).run(() => defineSettings(shape).load());
}

/** Loads settings that cannot be loaded; gives the problems. */
export async function problemsOf(
  shape: SettingsShape,
  sources: Sources,
  options: ConfigOptions = {},
): Promise<readonly SettingsProblem[]> {
  return (await invalid(() => load(shape, sources, options))).problems;
}

/** Gives the error that loading settings ends in. */
export async function invalid(work: () => Promise<unknown>): Promise<SettingsValidationError> {
  return (await rejection(work)) as SettingsValidationError;
}

/** A secret as Secrets Manager has it. */
export function storedSecret(name: string, value: string, path = '/orders/prod'): DirectoryItem {
  const exactName = path === '/_id' ? name : `${path}/${name}`;
  const directory = Directory.literal(path);
  return new DirectoryItem({ name, value, directory, source: 'secrets', secret: true, exactName });
}
