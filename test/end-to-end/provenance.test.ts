import {
  AwsClients,
  Config,
  config,
  defineSettings,
  type DirectoryItem,
  type Explanation,
  secret,
  setting,
  SsmProvider,
} from '../../src/index';
import { type CacheSecrets } from '../../src/settings/settings-values';
import { type LocalAws } from '../../src/local-aws/local-aws';
import { operations, startOrdersAws } from '../cache/e2e/orders-aws';
import { clientOptions, FleetProcess, type ProcessOptions } from '../cache/fleet-process';
import { testKey } from '../base/test-key';

const cacheKeys = [testKey(1).toString('base64')];
let aws: LocalAws;
let started: FleetProcess[];

beforeEach(async () => {
  aws = await startOrdersAws({
    ssm: {
      '/orders/prod/db_host': 'db.internal',
      '/orders/all/db_host': 'db.elsewhere',
      '/orders/prod/api_key': { value: 'canary-api', type: 'SecureString' },
    },
  });
  started = [];
});

afterEach(async () => {
  await Promise.all(started.map((each) => each.close()));
  await aws.close();
});

function startProcess(options: ProcessOptions = {}): FleetProcess {
  const process = new FleetProcess(aws, options);
  started.push(process);
  return process;
}

function explain(process: FleetProcess, name: string): Promise<Explanation> {
  return process.run(() => config.explain(name));
}

const uncached: ProcessOptions = { config: { cacher: null } };

describe('a value from its source', () => {
  it('has the version and the age from SSM', async () => {
    const before = Date.now();
    aws.putParameter('/orders/prod/db_host', 'db.new');

    const { winner, shadows } = await explain(startProcess(uncached), 'DB_HOST');

    expect(winner).toMatchObject({ provider: 'ssm', directory: '/orders/prod', value: 'db.new', version: '2' });
    expect(Date.parse(winner?.changedAt ?? '')).toBeGreaterThanOrEqual(before - 1);
    expect(shadows).toMatchObject([{ directory: '/orders/all', value: 'db.elsewhere', version: '1' }]);
  });

  it('has the version and the age from Secrets Manager', async () => {
    const { winner } = await explain(startProcess(uncached), 'TOKEN');

    expect(winner).toMatchObject({
      provider: 'secrets',
      value: '********',
      version: expect.stringMatching(/^.{32,}$/) as string,
    });
    expect(Date.parse(winner?.changedAt ?? '')).toBeLessThanOrEqual(Date.now());
  });
});

describe('a value that cannot be read again', () => {
  it('is stale since its last read; so is a name that was absent', async () => {
    const process = startProcess(uncached);
    await process.values(['db_host', 'nowhere']);
    aws.setFaults([{ target: 'GetParametersByPath', status: 500, type: 'InternalServerError' }]);
    await process.run(() => config.refresh());

    const explanations = await process.run(() => config.explain(['db_host', 'nowhere']));
    const { winner, explainedAt } = explanations.find('db_host') ?? {};
    const absent = explanations.find('nowhere')?.places.filter(({ provider }) => provider === 'ssm') ?? [];

    expect(winner).toMatchObject({ value: 'db.internal', stale: true, staleSince: explainedAt });
    expect(absent.map(({ outcome, stale }) => [outcome, stale])).toEqual(absent.map(() => ['absent', true]));
    expect(absent).toHaveLength(4);
    expect(String(explanations)).toContain('stale for under');
  });
});

describe('a value from the cache table', () => {
  const rows: readonly (readonly [string, CacheSecrets, object])[] = [
    ['db_host', 'reference', { cachedAs: 'plain', cachedFrom: 'ssm', directory: '/orders/prod', value: 'db.internal' }],
    ['token', 'reference', { cachedAs: 'reference', cachedFrom: 'secrets', directory: '/orders/prod' }],
    ['api_key', 'reference', { cachedAs: 'reference', cachedFrom: 'ssm', directory: '/orders/prod', version: '1' }],
    ['token', 'encrypt', { cachedAs: 'sealed', cachedFrom: 'secrets', directory: '/orders/prod' }],
    ['token', 'plaintext', { cachedAs: 'plain', cachedFrom: 'secrets', value: '********' }],
  ];

  it.each(rows)('has the row of %s (%s): how it is kept, from when, until when', async (name, cacheSecrets, row) => {
    const options: ProcessOptions = { settings: { cacheSecrets, cacheKeys } };
    const first = startProcess(options);
    await first.get(name);
    await first.close();

    const explanation = await explain(startProcess(options), name);
    const { cachedAt = '', cachedUntil = '' } = explanation.winner ?? {};

    expect(explanation.winner).toMatchObject({ provider: 'cacher', ...row });
    expect(Date.parse(cachedAt)).toBe(Date.parse(explanation.explainedAt ?? ''));
    expect(Date.parse(cachedUntil) - Date.parse(cachedAt)).toBeGreaterThanOrEqual(900_000);
    expect(JSON.stringify(explanation)).not.toContain('canary');
  });

  it.each(['db_host', 'token'])('shadows other places that have %s, not the one that it comes from', async (name) => {
    const first = startProcess();
    await first.get(name);
    await first.close();

    const { places, shadows } = await explain(startProcess(), name);

    const having = places.filter(({ outcome }) => !['absent', 'found'].includes(outcome));
    expect(having[0]).toMatchObject({ outcome: 'cached', directory: '/orders/prod' });
    expect(shadows.map(({ directory }) => directory)).toEqual(name === 'db_host' ? ['/orders/all'] : []);
  });

  it('has the row that says that a name is missing', async () => {
    const first = startProcess();
    await first.get('nowhere');
    await first.close();

    const explanation = await explain(startProcess(), 'nowhere');
    const missing = explanation.places.find(({ outcome }) => outcome === 'known to be missing');

    expect(missing).toMatchObject({ provider: 'cacher', cachedAs: 'plain', cachedFrom: undefined });
    expect(Date.parse(missing?.cachedUntil ?? '') - Date.parse(missing?.cachedAt ?? '')).toBe(900_000);
  });
});

describe('where a value comes from', () => {
  const elsewhere = (): ProcessOptions => {
    const clients = new AwsClients(clientOptions(aws.url));
    return { config: { providers: [new SsmProvider({ clients, cacheName: 'ssm@eu-west-1' })] } };
  };
  const declared = defineSettings({ host: setting('DB_HOST', { sources: ['ssm'] }) });

  it('is its provider, of whichever region, cold and from the table', async () => {
    const cold = startProcess(elsewhere());
    expect(await cold.run(() => declared.load())).toEqual({ host: 'db.internal' });
    expect(await cold.item('DB_HOST')).toMatchObject({ provider: 'ssm', cacheName: 'ssm@eu-west-1', viaCacher: false });
    await cold.flush();
    aws.calls.clear();

    const warm = startProcess(elsewhere());

    expect(await warm.run(() => declared.load())).toEqual({ host: 'db.internal' });
    expect(await warm.item('DB_HOST')).toMatchObject({ provider: 'ssm', cacheName: 'ssm@eu-west-1', viaCacher: true });
    expect(operations(aws)).toEqual(['Query']);
  });

  const kept: readonly (readonly [string, CacheSecrets])[] = [
    ['db_host', 'reference'],
    ['api_key', 'reference'],
    ['token', 'encrypt'],
    ['token', 'plaintext'],
  ];

  it.each(kept)('of %s (%s) is the same in child contexts, cold and from the table', async (name, cacheSecrets) => {
    const options: ProcessOptions = { settings: { cacheSecrets, cacheKeys } };
    const originOf = ({ cacheName, directory, exactName, provider, source, version, viaCacher }: DirectoryItem) => {
      return { cacheName, directory: directory.path, exactName, provider, source, version, viaCacher };
    };
    const inChild = (process: FleetProcess) =>
      process.run(() => new Config({ defaults: { other: 1 } }).run(() => config.getItem(name)));
    const anyOf = name === 'token' ? 'secrets' : 'ssm';
    const limited = defineSettings({ value: secret(name, { sources: [anyOf] }) });

    const cold = startProcess(options);
    const first = originOf(await cold.item(name));
    expect(originOf(await inChild(cold))).toEqual(first);
    await cold.flush();
    expect(originOf(await inChild(cold))).toEqual(first);

    const warm = startProcess(options);
    const fromTable = originOf(await inChild(warm));
    expect(originOf(await warm.item(name))).toEqual(fromTable);
    const loaded = await warm.run(() => new Config().run(() => limited.load()));

    expect(first).toMatchObject({ provider: anyOf, viaCacher: false, version: expect.any(String) as string });
    expect(fromTable).toMatchObject({ provider: anyOf, cacheName: anyOf, directory: '/orders/prod', viaCacher: true });
    expect(loaded.value.reveal()).toBe((await cold.item(name)).value);
  });

  it.each(kept)('of %s (%s) is unchanged after this process has written its row', async (name, cacheSecrets) => {
    const process = startProcess({ settings: { cacheSecrets, cacheKeys } });
    const first = await process.item(name);
    await process.flush();

    // Whatever changes, lookups are worked out anew.
    process.run(() => config.setOverride('other', 1));
    const second = await process.item(name);

    expect(second).toMatchObject({ viaCacher: false, version: first.version, exactName: first.exactName });
    expect([second.source, second.version]).toEqual([first.source, expect.any(String)]);
    expect((await process.run(() => config.health())).cache).toMatchObject({ hits: 0 });
  });

  it('is the table as often as it has given an answer, not as often as memory has', async () => {
    const first = startProcess();
    await first.values(['db_host', 'token']);
    await first.close();
    const process = startProcess();

    for (const override of [1, 2, 3]) {
      await process.values(['db_host', 'token']);
      process.run(() => config.setOverride('other', override));
    }

    expect(await process.item('db_host')).toMatchObject({ viaCacher: true });
    expect((await process.run(() => config.health())).cache).toMatchObject({ hits: 2 });
  });
});

describe('the requests', () => {
  const names = ['db_host', 'pool_size', 'token', 'password', 'nowhere'];
  const counts = (): Readonly<Record<string, number>> => {
    const all = operations(aws);
    return Object.fromEntries(
      [...new Set(all)].sort().map((each) => [each, all.filter((other) => other === each).length]),
    );
  };

  it('of many names are those of one listing, and of the secrets that win', async () => {
    const process = startProcess(uncached);

    const explanations = await process.run(() => config.explain(names));

    expect(explanations.find('password')?.winner?.directory).toBe('/orders/all');
    expect(counts()).toEqual({ GetParametersByPath: 4, GetSecretValue: 2, ListSecrets: 1 });

    await process.run(() => config.explain(names));

    expect(aws.calls.count()).toBe(7);
  });

  it('with a cache are one Query more, and nothing is written', async () => {
    const process = startProcess();

    await process.run(() => config.explain(names));
    await process.flush();

    expect(counts()).toEqual({ GetParametersByPath: 4, GetSecretValue: 2, ListSecrets: 1, Query: 1 });
  });

  it('after a lookup are none for what it has read', async () => {
    const process = startProcess(uncached);
    await process.values(names);
    aws.calls.clear();

    await process.run(() => config.explain(names));

    expect(aws.calls.count()).toBe(0);
  });
});
