import { type SecretReference } from '../../src/cache/cacher';
import { CacheKey } from '../../src/cache/cache-key';
import { ChainFinder } from '../../src/chain/chain-finder';
import { PlaceReader } from '../../src/chain/place-reader';
import { AwsClients, Context, DirectoryChain, DirectoryItem, LocalCache, type Provider, ProviderChain, XconSettings } from '../../src/index';
import { directory, envOf, item, MapProvider, RecordedLog, rejection, StubCacher, StubLease } from './doubles';

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

  it('gives the value in front without starting a read behind it', async () => {
    const ssm = new MapProvider();

    const result = await find(finderOf([envOf({ x: 'env' }), ssm], ['/a']), 'x');

    expect(outcomesOf(result.attempts)).toEqual(['env /_environmental found']);
    expect(ssm.listed).toEqual([]);
  });

  it('fails when the walk gets to a failed place, and does not when it ends above', async () => {
    const ssm = new MapProvider({ held: { '/a': { x: 1 }, '/b': new Error('down') } });
    const finder = finderOf([ssm], ['/a', '/b']);

    const above = await find(finder, 'x');
    const error = await rejection(() => find(finder, 'y'));

    expect(above.item?.value).toBe(1);
    expect(error).toMatchObject({ name: 'ProviderError', directory: '/b' });
  });
});

describe('with a cacher', () => {
  it('does not ask it when a provider in front has the name', async () => {
    const cacher = new StubCacher();

    await find(finderOf([envOf({ x: 'env' }), new MapProvider()], ['/a'], cacher), 'x');

    expect(cacher.asked).toEqual([]);
    expect(cacher.saved).toEqual([]);
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

describe('by exact name', () => {
  const secrets = { '/b/DB_HOST': item('DB_HOST', 'exact', '/b') };
  const ssm = () => new MapProvider({ name: 'ssm', readsByName: true, secrets });

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
