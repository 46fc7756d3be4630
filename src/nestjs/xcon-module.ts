import { type DynamicModule, Inject, Module, type ModuleMetadata, type Provider, type Type } from '@nestjs/common';
import { type Config, type DeclaredSettings, type SettingsShape } from '../core';
import { checkOptions } from '../options';
import { XconHealthIndicator } from './xcon-health-indicator';
import { XconService } from './xcon-service';

/** Declared settings of any shape. */
type AnySettings = Pick<DeclaredSettings<SettingsShape>, 'injectionToken' | 'load'>;

/** Options of the module. */
export interface XconModuleOptions {
  /** Config for lookups. Default: that of the process. It is closed when the application shuts down. */
  readonly config?: Config;
  /** Settings that are loaded before the application listens; without them, it does not start. */
  readonly settings?: readonly AnySettings[];
}

/** How the module is made for the whole application. */
export interface XconRootOptions extends XconModuleOptions {
  /** Whether other modules can use it without importing it. Default: true. */
  readonly isGlobal?: boolean;
}

/** Options of the module that depend on other providers. */
export interface XconAsyncOptions<Dependencies extends readonly unknown[]> extends Pick<ModuleMetadata, 'imports'> {
  /** Tokens of the arguments of the factory. */
  readonly inject?: { readonly [Index in keyof Dependencies]: Type<Dependencies[Index]> | string | symbol };
  /** Makes the options from what `inject` names; may be asynchronous. */
  readonly useFactory: (
    ...dependencies: Dependencies
  ) => Pick<XconModuleOptions, 'config'> | Promise<Pick<XconModuleOptions, 'config'>>;
  /** Settings that are loaded before the application listens; without them, it does not start. */
  readonly settings?: readonly AnySettings[];
  /** Whether other modules can use it without importing it. Default: true. */
  readonly isGlobal?: boolean;
}

const asyncOptionNames: Readonly<Record<keyof XconAsyncOptions<[]>, true>> = {
  imports: true,
  inject: true,
  useFactory: true,
  settings: true,
  isGlobal: true,
};

const optionsToken = Symbol('options of XconModule');

/**
 * Settings for NestJS: `XconService` for lookups, declared settings by `@InjectSettings()`, a health indicator. The Config is closed
 * with the application.
 */
export class XconModule {
  /**
   * Makes the module for the whole application.
   *
   * @throws InvalidSettingsError for an unknown option.
   *
   * @example
   * Module({ imports: [XconModule.forRoot({ settings: [settings] })] })
   */
  static forRoot(given: XconRootOptions = {}): DynamicModule {
    checkOptions('XconModule.forRoot()', given, { config: true, settings: true, isGlobal: true });
    const { isGlobal = true, settings = [], config } = given;
    return rootModule({ isGlobal, settings, options: { provide: optionsToken, useValue: { config } } });
  }

  /** Makes the module for the whole application, with options that depend on other providers. */
  static forRootAsync<const Dependencies extends readonly unknown[]>(
    given: XconAsyncOptions<Dependencies>,
  ): DynamicModule {
    checkOptions('XconModule.forRootAsync()', given, asyncOptionNames);
    const { imports = [], inject = [] as never, isGlobal = true, settings = [], useFactory } = given;
    const options: Provider = {
      provide: optionsToken,
      inject: [...(inject as readonly (Type | string | symbol)[])],
      useFactory: useFactory as unknown as (
        ...dependencies: unknown[]
      ) => XconModuleOptions | Promise<XconModuleOptions>,
    };
    return { ...rootModule({ isGlobal, settings, options }), imports };
  }

  /** Makes a module that provides declared settings to the one that imports it. Needs `forRoot` in the application. */
  static forFeature(...settings: readonly AnySettings[]): DynamicModule {
    // A class of its own: before Nest 11, equal modules of one class count as the same module.
    class XconFeatureModule {}
    const providers = settings.map(providerOf);
    return { module: XconFeatureModule, providers, exports: tokensOf(settings) };
  }
}

Module({})(XconModule);

/**
 * Injects declared settings: typed as `SettingsOf<typeof settings>`, frozen, and as they were at the start.
 *
 * @example
 * constructor(@InjectSettings(settings) private readonly settings: SettingsOf<typeof settings>) {}
 */
export function InjectSettings({ injectionToken }: AnySettings): PropertyDecorator & ParameterDecorator {
  return Inject(injectionToken);
}

function rootModule({
  isGlobal,
  settings,
  options,
}: {
  readonly isGlobal: boolean;
  readonly settings: readonly AnySettings[];
  readonly options: Provider;
}): DynamicModule {
  const service: Provider = {
    provide: XconService,
    inject: [optionsToken],
    useFactory: ({ config }: XconModuleOptions) => new XconService(config),
  };
  const indicator: Provider = {
    provide: XconHealthIndicator,
    inject: [XconService],
    useFactory: (known: XconService) => new XconHealthIndicator(known),
  };
  return {
    module: XconModule,
    global: isGlobal,
    providers: [options, service, indicator, ...settings.map(providerOf)],
    exports: [XconService, XconHealthIndicator, ...tokensOf(settings)],
  };
}

function providerOf(settings: AnySettings): Provider {
  return {
    provide: settings.injectionToken,
    inject: [XconService],
    useFactory: (service: XconService) => service.load(settings as DeclaredSettings<SettingsShape>),
  };
}

function tokensOf(settings: readonly AnySettings[]): symbol[] {
  return settings.map(({ injectionToken }) => injectionToken);
}
