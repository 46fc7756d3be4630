import { encodeRow } from '../../src/cache/rows';
import { changeOf, tracePartition, usualDirectories } from '../../src/events/traced-partition';
import { plainRow, referenceRow } from '../cache/rows';

const environ = '/orders/prod';
const watched = { app_key: { S: environ }, name_key: { S: '~xcon|gen' }, xcon_directories: { SS: ['/mine'] } };
const begun = { app_key: { S: environ }, name_key: { S: '~xcon|gen' }, xcon_gen: { N: '7' } };
const lease = { app_key: { S: environ }, name_key: { S: '~xcon|lease|0' }, real_name: { S: '~xcon-lease' } };

describe('tracePartition', () => {
  it('gives the rows that answer for names', () => {
    const python = { ...encodeRow(environ, plainRow()), real_name: { S: 'DB_Host' } };

    const { rows } = tracePartition(environ, [python, encodeRow(environ, referenceRow()), lease, begun, {}]);

    expect(rows.map(({ name }) => name)).toEqual(['db_host', 'db_host']);
  });

  it.each([
    ['a row that answers', [encodeRow(environ, plainRow())], true],
    ['a lease', [lease], true],
    ['a watching process', [watched], true],
    ['nothing but a generation', [begun], false],
    ['nothing', [], false],
  ])('of %s is in use, or not', (_, rows, expected) => {
    expect(tracePartition(environ, rows).isInUse).toBe(expected);
  });
});

describe('changeOf', () => {
  const partition = tracePartition(environ, [encodeRow(environ, plainRow()), watched]);

  it.each([
    ['/orders/prod', 'db_host', 1, 1],
    ['/orders/prod', 'other', 1, 0],
    ['/global/all', 'db_host', 1, 0],
    ['/mine', 'db_host', 1, 0],
    ['/orders/test', 'db_host', 0, 0],
    [undefined, 'db_host', 1, 1],
    ['/orders/prod', undefined, 1, 1],
  ])('in %s of %s', (directory, name, changes, dropped) => {
    const change = changeOf(partition, [{ directory, name }]);

    expect([change.changes.length, change.dropped.length]).toEqual([changes, dropped]);
  });

  it('touches a partition by a row whose chain is not known', () => {
    const odd = tracePartition(environ, [encodeRow(environ, referenceRow({ chainHash: 'odd' }))]);

    const change = changeOf(odd, [{ directory: '/elsewhere', name: 'db_host' }]);

    expect([change.changes.length, change.dropped.length]).toEqual([1, 1]);
  });
});

describe('usualDirectories', () => {
  it('are those of a process of the partition', () => {
    expect(usualDirectories('/orders/prod/eu')).toEqual([
      '/orders/prod/eu',
      '/orders/all',
      '/global/prod/eu',
      '/global/all',
    ]);
  });

  it('are given also for keys that are no path', () => {
    expect(usualDirectories('/orders//{x}/')).toContain('/global//{x}/');
  });

  it.each(['/orders', 'orders/prod', '~xcon|scan', ''])('are none of what is no partition: %s', (other) => {
    expect(usualDirectories(other)).toEqual([]);
  });
});
