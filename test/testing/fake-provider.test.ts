import {
  Config,
  Context,
  Directory,
  EnvProvider,
  InvalidDirectoryError,
  InvalidNameError,
  Provider,
  ProviderError,
  SecretsProvider,
  SsmProvider,
  Unavailable,
  withDependencies,
  XconSettings,
} from 'xcon';
import { type FakeProviderOptions, fakeProvider, type FakeValues } from 'xcon/testing';
import { itKeepsTheContract } from '../contract/provider-contract';
import { readSession } from '../contract/read-session';
import { Source } from '../contract/source';

const refusal = new Error('not permitted');

itKeepsTheContract({
  providerName: 'fake',
  cacheable: true,
  paged: false,
  failure: new Error('connect ECONNREFUSED 127.0.0.1:1'),
  refusal,
  over: ({ failures = [], settings = [] }) => {
    const values = settings.map(({ directory, name, value }) => [`${directory}/${name}`, value]);
    const provider = fakeProvider(Object.fromEntries(values) as FakeValues, {
      failures: failures.map((each) => (each === refusal ? new Unavailable(each.message, 'ask for it') : each)),
    });
    const source = new Source({ settings });
    Object.defineProperty(source, 'listings', { get: () => provider.reads.length });
    return { provider, session: readSession(), source };
  },
});

/** Looks settings up in a service that has this provider, and a memory of its own. */
function lookUp<T>(values: FakeValues, options: FakeProviderOptions, fn: (orders: Config) => T): T {
  const provider = fakeProvider(values, options);
  const orders = new Config({ service: 'orders', environment: 'prod', providers: [provider], cacher: null });
  const silent = new XconSettings({ logLevel: 'silent' });
  return Context.createRoot([orders, silent]).run(() => fn(orders));
}

afterEach(() => {
  jest.useRealTimers();
});

describe('the values of a fake provider', () => {
  it('are found in the directory of their full name, those of a plain name in every one', async () => {
    const values = { '/orders/all/DB_HOST': 'all', '/global/all/ONLY_HERE': [1], SHARED: null };

    const items = await lookUp(values, {}, (orders) =>
      Promise.all(['DB_HOST', 'ONLY_HERE', 'SHARED', 'NONE'].map((name) => orders.getItem(name))),
    );

    expect(items.map(({ directory, value }) => [directory.path, value])).toEqual([
      ['/orders/all', 'all'],
      ['/global/all', [1]],
      ['/orders/prod', null],
      ['/_nonExistent', null],
    ]);
  });

  it('of a full name go before those of a plain one', async () => {
    const values = { '/orders/prod/A': 'full', A: 'plain' };

    expect(await lookUp(values, {}, (orders) => orders.get('A'))).toBe('full');
  });

  it('can be changed: seen after a refresh', async () => {
    const provider = fakeProvider({ A: 1, B: 1 });
    const orders = new Config({ service: 'orders', providers: [provider], cacher: null });

    const seen = await Context.createRoot([orders]).run(async () => {
      const before = await Promise.all([orders.get('A'), orders.get('B')]);
      provider.set('A', 2);
      provider.set('B', undefined);
      await orders.refresh();
      return [before, await Promise.all([orders.get('A'), orders.get('B')])];
    });

    expect(seen).toEqual([
      [1, 1],
      [2, undefined],
    ]);
  });

  it('must have valid names', () => {
    expect(() => fakeProvider({ '/orders/prod/': 1 })).toThrow(InvalidNameError);
    expect(() => fakeProvider({ '': 1 })).toThrow(InvalidNameError);
    expect(() => fakeProvider({ '/DB_HOST': 1 })).toThrow(InvalidDirectoryError);
    expect(() => fakeProvider({ 'orders/DB_HOST': 1 })).toThrow(InvalidDirectoryError);
  });
});

describe('a fake provider in the place of another', () => {
  it.each([SsmProvider, SecretsProvider, EnvProvider])('is asked instead of it: %p', async (real) => {
    const fake = fakeProvider({ A: 'fake' }, { as: real });
    const orders = new Config({ service: 'orders', providers: [real], cacher: null });

    const item = await withDependencies([fake], () => orders.getItem('A'));

    expect(item).toMatchObject({ provider: new real().name, value: 'fake', secret: real === SecretsProvider });
    expect(fake.cacheable).toBe(real !== EnvProvider);
  });

  it('is asked instead of one of the user’s', async () => {
    class Registry extends Provider {
      override readonly name = 'registry';
      override readDirectory(): Promise<never> {
        return Promise.reject(new Error('not in a test'));
      }
    }
    const orders = new Config({ service: 'orders', providers: [Registry], cacher: null });

    const item = await withDependencies([fakeProvider({ A: 1 }, { as: Registry })], () => orders.getItem('A'));

    expect(item).toMatchObject({ provider: 'registry', value: 1 });
  });

  it('reads by name where names are looked up so', async () => {
    const ssm = fakeProvider({ '/orders/all/DB_HOST': 'db', '/orders/all/other': 1 }, { as: SsmProvider });
    const orders = new Config({ service: 'orders', environment: 'prod', strategy: 'names', providers: [SsmProvider] });
    orders.cacher = null;

    const seen = await Context.createRoot([ssm, orders]).run(() => orders.getItem('DB_HOST'));

    expect(seen).toMatchObject({ provider: 'ssm', value: 'db' });
    expect(ssm.reads).toContain('/orders/all/DB_HOST');
    expect(ssm.reads).not.toContain('/orders/all');
  });

  it('shows no value of a secret', async () => {
    const explained = await lookUp({ A: 'hunter2' }, { as: SecretsProvider }, (orders) => orders.explain('A'));

    expect(String(explained)).not.toContain('hunter2');
  });
});

describe('the failures of a fake provider', () => {
  const failure = new Error('HTTP 500');
  const values = { '/orders/all/A': 1 };

  it('fails every read', async () => {
    const errors = await lookUp(values, { failures: failure }, async (orders) => {
      const first: unknown = await orders.get('A').catch((error: unknown) => error);
      return [first, await orders.get('A').catch((error: unknown) => error)];
    });

    expect(errors).toEqual([expect.any(ProviderError), expect.any(ProviderError)]);
    expect(errors[0]).toMatchObject({ provider: 'fake', directory: '/orders/prod', cause: failure });
  });

  it('fails the first reads', async () => {
    const seen = await lookUp(values, { failures: [failure, failure] }, async (orders) => {
      const first = await orders.get('A').catch((error: Error) => error.constructor);
      return [first, await orders.get('A')];
    });

    expect(seen).toEqual([ProviderError, 1]);
  });

  it('fails or refuses directories', async () => {
    const failures = { '/orders/prod': new Unavailable('HTTP 403', 'ask'), '/global/all': failure };

    const seen = await lookUp(values, { failures }, async (orders) => {
      const found = await orders.get('A');
      const { places } = await orders.explain('A');
      return [found, ...places.filter(({ provider }) => provider === 'fake').map(({ outcome }) => outcome)];
    });

    expect(seen).toEqual([1, 'not permitted', 'found', 'absent', 'failed']);
  });

  it('can begin and end later', async () => {
    const provider = fakeProvider(values);
    const orders = new Config({ service: 'orders', providers: [provider], cacher: null });

    const seen = await Context.createRoot([orders]).run(async () => {
      provider.setFailures(failure);
      const failed = await orders.get('A').catch((error: Error) => error.constructor);
      provider.setFailures([]);
      return [failed, await orders.get('A')];
    });

    expect(seen).toEqual([ProviderError, 1]);
  });
});

describe('the latency of a fake provider', () => {
  it('follows fake timers', async () => {
    jest.useFakeTimers();

    const seen = await lookUp({ A: 1 }, { latencyMs: 200 }, async (orders) => {
      let value: unknown = 'not yet';
      const reading = orders.get('A').then((found) => (value = found));
      await jest.advanceTimersByTimeAsync(199);
      const early = value;
      await jest.advanceTimersByTimeAsync(1);
      await reading;
      return [early, value];
    });

    expect(seen).toEqual(['not yet', 1]);
  });

  it('can exceed the time of a lookup', async () => {
    jest.useFakeTimers();

    await lookUp({ A: 1 }, { latencyMs: 60_000 }, async (orders) => {
      const reading = expect(orders.get('A')).rejects.toThrow(/5,?000 ms/);
      await jest.advanceTimersByTimeAsync(5_000);
      await reading;
    });
  });

  it('ends when no caller needs the answer any more', async () => {
    const provider = fakeProvider({ A: 1 });
    provider.setLatency(60_000);
    const controller = new AbortController();

    const reading = provider.readDirectory(new Directory({ path: '/a' }), {
      ...readSession(),
      signal: controller.signal,
    });
    controller.abort(new Error('given up'));

    await expect(reading).rejects.toThrow('given up');
  });
});
