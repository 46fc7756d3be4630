import type { OnApplicationShutdown } from '@nestjs/common';
import {
  type Config,
  config as currentConfig,
  type ConfigHealth,
  type DeclaredSettings,
  type HealthOptions,
  provideHealth,
  type RefreshOptions,
  type SettingsOf,
  type SettingsShape,
} from '../core';

/** Looks up settings like `ConfigService` of `@nestjs/config`, but at the sources, so that answers are promises. */
export class XconService implements OnApplicationShutdown {
  readonly get: Config['get'];
  readonly getString: Config['getString'];
  readonly getNumber: Config['getNumber'];
  readonly getBoolean: Config['getBoolean'];
  readonly getJson: Config['getJson'];
  readonly getItem: Config['getItem'];
  readonly has: Config['has'];
  readonly require: Config['require'];
  readonly requireString: Config['requireString'];
  readonly requireNumber: Config['requireNumber'];
  readonly requireBoolean: Config['requireBoolean'];
  readonly requireJson: Config['requireJson'];

  /** @param given - Config for lookups. Absent: that of the process. */
  constructor(private readonly given?: Config) {
    const config = given ?? currentConfig;
    this.get = config.get.bind<Config['get']>(config);
    this.getString = config.getString.bind<Config['getString']>(config);
    this.getNumber = config.getNumber.bind<Config['getNumber']>(config);
    this.getBoolean = config.getBoolean.bind<Config['getBoolean']>(config);
    this.getJson = config.getJson.bind<Config['getJson']>(config);
    this.getItem = config.getItem.bind<Config['getItem']>(config);
    this.has = config.has.bind<Config['has']>(config);
    this.require = config.require.bind<Config['require']>(config);
    this.requireString = config.requireString.bind<Config['requireString']>(config);
    this.requireNumber = config.requireNumber.bind<Config['requireNumber']>(config);
    this.requireBoolean = config.requireBoolean.bind<Config['requireBoolean']>(config);
    this.requireJson = config.requireJson.bind<Config['requireJson']>(config);
  }

  /** Loads declared settings with their current values; an injected object has those of the start. @throws SettingsValidationError */
  load<Shape extends SettingsShape>(declared: DeclaredSettings<Shape>): Promise<SettingsOf<Shape>> {
    return this.given === undefined ? declared.load() : this.given.run(() => declared.load());
  }

  /** Resets the memory of this process, so that lookups and `load()` read the sources again. */
  refresh(options?: RefreshOptions): Promise<void> {
    return (this.given ?? currentConfig).refresh(options);
  }

  /** Reports the state of the sources. */
  health(options?: HealthOptions): Promise<ConfigHealth> {
    provideHealth();
    return (this.given ?? currentConfig).health(options);
  }

  /** Closes the Config; called by Nest. */
  async onApplicationShutdown(): Promise<void> {
    await (this.given ?? currentConfig).close();
  }
}
