import { isDeepStrictEqual } from 'node:util';
import { type AttributeMap, decodeAttribute } from '../../../src/aws/attribute-value';
import { fc } from '../../setup/fast-check';
import { MemoryDynamo } from '../memory-dynamo';
import { configValues } from './config-values';
import { alignedEnd, BadRowError, findItem, type PythonItem, readPartition } from './python-reader';
import { type Answer, show, World } from './world';
import { type ChainModel, secretModes, type WorldModel, worlds, worldThatMeets } from './world-model';

const names = [
  'DB_HOST',
  'db host',
  'a|b',
  'x|+|y',
  '~xcon|lease|0',
  '{service}',
  'straße',
  'İ',
  '💥',
  '__proto__',
  'xcon:ref',
  'n'.repeat(1000),
];
const directories = ['/orders/prod', '/orders/all prod', '/global/ä'];
/** Directories of which none, or not all, can be in a key. */
const oddDirectories = ['/{x}', '/a|b', `/${'d'.repeat(500)}`, `/${'e'.repeat(500)}`];
/** What rows of our own kinds are known by. */
const ownAttributes = ['xcon_sealed', 'xcon_ref', 'xcon_owner', 'xcon_wrapped'];

function row(more: AttributeMap = {}): AttributeMap {
  return {
    app_key: { S: '/orders/prod' },
    name_key: { S: 'a|+|/orders/prod|+|ssm' },
    real_name: { S: 'a' },
    real_directory: { S: '/orders/prod' },
    source: { S: 'ssm - /orders/prod' },
    ttl: { N: '1772400000' },
    created_at: { S: '2026-03-01T12:00:00.000+00:00' },
    ...more,
  };
}

describe('the model of the Python reader', () => {
  test.each([
    '2024-01-01T00:00:00+00:00',
    '2024-01-01T00:00:00.123+00:00',
    '2024-01-01 00:00:00.123456',
    '2024-01-01',
    '2024-12-31T23:59:59.000000+05:30',
  ])('reads the time %s', (text) => {
    expect(() => readPartition([row({ created_at: { S: text } })])).not.toThrow();
  });

  test.each([
    '2024-01-01T00:00:00Z',
    '2024-01-01T00:00:00.1+00:00',
    '2024-01-01T00:00:00.1234567+00:00',
    '2024-13-01T00:00:00+00:00',
    '2024-01-00',
    'yesterday',
  ])('fails on the time %s', (text) => {
    expect(() => readPartition([row({ created_at: { S: text } })])).toThrow(BadRowError);
  });

  test.each<[string, AttributeMap]>([
    ['no name', { real_name: { S: '' } }],
    ['a relative directory', { real_directory: { S: 'orders' } }],
    ['a directory with braces', { real_directory: { S: '/{service}' } }],
    ['a source that is no text', { source: { N: '1' } }],
    ['half a second of ttl', { ttl: { N: '1772400000.5' } }],
    ['a ttl that is text', { ttl: { S: '1772400000' } }],
    ['a ttl in milliseconds', { ttl: { N: '1772400000000' } }],
    ['a number of 39 digits', { value: { N: `1${'0'.repeat(38)}` } }],
    ['1e40 in a list', { value: { L: [{ N: '1e40' }] } }],
    ['1e40 in a map in a map', { value: { M: { a: { M: { b: { N: '1e40' } } } } } }],
    ['1e40 in a set', { value: { NS: ['1', '1e40'] } }],
    ['a number of 39 digits in an attribute that it does not know', { xcon_x: { N: `1${'0'.repeat(38)}` } }],
  ])('reads nothing of a partition that has one row with %s', (_, bad) => {
    expect(() => readPartition([row(), row(bad)])).toThrow(BadRowError);
  });

  test.each(['1e37', `-${'9'.repeat(38)}`, '0.1', '1e-100', '12345678901234567890.123456789', '0e40'])(
    'reads the number %s',
    (number) => {
      expect(() => readPartition([row({ value: { L: [{ N: number }] } })])).not.toThrow();
    },
  );

  test('uses a row when both texts of its chain match', () => {
    const chain = { directoryPaths: '/orders/prod', providerNames: 'ssm' };
    const ofChain = { cache_concat_directory_paths: { S: '/orders/prod' }, cache_concat_provider_names: { S: 'ssm' } };

    const items = readPartition([row(), row({ ...ofChain, value: { S: 'here' } })]);

    expect(findItem(items, 'a', chain)?.value).toEqual({ S: 'here' });
    expect(findItem(items, 'a', { ...chain, providerNames: 'ssm|secrets' })).toBeUndefined();
    expect(findItem(items, 'b', chain)).toBeUndefined();
  });
});

/** Where in a value there are numbers of more than 38 digits, which the Python library cannot read. */
function longNumbersIn(value: unknown, where = 'alone'): readonly string[] {
  if (typeof value === 'number' || typeof value === 'bigint')
    return BigInt(Math.trunc(Number(value))).toString().length > 39 ? [where] : [];
  if (value instanceof Set) return [...(value as Set<unknown>)].flatMap((each) => longNumbersIn(each, 'in a set'));
  if (Array.isArray(value))
    return value.flatMap((each) => longNumbersIn(each, where === 'alone' ? 'in a list' : 'deeper'));
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return [];
  return Object.values(value).flatMap((each) => longNumbersIn(each, where === 'alone' ? 'in a map' : 'deeper'));
}

/** Gives what the Python library would find for a name otherwise than a lookup without a cache. */
async function compare(world: World, items: readonly PythonItem[], chain: ChainModel, name: string): Promise<string[]> {
  const [directoryPaths, providerNames] = [chain.directories.join('|'), chain.sources.join('|')];
  const item = findItem(items, name.toLowerCase(), { directoryPaths, providerNames });
  if (item === undefined) return [];
  const says: Answer =
    item.directory === '/_nonExistent'
      ? { kind: 'missing' }
      : { kind: 'found', value: item.value && decodeAttribute(item.value), directory: item.directory };
  const fresh = await world.answerWithoutCache(chain, name, { host: 'one', troubles: [] });
  return isDeepStrictEqual(says, fresh) ? [] : [`${name} is ${show(says)} to it, not ${show(fresh)}`];
}

/** Lets the Python library read what the processes of a world write. @returns Kinds of rows of our own that were written. */
async function check(model: WorldModel): Promise<readonly string[]> {
  const dynamo = new MemoryDynamo();
  const world = new World({ ...model, plants: [] }, dynamo);
  await world.run();

  const ever = readPartition(dynamo.written);
  const now = readPartition(dynamo.rows);

  const found = model.chains.flatMap((chain) => names.map((name) => compare(world, now, chain, name)));
  expect((await Promise.all(found)).flat()).toEqual([]);
  return dynamo.written.flatMap((attributes, index) => {
    const kinds = ownAttributes.filter((name) => name in attributes);
    const { value, directoryPaths, providerNames } = ever[index] as PythonItem;
    const said = [value, directoryPaths, providerNames, attributes['original_name']];
    if (kinds.length > 0) expect(said).toEqual(Array(4).fill(undefined));
    return kinds;
  });
}

describe('the values of the worlds', () => {
  test('have numbers of more than 38 digits at any depth, and entries that end after the year 9999', () => {
    const values = fc.sample(configValues, 5000);
    const models = fc.sample(worlds({ names, directories, troubled: false }), 100);

    expect([...new Set(values.flatMap((each) => longNumbersIn(each)))].sort()).toEqual(
      ['alone', 'deeper', 'in a list', 'in a map', 'in a set'].sort(),
    );
    const ends = models.flatMap(({ sources }) => sources.flatMap(({ entries }) => Object.values(entries).flat()));
    const lates = new Set(ends.map(({ ttlSeconds = 0 }) => ttlSeconds).filter((each) => each > 253_402_300_799));
    expect(lates.size).toBeGreaterThan(1);
  });
});

describe('what the library writes', () => {
  test("is read by the Python library, which treats no row of this library's own kinds as a value", async () => {
    const written = new Set<string>();
    const property = fc.asyncProperty(worlds({ names, directories, troubled: true }), async (model) => {
      for (const kind of await check(model)) written.add(kind);
    });

    const habits = { sealing: 'kms', refreshLease: true } as const;
    const examples = secretModes.map((mode): [WorldModel] => [worldThatMeets('missing', mode, habits)]);

    await fc.assert(property, { numRuns: 150, examples });

    expect([...written].sort()).toEqual([...ownAttributes].sort());
  });

  test('is read by it also with unusual directories', async () => {
    const property = fc.asyncProperty(
      worlds({ names, directories: oddDirectories, troubled: false }),
      async (model) => {
        await check(model);
      },
    );

    await fc.assert(property, { numRuns: 50 });
  });

  test('does not move the ends of its rows: those of leases and keys come last', async () => {
    const models = worlds({ names: ['alpha', 'Zulu', '_x', '9'], directories: ['/orders/prod'], troubled: false });

    await fc.assert(
      fc.asyncProperty(models, async (model) => {
        const world = new World(model);
        await world.run();

        const items = readPartition(await world.rows());

        const answers = items.filter(({ name }) => !name.startsWith('~'));
        if (answers.length > 0) expect(alignedEnd(items)).toBe(answers[0]?.ttl);
      }),
      { numRuns: 50 },
    );
  });
});
