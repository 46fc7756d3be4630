import { inspect } from 'node:util';
import { Directory } from '../../src/directory/directory';
import { DirectoryItem, type DirectoryItemOptions } from '../../src/item/directory-item';
import { type ConfigValue } from '../../src/item/value';

const directory = new Directory({ path: '/orders/prod' });

function itemOf(options: Partial<DirectoryItemOptions> = {}): DirectoryItem {
  return new DirectoryItem({ name: 'DB_HOST', value: 'hunter2', directory, source: 'ssm', ...options });
}

describe('a DirectoryItem', () => {
  it('keeps the name lower-cased, and as it was stored', () => {
    const item = itemOf();

    expect(item.name).toBe('db_host');
    expect(item.originalName).toBe('DB_HOST');
  });

  it('carries where its value came from', () => {
    const item = itemOf({
      secret: true,
      ttl: 1_700_000_000,
      createdAt: '2024-01-01T00:00:00Z',
      cacheable: false,
      version: '7',
      exactName: '/orders/prod/DB_HOST',
      nextRotationMs: 1_700_000_000_000,
    });

    expect(item).toMatchObject({
      value: 'hunter2',
      directory,
      source: 'ssm',
      provider: 'ssm',
      secret: true,
      ttl: 1_700_000_000,
      createdAt: '2024-01-01T00:00:00Z',
      cacheable: false,
      version: '7',
      exactName: '/orders/prod/DB_HOST',
      nextRotationMs: 1_700_000_000_000,
    });
  });

  it('is by default a cacheable value that is not a secret', () => {
    const item = new DirectoryItem({ name: 'a', value: '', directory });

    expect(item).toMatchObject({ secret: false, cacheable: true, nonExistent: false, viaCacher: false });
    expect([item.source, item.provider, item.cacheName, item.ttl, item.createdAt, item.version]).toEqual(
      Array(6).fill(undefined),
    );
    expect([item.exactName, item.nextRotationMs]).toEqual([undefined, undefined]);
  });

  it('has provider, cache name and cacher as fields, whatever its source says', () => {
    const source = 'dynamo - /orders/all';
    const item = itemOf({ source, provider: 'ssm', cacheName: 'ssm@eu-west-1', viaCacher: true });

    expect(item).toMatchObject({ source, provider: 'ssm', cacheName: 'ssm@eu-west-1', viaCacher: true });
    expect(itemOf({ source: 'ssm - /a - via cacher' }).viaCacher).toBe(false);
  });

  it('leaves out facts of a source that have the wrong type', () => {
    const odd = {
      version: 7,
      exactName: {},
      createdAt: 5,
      ttl: Number.NaN,
      changedAtMs: '5',
      nextRotationMs: Infinity,
    };

    const { version, exactName, createdAt, ttl, changedAtMs, nextRotationMs } = itemOf(odd as never);

    expect([version, exactName, createdAt, ttl, changedAtMs, nextRotationMs]).toEqual(Array(6).fill(undefined));
  });

  it('is frozen', () => {
    const item = itemOf();

    expect(Object.isFrozen(item)).toBe(true);
    expect(() => Object.assign(item, { name: 'other' })).toThrow(TypeError);
    expect(() => Object.assign(item, { value: 'other' })).toThrow(TypeError);
  });
});

describe('the value of an item', () => {
  it('is deeply frozen and the same for every reader', () => {
    const item = itemOf({ value: { hosts: ['a', { port: 1 }] } });

    const value = item.value as { readonly hosts: readonly [string, object] };

    expect(Object.isFrozen(value) && Object.isFrozen(value.hosts) && Object.isFrozen(value.hosts[1])).toBe(true);
    expect(item.value).toBe(value);
    expect(item.isShareable).toBe(true);
  });

  it('does not follow the object it was made of', () => {
    const given = { hosts: ['a'] };
    const item = itemOf({ value: given });

    given.hosts.push('b');

    expect(item.value).toEqual({ hosts: ['a'] });
  });

  it.each<[string, ConfigValue, (value: never) => unknown]>([
    ['bytes', new Uint8Array([1, 2]), (value: Uint8Array) => value.fill(0)],
    ['a set', new Set(['a']), (value: Set<string>) => value.clear()],
    ['bytes in a map', { key: new Uint8Array([1]) }, (value: { key: Uint8Array }) => value.key.fill(0)],
  ])('is a copy for each reader when it holds %s', (_, value, spoil) => {
    const item = itemOf({ value });
    const before = structuredClone(value);

    spoil(item.value as never);

    expect(item.value).toEqual(before);
    expect(item.isShareable).toBe(false);
  });
});

describe('DirectoryItem.nonExistent', () => {
  it('is marked as missing, with the value null', () => {
    const item = DirectoryItem.nonExistent('DB_HOST');

    expect(item).toMatchObject({ name: 'db_host', value: null, nonExistent: true });
    expect(item.directory).toBe(Directory.nonExistent);
    expect([item.source, item.provider]).toEqual([undefined, undefined]);
    expect(item.toString()).toBe('db_host: not found');
  });

  it('differs from a found null', () => {
    expect(itemOf({ value: null }).nonExistent).toBe(false);
  });
});

describe.each([
  ['a plain text', 'hunter2', false],
  ['a secret', 'hunter2', true],
  ['a map', { deep: ['hunter2'], hunter2: 'hunter2' }, true],
  ['bytes', Buffer.from('hunter2'), true],
  ['a set', new Set(['hunter2']), false],
])('an item with %s', (_, value, secret) => {
  const item = itemOf({ value, secret });

  it.each<[string, () => unknown]>([
    ['inspected', () => inspect(item, { depth: null, showHidden: true, getters: true })],
    ['inspected inside something else', () => inspect({ list: [item] }, { depth: null, showHidden: true })],
    ['written as JSON', () => JSON.stringify({ item })],
    ['written as text', () => `${item.toString()}${String(item)}`],
    ['cloned', () => inspect(structuredClone(item), { depth: null, showHidden: true })],
    ['spread', () => inspect({ ...item }, { depth: null, showHidden: true })],
    ['entered in an error', () => inspect(new Error('x', { cause: item }), { depth: null })],
  ])('does not show its value when it is %s', (__, show) => {
    const shown = String(show());

    expect(shown).not.toContain('hunter2');
    expect(shown).not.toContain('68 75 6e 74 65 72 32');
  });

  it('shows where it comes from', () => {
    expect(item.toString()).toBe('db_host from ssm /orders/prod');
    expect(inspect(item)).toBe(`DirectoryItem(db_host from ssm /orders/prod${secret ? ', secret' : ''})`);
    expect(JSON.parse(JSON.stringify(item))).toEqual({
      name: 'db_host',
      directory: '/orders/prod',
      source: 'ssm',
      provider: 'ssm',
      cacheName: 'ssm',
      viaCacher: false,
      secret,
      cacheable: true,
      nonExistent: false,
    });
  });
});

describe('an item without a source', () => {
  it('says so', () => {
    expect(itemOf({ source: undefined }).toString()).toBe('db_host from ? /orders/prod');
  });
});

describe('a stale item', () => {
  const item = itemOf({ value: new Uint8Array([1]), secret: true, version: '3', ttl: 7 }).asStale(
    '2030-01-01T00:00:00.000Z',
  );

  it('equals the good item except for its mark, and is not cacheable', () => {
    expect(item).toMatchObject({
      name: 'db_host',
      originalName: 'DB_HOST',
      value: new Uint8Array([1]),
      source: 'ssm',
      provider: 'ssm',
      cacheName: 'ssm',
      viaCacher: false,
      secret: true,
      version: '3',
      ttl: 7,
      cacheable: false,
      stale: true,
      staleSince: '2030-01-01T00:00:00.000Z',
    });
    expect([itemOf({}).stale, itemOf({}).staleSince]).toEqual([false, undefined]);
  });

  it('shows it', () => {
    expect(item.toString()).toBe('db_host from ssm /orders/prod, stale');
    expect(JSON.parse(JSON.stringify(item))).toMatchObject({ staleSince: '2030-01-01T00:00:00.000Z' });
  });
});
