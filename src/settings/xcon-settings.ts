import { inspect } from 'node:util';
import { Context } from '../di/context';
import { Default } from '../di/default';
import { Dependency } from '../di/dependency';
import { hideFields } from '../di/hide-fields';
import { noteMutation, state } from '../di/state';
import { InvalidSettingsError } from '../errors';
import { settingChecks, type VariableReader, variableReaders } from './settings-checks';
import { lookAtVariables } from './variables';
import { type ResolvedSettings, settingsDefaults, type SettingsValues } from './settings-values';

type Name = keyof SettingsValues;

/** Settings that are not shown where all are. */
const mayBeSecret: ReadonlySet<Name> = new Set(['cacheKeys', 'defaults', 'lastKnownGood']);
const names = Object.keys(settingChecks) as readonly Name[];

/**
 * Settings of the library itself: what code assigned, else what the environment variable says, else a default.
 *
 * Assignments and changed variables take effect at once (variables are looked at once in each turn of the event loop).
 */
export class XconSettings extends Dependency {
  static readonly dependencyName: string = 'XconSettings';

  private readonly assigned: Partial<SettingsValues>;
  private seenMutations = -1;
  private resolved: ResolvedSettings | undefined;

  /**
   * @param values - Settings to start from, as if assigned.
   * @throws InvalidSettingsError naming a setting that cannot be.
   */
  constructor(values: Partial<SettingsValues> = {}) {
    super();
    this.assigned = {};
    hideFields(this, 'assigned', 'resolved');
    for (const [name, value] of Object.entries(values)) this.assign(name as Name, value);
  }

  /**
   * Sets a setting.
   *
   * @param value - `Default` or `undefined` takes back what was set.
   * @throws InvalidSettingsError naming the setting.
   */
  assign(name: Name, value: unknown): void {
    if (!Object.hasOwn(settingChecks, name)) {
      throw new InvalidSettingsError(
        `xconSettings.${name}`,
        `there is no such setting. There are ${names.join(', ')}.`,
      );
    }
    if (value === Default || value === undefined) delete this.assigned[name];
    else Object.assign(this.assigned, { [name]: settingChecks[name](value, `xconSettings.${name}`) });
    noteMutation();
  }

  /**
   * Gives all settings as they stand.
   *
   * @returns The same object until a setting or a variable changes.
   * @throws InvalidSettingsError naming a variable that cannot be used.
   */
  resolve(): ResolvedSettings {
    lookAtVariables();
    if (this.resolved === undefined || this.seenMutations !== state.mutations) {
      this.resolved = Object.freeze(this.read());
      this.seenMutations = state.mutations;
    }
    return this.resolved;
  }

  override [inspect.custom](): string {
    return `XconSettings(assigned: ${Object.keys(this.assigned).join(', ') || 'none'})`;
  }

  private read(): ResolvedSettings {
    const values = { ...settingsDefaults };
    for (const name of names) Object.assign(values, { [name]: this.settingOf(name) });
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
    const shown = { value: () => withoutSecrets(resolved) };
    return Object.defineProperties(resolved, { toJSON: shown, [inspect.custom]: shown });
  }

  private settingOf(name: Name): SettingsValues[Name] {
    const variable = this.variableOf(name);
    if (Object.hasOwn(this.assigned, name)) return this.assigned[name];
    if (variable === undefined) return settingsDefaults[name];
    return (variableReaders[name] as VariableReader<SettingsValues[Name]>).parse(
      process.env[variable] as string,
      variable,
    );
  }

  private isGiven(name: Name): boolean {
    return Object.hasOwn(this.assigned, name) || this.variableOf(name) !== undefined;
  }

  private variableOf(name: Name): string | undefined {
    const reader = variableReaders[name];
    return reader?.variables.find((each) => isPresent(process.env[each], reader));
  }
}

/** What {@link xconSettings} is: every setting, readable as it stands and assignable. */
export type XconSettingsFacade = SettingsValues;

/**
 * The settings of the library, as they are in the current context.
 *
 * Assigning `Default` or `undefined` takes back what was set.
 */
export const xconSettings: XconSettingsFacade = Object.preventExtensions(
  Object.create(null, descriptors()) as XconSettingsFacade,
);

function descriptors(): PropertyDescriptorMap {
  const entries = names.map((name): [string, PropertyDescriptor] => [
    name,
    {
      enumerable: !mayBeSecret.has(name),
      get: () => Context.current().resolve(XconSettings).resolve()[name],
      set: (value: unknown) => {
        Context.current().resolve(XconSettings).assign(name, value);
      },
    },
  ]);
  const shown = { value: () => withoutSecrets(xconSettings) };
  return { ...Object.fromEntries(entries), [inspect.custom]: shown };
}

/** Gives what of settings is shown where all are. */
function withoutSecrets(settings: SettingsValues): Partial<SettingsValues> {
  return Object.fromEntries(Object.entries(settings).filter(([name]) => !mayBeSecret.has(name as Name)));
}

function isPresent(text: string | undefined, { emptyIsGiven }: { readonly emptyIsGiven?: boolean }): boolean {
  return text !== undefined && (text !== '' || emptyIsGiven === true);
}

function checkSealing({ cacheSecrets, cacheKeys, cacheKmsKeyId }: SettingsValues): void {
  if (cacheSecrets !== 'encrypt' || cacheKeys.length > 0 || cacheKmsKeyId !== undefined) return;
  const problem = "'encrypt' needs a key: XCON_CACHE_KEY (32 bytes, base64) or XCON_CACHE_KMS_KEY_ID.";
  throw new InvalidSettingsError('cacheSecrets', problem);
}
