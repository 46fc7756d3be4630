import 'reflect-metadata';
import { setImmediate } from 'node:timers/promises';
import {
  Clock,
  Config,
  Context,
  Dependency,
  Directory,
  DirectoryChain,
  EnvProvider,
  LocalCache,
  type ListingOutcome,
  Provider,
  withDependencies,
  xconSettings,
  XconSettings,
} from 'xcon';
import { inspect } from 'node:util';

describe('answers', () => {
  it('a provider that throws at once for one directory fails that one only', async () => {
    class P extends Provider {
      override readonly name = 'p';
      override readDirectory(d: Directory): Promise<ListingOutcome> {
        if (d.path === '/b') throw new Error('boom');
        return Promise.resolve(this.listing(d, d.path === '/a' ? { X: 'found' } : {}));
      }
    }
    expect(
      await new Config({ directories: ['/a', '/b'], providers: [new P()], cacher: null, useParent: false }).get('X'),
    ).toBe('found');
  });
  it('the first of equal directories is kept', () => {
    const first = Directory.literal('/{service}');
    expect(new DirectoryChain([first, new Directory({ path: '/{service}' })]).directories[0]).toBe(first);
  });
});

describe('dependencies', () => {
  it('what the root makes for a child does not hold what is the child’s', () => {
    class Holder extends Dependency {
      readonly clock = Clock.grab();
    }
    const mine = new Clock();
    const root = Context.createRoot();
    const holder = root.child([mine]).run(() => Holder.grab());
    expect(root.resolve(Holder)).toBe(holder);
    expect(holder.clock).not.toBe(mine);
  });
  it('a context entered twice must be left in reverse order', () => {
    const [a, b] = [Context.createRoot(), Context.createRoot()];
    const [s1, s2, s3] = [a.enter(), b.enter(), a.enter()];
    try {
      expect(() => s1.exit()).toThrow('reverse order');
    } finally {
      for (const s of [s3, s2, s1])
        try {
          s.exit();
        } catch {
          /* the bug */
        }
    }
  });
  it('a class in place of an instance is an error', () =>
    expect(() => withDependencies([EnvProvider as never], () => 1)).toThrow());
  it('a proxy keeps its constructor', () => expect(Config.proxy().constructor).toBe(Config));
});

describe('settings, clients, memory and log', () => {
  it('an unknown setting cannot be assigned', () =>
    expect(() => Object.assign(xconSettings, { cacheTtlSecond: 1 })).toThrow());
  it('lists of settings are frozen', () => {
    const settings = new XconSettings({ directories: ['/a'], providers: [EnvProvider] }).resolve();
    expect([Object.isFrozen(settings.directories), Object.isFrozen(settings.providers)]).toEqual([true, true]);
  });
  it('defaults are frozen deeply', () =>
    expect(Object.isFrozen(new XconSettings({ defaults: { a: ['x'] } }).resolve().defaults['a'])).toBe(true));
  it('a Map is refused as defaults', () =>
    expect(() => new XconSettings({ defaults: new Map([['a', 1]]) as never })).toThrow());
  it('a client that could not be created is forgotten, and close() succeeds', async () => {
    await jest.isolateModulesAsync(async () => {
      jest.doMock('@aws-sdk/client-kms', () => {
        throw new Error('not there');
      });
      const copy = await import('../../src/aws/aws-clients');
      const clients = new copy.AwsClients({ region: 'x' });
      await clients.kms().catch(() => undefined);
      jest.dontMock('@aws-sdk/client-kms');
      await expect(clients.close()).resolves.toBeUndefined();
    });
  });
  it('a LocalCache that lives very long can be inspected', () => {
    const cache = new LocalCache();
    cache.touch(0, 1e18);
    expect(() => inspect(cache)).not.toThrow();
  });
  it('a level that becomes invalid while a listing is read does not end the process', async () => {
    class P extends Provider {
      override readonly name = 'p';
      override async readDirectory(d: Directory): Promise<ListingOutcome> {
        await setImmediate();
        process.env['XCON_LOG_LEVEL'] = 'loud';
        return this.listing(d, { X: '1' });
      }
    }
    const unhandled: unknown[] = [];
    process.on('unhandledRejection', (e) => unhandled.push(e));
    await new Config({ directories: ['/a'], providers: [new P()], cacher: null, useParent: false })
      .get('X')
      .catch(() => undefined);
    await setImmediate();
    delete process.env['XCON_LOG_LEVEL'];
    expect(unhandled).toEqual([]);
  });
});
