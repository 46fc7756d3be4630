import { describeOrigin, isLocal, originOf } from '../../src/declared/value-origin';
import { Directory, DirectoryItem, type DirectoryItemOptions } from '../../src/index';
import { withoutVariables } from '../config/doubles';
import { Service } from './world';

withoutVariables();

const itemOf = (path: string, more: Partial<DirectoryItemOptions>): DirectoryItem =>
  new DirectoryItem({ name: 'x', value: 'hunter2', directory: Directory.literal(path), ...more });

it.each([
  ['/orders/prod', { source: 'ssm' }, 'from ssm in /orders/prod', { source: 'ssm', directory: '/orders/prod' }],
  ['/_environmental', { source: 'env' }, 'from env', { source: 'env' }],
  ['/_id', { source: 'secrets' }, 'from secrets', { source: 'secrets' }],
  [
    '/orders/all',
    { source: 'ssm@eu - /orders/all - via cacher', provider: 'ssm', viaCacher: true },
    'from ssm in /orders/all, by way of the cache table',
    { source: 'ssm', directory: '/orders/all' },
  ],
  [
    '/orders/all',
    { source: 'ssm', staleSince: '2030-01-01T00:00:00.000Z' },
    'from ssm in /orders/all, stale',
    { source: 'ssm', directory: '/orders/all' },
  ],
])('a value in %s, %j, is %s', (path, options, words, origin) => {
  expect(describeOrigin(itemOf(path, options))).toBe(words);
  expect(originOf(itemOf(path, options))).toEqual(origin);
});

it('what is of this process are overrides, defaults and what stands in front', () => {
  const service = new Service({});
  const sources = ['override', 'default', 'env', 'ssm', 'secrets'];

  const local = service.run(() => sources.filter((source) => isLocal(itemOf('/_x', { source }), service.config)));

  expect(local).toEqual(['override', 'default', 'env']);
});
