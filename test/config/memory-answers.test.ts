import { z } from 'zod';
import { ChainFinder } from '../../src/chain/chain-finder';
import { LookupScope } from '../../src/config/lookup-scope';
import {
  Config,
  config,
  type ConfigApi,
  ConfigNotFoundError,
  defineSettings,
  InvalidValueError,
  secret,
  setting,
} from '../../src/index';
import { StubCacher } from '../chain/doubles';
import { Service, type Sources, storedSecret } from '../declared/world';
import { withoutVariables } from './doubles';

withoutVariables();

const sources: Sources = {
  env: { FROM_ENV: 'yes' },
  ssm: {
    '/orders/prod': { HOST: 'db.internal', PORT: '5432', DATA: '{"a":[1]}', BINARY: new Uint8Array([1]), NIL: null },
  },
  secrets: { secrets: { '/shared/key': storedSecret('/shared/key', 's3cr3t', '/_id') } },
};

const parse = jest.fn((text: string) => Number(text));
const declared = defineSettings({
  host: setting(),
  port: setting(z.string().transform(parse)),
  maybe: setting({ optional: true }),
  key: secret({ id: '/shared/key' }),
});

/** Every way to ask for what is in memory. */
const ways: Readonly<Record<string, (api: ConfigApi) => Promise<unknown>>> = {
  get: (api) => api.get('HOST'),
  'get of a missing name': (api) => api.get('NOWHERE', 'fallback'),
  'get of a variable': (api) => api.get('FROM_ENV'),
  'get in another case': (api) => api.get('Host'),
  'get with a signal': (api) => api.get('HOST', undefined, { signal: new AbortController().signal }),
  'get by id': (api) => api.get('key', undefined, { secretId: '/shared/key' }),
  'get of bytes': (api) => api.get('BINARY'),
  require: (api) => api.require('HOST'),
  getString: (api) => api.getString('PORT'),
  getNumber: (api) => api.getNumber('PORT'),
  getBoolean: (api) => api.getBoolean('FROM_ENV'),
  getJson: (api) => api.getJson('DATA'),
  requireString: (api) => api.requireString('HOST'),
  requireNumber: (api) => api.requireNumber('PORT'),
  requireBoolean: (api) => api.requireBoolean('FROM_ENV'),
  requireJson: (api) => api.requireJson('DATA'),
  getItem: (api) => api.getItem('HOST'),
  'getItem of a missing name': (api) => api.getItem('NOWHERE'),
  requireItem: (api) => api.requireItem('HOST'),
  has: (api) => api.has('HOST'),
  'has of a missing name': (api) => api.has('NOWHERE'),
  load: (api) => api.load(['HOST', 'PORT', 'NOWHERE']),
  'declared settings': () => declared.load(),
  withSecret: () => declared.withSecret('key', (value) => value),
};

interface Counted {
  readonly service: Service;
  readonly cacher: StubCacher;
  /** How often anything was done that a read of memory does without. */
  readonly work: () => number;
}

function counted(isCached: boolean): Counted {
  const cacher = new StubCacher();
  const service = new Service(sources, isCached ? { cacher } : {});
  const walks = jest.spyOn(ChainFinder.prototype, 'find');
  const scopes = jest.spyOn(LookupScope, 'of');
  parse.mockClear();
  const calls = [walks, scopes, parse];
  return {
    service,
    cacher,
    work: () =>
      calls.reduce((sum, { mock }) => sum + mock.calls.length, 0) +
      [service.ssm, service.secrets].reduce((sum, each) => sum + each.listed.length + each.secretCalls.length, 0) +
      cacher.asked.length,
  };
}

afterEach(() => jest.restoreAllMocks());

describe.each([
  ['without a cacher', false],
  ['with a cacher', true],
])('what is in memory, %s', (_, isCached) => {
  it.each(Object.keys(ways))('is given by %s without any walk, and the same each time', async (way) => {
    const { service, work } = counted(isCached);

    await service.run(async () => {
      const ask = ways[way] as (api: ConfigApi) => Promise<unknown>;
      const first = await ask(config);
      const second = await ask(config);
      const before = work();
      const others: unknown[] = [];
      for (let index = 0; index < 20; index += 1) others.push(await ask(index % 2 === 0 ? config : service.config));

      expect(work() - before).toBe(0);
      expect(before).toBeGreaterThan(0);
      expect(new Set([second, ...others].map((each) => JSON.stringify(each)))).toEqual(
        new Set([JSON.stringify(first)]),
      );
    });
  });

  it('is one item for all methods, whichever method has read it', async () => {
    const { service } = counted(isCached);

    await service.run(async () => {
      const host = await config.getItem('HOST');
      await config.load(['HOST', 'PORT']);
      await declared.load();
      const loaded = await config.load(['HOST', 'PORT']);

      expect(await config.requireItem('host')).toBe(host);
      expect(loaded.getItem('HOST')).toBe(host);
      expect(await config.load(['HOST', 'PORT'])).toBe(loaded);
      expect(await declared.load()).toBe(await declared.load());
      expect(await config.getJson('DATA')).toBe(await config.requireJson('DATA'));
    });
  });

  it('is read again for a fresh lookup, after a change and when it has expired', async () => {
    const { service, work } = counted(isCached);

    await service.run(async () => {
      const changes: readonly (() => Promise<unknown> | undefined)[] = [
        () => config.get('HOST', undefined, { fresh: true }),
        () => void config.setOverride('OTHER', 1),
        () => config.refresh(),
        () => void service.world.clock.advanceMs(16 * 60_000),
      ];
      for (const change of changes) {
        await config.load(['HOST']);
        await declared.load();
        await change();
        const before = work();
        await config.getItem('HOST');
        await declared.load();

        expect(work()).toBeGreaterThan(before);
      }
    });
  });
});

describe('an answer in memory', () => {
  it('is read again when memory expires, without resolving settings and chains again', async () => {
    const { service } = counted(true);

    await service.run(async () => {
      await config.get('HOST');
      await declared.load();
      jest.restoreAllMocks();
      const scopes = jest.spyOn(LookupScope, 'of');
      const listed = service.ssm.listed.length;
      const { settings } = Config.scopeOf(service.config);
      service.world.clock.advanceMs(16 * 60_000);
      await config.get('HOST');
      await declared.load();

      expect(service.ssm.listed.length).toBeGreaterThan(listed);
      expect(scopes).not.toHaveBeenCalled();
      expect(Config.scopeOf(service.config).settings).toBe(settings);
    });
  });

  it('rejects for a value of another type, as the lookup did, and each time', async () => {
    const { service } = counted(false);

    await service.run(async () => {
      for (let index = 0; index < 3; index += 1) {
        await expect(config.getNumber('HOST')).rejects.toThrow(InvalidValueError);
        await expect(config.requireString('NIL')).rejects.toThrow(InvalidValueError);
        await expect(config.require('NOWHERE')).rejects.toThrow(ConfigNotFoundError);
      }
      expect(await config.getNumber('NIL', 5)).toBe(5);
    });
  });

  it('is not given to a caller whose signal has fired', async () => {
    const { service } = counted(false);
    const signal = AbortSignal.abort(new Error('no time'));

    await service.run(async () => {
      await config.load(['HOST']);
      await declared.load();

      await expect(config.get('HOST', undefined, { signal })).rejects.toThrow('no time');
      await expect(config.has('HOST', { signal })).rejects.toThrow('no time');
      await expect(config.load(['HOST'], { signal })).rejects.toThrow('no time');
      await expect(declared.load({ signal })).rejects.toThrow('no time');
    });
  });

  it('gives bytes as a copy to each reader, of declared settings too', async () => {
    const { service } = counted(false);
    const bytes = defineSettings({ binary: setting(z.instanceof(Uint8Array)) });

    await service.run(async () => {
      await bytes.load();
      (await bytes.load()).binary[0] = 99;
      ((await config.get('BINARY')) as Uint8Array)[0] = 99;

      expect((await bytes.load()).binary).toEqual(new Uint8Array([1]));
      expect(await config.get('BINARY')).toEqual(new Uint8Array([1]));
    });
  });
});
