import { type AttributeMap } from '../../../src/aws/attribute-value';
import { type LocalAws } from '../../../src/testing/local-aws/local-aws';
import { TestClock } from '../doubles';
import { FleetProcess, type ProcessOptions } from '../fleet-process';
import { cacheKey, pythonRow } from '../rows';
import { putRows, rowsOf, startOrdersAws } from './orders-aws';

let aws: LocalAws;
let started: FleetProcess[];

beforeEach(async () => {
  aws = await startOrdersAws();
  started = [];
});

afterEach(async () => {
  aws.setFaults([]);
  await Promise.all(started.map((each) => each.close()));
  await aws.close();
});

function startProcess(options: ProcessOptions = {}): FleetProcess {
  const process = new FleetProcess(aws, options);
  started.push(process);
  return process;
}

test('30 seconds after a failed Query the cache is used again', async () => {
  const clock = new TestClock();
  aws.setFaults([{ target: 'Query', type: 'AccessDeniedException', times: 1 }]);
  const process = startProcess({ clock });
  await process.get('db_host');
  aws.calls.clear();

  clock.advance(30);
  await process.get('nope');

  await process.flush();
  expect(aws.calls.count('Query')).toBe(1);
  expect(await rowsOf(aws, 'nope')).toHaveLength(1);
  expect(process.log.events).toEqual(['cache.unavailable']);
});

const hash = cacheKey().chainHash;
test.each<[string, AttributeMap]>([
  ['that is a slash', { real_directory: { S: '/' } }],
  ['of two slashes', { real_directory: { S: '//' } }],
  ['that has an empty part', { real_directory: { S: '/orders//prod' } }],
])('rows with a directory %s are passed over', async (_, bad) => {
  await putRows(aws, [pythonRow(bad), pythonRow({ real_name: { S: 'pool_size' } })]);
  const process = startProcess();

  expect(await process.values(['db_host', 'pool_size'])).toEqual(['db.internal', 'cached']);
});

test('a reference to a directory that is none is passed over', async () => {
  const chain = { cache_concat_directory_paths: { NULL: true as const }, xcon_chain: { S: hash } };
  const reference = { xcon_ref: { M: { provider: { S: 'secrets' }, name: { S: '/orders/prod/token' } } } };
  const key = { name_key: { S: `${cacheKey().nameKey('token')}|+|xcon:ref` }, real_directory: { S: '/' } };
  await putRows(aws, [pythonRow({ real_name: { S: 'token' }, ...chain, ...reference, ...key })]);

  expect(await startProcess().get('token')).toBe('canary-token');
});
