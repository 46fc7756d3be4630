import { type CacheAnswer, type SecretReference } from '../../src/cache/cacher';
import { CacheKey } from '../../src/cache/cache-key';
import { ChainFinder } from '../../src/chain/chain-finder';
import { PlaceReader } from '../../src/chain/place-reader';
import {
  AwsClients,
  Context,
  DirectoryChain,
  DirectoryItem,
  LocalCache,
  type Provider,
  ProviderChain,
  Unavailable,
  XconSettings,
} from '../../src/index';
import {
  directory,
  envOf,
  gate,
  type Held,
  item,
  MapProvider,
  RecordedLog,
  rejection,
  secretItem,
  StubCacher,
  StubLease,
  unread,
} from './doubles';

const context = Context.createRoot();

function finderOf(
  providers: readonly Provider[],
  paths: readonly string[],
  cacher?: StubCacher,
  byName = false,
): ChainFinder {
  const [log, localCache, clients] = [new RecordedLog(), new LocalCache(), new AwsClients()];
  const settings = new XconSettings().resolve();
  const nowMs = (): number => 0;
  const session = { clients, settings, localCache, logger: log.logger(), nowMs, random: () => 0 };
  const reader = new PlaceReader({ context, localCache, logger: log.logger(), session, byName });
  const directories = new DirectoryChain(paths.map(directory));
  const chain = new ProviderChain(providers);
  const key = new CacheKey('/orders/prod', directories, chain.concat);
  const cache = cacher && { cacher, chain: { key, session, trusted: undefined, providers: new Map() } };
  return new ChainFinder({ providers: chain, directories, reader, cache });
}

const time = { leftMs: 5000 };
const find = (finder: ChainFinder, name: string, trace = { waitingFor: '' }) => finder.find(name, time, trace);
const outcomesOf = (attempts: readonly { provider: string; directory?: string | undefined; outcome: string }[]) =>
  attempts.map((each) => [each.provider, each.directory, each.outcome].filter((part) => part !== undefined).join(' '));
const reference = (name: string): SecretReference => ({
  name,
  provider: 'secrets',
  directory: '/a',
  exactName: `/a/${name}`,
  createdAt: '2030-01-01T00:00:00.000Z',
});

describe('without a cacher', () => {
  it('asks the providers in front once and first, then every provider in every directory', async () => {
    const env = envOf({});
    const [ssm, secrets] = [new MapProvider({ name: 'ssm' }), new MapProvider({ name: 'secrets' })];

    const result = await find(finderOf([env, ssm, secrets], ['/a', '/b']), 'x');

    expect(result.item).toBeUndefined();
    expect(outcomesOf(result.attempts)).toEqual([
      'env /_environmental absent',
      'ssm /a absent',
      'secrets /a absent',
      'ssm /b absent',
      'secrets /b absent',
    ]);
    expect(env.listed).toHaveLength(1);
  });

  it('asks the providers in front even when there are no directories', async () => {
    const result = await find(finderOf([envOf({ x: 'env' }), new MapProvider()], []), 'x');

    expect(result.item?.value).toBe('env');
  });

  it('gives the value in front without starting a read behind it', async () => {
    const ssm = new MapProvider();

    const result = await find(finderOf([envOf({ x: 'env' }), ssm], ['/a']), 'x');

    expect(outcomesOf(result.attempts)).toEqual(['env /_environmental found']);
    expect(ssm.listed).toEqual([]);
  });

  it('starts every read before it waits for the first', async () => {
    const held = gate<Held>();
    const ssm = new MapProvider({ name: 'ssm', held: { '/a': () => held.promise } });
    const secrets = new MapProvider({ name: 'secrets' });

    const finding = find(finderOf([ssm, secrets], ['/a', '/b']), 'x');
    await Promise.resolve();
    const started = [ssm.listed, secrets.listed].map((each) => [...each]);
    held.open({ x: 1 });
    await finding;

    expect(started).toEqual([
      ['/a', '/b'],
      ['/a', '/b'],
    ]);
  });

  it('gives the directory precedence over the provider', async () => {
    const ssm = new MapProvider({ name: 'ssm', held: { '/b': { x: 'lower directory' } } });
    const secrets = new MapProvider({ name: 'secrets', held: { '/a': { x: 'later provider' } } });

    const result = await find(finderOf([ssm, secrets], ['/a', '/b']), 'x');

    expect(result.item?.value).toBe('later provider');
  });

  it('fails when the walk gets to a failed place, and does not when it ends above', async () => {
    const ssm = new MapProvider({ held: { '/a': { x: 1 }, '/b': new Error('down') } });
    const finder = finderOf([ssm], ['/a', '/b']);

    const above = await find(finder, 'x');
    const error = await rejection(() => find(finder, 'y'));

    expect(above.item?.value).toBe(1);
    expect(error).toMatchObject({ name: 'ProviderError', directory: '/b' });
  });

  it('has no answer of a cacher', async () => {
    const answer = await finderOf([new MapProvider()], ['/a']).findInCacher('x', time);

    expect(answer).toBeUndefined();
  });
});

describe('with a cacher', () => {
  it('does not ask it when a provider in front has the name', async () => {
    const cacher = new StubCacher();

    await find(finderOf([envOf({ x: 'env' }), new MapProvider()], ['/a'], cacher), 'x');

    expect(cacher.asked).toEqual([]);
    expect(cacher.saved).toEqual([]);
  });

  it('gives what it has and asks no source', async () => {
    const cached = item('x', 'cached');
    const cacher = new StubCacher({ x: { kind: 'found', item: cached } });
    const ssm = new MapProvider();
    const trace = { waitingFor: '' };

    const result = await find(finderOf([envOf({}), ssm], ['/a'], cacher), 'x', trace);

    expect(result.item).toBe(cached);
    expect(outcomesOf(result.attempts)).toEqual(['env /_environmental absent', 'cacher found']);
    expect(ssm.listed).toEqual([]);
    expect(trace.waitingFor).toBe('cacher');
  });

  it('believes it that a name is missing', async () => {
    const cacher = new StubCacher({ x: { kind: 'absent' } });
    const ssm = new MapProvider({ held: { '/a': { x: 1 } } });

    const result = await find(finderOf([ssm], ['/a'], cacher), 'x');

    expect(result.item).toBeUndefined();
    expect(outcomesOf(result.attempts)).toEqual(['cacher known to be missing']);
    expect(ssm.listed).toEqual([]);
  });

  it('asks the sources for what it does not know, and gives it all that they are sure of', async () => {
    const cacher = new StubCacher();
    const ssm = new MapProvider({ name: 'ssm', held: { '/a': { x: 1, y: 2 }, '/b': { x: 3, z: 4 } } });

    const result = await find(finderOf([ssm], ['/a', '/b'], cacher), 'x');

    expect(outcomesOf(result.attempts)).toEqual(['cacher absent', 'ssm /a found']);
    expect(cacher.saved.flat().map(({ name, item: found }) => [name, found?.value])).toEqual([
      ['x', 1],
      ['y', 2],
    ]);
  });

  it('reports to it that a name is missing when every place has been asked', async () => {
    const cacher = new StubCacher();

    await find(finderOf([new MapProvider()], ['/a', '/b'], cacher), 'x');

    expect(cacher.saved).toEqual([
      [{ name: 'x', item: undefined, provider: undefined, readAt: { order: expect.any(Number) as number, atMs: 0 } }],
    ]);
  });

  it('reports nothing to it of what lies below a refused place', async () => {
    const cacher = new StubCacher();
    const held = { '/a': { above: 1 }, '/b': new Unavailable('AccessDenied', 'allow it'), '/c': { x: 1 } };

    const result = await find(finderOf([new MapProvider({ held })], ['/a', '/b', '/c'], cacher), 'x');

    expect(result.item?.value).toBe(1);
    expect(cacher.saved.flat().map(({ name }) => name)).toEqual(['above']);
  });

  it('reports nothing to it and ends the lease when a source fails', async () => {
    const lease = new StubLease();
    const cacher = new StubCacher({ x: { kind: 'miss', lease } });

    await rejection(() =>
      find(finderOf([new MapProvider({ held: { '/a': new Error('down') } })], ['/a'], cacher), 'x'),
    );

    expect(cacher.saved).toEqual([]);
    expect(lease.released).toBe(1);
  });

  it('ends the lease it was given once what was found has been handed over, and lets flush await that', async () => {
    const order: string[] = [];
    class Watched extends StubCacher {
      override save(): void {
        order.push('save');
      }
    }
    const lease = {
      release: (): Promise<void> => {
        order.push('release');
        return Promise.resolve();
      },
    };
    const cacher = new Watched({ x: { kind: 'miss', lease } });

    await find(finderOf([new MapProvider()], ['/a'], cacher), 'x');

    expect(order).toEqual(['save', 'release']);
    expect(cacher.tracked).toHaveLength(1);
  });

  it('is asked in the context of the root', async () => {
    const cacher = new StubCacher();

    await context.child([]).run(() => find(finderOf([new MapProvider()], ['/a'], cacher), 'x'));

    expect(cacher.contexts).toEqual([context]);
  });

  it('is not asked when there is no directory', async () => {
    const cacher = new StubCacher();

    const result = await find(finderOf([new MapProvider()], [], cacher), 'x');

    expect(result.item).toBeUndefined();
    expect(cacher.asked).toEqual([]);
  });
});

describe('a secret that the cache knows by reference', () => {
  const secretsHolding = (outcome: ReturnType<typeof secretItem> | Unavailable | Error | undefined, held: Held = {}) =>
    new MapProvider({ name: 'secrets', held: { '/a': held }, secrets: { '/a/x': outcome } });
  const knowing = (name = 'x') => new StubCacher({ [name]: { kind: 'reference', reference: reference(name) } });

  it('is read by its exact name, without listing', async () => {
    const secrets = secretsHolding(secretItem('X', 'value'));

    const result = await find(finderOf([secrets], ['/a'], knowing()), 'x');

    expect(secrets.secretCalls).toEqual([['/a/x']]);
    expect(secrets.listed).toEqual([]);
    expect(result.item).toMatchObject({
      value: 'value',
      originalName: 'X',
      secret: true,
      cacheable: false,
      viaCacher: true,
      source: 'map - /a - via cacher',
      createdAt: '2030-01-01T00:00:00.000Z',
    });
    expect(outcomesOf(result.attempts)).toEqual(['cacher found']);
  });

  it('is looked up afresh and dropped from the cache when it is gone', async () => {
    const cacher = knowing();

    const result = await find(finderOf([secretsHolding(undefined, { x: 'plain' })], ['/a'], cacher), 'x');

    expect(result.item?.value).toBe('plain');
    expect(cacher.dropped).toEqual([reference('x')]);
  });

  it('is looked up afresh and stays in the cache when it may not be read here', async () => {
    const cacher = knowing();
    const secrets = secretsHolding(new Unavailable('AccessDenied', 'allow it'), { x: 'plain' });

    const result = await find(finderOf([secrets], ['/a'], cacher), 'x');

    expect(result.item?.value).toBe('plain');
    expect(cacher.dropped).toEqual([]);
  });

  it('is looked up afresh when no provider of the chain has that cache name', async () => {
    const ssm = new MapProvider({ name: 'ssm', held: { '/a': { x: 'plain' } } });

    const result = await find(finderOf([ssm], ['/a'], knowing()), 'x');

    expect(result.item?.value).toBe('plain');
    expect(ssm.secretCalls).toEqual([]);
  });

  it('fails the lookup when reading it fails: what lies below is not the answer', async () => {
    const secrets = secretsHolding(new Error('down'), { x: 'below' });

    const error = await rejection(() => find(finderOf([secrets], ['/a'], knowing()), 'x'));

    expect(error).toMatchObject({ name: 'ProviderError', provider: 'secrets', directory: '/a' });
  });
});

describe('a row that ends soon', () => {
  const early = (answer: CacheAnswer, known: readonly string[] = []) => new StubCacher({ x: answer }, known);
  const settled = (cacher: StubCacher) => Promise.allSettled(cacher.tracked);

  it('is served, and its chain refreshed in the background by who gets the lease', async () => {
    const lease = new StubLease();
    const refresh = Promise.resolve(lease);
    const cacher = early({ kind: 'found', item: item('x', 'old'), refresh }, ['x', 'y', 'gone']);
    const held = gate<Held>();
    const ssm = new MapProvider({ held: { '/a': () => held.promise } });

    const result = await find(finderOf([ssm], ['/a'], cacher), 'x');
    held.open({ x: 'new', y: 'other' });
    await settled(cacher);

    expect(result.item?.value).toBe('old');
    expect(ssm.listed).toEqual(['/a']);
    const saved = cacher.saved.flat().map(({ name, item: found }) => [name, found?.value] as const);
    expect(new Map(saved)).toEqual(
      new Map([
        ['x', 'new'],
        ['y', 'other'],
        ['gone', undefined],
      ]),
    );
    expect(lease.released).toBe(1);
  });

  it('is served by the others too, which ask no source', async () => {
    const cacher = early({ kind: 'absent', refresh: Promise.resolve(undefined) });
    const ssm = new MapProvider();

    const result = await find(finderOf([ssm], ['/a'], cacher), 'x');
    await settled(cacher);

    expect(result.item).toBeUndefined();
    expect(ssm.listed).toEqual([]);
  });

  it('stays as it is when the refresh fails, and the lease ends', async () => {
    const lease = new StubLease();
    const cacher = early({ kind: 'found', item: item('x', 'old'), refresh: Promise.resolve(lease) });
    const ssm = new MapProvider({ held: { '/a': new Error('down') } });

    const result = await find(finderOf([ssm], ['/a'], cacher), 'x');
    await settled(cacher);

    expect(result.item?.value).toBe('old');
    expect(cacher.saved).toEqual([]);
    expect(lease.released).toBe(1);
  });
});

describe('findInCacher', () => {
  it('gives the cached item, or that the name is missing, or that the cache knows nothing', async () => {
    const lease = new StubLease();
    const cached = item('x', 1);
    const cacher = new StubCacher({
      x: { kind: 'found', item: cached },
      gone: { kind: 'absent' },
      y: { kind: 'miss', lease },
    });
    const ssm = new MapProvider();
    const finder = finderOf([ssm], ['/a'], cacher);

    const answers = await Promise.all(['x', 'gone', 'y'].map((name) => finder.findInCacher(name, time)));

    expect(answers).toEqual([
      { item: cached, attempt: { provider: 'cacher', outcome: 'found' } },
      { item: undefined, attempt: { provider: 'cacher', outcome: 'known to be missing' } },
      { item: undefined, attempt: { provider: 'cacher', outcome: 'absent' } },
    ]);
    expect(lease.released).toBe(1);
    expect(ssm.listed).toEqual([]);
  });

  it('reads a secret that the cache knows by reference, and gives version, age and row', async () => {
    const row = { kind: 'reference', provider: 'secrets', createdAt: undefined, ttl: 7 } as const;
    const cacher = new StubCacher({ x: { kind: 'reference', reference: reference('x'), row } });
    const value = { name: 'x', value: 'value', directory: directory('/a'), secret: true, version: '7', changedAtMs: 5 };
    const secrets = new MapProvider({ name: 'secrets', secrets: { '/a/x': new DirectoryItem(value) } });

    const answer = await finderOf([secrets], ['/a'], cacher).findInCacher('x', time);

    expect(answer?.item).toMatchObject({ value: 'value', version: '7', changedAtMs: 5 });
    expect(answer?.row).toBe(row);
  });
});

it('shows its places: those in front without a directory of the chain, then the walk', () => {
  const [env, ssm] = [envOf({}), new MapProvider()];

  const { leading, walked } = finderOf([env, ssm], ['/a', '/b']);

  expect(leading.map(({ provider }) => provider)).toEqual([env]);
  expect(walked.map(({ directory: { path } }) => path)).toEqual(['/a', '/b']);
});

it('saves a secret that it has read with what it is, and leaves unread ones out', async () => {
  const cacher = new StubCacher();
  const held = { '/a': [unread('x'), unread('y')] };
  const secrets = new MapProvider({ name: 'secrets', held, secrets: { '/a/x': secretItem('x', 'value') } });

  await find(finderOf([secrets], ['/a'], cacher), 'x');

  expect(cacher.saved.flat().map(({ name, item: found, provider }) => [name, found?.secret, provider])).toEqual([
    ['x', true, 'secrets'],
  ]);
});

describe('by exact name', () => {
  const secrets = { '/b/DB_HOST': item('DB_HOST', 'exact', '/b') };
  const ssm = () => new MapProvider({ name: 'ssm', readsByName: true, secrets });

  it('every place is asked at the same time for the name as asked', async () => {
    const provider = ssm();

    const result = await find(finderOf([provider], ['/a', '/b'], undefined, true), 'DB_HOST');

    expect(result.item?.value).toBe('exact');
    expect(provider.secretCalls).toEqual([['/a/DB_HOST', '/b/DB_HOST']]);
    expect(provider.listed).toEqual([]);
  });

  it('names that differ in case are different ones, for the sources and for the cache', async () => {
    const cacher = new StubCacher();
    const finder = finderOf([ssm()], ['/a', '/b'], cacher, true);

    const found = await find(finder, 'DB_HOST');
    const missing = await find(finder, 'db_host');
    await finder.findInCacher('Db_Host', time);

    expect([found.item?.value, missing.item]).toEqual(['exact', undefined]);
    expect(cacher.asked).toEqual(['DB_HOST', 'db_host', 'Db_Host']);
    expect(cacher.saved.flat().map(({ name, item: each }) => [name, each?.value])).toEqual([
      ['DB_HOST', 'exact'],
      ['db_host', undefined],
    ]);
  });

  it('nothing changes for a chain of providers that list', async () => {
    const cacher = new StubCacher();
    const provider = new MapProvider({ held: { '/a': { x: 1 } } });

    const result = await find(finderOf([provider], ['/a'], cacher, true), 'X');

    expect(result.item?.value).toBe(1);
    expect(cacher.asked).toEqual(['x']);
  });

  it('providers in front are asked in any case', async () => {
    const result = await find(finderOf([envOf({ Db_Host: 'env' }), ssm()], ['/a'], undefined, true), 'DB_HOST');

    expect(result.item?.value).toBe('env');
  });
});
