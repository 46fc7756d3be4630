import { inspect } from 'node:util';
import { Context, Dependency } from '../di/context';
import { Default } from '../di/default';
import { hidden, hideFields } from '../base/hidden';
import { recordMutation, state } from '../di/state';
import { InvalidSettingsError } from '../errors';
import { definitionOf, settingDefinitions, type SettingName, settingNames, variablesOf } from './definitions';
import { refreshVariables, refreshVariablesOncePerTick } from './variables';
import { type ResolvedSettings, settingsDefaults, type SettingsValues } from './settings-values';

/** Settings that are left out where all are printed. */
const hiddenNames: ReadonlySet<string> = new Set(settingNames.filter((name) => definitionOf(name).isHidden === true));

/**
 * Holds the settings of the library itself: what code assigned, else the environment variable, else a default.
 *
 * Assignments take effect at once, changed variables in the next turn of the event loop at the latest.
 */
export class XconSettings extends Dependency {
  static readonly dependencyName: string = 'XconSettings';

  // Both may hold keys and passwords.
  private readonly assigned = hidden<Partial<SettingsValues>>({});
  private resolved = hidden<ResolvedSettings | undefined>(undefined);
  private seenMutations = -1;

  /**
   * @param values - Settings to start from, as if assigned.
   * @throws InvalidSettingsError naming an invalid setting.
   */
  constructor(values: Partial<SettingsValues> = {}) {
    super();
    hideFields(this, 'assigned', 'resolved');
    for (const [name, value] of Object.entries(values)) this.assign(name as SettingName, value);
  }

  /**
   * Sets a setting.
   *
   * @param value - `Default` or `undefined` removes what was set.
   * @throws InvalidSettingsError naming the setting.
   */
  assign(name: SettingName, value: unknown): void {
    if (!Object.hasOwn(settingDefinitions, name)) {
      throw new InvalidSettingsError(
        `xconSettings.${name}`,
        `there is no such setting. There are ${settingNames.join(', ')}.`,
      );
    }
    if (value === Default || value === undefined) delete this.assigned()[name];
    else Object.assign(this.assigned(), { [name]: definitionOf(name).kind.check(value, `xconSettings.${name}`) });
    recordMutation();
  }

  /**
   * Gives all settings with their current values.
   *
   * @returns The same object until a setting or a variable changes.
   * @throws InvalidSettingsError naming a variable with an invalid value.
   */
  resolve(): ResolvedSettings {
    refreshVariables();
    return this.resolveAsSeen();
  }

  /** As {@link resolve}; a variable that was changed in this tick of the event loop may not be seen yet. */
  resolveOncePerTick(): ResolvedSettings {
    refreshVariablesOncePerTick();
    return this.resolveAsSeen();
  }

  override [inspect.custom](): string {
    return `XconSettings(assigned: ${Object.keys(this.assigned()).join(', ') || 'none'})`;
  }

  private resolveAsSeen(): ResolvedSettings {
    const known = this.resolved();
    if (known !== undefined && this.seenMutations === state.mutations) return known;
    const resolved = Object.freeze(this.read());
    this.resolved = hidden(resolved);
    this.seenMutations = state.mutations;
    return resolved;
  }

  private read(): ResolvedSettings {
    const values = { ...settingsDefaults };
    for (const name of settingNames) Object.assign(values, { [name]: this.settingOf(name) });
    checkSealing(values);
    const serviceGiven = values.service !== '' && this.isGiven('service');
    const environmentGiven = values.environment !== '' && this.isGiven('environment');
    const resolved = {
      ...values,
      service: values.service === '' ? settingsDefaults.service : values.service,
      environment: values.environment === '' ? settingsDefaults.environment : values.environment,
      serviceGiven,
      environmentGiven,
    };
    // Behind getters, because not every way of printing an object calls its toJSON or inspect method.
    const behindGetters = [...hiddenNames].map((name) => [
      name,
      { enumerable: true, get: hidden(values[name as SettingName]) },
    ]);
    const shown = { value: () => withoutSecrets(resolved) };
    return Object.defineProperties(resolved, {
      ...(Object.fromEntries(behindGetters) as PropertyDescriptorMap),
      toJSON: shown,
      [inspect.custom]: shown,
    });
  }

  private settingOf(name: SettingName): unknown {
    if (Object.hasOwn(this.assigned(), name)) return this.assigned()[name];
    const variable = givenVariableOf(name);
    const { kind, default: unset } = definitionOf(name);
    return variable === undefined ? unset : kind.parse(process.env[variable] ?? '', variable);
  }

  private isGiven(name: SettingName): boolean {
    return Object.hasOwn(this.assigned(), name) || givenVariableOf(name) !== undefined;
  }
}

/** Type of {@link xconSettings}: every setting of the library, to read and to assign. */
export type XconSettingsFacade = SettingsValues;

/**
 * The settings of the library in the current context.
 *
 * Assigning `Default` or `undefined` removes what was set.
 *
 * @example
 * xconSettings.cacheTtlSeconds = 3600;
 */
export const xconSettings: XconSettingsFacade = Object.preventExtensions(
  Object.create(null, descriptors()) as XconSettingsFacade,
);

function descriptors(): PropertyDescriptorMap {
  const entries = settingNames.map((name): [string, PropertyDescriptor] => [
    name,
    {
      enumerable: !hiddenNames.has(name),
      get: () => Context.current().resolve(XconSettings).resolve()[name],
      set: (value: unknown) => {
        Context.current().resolve(XconSettings).assign(name, value);
      },
    },
  ]);
  const shown = { value: () => withoutSecrets(xconSettings) };
  const text = { value: () => XconSettings.grab().toString() };
  return { ...Object.fromEntries(entries), [inspect.custom]: shown, [Symbol.toPrimitive]: text };
}

/** Leaves out the settings that may hold secrets. */
function withoutSecrets(settings: SettingsValues): Partial<SettingsValues> {
  return Object.fromEntries(Object.entries(settings).filter(([name]) => !hiddenNames.has(name)));
}

/** Gives the variable that holds a setting now; `undefined` when none is set. */
function givenVariableOf(name: SettingName): string | undefined {
  const { emptyIsGiven } = definitionOf(name);
  return variablesOf(name).find((each) => {
    const text = process.env[each];
    return text !== undefined && (text !== '' || emptyIsGiven === true);
  });
}

function checkSealing({ cacheSecrets, cacheKeys, cacheKmsKeyId }: SettingsValues): void {
  if (cacheSecrets !== 'encrypt' || cacheKeys.length > 0 || cacheKmsKeyId !== undefined) return;
  const [keys, kmsKey] = [variablesOf('cacheKeys'), variablesOf('cacheKmsKeyId')].map((each) => each.join());
  const problem = `'encrypt' needs a key: ${keys} (32 bytes, base64) or ${kmsKey}.`;
  throw new InvalidSettingsError('cacheSecrets', problem);
}
