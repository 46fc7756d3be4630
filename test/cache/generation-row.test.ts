import { type AttributeMap } from '../../src/aws/attribute-value';
import { decodeRow, encodeRow } from '../../src/cache/cache-row';
import { generationKey } from '../../src/cache/generation-row';
import { nextGeneration, watchedGeneration } from '../../src/cache/next-generation';
import { startMs } from './doubles';
import { readPartition } from './properties/python-reader';
import { pythonRow } from './rows';

const changes = [
  { directory: '/orders/prod', name: 'db_host' },
  { directory: '/global/all', name: 'odd|+|name' },
  { directory: undefined, name: 'anywhere' },
];
const watched = watchedGeneration(undefined, ['/orders/prod', '/global/all'], startMs);
const row = nextGeneration(watched, changes, startMs);

function encoded(more: AttributeMap = {}): AttributeMap {
  return { ...encodeRow('/orders/prod', row), ...more };
}

describe('the row of a generation', () => {
  test('comes back as it was written', () => {
    expect(decodeRow(encoded())).toEqual({ ...row, generation: startMs });
  });

  test('has what the Python library needs of every row, and nothing by which it would take it for a value', () => {
    const attributes = encoded();

    expect(attributes).toMatchObject({
      name_key: { S: generationKey },
      real_name: { S: '~xcon-gen' },
      real_directory: { S: '/_nonExistent' },
      source: { S: 'xcon-gen' },
      ttl: { N: `${startMs / 1000 + 30 * 24 * 3600}` },
      created_at: { S: '2026-03-01T12:00:00.000+00:00' },
    });
    const [, item] = readPartition([pythonRow(), attributes]);
    expect([item?.value, item?.directoryPaths, item?.providerNames]).toEqual([undefined, undefined, undefined]);
    expect(Object.keys(attributes).filter((name) => /value|original|concat/.test(name))).toEqual([]);
  });

  test('sorts behind every name, and in front of leases', () => {
    expect(['zz|+|/a|+|ssm', '~xcon|lease|0', generationKey].sort()).toEqual([
      'zz|+|/a|+|ssm',
      generationKey,
      '~xcon|lease|0',
    ]);
  });

  test('has neither floor, changes nor directories before there are any', () => {
    const first = watchedGeneration(undefined, [], startMs);

    expect(Object.keys(first === undefined ? {} : encodeRow('/orders/prod', first)).sort()).toEqual([
      'app_key',
      'created_at',
      'name_key',
      'real_directory',
      'real_name',
      'source',
      'ttl',
      'xcon_gen',
    ]);
  });

  test.each<[string, AttributeMap]>([
    ['no number', { xcon_gen: { S: '7' } }],
    ['a number that is none', { xcon_gen: { N: 'seven' } }],
    ['the key of something else', { name_key: { S: '~xcon|generation' } }],
  ])('is none with %s', (_, more) => {
    expect(decodeRow(encoded(more))).toBeUndefined();
  });

  test('counts a change whose number is lost as the latest', () => {
    const attributes = encoded({ xcon_changes: { M: { '/orders/prod|+|db_host': { S: 'lost' }, bare: { N: '1' } } } });

    expect(decodeRow(attributes)).toMatchObject({
      changes: [
        { directory: '/orders/prod', name: 'db_host', generation: startMs },
        { directory: undefined, name: 'bare', generation: 1 },
      ],
    });
  });
});
