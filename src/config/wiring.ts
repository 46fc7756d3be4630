import { type DependencyClass } from '../di/context';
import { noteMutation } from '../di/state';
import { InvalidSettingsError } from '../errors';
import { nameProviders } from '../settings/setting-kinds';
import { type CacherChoice, type ProviderChoice } from './config-options';

/** What a Config uses unless it is set otherwise. */
export interface Wiring {
  /** Asked in this order. */
  readonly providers: readonly ProviderChoice[];
  /** Asked before the cacheable ones. */
  readonly cacher: CacherChoice;
  /** The provider that `onlyEnvProvider` leaves. */
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
  noteMutation();
}

/** Gives the cacher that a Config uses unless it is set otherwise: none, when there is no wiring. */
export function cacherWiring(): Pick<Wiring, 'cacher'> {
  return wiring ?? { cacher: null };
}

/**
 * Gives what a Config uses unless it is set otherwise.
 *
 * @throws InvalidSettingsError when nothing has been set.
 */
export function currentWiring(): Wiring {
  if (wiring !== undefined) return wiring;
  throw new InvalidSettingsError(
    'providers',
    'there are no default ones in xcon/core. Give some: new Config({ providers: [...], cacher: null }), or import from xcon.',
  );
}
