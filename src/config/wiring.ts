import { type DependencyClass } from '../di/context';
import { recordMutation } from '../di/state';
import { InvalidSettingsError } from '../errors';
import { nameProviders } from '../settings/setting-kinds';
import { type CacherChoice, type ProviderChoice } from './config-options';

/** Defaults of a Config. */
export interface Wiring {
  /** Default providers, in order. */
  readonly providers: readonly ProviderChoice[];
  /** Default cacher. */
  readonly cacher: CacherChoice;
  /** The only provider with `onlyEnvProvider`. */
  readonly environment: ProviderChoice;
  /** Classes of providers by the names with which `XCON_PROVIDERS` lists them. Default: none has a name. */
  readonly named?: Readonly<Record<string, DependencyClass>>;
}

let wiring: Wiring | undefined;

/**
 * Sets the providers and the cacher that a Config uses by default. `xcon` does so when it is loaded; `xcon/core` does not, so that a bundle has
 * no provider that is not imported.
 *
 * @param defaults - The classes, which are instantiated when they are first needed.
 */
export function setWiring(defaults: Wiring): void {
  wiring = defaults;
  nameProviders(defaults.named ?? {});
  recordMutation();
}

/** Gives the default cacher of a Config: none, when there is no wiring. */
export function cacherWiring(): Pick<Wiring, 'cacher'> {
  return wiring ?? { cacher: null };
}

/**
 * Gives the defaults of a Config.
 *
 * @throws InvalidSettingsError when none have been set.
 */
export function currentWiring(): Wiring {
  if (wiring !== undefined) return wiring;
  throw new InvalidSettingsError(
    'providers',
    'there are no default ones in xcon/core. Give some: new Config({ providers: [...], cacher: null }), or import from xcon.',
  );
}
