import { PlaceReader } from '../../src/chain/place-reader';
import { type Place } from '../../src/chain/walk';
import {
  AwsClients,
  Context,
  DirectoryItem,
  LocalCache,
  ProviderError,
  Unavailable,
  XconSettings,
} from '../../src/index';
import { directory, envOf, item, MapProvider, RecordedLog, rejection, secretItem, unread } from './doubles';

let log: RecordedLog;
let localCache: LocalCache;
let context: Context;
let clients: AwsClients;

beforeEach(() => {
  log = new RecordedLog();
  localCache = new LocalCache();
  context = Context.createRoot();
  clients = new AwsClients();
});

const reader = (inContext = context, withClients = clients, byName = false): PlaceReader => {
  const settings = new XconSettings().resolve();
  const session = { clients: withClients, settings, nowMs: () => 0 };
  return new PlaceReader({ context: inContext, localCache, logger: log.logger(), session, byName });
};
const placeOf = (provider: MapProvider, path = '/a'): Place => ({ provider, directory: directory(path) });
const refusal = new Unavailable('AccessDeniedException: no', 'allow ssm:GetParametersByPath on /a');

describe('start', () => {
  it('reads every directory at every provider, each once however often it is asked', () => {
    const providers = [new MapProvider({ name: 'ssm' }), new MapProvider({ name: 'secrets' })];
    const places = reader();

    places.start([directory('/a'), directory('/b')], providers);
    places.start([directory('/a'), directory('/b'), directory('/c')], providers);

    expect(providers.map(({ listed }) => listed)).toEqual([
      ['/a', '/b', '/c'],
      ['/a', '/b', '/c'],
    ]);
  });

  it('does not ask a provider that has a directory of its own', () => {
    const env = envOf({ x: 1 });

    reader().start([directory('/a')], [env]);

    expect(env.listed).toEqual([]);
  });

  it('does not wait, and a read that fails while nothing awaits it is no unhandled rejection', async () => {
    const unhandled: unknown[] = [];
    const listener = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', listener);
    const failing = new MapProvider({ held: { '/a': new Error('down'), '/b': new Error('down') } });

    reader().start([directory('/a'), directory('/b')], [failing]);
    await new Promise((resolve) => setTimeout(resolve, 5));

    process.off('unhandledRejection', listener);
    expect(failing.listed).toEqual(['/a', '/b']);
    expect(unhandled).toEqual([]);
  });
});

describe('read', () => {
  it('gives a promise of the item the first time, and the item at once from then on', async () => {
    const provider = new MapProvider({ held: { '/a': { X: 1 } } });
    const places = reader();

    const first = places.read(placeOf(provider), 'x');
    const awaited = await first;
    const second = places.read(placeOf(provider), 'x');

    expect(first).toBeInstanceOf(Promise);
    expect(second).toBeInstanceOf(DirectoryItem);
    expect(second).toBe(awaited);
    expect(provider.listed).toEqual(['/a']);
  });

  it('gives undefined for a name that is not listed', async () => {
    const provider = new MapProvider({ held: { '/a': { x: 1 } } });
    const places = reader();

    expect(await places.read(placeOf(provider), 'y')).toBeUndefined();
    expect(places.read(placeOf(provider), 'y')).toBeUndefined();
  });

  it('asks a provider with a directory of its own for that one, whatever the place says', async () => {
    const env = envOf({ x: 'here' });

    const found = await reader().read(placeOf(env, '/elsewhere'), 'x');

    expect((found as DirectoryItem).value).toBe('here');
    expect(env.listed).toEqual(['/_environmental']);
  });

  it('turns a failure into an error that names provider and directory, and keeps the cause', async () => {
    const cause = Object.assign(new Error('it is down'), { name: 'InternalServerError' });
    const provider = new MapProvider({ cacheName: 'ssm@eu-west-1', held: { '/a': cause } });

    const error = await rejection(() => reader().read(placeOf(provider), 'x'));

    expect(error).toBeInstanceOf(ProviderError);
    expect(error).toMatchObject({ provider: 'ssm@eu-west-1', directory: '/a', cause });
    expect(error.message).toBe('Provider "ssm@eu-west-1" failed for /a: InternalServerError: it is down');
  });

  it('never keeps as cause what a service answered', async () => {
    const cause = Object.assign(new Error('Unexpected token "hunter2"'), { $responseBodyText: 'hunter2' });
    const provider = new MapProvider({ held: { '/a': cause } });

    const error = await rejection(() => reader().read(placeOf(provider), 'x'));

    expect(error.cause).not.toBe(cause);
    expect(JSON.stringify([error.message, String(error.cause), error.cause])).not.toContain('hunter2');
  });

  it('turns what a provider throws at once into the same error', async () => {
    class Hasty extends MapProvider {
      override readDirectory(): never {
        throw new Error('not even a promise');
      }
    }

    const error = await rejection(() => reader().read(placeOf(new Hasty({ name: 'hasty' })), 'x'));

    expect(error).toMatchObject({ name: 'ProviderError', provider: 'hasty', directory: '/a' });
  });

  it('reads the value of a secret that a listing names, all of one turn together', async () => {
    const provider = new MapProvider({
      held: { '/a': [unread('X'), unread('Y')] },
      secrets: { '/a/X': secretItem('X', 'one'), '/a/Y': secretItem('Y', 'two') },
    });
    const places = reader();

    const found = await Promise.all(['x', 'y'].map(async (name) => places.read(placeOf(provider), name)));

    expect(found.map((each) => (each as DirectoryItem).value)).toEqual(['one', 'two']);
    expect(provider.secretCalls).toEqual([['/a/X', '/a/Y']]);
  });

  it('reads with clients of its own apart from others: nothing is shared between accounts', async () => {
    const provider = new MapProvider({ held: { '/a': { x: 1 } } });

    await reader().read(placeOf(provider), 'x');
    await reader(context, new AwsClients()).read(placeOf(provider), 'x');

    expect(provider.listed).toEqual(['/a', '/a']);
  });

  it('reads in the context of the root, whichever caller asked first', async () => {
    const provider = new MapProvider({ held: { '/a': { x: 1 } } });
    const child = context.child([]);

    await child.run(() => reader(child).read(placeOf(provider), 'x'));

    expect(provider.contexts).toEqual([context]);
  });
});

describe('a refusal', () => {
  it('is an outcome, warned of once with provider, directory, reason, remedy and consequence', async () => {
    const provider = new MapProvider({ cacheName: 'ssm', held: { '/a': refusal } });
    const places = reader();

    const outcomes = [await places.read(placeOf(provider), 'x'), places.read(placeOf(provider), 'y')];

    expect(outcomes).toEqual([refusal, refusal]);
    expect(log.lines).toHaveLength(1);
    expect(log.warnings('provider.refused')).toEqual([
      {
        event: 'provider.refused',
        provider: 'ssm',
        directory: '/a',
        reason: 'AccessDeniedException: no',
        remedy: 'allow ssm:GetParametersByPath on /a',
        consequence: expect.stringContaining('nothing found below this place is cached') as string,
      },
    ]);
  });

  it('is warned of for each directory and each provider', async () => {
    const held = { '/a': refusal, '/b': refusal };
    const [ssm, secrets] = [new MapProvider({ name: 'ssm', held }), new MapProvider({ name: 'secrets', held })];
    const places = reader();

    for (const provider of [ssm, secrets]) {
      for (const path of ['/a', '/b']) await places.read(placeOf(provider, path), 'x');
    }

    const warned = log
      .warnings('provider.refused')
      .map((each) => `${String(each['provider'])}:${String(each['directory'])}`);
    expect(warned).toEqual(['ssm:/a', 'ssm:/b', 'secrets:/a', 'secrets:/b']);
  });

  it('is not warned of again by another reader with the same memory, nor after a reset', async () => {
    const provider = new MapProvider({ held: { '/a': refusal } });

    await reader().read(placeOf(provider), 'x');
    localCache.reset();
    await reader().read(placeOf(provider), 'x');

    expect(log.lines).toHaveLength(1);
    expect(provider.listed).toEqual(['/a', '/a']);
  });

  it('is not warned of for a place that no walk gets to', async () => {
    const provider = new MapProvider({ held: { '/a': refusal } });
    const places = reader();

    places.start([directory('/a')], [provider]);
    await places.peek(placeOf(provider), 'x');

    expect(log.lines).toEqual([]);
  });

  it('of one entry is warned of by name and does not hide its neighbours', async () => {
    const keyRefusal = new Unavailable('AccessDeniedException: key', 'allow kms:Decrypt on the key of /a/x');
    const provider = new MapProvider({
      held: { '/a': [{ kind: 'refused', name: 'x', refusal: keyRefusal }, item('y', 2)] },
    });
    const places = reader();

    const refused = await places.read(placeOf(provider), 'x');
    const neighbour = places.read(placeOf(provider), 'y');

    expect(refused).toBe(keyRefusal);
    expect((neighbour as DirectoryItem).value).toBe(2);
    expect(log.warnings('provider.refused')).toMatchObject([{ directory: '/a', name: 'x', remedy: keyRefusal.remedy }]);
  });
});

describe('readSecret', () => {
  const provider = new MapProvider({
    name: 'secrets',
    secrets: {
      '/a/found': secretItem('found', 'value'),
      '/a/gone': undefined,
      '/a/refused': refusal,
      '/a/failed': new Error('down'),
    },
  });

  it('gives the item, or undefined when it is gone', async () => {
    const places = reader();

    const outcomes = [
      await places.readSecret(provider, unread('found')),
      await places.readSecret(provider, unread('gone')),
    ];

    expect((outcomes[0] as DirectoryItem).value).toBe('value');
    expect(outcomes[1]).toBeUndefined();
    expect(log.lines).toEqual([]);
  });

  it('warns of a refusal once, by name', async () => {
    const places = reader();

    const outcomes = [
      await places.readSecret(provider, unread('refused')),
      await places.readSecret(provider, unread('refused')),
    ];

    expect(outcomes).toEqual([refusal, refusal]);
    expect(log.warnings('provider.refused')).toMatchObject([{ provider: 'secrets', directory: '/a', name: 'refused' }]);
  });

  it('turns a failure into an error with provider and directory', async () => {
    const error = await rejection(() => reader().readSecret(provider, unread('failed')));

    expect(error).toMatchObject({ name: 'ProviderError', provider: 'secrets', directory: '/a' });
  });
});

describe('rereadSecret', () => {
  it('gives the current value, and lookups the same from then on', async () => {
    let version = 0;
    const secrets = { '/a/x': () => secretItem('x', `v${(version += 1)}`) };
    const provider = new MapProvider({ name: 'secrets', secrets });
    const places = reader();
    await places.readSecret(provider, unread('x'));

    const again = await places.rereadSecret(provider, unread('x'));

    expect((again as DirectoryItem).value).toBe('v2');
    expect(await places.readSecret(provider, unread('x'))).toBe(again);
  });

  it('turns a failure into an error with provider and directory', async () => {
    const provider = new MapProvider({ name: 'secrets', secrets: { '/a/x': new Error('down') } });

    const error = await rejection(() => reader().rereadSecret(provider, unread('x')));

    expect(error).toMatchObject({ name: 'ProviderError', provider: 'secrets', directory: '/a' });
  });
});

describe('readPreviousSecret', () => {
  it('gives what the provider has', async () => {
    class Versioned extends MapProvider {
      override readPreviousSecret() {
        return Promise.resolve(secretItem('x', 'former'));
      }
    }

    expect(await reader().readPreviousSecret(new Versioned(), unread('x'))).toMatchObject({ value: 'former' });
    expect(await reader().readPreviousSecret(new MapProvider(), unread('x'))).toBeUndefined();
  });
});

describe('what is known without reading', () => {
  it('is the listing of a place once it has been read, refused ones included', async () => {
    const provider = new MapProvider({ held: { '/a': { x: 1 }, '/b': refusal } });
    const places = reader();

    places.start([directory('/a'), directory('/b')], [provider]);
    const before = places.knownListing(placeOf(provider));
    await places.peek(placeOf(provider), 'x');

    expect(before).toBeUndefined();
    expect(places.knownListing(placeOf(provider))).toMatchObject({ size: 1 });
    expect(places.knownListing(placeOf(provider, '/b'))).toBe(refusal);
  });
});

describe('peek', () => {
  it('gives what is listed, and leaves secrets unread', async () => {
    const secret = unread('s');
    const provider = new MapProvider({ held: { '/a': [secret, item('x', 1)], '/b': refusal } });
    const places = reader();

    const seen = [
      await places.peek(placeOf(provider), 's'),
      await places.peek(placeOf(provider), 'nothing'),
      await places.peek(placeOf(provider, '/b'), 's'),
    ];

    expect(seen).toEqual([secret, undefined, refusal]);
    expect(provider.secretCalls).toEqual([]);
  });

  it('rejects with the error that a read would give', async () => {
    const provider = new MapProvider({ name: 'ssm', held: { '/a': new Error('down') } });

    const error = await rejection(() => reader().peek(placeOf(provider), 'x'));

    expect(error).toMatchObject({ name: 'ProviderError', provider: 'ssm', directory: '/a' });
  });
});

describe('where names are read one by one', () => {
  const secrets = { '/a/DB_HOST': item('DB_HOST', 'exact'), '/a/refused': refusal, '/b/refused': refusal };
  const byName = () => reader(context, clients, true);
  const able = () =>
    new MapProvider({ name: 'ssm', readsByName: true, secrets, held: { '/a': { db_host: 'listed' } } });

  it('a provider that can is asked for the exact name, and lists nothing', async () => {
    const [provider, places] = [able(), byName()];

    places.start([directory('/a'), directory('/b')], [provider], 'DB_HOST');
    const found = await places.read(placeOf(provider), 'db_host', 'DB_HOST');
    const otherCase = await places.read(placeOf(provider), 'db_host');

    expect((found as DirectoryItem).value).toBe('exact');
    expect(otherCase).toBeUndefined();
    expect(provider.listed).toEqual([]);
    expect(provider.secretCalls).toEqual([['/a/DB_HOST', '/b/DB_HOST'], ['/a/db_host']]);
  });

  it('a provider that cannot is listed as ever', async () => {
    const provider = new MapProvider({ held: { '/a': { x: 'listed' } } });
    const places = byName();

    places.start([directory('/a')], [provider], 'X');
    const found = await places.read(placeOf(provider), 'x', 'X');

    expect((found as DirectoryItem).value).toBe('listed');
    expect(provider.secretCalls).toEqual([]);
  });

  it('a provider is listed as ever by a reader that lists', async () => {
    const provider = able();

    const found = await reader().read(placeOf(provider), 'db_host', 'DB_HOST');

    expect((found as DirectoryItem).value).toBe('listed');
  });

  it('peeking reads the name, too', async () => {
    const found = await byName().peek(placeOf(able()), 'db_host', 'DB_HOST');

    expect((found as DirectoryItem).value).toBe('exact');
  });

  it('a refusal is warned of for the directory, not for each name', async () => {
    const [provider, places] = [able(), byName()];

    for (const path of ['/a', '/a', '/b']) await places.read(placeOf(provider, path), 'refused');

    expect(log.warnings('provider.refused').map((each) => [each['directory'], each['name']])).toEqual([
      ['/a', undefined],
      ['/b', undefined],
    ]);
  });
});
