import { inspect } from 'node:util';
import { Context, type DependencyClass, dependencyKey } from '../../src/di/context';
import { Directory } from '../../src/directory/directory';
import { DirectoryItem } from '../../src/item/directory-item';
import { DirectoryListing, Unavailable } from '../../src/item/directory-listing';
import { Provider, type ReadSession } from '../../src/providers/provider';
import { type Source, type SourceOptions } from './source';

/** A provider over a source that was made for one test. */
export interface ProviderSubject {
  readonly provider: Provider;
  readonly session: ReadSession;
  readonly source: Source;
}

/** What the contract has to know of a provider. */
export interface ProviderContract {
  /** Its short name. */
  readonly providerName: string;
  /** Whether what it finds may be kept in the shared cache table. */
  readonly cacheable: boolean;
  /** Makes the provider over a source that holds and answers this. */
  readonly over: (options: SourceOptions) => ProviderSubject;
  /** What its source throws when it fails; absent for one that cannot. */
  readonly failure?: Error;
  /** What its source throws when it may not be read; absent for one that is always open. */
  readonly refusal?: Error;
  /** Whether its source gives listings page by page. */
  readonly paged: boolean;
}

const orders = '/orders/prod';

/** Runs what holds for every provider. To be called in the test of each. */
export function itKeepsTheContract(contract: ProviderContract): void {
  const { over, providerName } = contract;

  describe(`the provider ${providerName}`, () => {
    it('has a short name, which is its name in cache keys too', () => {
      const { provider } = over({});

      expect(provider.name).toBe(providerName);
      expect(provider.name).toMatch(/^[a-z][a-z0-9]*$/);
      expect(provider.cacheName).toBe(providerName);
    });

    it('says whether what it finds may be cached; only one that may not has a directory of its own', () => {
      const { provider } = over({});

      expect(provider.cacheable).toBe(contract.cacheable);
      expect(provider.ownDirectory === undefined).toBe(contract.cacheable);
    });

    it('is a dependency of its own class', () => {
      const { provider } = over({});
      const providerClass = provider.constructor as DependencyClass<Provider>;

      expect(dependencyKey(providerClass)).not.toBe(dependencyKey(Provider as unknown as DependencyClass));
      expect(Context.createRoot([provider]).resolve(providerClass)).toBe(provider);
    });

    it('finds a value under its lower-cased name and says where it comes from', async () => {
      const subject = over({ settings: [{ directory: orders, name: 'DB_HOST', value: 'db.internal' }] });

      const item = await itemOf(subject, orders, 'db_host');

      expect(item).toMatchObject({
        name: 'db_host',
        originalName: 'DB_HOST',
        value: 'db.internal',
        provider: providerName,
        cacheable: contract.cacheable,
        nonExistent: false,
      });
      expect(item?.directory.path).toBe((subject.provider.ownDirectory ?? Directory.from(orders)).path);
    });

    it.each(['', ' padded\t', 'true', '007', '{"a":[1]}', 'a,b', 'zwölf\n二'])(
      'gives the text %p exactly as it is stored',
      async (value) => {
        const subject = over({ settings: [{ directory: orders, name: 'text', value }] });

        expect((await itemOf(subject, orders, 'text'))?.value).toBe(value);
      },
    );

    it('keeps the last listed of names that differ in case only', async () => {
      const settings = ['Host', 'HOST', 'host'].map((name) => ({ directory: orders, name, value: `of ${name}` }));
      const subject = over({ settings });

      expect((await listingOf(subject, orders)).size).toBe(1);
      expect((await itemOf(subject, orders, 'host'))?.value).toBe('of host');
    });

    it('accepts names such as __proto__ and constructor', async () => {
      const settings = ['__proto__', 'constructor'].map((name) => ({ directory: orders, name, value: `of ${name}` }));
      const subject = over({ settings });

      expect((await itemOf(subject, orders, '__proto__'))?.value).toBe('of __proto__');
      expect((await itemOf(subject, orders, 'constructor'))?.value).toBe('of constructor');
      expect(await itemOf(subject, orders, 'tostring')).toBeUndefined();
    });

    it('shows no value in a listing that is printed', async () => {
      const subject = over({ settings: [{ directory: orders, name: 'password', value: 'hunter2' }] });

      const listing = await listingOf(subject, orders);

      expect(inspect(listing, { depth: null, showHidden: true })).not.toContain('hunter2');
      expect(JSON.stringify(listing)).not.toContain('hunter2');
    });

    it('can be closed, more than once', async () => {
      const { provider } = over({});

      await provider.close();

      await expect(provider.close()).resolves.toBeUndefined();
    });
  });

  if (contract.cacheable) describeDirectories(contract);
  if (contract.failure !== undefined) describeFailures(contract, contract.failure);
  if (contract.refusal !== undefined) describeRefusals(contract, contract.refusal);
  if (contract.paged) describePages(contract);
}

function describeDirectories({ over, providerName }: ProviderContract): void {
  describe(`the directories of ${providerName}`, () => {
    it('are empty listings when there is nothing in them', async () => {
      const subject = over({ settings: [{ directory: orders, name: 'a', value: '1' }] });

      const listing = await listingOf(subject, '/orders/all');

      expect(listing.size).toBe(0);
      expect(listing.directory.path).toBe('/orders/all');
    });

    it('hold what lies directly in them and nothing else', async () => {
      const elsewhere = [
        '/orders',
        '/orders/production',
        '/orders/prod/eu',
        '/Orders/prod',
        '/orders/pro',
        '/x/orders/prod',
      ];
      const settings = [...elsewhere, orders].map((directory) => ({ directory, name: 'here', value: directory }));

      const listing = await listingOf(over({ settings }), orders);

      expect([...listing.names]).toEqual(['here']);
      expect((await itemOf(over({ settings }), orders, 'here'))?.value).toBe(orders);
    });

    it('may be read several at a time, each with an answer of its own', async () => {
      const directories = ['/orders/prod', '/orders/all', '/global/all'].map((path) => new Directory({ path }));
      const settings = directories.map(({ path }) => ({ directory: path, name: 'here', value: path }));
      const { provider, session } = over({ settings });

      const started = provider.readDirectories(directories, session);
      const listings = await Promise.all(started.values());

      expect([...started.keys()]).toEqual(directories.map(({ path }) => path));
      expect(listings.map((each) => each instanceof DirectoryListing && each.directory.path)).toEqual([
        ...started.keys(),
      ]);
      expect(listings.map((each) => each instanceof DirectoryListing && each.size)).toEqual([1, 1, 1]);
    });
  });
}

function describeFailures({ over, providerName }: ProviderContract, failure: Error): void {
  describe(`a failure of ${providerName}`, () => {
    const settings = [{ directory: orders, name: 'a', value: '1' }];

    it('is thrown as it is, and does not harm the next read', async () => {
      const subject = over({ settings, failures: [failure] });

      await expect(listingOf(subject, orders)).rejects.toBe(failure);
      expect((await listingOf(subject, orders)).size).toBe(1);
      expect(subject.source.listings).toBe(2);
    });
  });
}

function describeRefusals({ over, providerName }: ProviderContract, refusal: Error): void {
  describe(`a refusal of ${providerName}`, () => {
    it('is an outcome that says why and what to do', async () => {
      const { provider, session } = over({ failures: [refusal, refusal] });

      const outcome = await provider.readDirectory(new Directory({ path: orders }), session);

      expect(outcome).toBeInstanceOf(Unavailable);
      expect((outcome as Unavailable).reason).toContain(refusal.message);
      expect((outcome as Unavailable).remedy).not.toBe('');
    });
  });
}

function describePages({ over, providerName }: ProviderContract): void {
  describe(`the pages of ${providerName}`, () => {
    const settings = ['a', 'b', 'c', 'd', 'e'].map((name) => ({ directory: orders, name, value: `of ${name}` }));

    it.each([
      ['three pages', [2, 2, 1]],
      ['an empty page that has a token', [2, 0, 3]],
      ['an empty page at the start', [0, 5]],
      ['a full last page that has a token', [3, 2, 0]],
    ])('are read to the end: %s', async (_, pages) => {
      const subject = over({ settings, pages });

      const listing = await listingOf(subject, orders);

      expect([...listing.names]).toEqual(['a', 'b', 'c', 'd', 'e']);
      expect(subject.source.listings).toBe(1);
    });

    it('are a failure when a token is repeated', async () => {
      const { provider, session } = over({ settings, repeatsToken: true });

      const reading = provider.readDirectory(new Directory({ path: orders }), session);

      await expect(reading).rejects.toThrow('The listing does not end: the service repeats a page token.');
    });
  });
}

async function listingOf(subject: ProviderSubject, path: string): Promise<DirectoryListing> {
  const { provider, session } = subject;
  const directory = provider.ownDirectory ?? new Directory({ path });
  const outcome = await provider.readDirectories([directory], session).get(directory.path);
  if (outcome instanceof DirectoryListing) return outcome;
  throw new Error(`Expected a listing of ${path}, got ${inspect(outcome)}`);
}

/** Reads a setting, the value of a secret included. */
async function itemOf(subject: ProviderSubject, path: string, name: string): Promise<DirectoryItem | undefined> {
  const { provider, session } = subject;
  const entry = (await listingOf(subject, path)).find(name);
  if (entry === undefined || entry instanceof DirectoryItem) return entry;
  if (entry.kind === 'refused') throw new Error(`Expected ${name} to be readable: ${entry.refusal.reason}`);
  const outcome = await provider.readSecrets([entry], session).get(entry.exactName);
  if (outcome instanceof DirectoryItem) return outcome;
  throw new Error(`Expected a value for ${name}, got ${inspect(outcome)}`);
}
