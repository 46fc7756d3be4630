import { inspect } from 'node:util';
import { Directory } from '../../src/directory/directory';
import { DirectoryItem } from '../../src/item/directory-item';
import { DirectoryListing, type ListingEntry, Unavailable } from '../../src/item/directory-listing';

const directory = new Directory({ path: '/orders/prod' });

function itemOf(name: string, value: string): DirectoryItem {
  return new DirectoryItem({ name, value, directory, source: 'ssm' });
}

describe('a DirectoryListing', () => {
  it('finds entries of every kind by their lower-cased name', () => {
    const item = itemOf('DB_HOST', 'db.internal');
    const unread: ListingEntry = {
      kind: 'unread',
      name: 'db_password',
      exactName: '/orders/prod/DB_PASSWORD',
      directory,
      nextRotationMs: undefined,
    };
    const refused: ListingEntry = { kind: 'refused', name: 'api_key', refusal: new Unavailable('denied', 'allow it') };

    const listing = new DirectoryListing(directory, [item, unread, refused]);

    expect(listing.directory).toBe(directory);
    expect(listing.find('db_host')).toBe(item);
    expect(listing.find('db_password')).toBe(unread);
    expect(listing.find('api_key')).toBe(refused);
    expect(listing.find('DB_HOST')).toBeUndefined();
    expect(listing.size).toBe(3);
    expect([...listing.names]).toEqual(['db_host', 'db_password', 'api_key']);
  });

  it('keeps the last of names that differ in case only', () => {
    const listing = new DirectoryListing(directory, [itemOf('Host', 'a'), itemOf('HOST', 'b'), itemOf('host', 'c')]);

    expect(listing.size).toBe(1);
    expect(listing.find('host')).toMatchObject({ value: 'c', originalName: 'host' });
  });

  it('finds nothing under names such as __proto__ and constructor', () => {
    const listing = new DirectoryListing(directory, []);

    expect(['__proto__', 'constructor', 'toString'].map((name) => listing.find(name))).toEqual(
      Array(3).fill(undefined),
    );
    expect(listing.size).toBe(0);
  });

  it('gives the values that are known, under their names as stored', () => {
    const unread: ListingEntry = { kind: 'unread', name: 'b', exactName: '/x/B', directory, nextRotationMs: undefined };
    const refused: ListingEntry = { kind: 'refused', name: 'c', refusal: new Unavailable('denied', 'allow it') };

    const listing = new DirectoryListing(directory, [itemOf('DB_HOST', 'db.internal'), unread, refused]);

    expect(listing.values).toEqual([['DB_HOST', 'db.internal']]);
  });

  it('does not follow the list that it was made of', () => {
    const entries = [itemOf('a', '1')];
    const listing = new DirectoryListing(directory, entries);

    entries.push(itemOf('b', '2'));

    expect(listing.find('b')).toBeUndefined();
  });

  it.each<[string, (listing: DirectoryListing) => string]>([
    ['inspected', (listing) => inspect(listing, { depth: null, showHidden: true })],
    ['written as JSON', (listing) => JSON.stringify({ listing })],
    ['cloned', (listing) => inspect(structuredClone(listing), { depth: null, showHidden: true })],
  ])('does not show a value when it is %s', (_, show) => {
    const listing = new DirectoryListing(directory, [itemOf('DB_PASSWORD', 'hunter2')]);

    expect(show(listing)).not.toContain('hunter2');
  });

  it('shows its directory and how many names it has', () => {
    const listing = new DirectoryListing(directory, [itemOf('a', '1'), itemOf('b', '2')]);

    expect(inspect(listing)).toBe('DirectoryListing(/orders/prod, 2 names)');
    expect(JSON.stringify(listing)).toBe('{"directory":"/orders/prod","size":2}');
  });
});

it('an item whose value is undefined is absent', () => {
  const item = new DirectoryItem({ name: 'a', value: undefined as never, directory: Directory.literal('/a') });

  expect(new DirectoryListing(Directory.literal('/a'), [item]).find('a')).toBeUndefined();
});

describe('DirectoryListing.of', () => {
  it('makes items of plain values', () => {
    const listing = DirectoryListing.of(directory, 'file', {
      DB_HOST: 'db.internal',
      EMPTY: '',
      NOTHING: null,
      POOL: 5,
    });

    expect(listing.find('db_host')).toMatchObject({ value: 'db.internal', source: 'file', originalName: 'DB_HOST' });
    expect(listing.find('db_host')).toMatchObject({ directory, cacheable: true, secret: false });
    expect(listing.find('empty')).toMatchObject({ value: '', nonExistent: false });
    expect(listing.find('nothing')).toMatchObject({ value: null, nonExistent: false });
    expect(listing.find('pool')).toMatchObject({ value: 5 });
  });

  it('accepts names such as __proto__ and constructor', () => {
    const values = JSON.parse('{"__proto__":"p","constructor":"c"}') as Record<string, string>;

    const listing = DirectoryListing.of(directory, 'file', values);

    expect(listing.find('__proto__')).toMatchObject({ value: 'p' });
    expect(listing.find('constructor')).toMatchObject({ value: 'c' });
  });
});

describe('Unavailable', () => {
  it('says why a source may not be read, and what would make it readable', () => {
    const unavailable = new Unavailable('AccessDeniedException: no', 'allow ssm:GetParametersByPath');

    expect(unavailable).toMatchObject({
      reason: 'AccessDeniedException: no',
      remedy: 'allow ssm:GetParametersByPath',
    });
  });
});
