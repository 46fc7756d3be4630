import { Controller, type INestApplicationContext, Inject, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  Config,
  Context,
  defineSettings,
  setting,
  type SettingsOf,
  SettingsValidationError,
  Unavailable,
} from '../../src/index';
import { InjectSettings, XconHealthIndicator, XconModule, XconService } from '../../src/nestjs/index';
import { isolated, MapProvider } from '../chain/doubles';

const directory = '/orders/prod';
const database = defineSettings({ host: setting('HOST') });
const limits = defineSettings({ most: setting('MOST') });
let held: Record<string, string> | Unavailable;
let config: Config;
let root: Context;
let app: INestApplicationContext | undefined;

beforeEach(() => {
  held = { HOST: 'db', MOST: '5' };
  const provider = new MapProvider({ held: { [directory]: () => held } });
  root = Context.createRoot();
  config = root.run(() => new Config({ providers: [provider], directories: [directory], cacher: null }));
});

afterEach(async () => {
  await app?.close();
  app = undefined;
});

@Injectable()
class OrdersService {
  constructor(
    @InjectSettings(database) readonly settings: SettingsOf<typeof database>,
    @Inject(XconService) readonly xcon: XconService,
  ) {}
}

@Controller()
class LimitsController {
  constructor(@InjectSettings(limits) readonly settings: SettingsOf<typeof limits>) {}
}

@Module({ imports: [XconModule.forFeature(limits)], controllers: [LimitsController] })
class LimitsModule {}

/** Starts an application with a module of the library, and what uses it. */
async function start(imports: readonly object[]): Promise<INestApplicationContext> {
  @Module({ imports: imports as never, providers: [OrdersService] })
  class AppModule {}
  app = await root.run(() => NestFactory.createApplicationContext(AppModule, { logger: false, abortOnError: false }));
  return app;
}

describe('XconModule.forRoot', () => {
  it('provides declared settings, typed and frozen, and the service', async () => {
    const { settings, xcon } = (await start([XconModule.forRoot({ config, settings: [database] })])).get(OrdersService);
    const host: string = settings.host;

    expect(host).toBe('db');
    expect(Object.isFrozen(settings)).toBe(true);
    expect(await xcon.getNumber('MOST')).toBe(5);
    expect([await xcon.get('NONE', 'fallback'), await xcon.has('NONE')]).toEqual(['fallback', false]);
    expect(await xcon.requireString('host')).toBe('db');
  });

  it('fails the start with the one error when settings are missing', async () => {
    held = {};

    await expect(start([XconModule.forRoot({ config, settings: [database] })])).rejects.toThrow(
      SettingsValidationError,
    );
  });

  it('closes the Config when the application is closed', async () => {
    const close = jest.spyOn(config, 'close');
    const started = await start([XconModule.forRoot({ config, settings: [database] })]);

    await started.close();

    expect(close).toHaveBeenCalledTimes(1);
  });

  it('uses the Config of the process unless it is given one', async () => {
    const started = await isolated([], async () => {
      @Module({ imports: [XconModule.forRoot()] })
      class AppModule {}
      return NestFactory.createApplicationContext(AppModule, { logger: false, abortOnError: false });
    });
    app = started;

    expect(await isolated([config], () => started.get(XconService).get('HOST'))).toBe('db');
  });
});

describe('XconModule.forRootAsync', () => {
  it('is made of what other providers give', async () => {
    const token = 'the config';
    @Module({ providers: [{ provide: token, useFactory: () => config }], exports: [token] })
    class ConfigModule {}

    const module = XconModule.forRootAsync({
      imports: [ConfigModule],
      inject: [token],
      useFactory: (given: Config) => Promise.resolve({ config: given }),
      settings: [database],
    });

    expect((await start([module])).get(OrdersService).settings).toEqual({ host: 'db' });
  });
});

describe('XconModule.forFeature', () => {
  it('provides settings to the module that imports it', async () => {
    const started = await start([XconModule.forRoot({ config, settings: [database] }), LimitsModule]);

    expect(started.get(LimitsController, { strict: false }).settings).toEqual({ most: '5' });
  });

  it('keeps declarations of the same names apart', async () => {
    const [one, other] = [defineSettings({ a: setting('HOST') }), defineSettings({ b: setting('HOST') })];

    const started = await start([
      XconModule.forRoot({ config, settings: [database] }),
      XconModule.forFeature(one),
      XconModule.forFeature(other),
    ]);

    expect(started.get(one.injectionToken, { strict: false })).toEqual({ a: 'db' });
    expect(started.get(other.injectionToken, { strict: false })).toEqual({ b: 'db' });
  });

  it('fails the start with the one error when its settings are missing', async () => {
    held = { HOST: 'db' };
    const modules = [XconModule.forRoot({ config, settings: [database] }), LimitsModule];

    await expect(start(modules)).rejects.toThrow(/MOST/);
  });
});

describe('injected settings', () => {
  it('stay as they were at the start; load() gives them as they are', async () => {
    const started = await start([XconModule.forRoot({ config, settings: [database] })]);
    const { settings, xcon } = started.get(OrdersService);
    held = { HOST: 'other' };

    await xcon.refresh();

    expect(settings).toEqual({ host: 'db' });
    expect(await xcon.load(database)).toEqual({ host: 'other' });
    expect(started.get(database.injectionToken)).toBe(settings);
  });
});

describe('XconHealthIndicator', () => {
  it('is up while lookups get their answers', async () => {
    const started = await start([XconModule.forRoot({ config, settings: [database] })]);

    expect(await root.run(() => started.get(XconHealthIndicator).isHealthy())).toEqual({
      xcon: { status: 'up', map: 'ok' },
    });
  });

  it('is an error of terminus while they do not, under the key that is asked for', async () => {
    const started = await start([XconModule.forRoot({ config, settings: [database] })]);
    held = new Unavailable('denied', 'allow it');
    const other = new Config({
      providers: [new MapProvider({ held: { [directory]: held } })],
      cacher: null,
      directories: [directory],
    });
    await other.get('HOST');
    jest.spyOn(started.get(XconService), 'health').mockResolvedValue(await other.health());

    await expect(started.get(XconHealthIndicator).isHealthy('settings')).rejects.toMatchObject({
      isHealthCheckError: true,
      causes: { settings: { status: 'down', map: 'refused' } },
    });
  });
});
