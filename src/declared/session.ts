import { Config } from '../config/config';
import { idOf, type WaitOptions } from '../config/lookup-options';
import { type RememberedAnswers } from '../config/remembered-answers';
import { type RefreshOptions } from '../config/refresh';
import { state } from '../di/state';
import { type DirectoryItem } from '../item/directory-item';
import { type ConfigValue, copyValue, sealValue } from '../item/value';
import { type ChangeListener, type DefineSettingsOptions, SettingsChanges } from './changes';
import { type Declaration } from './declaration';
import { IssueDescriptions } from './issues';
import { isLocal, type LoadedSetting, loadFrom, loadSettings } from './load';
import { type SettingsProblem } from './problems';
import { type SecretLoader, SecretRotation } from './rotation';

/** How settings are read again. Without options, the cache table may give the same values again. */
export interface SettingsRefreshOptions extends RefreshOptions, WaitOptions {}

/** Settings from the answers that a Config remembers; valid as long as those are. */
interface LoadedMemory<Settings> {
  readonly memory: RememberedAnswers;
  readonly parts: Map<Declaration, LoadedSetting>;
  /** Gives the settings; absent before all have been loaded. */
  settings?: () => Settings;
}

/** The state of declared settings for one Config: the last good settings, their listeners, the secrets that were read again. */
export class SettingsSession<Settings> implements SecretLoader {
  readonly rotation: SecretRotation;
  readonly #changes: SettingsChanges<Settings>;
  readonly #descriptions = new IssueDescriptions();
  #begun = 0;
  #accepted = 0;
  #loaded: LoadedMemory<Settings> | undefined;

  constructor(
    private readonly config: Config,
    private readonly declarations: readonly Declaration[],
    private readonly assemble: (parts: readonly LoadedSetting[]) => Settings,
    options: DefineSettingsOptions,
  ) {
    this.rotation = new SecretRotation(config, () => Config.scopeOf(config));
    const reloader = {
      load: () => this.load(),
      refresh: (refreshOptions: RefreshOptions) => this.refresh(refreshOptions),
    };
    this.#changes = new SettingsChanges(reloader, options);
  }

  /**
   * Gives the settings; loads them, unless the loaded ones are still current. Notifies listeners of changes.
   *
   * @throws SettingsValidationError
   */
  load(signal?: AbortSignal): Promise<Settings> {
    const settings = this.remembered(signal)?.settings;
    return settings === undefined ? this.loadAll(signal) : Promise.resolve(settings());
  }

  private async loadAll(signal: AbortSignal | undefined): Promise<Settings> {
    const order = (this.#begun += 1);
    const { mutations } = state;
    const parts = await this.#changes.beginLoad(() => this.loadParts(this.declarations, signal));
    const settings = this.assemble(parts);
    const loaded = this.remember(parts, mutations);
    if (loaded !== undefined) loaded.settings = this.reusable(settings, parts);
    // A load that began later has newer values.
    if (order > this.#accepted) {
      this.#accepted = order;
      this.#changes.accept(settings, parts);
    }
    return settings;
  }

  /** Reloads the settings. @throws SettingsValidationError */
  async refresh({ signal, ...options }: SettingsRefreshOptions = {}): Promise<Settings> {
    signal?.throwIfAborted();
    await this.config.refresh(options);
    return this.load(signal);
  }

  async loadOne(declaration: Declaration, signal?: AbortSignal): Promise<LoadedSetting> {
    const known = this.remembered(signal)?.parts.get(declaration);
    if (known !== undefined) return known;
    const { mutations } = state;
    const parts = await this.loadParts([declaration], signal);
    this.remember(parts, mutations);
    return parts[0] as LoadedSetting;
  }

  loadFrom(declaration: Declaration, item: DirectoryItem): Promise<LoadedSetting | SettingsProblem> {
    return loadFrom(declaration, item, { config: this.config, descriptions: this.#descriptions });
  }

  isLocal(item: DirectoryItem): boolean {
    return isLocal(item, this.config);
  }

  /** Whether there are listeners for changes. */
  get hasListeners(): boolean {
    return this.#changes.hasListeners;
  }

  /** Adds a listener for changes of some keys. @returns Removes it. */
  listen(keys: readonly string[], listener: ChangeListener<Settings>): () => void {
    return this.#changes.listen(keys, listener);
  }

  /** Removes all listeners, and ends the timer. */
  close(): void {
    this.#changes.close();
  }

  /** Gives the settings that were loaded from current memory; `undefined` when there are none. */
  private remembered(signal: AbortSignal | undefined): LoadedMemory<Settings> | undefined {
    const loaded = this.#loaded;
    if (loaded === undefined || signal?.aborted === true) return undefined;
    return Config.answersOf(this.config) === loaded.memory ? loaded : undefined;
  }

  /**
   * Remembers loaded settings if the answers for all of them are in memory; otherwise the next load looks them up again.
   *
   * @param mutations - Mutations of the process before the load.
   */
  private remember(parts: readonly LoadedSetting[], mutations: number): LoadedMemory<Settings> | undefined {
    const memory = Config.answersOf(this.config);
    if (memory === undefined || mutations !== state.mutations) return undefined;
    const isKnown = ({ declaration, item }: LoadedSetting): boolean => {
      const known = memory.find(declaration.name, idOf(declaration))?.item;
      return known !== undefined && (known === item || (known.nonExistent && item.nonExistent));
    };
    if (!parts.every(isKnown)) return undefined;
    const loaded = (this.#loaded =
      this.#loaded?.memory === memory ? this.#loaded : { memory, parts: new Map<Declaration, LoadedSetting>() });
    for (const part of parts) loaded.parts.set(part.declaration, part);
    return loaded;
  }

  /** Gives a function that returns loaded settings: the same object, unless a value cannot be frozen, and is copied for each reader. */
  private reusable(settings: Settings, parts: readonly LoadedSetting[]): () => Settings {
    const isShareable = parts.every(({ value }) => !sealValue(value as ConfigValue, 'settings').needsCopy);
    if (isShareable) return () => settings;
    return () => this.assemble(parts.map((part) => ({ ...part, value: copyValue(part.value as ConfigValue) })));
  }

  private loadParts(declarations: readonly Declaration[], signal?: AbortSignal): Promise<readonly LoadedSetting[]> {
    return loadSettings(declarations, {
      config: this.config,
      signal,
      newest: (declaration, item) => (this.isLocal(item) ? item : this.rotation.newest(declaration, item)),
      descriptions: this.#descriptions,
    });
  }
}
