import { AwsClients } from '../../src/aws/aws-clients';
import { Context } from '../../src/di/context';
import { Directory } from '../../src/directory/directory';
import { DirectoryItem } from '../../src/item/directory-item';
import { type DirectoryListing } from '../../src/item/directory-listing';
import { type ListingOutcome, Provider } from '../../src/providers/provider';
import { readSession } from '../contract/read-session';

/** The least that a provider can be. */
class ListProvider extends Provider {
  override readonly name: string = 'list';

  override readDirectory(directory: Directory): Promise<ListingOutcome> {
    return directory.service === 'broken'
      ? Promise.reject(new Error('out of order'))
      : Promise.resolve(this.listing(directory, { Path: directory.path }));
  }
}

class OtherProvider extends ListProvider {}

const directories = ['/orders/prod', '/broken/prod', '/global/all'].map((path) => new Directory({ path }));

describe('a provider that says no more than it must', () => {
  const provider = new ListProvider();

  it('is cacheable, under its name, and asked for the directories of the chain', () => {
    expect(provider.cacheable).toBe(true);
    expect(provider.cacheName).toBe('list');
    expect(provider.ownDirectory).toBeUndefined();
    expect(provider.readsByName).toBe(false);
  });

  it('makes listings whose items are from it', async () => {
    const listing = (await provider.readDirectory(new Directory({ path: '/orders/prod' }))) as DirectoryListing;

    const item = listing.find('path');

    expect(item).toBeInstanceOf(DirectoryItem);
    expect(item).toMatchObject({ source: 'list', value: '/orders/prod', originalName: 'Path', cacheable: true });
  });

  it('reads several directories one by one, all at once, and each on its own', async () => {
    const started = provider.readDirectories(directories, readSession());

    const results = await Promise.allSettled(started.values());

    expect([...started.keys()]).toEqual(directories.map(({ path }) => path));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('reads no secrets', () => {
    const secret = {
      kind: 'unread',
      name: 'a',
      exactName: '/orders/prod/a',
      directory: new Directory({ path: '/orders/prod' }),
      nextRotationMs: undefined,
    } as const;

    expect(provider.readSecrets([secret], readSession()).size).toBe(0);
  });

  it('reads with the clients of the context', () => {
    const clients = new AwsClients({ region: 'eu-west-1' });

    expect(provider.clientsFor(readSession({ clients }))).toBe(clients);
  });

  it('has nothing to close', async () => {
    await expect(provider.close()).resolves.toBeUndefined();
  });
});

describe('a provider that is not cacheable', () => {
  class ProcessProvider extends ListProvider {
    override readonly name = 'process';
    override readonly cacheable = false;
  }

  it('is asked for a directory of its own, named after it', () => {
    expect(new ProcessProvider().ownDirectory?.path).toBe('/_process');
  });
});

describe('a provider as a dependency', () => {
  it('is what its class gives where it is current', () => {
    const mine = new ListProvider();

    expect(mine.run(() => ListProvider.grab())).toBe(mine);
  });

  it('is made without arguments where there is none', () => {
    expect(Context.createRoot().run(() => ListProvider.grab())).toBeInstanceOf(ListProvider);
  });

  it('is replaced by an instance of its subclass', () => {
    const other = new OtherProvider();

    expect(other.run(() => ListProvider.grab())).toBe(other);
  });
});
