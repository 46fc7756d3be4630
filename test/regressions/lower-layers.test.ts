import 'reflect-metadata';
import { GetParametersCommand, type GetParametersCommandInput, SSMClient } from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';
import { setImmediate } from 'node:timers/promises';
import { encodeAttribute } from '../../src/aws/attribute-value';
import { readPolicyOf, SourceMemory } from '../../src/memory/source-memory';
import {
  AwsClients,
  Clock,
  Config,
  Context,
  Dependency,
  Directory,
  DirectoryChain,
  DirectoryListing,
  EnvProvider,
  LocalCache,
  type ListingOutcome,
  Provider,
  type ReadSession,
  SsmProvider,
  type UnreadSecret,
  withDependencies,
  xconSettings,
  XconSettings,
} from 'xcon';
import { inspect } from 'node:util';
import { readSession } from '../contract/read-session';
import { testKey } from '../base/test-key';

const directory = new Directory({ path: '/a' });
const key = testKey(7).toString('base64');
const credentials = { accessKeyId: 'AKIATEST', secretAccessKey: 'hunter2' };
const secret = (n: string): UnreadSecret => ({
  kind: 'unread',
  name: n.toLowerCase(),
  exactName: `/a/${n}`,
  directory,
  nextRotationMs: undefined,
});

describe('A: never shown', () => {
  const clients = new AwsClients({ region: 'x', credentials });
  it.each<[string, unknown]>([
    ['AwsClients', clients],
    ['a provider with clients', new SsmProvider({ clients, cacheName: 'x' })],
    ['EnvProvider', new EnvProvider({ P: 'hunter2' })],
    ['XconSettings', new XconSettings({ cacheKeys: [key], defaults: { P: 'hunter2' } })],
    [
      'a Config',
      new Config({ providers: [new EnvProvider({ P: 'hunter2' }), new SsmProvider({ clients, cacheName: 'y' })] }),
    ],
  ])('%s in JSON', (_, object) => {
    expect(JSON.stringify(object)).not.toMatch(/hunter2|BwcHBwcH/);
  });
  it('EnvProvider inspected', () =>
    expect(inspect(new EnvProvider({ P: 'hunter2' }), { depth: null })).not.toContain('hunter2'));
  it('xconSettings in JSON', () => {
    Context.createRoot([new XconSettings({ cacheKeys: [key] })]).run(() =>
      expect(JSON.stringify(xconSettings)).not.toContain(key),
    );
  });
});

describe('B: wrong answers', () => {
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
  it('GetParameters refused for one name leaves the others readable', async () => {
    const client = new SSMClient({ region: 'x' });
    mockClient(client)
      .on(GetParametersCommand)
      .callsFake(({ Names = [] }: GetParametersCommandInput) => {
        if (Names.includes('/a/B'))
          throw Object.assign(
            new Error('not authorized to perform: ssm:GetParameters on resource: arn:aws:ssm:x:1:parameter/a/B'),
            { name: 'AccessDeniedException' },
          );
        return { Parameters: Names.map((n) => ({ Name: n, Value: 'v', Type: 'SecureString' })) };
      });
    const session = readSession({ clients: new AwsClients({ ssm: client }) });
    const started = new SsmProvider().readSecrets([secret('A'), secret('B')], session);
    expect(await started.get('/a/A')).toMatchObject({ value: 'v' });
  });
  it('an instance of a class is no empty map', () => expect(encodeAttribute(new Date() as never)).toBeUndefined());
  it('a set of texts and numbers is no set of numbers', () =>
    expect(encodeAttribute(new Set(['a', 1]))).toBeUndefined());
  it('NaN in a set', () => expect(encodeAttribute(new Set([Number.NaN]))).toBeUndefined());
  it('numbers beyond DynamoDB', () =>
    expect([encodeAttribute(1e300), encodeAttribute(1e-200), encodeAttribute(10n ** 50n + 1n)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]));
  it('undefined in a map does not throw', () => expect(encodeAttribute({ a: undefined } as never)).toBeUndefined());
  it('the first of equal directories is kept', () => {
    const first = Directory.literal('/{service}');
    expect(new DirectoryChain([first, new Directory({ path: '/{service}' })]).directories[0]).toBe(first);
  });
  it('an undefined value is absent', () =>
    expect(DirectoryListing.of(directory, 'x', { A: undefined } as never).size).toBe(0));
});

describe('C: dependencies', () => {
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

describe('D: settings, clients, memory, log', () => {
  it('an unknown setting is an error that names it', () =>
    expect(() => new XconSettings({ cacheTtlSecond: 1 } as never)).toThrow(/cacheTtlSecond/));
  it('an unknown setting cannot be assigned', () =>
    expect(() => Object.assign(xconSettings, { cacheTtlSecond: 1 })).toThrow());
  it('lists of settings are frozen', () => {
    const settings = new XconSettings({ directories: ['/a'], providers: [EnvProvider] }).resolve();
    expect([Object.isFrozen(settings.directories), Object.isFrozen(settings.providers)]).toEqual([true, true]);
  });
  it('defaults are frozen deeply', () =>
    expect(Object.isFrozen(new XconSettings({ defaults: { a: ['x'] } }).resolve().defaults['a'])).toBe(true));
  it('a Map is no record of defaults', () =>
    expect(() => new XconSettings({ defaults: new Map([['a', 1]]) as never })).toThrow());
  it('clients of a context time out as its settings say', async () => {
    class S extends Provider {
      override readonly name = 's';
      override async readDirectory(d: Directory, s: ReadSession): Promise<ListingOutcome> {
        const { config } = await s.clients.ssm(s.settings);
        const handler = (await Reflect.get(config.requestHandler, 'configProvider')) as { requestTimeout: number };
        return this.listing(d, { X: handler.requestTimeout });
      }
    }
    const got = await withDependencies(
      [new XconSettings({ requestTimeoutMs: 77 }), new AwsClients({ region: 'x' })],
      () => new Config({ directories: ['/a'], providers: [new S()], cacher: null }).get('X'),
    );
    expect(got).toBe(77);
  });
  it('a client that could not be made is forgotten, and close() does not mind', async () => {
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
  it('a secret that was queued is settled when reads are aborted, and no empty list is asked for', async () => {
    const asked: number[] = [];
    class P extends SsmProvider {
      override readSecrets(s: readonly UnreadSecret[]) {
        asked.push(s.length);
        return new Map<string, never>();
      }
    }
    const memory = new SourceMemory(new P());
    const session = readSession();
    const waiting = memory.readSecret(secret('A'), { session, policy: readPolicyOf(session) }).then(
      () => 'settled',
      () => 'settled',
    );
    memory.abortReads();
    await setImmediate();
    expect([await Promise.race([waiting, setImmediate('pending')]), asked]).toEqual(['settled', []]);
  });
  it('a LocalCache that lives very long can be inspected', () => {
    const cache = new LocalCache();
    cache.touch(0, 1e18);
    expect(() => inspect(cache)).not.toThrow();
  });
  it('a level that turns bad while a listing is read does not end the process', async () => {
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
