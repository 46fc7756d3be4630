import { inspect } from 'node:util';
import { type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  AwsClients,
  Config,
  ConfigNotFoundError,
  Context,
  InvalidNameError,
  InvalidSettingsError,
  InvalidValueError,
  LocalCache,
  Unavailable,
  withDependencies,
  XconSettings,
  xconSettings,
} from '../../src/index';
import { envOf, gate, isolated, MapProvider, rejection, secretItem, StubCacher } from '../chain/doubles';
import { configOf, holding, nextTurn, withoutVariables, World } from './doubles';

withoutVariables();

let world: World;
let context: Context;

beforeEach(() => {
  world = new World();
  context = world.run(() => Context.current());
});

/** Runs a test in a root context of its own. */
const inside = <T>(fn: () => T): T => context.run(fn);

const outcomesIn = (error: Error): readonly string[] =>
  (error as ConfigNotFoundError).places.map((each) => `${each.provider}:${each.directory ?? ''} ${each.outcome}`);

describe('get', () => {
  it('gives a value, whatever the case of the name', () =>
    inside(async () => {
      const config = configOf(holding({ Db_Host: 'db.internal' }));

      const values = await Promise.all(['DB_HOST', 'db_host', 'Db_Host'].map((name) => config.get(name)));

      expect(values).toEqual(['db.internal', 'db.internal', 'db.internal']);
    }));

  it.each([null, '', 0, false])('gives undefined for a missing name, and %p as a fallback', (fallback) =>
    inside(async () => {
      const config = configOf(holding({}));

      expect(await config.get('x')).toBeUndefined();
      expect(await config.get('x', undefined)).toBeUndefined();
      expect(await config.get('x', fallback)).toBe(fallback);
    }),
  );

  it.each<[string, (bytes: Buffer) => Config]>([
    ['a provider', (x) => configOf(holding({ x }))],
    ['an override', (x) => configOf(holding({}), { overrides: { x } })],
    ['a default', (x) => configOf(holding({}), { defaults: { x } })],
  ])('gives a Buffer of %s as a Buffer that is a copy', (_, make) =>
    inside(async () => {
      const bytes = Buffer.from('bytes');
      const config = make(bytes);

      const values = [await config.get('x'), await config.get('x')] as readonly unknown[] as readonly Buffer[];

      expect(values.map((each) => Buffer.isBuffer(each) && each.equals(Buffer.from('bytes')))).toEqual([true, true]);
      values[0]?.fill(0);
      expect(bytes.toString()).toBe('bytes');
      expect(await config.get('x')).toEqual(Buffer.from('bytes'));
    }),
  );

  it.each(['', 0, false])('gives a found %p, not the fallback', (value) =>
    inside(async () => {
      expect(await configOf(holding({ x: value })).get('x', 'fallback')).toBe(value);
    }),
  );

  it('gives a found null, which goes before defaults, unless there is a fallback', () =>
    inside(async () => {
      const config = configOf(holding({ x: null }), { defaults: { x: 'default' } });

      expect(await config.get('x')).toBeNull();
      expect(await config.get('x', 'fallback')).toBe('fallback');
      expect(await config.has('x')).toBe(true);
    }));

  it('gives the same frozen data to every caller', () =>
    inside(async () => {
      const config = configOf(holding({ x: { list: [1] } }));

      const [one, other] = [await config.get('x'), await config.get('x')];

      expect(one).toBe(other);
      expect(Object.isFrozen((one as { list: unknown }).list)).toBe(true);
    }));

  it('gives a copy of binary values to every caller', () =>
    inside(async () => {
      const config = configOf(holding({ x: new Uint8Array([1]) }));

      const first = (await config.get('x')) as Uint8Array;
      first[0] = 99;

      expect(await config.get('x')).toEqual(new Uint8Array([1]));
    }));

  it.each(['', null, undefined, 5])('rejects %p, which is not a name', (name) =>
    inside(async () => {
      const config = configOf(holding({}));

      await expect(config.get(name as string)).rejects.toBeInstanceOf(InvalidNameError);
      await expect(config.require(name as string)).rejects.toBeInstanceOf(InvalidNameError);
      await expect(config.load(['x', name as string])).rejects.toBeInstanceOf(InvalidNameError);
    }),
  );

  it('searches nothing with an empty list of providers, and not even env', () =>
    inside(async () => {
      const config = new Config({ providers: [], directories: ['/a'], cacher: null });

      expect(await config.get('PATH')).toBeUndefined();
    }));
});

describe('overrides and defaults', () => {
  it('come before and after every source', () =>
    inside(async () => {
      const provider = holding({ both: 'source', found: 'source' });
      const config = configOf(provider, {
        overrides: { both: 'over' },
        defaults: { found: 'under', missing: 'under' },
      });

      const values = [await config.get('BOTH'), await config.get('found'), await config.get('missing', 'fallback')];

      expect(values).toEqual(['over', 'source', 'under']);
    }));

  it('are those of the Config, then of its parents, then of the settings', () =>
    inside(async () => {
      xconSettings.defaults = { a: 'settings', b: 'settings', c: 'settings' };
      const [root, parent, child] = [Config.grab(), configOf(holding({})), configOf(holding({}))];
      for (const config of [root, parent, child]) config.setOverride('all', config === child ? 'child' : 'outer');
      root.setOverride('o', 'root');
      parent.setOverride('o', 'parent');
      root.setDefault('a', 'root');
      root.setDefault('b', 'root');
      parent.setDefault('a', 'parent');

      const values = await parent.run(() => Promise.all(['all', 'o', 'a', 'b', 'c'].map((name) => child.get(name))));

      expect(values).toEqual(['child', 'parent', 'parent', 'root', 'settings']);
    }));

  it('of parents do not apply to a Config without parents; those of the settings do', () =>
    inside(async () => {
      xconSettings.defaults = { x: 'settings' };
      Config.grab().setOverride('x', 'root');
      Config.grab().setDefault('x', 'root');
      const child = configOf(holding({}), { useParent: false });

      expect(await child.run(() => child.get('x'))).toBe('settings');
    }));

  it('that are null are found', () =>
    inside(async () => {
      const config = configOf(holding({ x: 1 }), { overrides: { x: null }, defaults: { y: null } });

      expect([await config.get('x'), await config.get('y')]).toEqual([null, null]);
      expect(await config.get('y', 'fallback')).toBe('fallback');
    }));

  it('are named as the source of their item', () =>
    inside(async () => {
      const config = configOf(holding({}), { overrides: { x: 1 }, defaults: { y: 2 } });
      xconSettings.defaults = { z: 3 };

      const items = await Promise.all(['x', 'y', 'z'].map((name) => config.getItem(name)));

      expect(items.map(({ source, directory }) => `${source ?? ''} ${directory.path}`)).toEqual([
        'override /_override',
        'default /_default/user-set',
        'default /_default/settings',
      ]);
    }));
});

describe('the options of a lookup', () => {
  it('read past memory with fresh, once for all that are asked in one turn', () =>
    inside(async () => {
      let value = 'old';
      const provider = new MapProvider({ held: { '/a': () => ({ x: value }) } });
      const config = configOf(provider);
      await config.get('x');
      value = 'new';

      const remembered = await config.get('x');
      const fresh = await Promise.all([1, 2, 3].map(() => config.get('x', undefined, { fresh: true })));
      const after = await config.get('x');

      expect([remembered, ...fresh, after]).toEqual(['old', 'new', 'new', 'new', 'new']);
      expect(provider.listed).toEqual(['/a', '/b', '/a', '/b']);
    }));

  it('ask neither sources nor cacher with skipProviders, and forget that again', () =>
    inside(async () => {
      const provider = holding({ x: 'source', y: 'source' });
      const config = configOf(provider, { overrides: { o: 1 }, defaults: { y: 'default' } });
      const options = { skipProviders: true };

      const skipped = await Promise.all(['o', 'x', 'y'].map((name) => config.get(name, undefined, options)));
      const askedBefore = [...provider.listed];
      const later = await Promise.all(['x', 'y'].map((name) => config.get(name)));

      expect(skipped).toEqual([1, undefined, 'default']);
      expect(askedBefore).toEqual([]);
      expect(later).toEqual(['source', 'source']);
    }));

  it('reject at once with the reason of a signal that has been aborted, and ask no provider', () =>
    inside(async () => {
      const provider = holding({ x: 1 });
      const reason = new Error('stop');

      const error = await rejection(() =>
        configOf(provider).get('x', undefined, { signal: AbortSignal.abort(reason) }),
      );

      expect(error).toBe(reason);
      expect(provider.listed).toEqual([]);
    }));

  it('read a secret by its id in place of the directories, and leave the name as it was', () =>
    inside(async () => {
      const secrets = new MapProvider({
        name: 'secrets',
        held: { '/a': { x: 'of the directory' } },
        secrets: { 'rds!db': secretItem('rds!db', 'by id') },
      });
      const config = configOf(secrets, { defaults: { y: 'default' } });

      const byId = await config.get('x', undefined, { secretId: 'rds!db' });

      expect([byId, await config.get('x')]).toEqual(['by id', 'of the directory']);
      expect(await config.get('y', undefined, { secretId: 'no-such-secret' })).toBe('default');
      expect(secrets.secretCalls).toEqual([['rds!db'], ['no-such-secret']]);
      // No provider of this one has secrets with ids.
      expect(await configOf(holding({ x: 1 })).get('x', 'fallback', { secretId: 'rds!db' })).toBe('fallback');
    }));

  it('let an override go before the id of a secret', () =>
    inside(async () => {
      const config = configOf(new MapProvider({ name: 'secrets' }), { overrides: { x: 'override' } });

      expect(await config.get('x', undefined, { secretId: 'rds!db' })).toBe('override');
    }));

  it('work with every getter', () =>
    inside(async () => {
      const config = configOf(holding({ x: '1' }), { defaults: { x: '0' } });
      const options = { skipProviders: true };

      const values = [
        await config.require('x', options),
        await config.getString('x', undefined, options),
        await config.getNumber('x', undefined, options),
        await config.getBoolean('x', true, options),
        await config.getJson('x', undefined, options),
        await config.requireString('x', options),
        await config.requireNumber('x', options),
        await config.requireBoolean('x', options),
        await config.requireJson('x', options),
        (await config.getItem('x', options)).value,
        await config.has('x', options),
        (await config.load(['x'], options)).get('x'),
      ];

      expect(values).toEqual(['0', '0', 0, false, 0, '0', 0, false, 0, '0', true, '0']);
    }));
});

describe('the typed getters', () => {
  const values = { text: ' neither ', number: ' 7.5 ', yes: 'YES', json: '{"a":[1]}', nil: null, list: [1] };

  it('convert what is found', () =>
    inside(async () => {
      const config = configOf(holding(values));

      expect(await config.getString('text')).toBe(' neither ');
      expect(await config.getNumber('number')).toBe(7.5);
      expect(await config.getBoolean('yes')).toBe(true);
      expect(await config.getJson('json')).toEqual({ a: [1] });
      expect(await config.getJson('list')).toEqual([1]);
    }));

  it('give the fallback, unconverted, for what is missing or null', () =>
    inside(async () => {
      const config = configOf(holding(values));

      for (const name of ['missing', 'nil']) {
        expect([await config.getString(name), await config.getString(name, '')]).toEqual([undefined, '']);
        expect([await config.getNumber(name), await config.getNumber(name, 0)]).toEqual([undefined, 0]);
        expect([await config.getBoolean(name), await config.getBoolean(name, true)]).toEqual([false, true]);
        expect([await config.getJson(name), await config.getJson(name, '{')]).toEqual([undefined, '{']);
      }
    }));

  it('reject for what is of another type, even with a fallback', () =>
    inside(async () => {
      const config = configOf(holding(values));

      await expect(config.getString('list', 'f')).rejects.toBeInstanceOf(InvalidValueError);
      await expect(config.getNumber('text', 1)).rejects.toThrow('is not a number; found a string from map (/a).');
      await expect(config.getBoolean('text', true)).rejects.toBeInstanceOf(InvalidValueError);
      await expect(config.getJson('text', 1)).rejects.toBeInstanceOf(InvalidValueError);
    }));

  it('have a form that requires a value', () =>
    inside(async () => {
      const config = configOf(holding(values));

      expect(await config.requireString('number')).toBe(' 7.5 ');
      expect(await config.requireNumber('number')).toBe(7.5);
      expect(await config.requireBoolean('yes')).toBe(true);
      expect(await config.requireJson('json')).toEqual({ a: [1] });
      expect(await config.require('nil')).toBeNull();
      await expect(config.requireString('nil')).rejects.toBeInstanceOf(InvalidValueError);
      await expect(config.requireNumber('text')).rejects.toBeInstanceOf(InvalidValueError);
    }));
});

describe('require', () => {
  it('rejects with every place that was searched, in order', () =>
    inside(async () => {
      const ssm = new MapProvider({ name: 'ssm', held: { '/b': new Unavailable('AccessDenied', 'allow it') } });
      const config = new Config({
        directories: ['/a', '/b'],
        providers: [envOf({}), ssm],
        cacher: new StubCacher(),
        service: 'orders',
      });

      const error = await rejection(() => config.require('DB_Host'));

      expect(error).toBeInstanceOf(ConfigNotFoundError);
      expect(outcomesIn(error)).toEqual([
        'env:/_environmental absent',
        'cacher: absent',
        'ssm:/a absent',
        'ssm:/b not permitted',
        'default: absent',
      ]);
      expect(error.message).toContain(
        'No value for "DB_Host". Looked in: env; cacher; ssm in /a; ssm (not permitted) in /b; default.',
      );
    }));

  it.each(['require', 'requireString', 'requireNumber', 'requireBoolean', 'requireJson'] as const)(
    'rejects in the same way as %s, with and without remembered answers',
    (method) =>
      inside(async () => {
        const config = configOf(holding({}));
        await config.get('x');

        const error = await rejection(() => config[method]('x'));

        expect(error).toMatchObject({ code: 'CONFIG_NOT_FOUND', key: 'x' });
        expect(outcomesIn(error)).toEqual(['map:/a absent', 'map:/b absent', 'default: absent']);
      }),
  );

  it('lists only the defaults when nothing is configured', () =>
    inside(async () => {
      const config = new Config({ providers: [], cacher: null });

      const error = await rejection(() => config.require('x'));

      expect(outcomesIn(error)).toEqual(['default: absent']);
    }));
});

describe('getItem and has', () => {
  it('say where a value is from', () =>
    inside(async () => {
      const config = configOf(holding({ Db_Host: 1 }, '/b'));

      const found = await config.getItem('DB_HOST');

      expect(found).toMatchObject({
        name: 'db_host',
        originalName: 'Db_Host',
        value: 1,
        source: 'map',
        nonExistent: false,
      });
      expect(found.directory.path).toBe('/b');
      expect(await config.has('db_host')).toBe(true);
    }));

  it('have a form that requires a value, and lists every place that was searched', () =>
    inside(async () => {
      const config = configOf(holding({ x: 1 }));

      const error = await rejection(() => config.requireItem('y'));

      expect(await config.requireItem('X')).toMatchObject({ name: 'x', value: 1 });
      expect(outcomesIn(error)).toEqual(['map:/a absent', 'map:/b absent', 'default: absent']);
    }));

  it('report a missing name', () =>
    inside(async () => {
      const config = configOf(holding({}));

      expect(await config.getItem('X')).toMatchObject({ name: 'x', nonExistent: true, value: null, source: undefined });
      expect(await config.has('X')).toBe(false);
    }));
});

describe('load', () => {
  it('looks names up together, and returns them synchronously', () =>
    inside(async () => {
      const provider = holding({ DB_HOST: 'db', Pool_Size: '5' });

      const now = await configOf(provider).load(['DB_HOST', 'pool_size', 'gone']);

      expect([now.get('db_host'), now.getNumber('POOL_SIZE'), now.get('gone', 'none')]).toEqual(['db', 5, 'none']);
      expect(provider.listed).toEqual(['/a', '/b']);
    }));

  it('rejects when one of the names fails', () =>
    inside(async () => {
      const config = configOf(new MapProvider({ held: { '/a': { x: 1 }, '/b': new Error('down') } }));

      await expect(config.load(['x', 'y'])).rejects.toMatchObject({ code: 'PROVIDER_FAILED' });
      expect((await config.load(['x'])).get('x')).toBe(1);
    }));

  it('keeps its values, whatever changes later', () =>
    inside(async () => {
      const config = configOf(holding({ x: 'then' }));

      const then = await config.load(['x']);
      config.setOverride('x', 'now');

      expect([then.get('x'), await config.get('x')]).toEqual(['then', 'now']);
    }));

  it('gives an empty snapshot for no names', () =>
    inside(async () => {
      expect((await configOf(holding({})).load([])).names).toEqual([]);
      await expect(configOf(holding({})).load('DB_HOST' as unknown as string[])).rejects.toThrow(
        'takes a list of names',
      );
    }));
});

describe('invalid settings', () => {
  it('make lookups reject, not throw, with the name of the variable, until they are corrected', () =>
    inside(async () => {
      const config = configOf(holding({ x: 'value' }));
      await config.get('x');
      process.env['XCON_INTERNAL_CACHE_EXPIRATION_MINUTES'] = 'soon';
      await nextTurn();

      const lookups = [
        () => config.get('x'),
        () => config.get('x', 'fallback'),
        () => config.getItem('x'),
        () => config.getNumber('x'),
        () => config.require('x'),
        () => config.has('x'),
        () => config.load(['x']),
      ];
      const promises = lookups.map((each) => each());
      const errors = await Promise.all(promises.map((promise) => rejection(() => promise)));
      delete process.env['XCON_INTERNAL_CACHE_EXPIRATION_MINUTES'];
      await nextTurn();

      for (const error of errors) {
        expect(error).toBeInstanceOf(InvalidSettingsError);
        expect(error.message).toContain('XCON_INTERNAL_CACHE_EXPIRATION_MINUTES');
      }
      expect(await config.get('x')).toBe('value');
    }));

  it('do not prevent flush and close', () =>
    inside(async () => {
      const cacher = new StubCacher();
      const config = configOf(holding({ x: 1 }), { cacher });
      await config.get('x');
      process.env['XCON_LOG_LEVEL'] = 'loud';
      await nextTurn();

      await config.flush();
      await config.close();

      expect(cacher.flushed).toBe(2);
    }));

  it('make a lookup reject for a service that cannot be part of a path, and name its variable', () =>
    inside(async () => {
      process.env['APP_NAME'] = '/orders';

      await expect(new Config({ cacher: null }).get('x')).rejects.toMatchObject({
        code: 'INVALID_SETTINGS',
        setting: 'APP_NAME',
      });
      expect(() => {
        xconSettings.service = 'a//b';
      }).toThrow(InvalidSettingsError);
    }));
});

describe('refresh, flush and close', () => {
  it('bypass the cache table on request, until the next refresh', () =>
    inside(async () => {
      const config = configOf(holding({}));
      await config.get('x');

      await config.refresh({ pastCache: true });
      const passedOver = world.localCache.cacheReadPolicy.pastCache;
      await config.refresh();

      expect([passedOver, world.localCache.cacheReadPolicy.pastCache]).toEqual([true, false]);
    }));

  it('apply to the memory of the context', () =>
    inside(async () => {
      const config = configOf(holding({}));
      const own = new LocalCache();
      const before = [own.generation, world.localCache.generation];

      await withDependencies([own], () => config.refresh());

      expect(own.generation).not.toBe(before[0]);
      expect(world.localCache.generation).toBe(before[1]);
    }));

  it('do nothing, and load nothing, before the first lookup', () =>
    inside(async () => {
      const [cacher, provider] = [new StubCacher(), holding({})];
      const config = configOf(provider, { cacher });

      await config.flush();
      await config.close();

      expect([cacher.flushed, provider.closed]).toEqual([0, 0]);
    }));

  it('await writes, then close every provider of the chain', () => {
    const cacher = new StubCacher();
    const written = gate<undefined>();
    const [one, other] = [holding({ x: 1 }), holding({})];
    const config = configOf(one, { providers: [one, other], cacher });

    return Context.createRoot([config]).run(async () => {
      await config.get('x');
      cacher.track(written.promise);

      const closing = config.close();
      await nextTurn();
      const closedBefore = one.closed;
      written.open(undefined);
      await closing;

      expect(closedBefore).toBe(0);
      expect([one.closed, other.closed]).toEqual([1, 1]);
    });
  });

  it('leave shared clients and providers open unless they belong to the Config of the process', () =>
    inside(async () => {
      const provider = holding({ x: 1 });
      const config = configOf(provider);
      await config.get('x');
      const shared = await AwsClients.grab().ssm();

      await config.close();

      expect(provider.closed).toBe(0);
      expect(await AwsClients.grab().ssm()).toBe(shared);
    }));

  it('flush what was looked up inside run(), from outside it', async () => {
    const cacher = new StubCacher();
    const config = configOf(holding({ x: 1 }), { cacher, service: 'orders' });
    await Context.createRoot([]).run(() => config.run(() => config.get('x')));

    await config.flush();

    expect(cacher.flushed).toBe(1);
  });

  it('work without a cacher and when called twice, and leave the Config usable', () =>
    inside(async () => {
      const config = configOf(holding({ x: 1 }));
      await config.get('x');

      await config.flush();
      await config.close();
      await config.close();

      expect(await config.get('x')).toBe(1);
    }));

  it('close the clients made for it, never a client that was given', () => {
    const destroyGiven = jest.fn();
    const dynamo = { destroy: destroyGiven } as unknown as DynamoDBClient;

    const config = configOf(holding({ x: 1 }));

    return Context.createRoot([config, new AwsClients({ region: 'us-east-1', dynamo })]).run(async () => {
      await config.get('x');
      const made = await AwsClients.grab().ssm();
      const destroyed = jest.spyOn(made, 'destroy');
      await AwsClients.grab().dynamo();

      await config.close();

      expect(destroyed).toHaveBeenCalledTimes(1);
      expect(destroyGiven).not.toHaveBeenCalled();
      expect(await AwsClients.grab().ssm()).not.toBe(made);
    });
  });
});

it('a Config that is spread or iterated does not show the state of its lookups', async () => {
  const settings = new XconSettings({ defaults: { password: 'hunter2' } });
  const config = new Config({ providers: [new MapProvider()], cacher: null, service: 'orders' });

  const shown = await isolated([settings, config], async () => {
    await config.get('password');
    return inspect([{ ...config }, Object.entries(config)], { depth: 10, showHidden: true });
  });

  expect(shown).not.toContain('hunter2');
});
