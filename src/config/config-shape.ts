import { inspect } from 'node:util';
import { printable } from '../base/printable';
import { Default } from '../di/default';
import { Dependency } from '../di/context';
import { recordMutation } from '../di/state';
import { Directory } from '../directory/directory';
import { checkOptions } from '../options';
import { type ConfigValue } from '../item/value';
import {
  type CacherChoice,
  checkCacher,
  checkDirectories,
  checkProviders,
  checkServices,
  checkStrategy,
  checkText,
  configOptionNames,
  type ConfigOptions,
  type OneOrMany,
  type ProviderChoice,
} from './config-options';
import { type LookupStrategy } from '../settings/settings-values';
import { NamedValues } from './named-values';
import { type ConfigLayer } from './resolve-chain';

/** What is set on one Config, by its options or later; everything else comes from the outer Configs. */
export abstract class ConfigShape extends Dependency implements ConfigLayer {
  static override readonly isAbstractKind: boolean = true;

  /** Whether what is not set on this Config comes from the outer Configs. */
  readonly useParent: boolean;
  /** Values that take precedence over all others. */
  readonly overrides: NamedValues;
  /** Values for names found nowhere else. */
  readonly defaults: NamedValues;

  private own: ConfigLayer;

  /**
   * @param options - What differs from the parent.
   * @throws InvalidDirectoryError, InvalidSettingsError for invalid options.
   */
  constructor(options: ConfigOptions = {}) {
    super();
    checkOptions('new Config()', options, configOptionNames);
    this.useParent = options.useParent ?? true;
    this.overrides = new NamedValues(overrideDirectory, 'override', options.overrides);
    this.defaults = new NamedValues(defaultDirectory, 'default', options.defaults);
    this.own = {
      service: checkText('service', options.service ?? Default),
      environment: checkText('environment', options.environment ?? Default),
      directories: checkDirectories(options.directories === undefined ? Default : options.directories),
      providers: checkProviders(options.providers === undefined ? Default : options.providers),
      cacher: checkCacher(options.cacher === undefined ? Default : options.cacher),
      exportsByService: checkServices(options.exports === undefined ? Default : options.exports),
      strategy: checkStrategy(options.strategy ?? Default),
    };
  }

  /** Sets a value that takes precedence over all others; `Default` removes it. */
  setOverride(name: string, value: ConfigValue | Default): void {
    this.overrides.set(name, value);
  }

  /** Gives the override of this Config; `Default` when it has none. */
  getOverride(name: string): ConfigValue | Default {
    return this.overrides.get(name);
  }

  /** Removes an override; does nothing when there is none. */
  removeOverride(name: string): void {
    this.overrides.set(name, Default);
  }

  /** Sets a value for a name that is found nowhere else; `Default` removes it. */
  setDefault(name: string, value: ConfigValue | Default): void {
    this.defaults.set(name, value);
  }

  /** Gives the default of this Config; `Default` when it has none. */
  getDefault(name: string): ConfigValue | Default {
    return this.defaults.get(name);
  }

  /** Removes a default; does nothing when there is none. */
  removeDefault(name: string): void {
    this.defaults.set(name, Default);
  }

  /** Adds a directory at the end. @throws InvalidDirectoryError */
  addDirectory(directory: Directory | string): void {
    this.change({ directories: [...this.own.directories, Directory.from(directory)] });
  }

  /** Adds a provider at the end. @throws InvalidSettingsError for anything but a provider. */
  addProvider(provider: ProviderChoice): void {
    this.change({ providers: [...this.own.providers, ...checkProviders([provider])] });
  }

  /** Adds the exports of a service, after all directories. */
  addExport(service: string): void {
    this.change({ exportsByService: [...this.own.exportsByService, ...checkServices([service])] });
  }

  /** Sets the services whose exports are looked up; `Default` is replaced by those of the parent. */
  setExports(services: OneOrMany<string>): void {
    this.change({ exportsByService: checkServices(services) });
  }

  /** Services whose exports are looked up, as set on this Config. */
  get exportsByService(): readonly (string | Default)[] {
    return this.own.exportsByService;
  }

  /** Service as set on this Config; `Default` when it is not. */
  get service(): string | Default {
    return this.own.service;
  }

  set service(service: string | Default) {
    this.change({ service: checkText('service', service) });
  }

  /** Environment as set on this Config; `Default` when it is not. */
  get environment(): string | Default {
    return this.own.environment;
  }

  set environment(environment: string | Default) {
    this.change({ environment: checkText('environment', environment) });
  }

  /** Directories as set on this Config. */
  get directories(): readonly (Directory | Default)[] {
    return this.own.directories;
  }

  set directories(directories: OneOrMany<Directory | string>) {
    this.change({ directories: checkDirectories(directories) });
  }

  /** Providers as set on this Config. */
  get providers(): readonly (ProviderChoice | Default)[] {
    return this.own.providers;
  }

  set providers(providers: OneOrMany<ProviderChoice>) {
    this.change({ providers: checkProviders(providers) });
  }

  /** Cacher as set on this Config; `null` for none, `Default` when it is not set. */
  get cacher(): CacherChoice | Default {
    return this.own.cacher;
  }

  set cacher(cacher: CacherChoice | Default) {
    this.change({ cacher: checkCacher(cacher) });
  }

  /** How names are looked up, as set on this Config; `Default` when it is not. */
  get strategy(): LookupStrategy | Default {
    return this.own.strategy;
  }

  set strategy(strategy: LookupStrategy | Default) {
    this.change({ strategy: checkStrategy(strategy) });
  }

  override [inspect.custom](): string {
    const { service, environment } = this.own;
    const shown = [service, environment].map((each) => (typeof each === 'string' ? each : 'Default'));
    return printable(`Config(service: ${shown[0]}, environment: ${shown[1]})`);
  }

  private change(changed: Partial<ConfigLayer>): void {
    this.own = { ...this.own, ...changed };
    recordMutation();
  }
}

const overrideDirectory = Directory.literal('/_override');
const defaultDirectory = Directory.literal('/_default/user-set');
