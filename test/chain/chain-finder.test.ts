import { CacheKey } from '../../src/cache/cache-key';
import { ChainFinder } from '../../src/chain/chain-finder';
import { PlaceReader } from '../../src/chain/place-reader';
import {
  AwsClients,
  Context,
  DirectoryChain,
  LocalCache,
  type Provider,
  ProviderChain,
  XconSettings,
} from '../../src/index';
import { directory, envOf, item, MapProvider, RecordedLog, rejection, StubCacher } from './doubles';

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
