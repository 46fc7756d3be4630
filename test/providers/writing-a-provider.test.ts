import {
  Config,
  type Directory,
  EnvProvider,
  type ListingOutcome,
  LocalCache,
  Logger,
  type LogFields,
  Provider,
  ProviderError,
  type ReadSession,
  Unavailable,
  withDependencies,
} from 'xcon';
import { itKeepsTheContract } from '../contract/provider-contract';
import { readSession } from '../contract/read-session';
import { Source, type StoredSetting } from '../contract/source';

/** Settings that a service of ours has, one JSON object for each directory. */
class RegistryProvider extends Provider {
  override readonly name = 'registry';

  override async readDirectory(directory: Directory, { signal }: ReadSession): Promise<ListingOutcome> {
    const answer = await request(directory.path, signal);
    if (answer.status === 404) return this.listing(directory, {});
    if (answer.status === 403) return new Unavailable('HTTP 403', `make this service a reader of ${directory.path}`);
    if (answer.status !== 200) throw new Error(`HTTP ${answer.status}`);
    return this.listing(directory, answer.settings);
  }
}

const refusal = new Error('HTTP 403');

/** What the service holds; each test has its own. */
let registry: Source;
/** Answers other than the settings, by path. */
let statuses: Readonly<Record<string, number>>;
let signals: AbortSignal[];

/** Replaces an HTTP client. */
async function request(path: string, signal: AbortSignal) {
  signals.push(signal);
  await Promise.resolve();
  try {
    const { settings } = registry.list(undefined, ({ directory }) => directory === path);
    const entries = settings.map(({ name, value }): [string, string] => [name, value]);
    return { status: statuses[path] ?? (entries.length === 0 ? 404 : 200), settings: Object.fromEntries(entries) };
  } catch (error) {
    if (error === refusal) return { status: 403, settings: {} };
    throw error;
  }
}

beforeEach(() => {
  statuses = {};
  signals = [];
});

itKeepsTheContract({
  providerName: 'registry',
  cacheable: true,
  paged: false,
  failure: new Error('getaddrinfo ENOTFOUND registry.internal'),
  refusal,
  over: (options) => {
    registry = new Source(options);
    return { provider: new RegistryProvider(), session: readSession(), source: registry };
  },
});

describe('a provider of the user’s in a Config', () => {
  const settings: readonly StoredSetting[] = [
    { directory: '/shop/prod', name: 'PAGE_SIZE', value: '50' },
    { directory: '/global/all', name: 'PAGE_SIZE', value: '20' },
    { directory: '/global/all', name: 'CURRENCY', value: 'EUR' },
  ];
  let lines: LogFields[];

  beforeEach(() => {
    registry = new Source({ settings });
    lines = [];
  });

  /** Runs with a memory and a log of its own. */
  function fresh<T>(
    fn: (shop: Config) => T,
    provider: RegistryProvider | typeof RegistryProvider = RegistryProvider,
  ): T {
    const ignore = (): void => undefined;
    const warn = (fields: LogFields): void => {
      lines.push(fields);
    };
    const logger = new Logger({ trace: ignore, debug: ignore, info: ignore, warn, error: ignore });
    const shop = new Config({ service: 'shop', environment: 'prod', providers: [provider], cacher: null });
    return withDependencies([new LocalCache(), logger], () => fn(shop));
  }

  it('answers for its directories, the first one first', async () => {
    const answers = await fresh((shop) => Promise.all([shop.get('page_size'), shop.get('CURRENCY'), shop.get('NONE')]));

    expect(answers).toEqual(['50', 'EUR', undefined]);
  });

  it('is named as the source', async () => {
    const item = await fresh((shop) => shop.getItem('PAGE_SIZE'));

    expect(item).toMatchObject({ source: 'registry', provider: 'registry', secret: false });
    expect(item.directory.path).toBe('/shop/prod');
  });

  it('is asked once for each directory, for all lookups', async () => {
    await fresh((shop) => Promise.all(['PAGE_SIZE', 'CURRENCY', 'NONE', 'PAGE_SIZE'].map((name) => shop.get(name))));

    expect(registry.listings).toBe(4);
    expect(signals.every((each) => each instanceof AbortSignal && !each.aborted)).toBe(true);
  });

  it('may be given as an instance, behind other providers', async () => {
    const value = await fresh((shop) => {
      const child = new Config({ providers: [new EnvProvider({ currency: 'CHF' }), ...shop.providers] });
      return shop.run(() => Promise.all([child.get('CURRENCY'), child.get('PAGE_SIZE')]));
    }, new RegistryProvider());

    expect(value).toEqual(['CHF', '50']);
  });

  it('is skipped where it is not permitted, with one warning', async () => {
    statuses = { '/shop/prod': 403 };

    const [first, second] = await fresh((shop) => Promise.all([shop.get('PAGE_SIZE'), shop.get('CURRENCY')]));

    expect([first, second]).toEqual(['20', 'EUR']);
    expect(lines).toMatchObject([
      {
        event: 'provider.refused',
        provider: 'registry',
        directory: '/shop/prod',
        reason: 'HTTP 403',
        remedy: 'make this service a reader of /shop/prod',
      },
    ]);
  });

  it('fails a lookup that reaches its failure, and is asked again by the next', async () => {
    statuses = { '/shop/all': 503 };

    const found = await fresh((shop) => shop.get('PAGE_SIZE'));
    const [failed, recovered] = await fresh(async (shop) => {
      const below: unknown = await shop.get('CURRENCY').catch((error: unknown) => error);
      statuses = {};
      return [below, await shop.get('CURRENCY')];
    });

    expect(found).toBe('50');
    expect(failed).toBeInstanceOf(ProviderError);
    expect(failed).toMatchObject({
      provider: 'registry',
      directory: '/shop/all',
      message: 'Provider "registry" failed for /shop/all: Error: HTTP 503',
      cause: new Error('HTTP 503'),
    });
    expect(recovered).toBe('EUR');
  });

  it('is explained place by place', async () => {
    statuses = { '/shop/all': 403 };

    const { places } = await fresh((shop) => shop.explain('CURRENCY'));

    const asked = places.filter(({ provider }) => provider === 'registry');
    expect(asked.map(({ directory, outcome }) => [directory, outcome])).toEqual([
      ['/shop/prod', 'absent'],
      ['/shop/all', 'not permitted'],
      ['/global/prod', 'absent'],
      ['/global/all', 'found'],
    ]);
  });
});
