import { Directory } from '../../src/directory/directory';
import { EnvProvider } from '../../src/providers/env-provider';
import { itKeepsTheContract } from '../contract/provider-contract';
import { readSession } from '../contract/read-session';
import { Source } from '../contract/source';

itKeepsTheContract({
  providerName: 'env',
  cacheable: false,
  paged: false,
  over: (options) => {
    const source = new Source(options);
    const variables = Object.fromEntries(source.settings.map(({ name, value }) => [name, value]));
    const ownKeys = (target: typeof variables): (string | symbol)[] => {
      source.list(undefined, () => true);
      return Reflect.ownKeys(target);
    };
    const provider = new EnvProvider(new Proxy(variables, { ownKeys }));
    return { provider, session: readSession(), source };
  },
});

describe('EnvProvider', () => {
  afterEach(() => jest.restoreAllMocks());

  it('has one directory of its own, which is none of the chain', async () => {
    const provider = new EnvProvider({ A: '1' });

    const listing = await provider.readDirectory();

    expect(provider.ownDirectory.path).toBe('/_environmental');
    expect(listing.directory).toBe(provider.ownDirectory);
    expect(listing.find('a')).toMatchObject({ directory: provider.ownDirectory, source: 'env', secret: false });
    expect(provider.ownDirectory.equals(new Directory({ path: '/orders/prod' }))).toBe(false);
  });

  it('reads the variables of the process when none are given', () => {
    jest.replaceProperty(process, 'env', { DB_HOST: 'db.internal' });

    const listing = new EnvProvider().snapshot();

    expect([...listing.names]).toEqual(['db_host']);
    expect(listing.find('db_host')).toMatchObject({ value: 'db.internal' });
  });

  it('reads the variables of the process as they are when it is asked', () => {
    jest.replaceProperty(process, 'env', { DB_HOST: 'old' });
    const provider = new EnvProvider();
    const before = provider.snapshot();

    process.env['DB_HOST'] = 'new';

    expect(before.find('db_host')).toMatchObject({ value: 'old' });
    expect(provider.snapshot().find('db_host')).toMatchObject({ value: 'new' });
  });

  it('treats an undefined variable as absent, and an empty one as a value', () => {
    const listing = new EnvProvider({ GONE: undefined, EMPTY: '' }).snapshot();

    expect(listing.find('gone')).toBeUndefined();
    expect(listing.find('empty')).toMatchObject({ value: '', nonExistent: false });
  });

  it('does not read the variables of the process when it was given some', () => {
    jest.replaceProperty(process, 'env', { DB_HOST: 'db.internal' });

    expect(new EnvProvider({}).snapshot().size).toBe(0);
  });
});
