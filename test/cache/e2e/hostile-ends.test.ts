import { DynamoProvider } from '../../../src/index';
import { type LocalAws } from '../../../src/testing/local-aws/local-aws';
import { startMs, TestClock, TestRandom } from '../doubles';
import { FleetProcess } from '../fleet-process';
import { readPartition } from '../properties/python-reader';
import { pythonRow, startSeconds, table } from '../rows';
import { putRows, rowsOf, startOrdersAws } from './orders-aws';

let aws: LocalAws;

beforeEach(async () => {
  aws = await startOrdersAws();
});

afterEach(() => aws.close());

test('ends are whole seconds, whatever items and settings say', async () => {
  const rows = [{ app_key: '/orders/prod', name_key: 'limit', value: 5, ttl: startSeconds + 2000.5 }];
  await aws.seed({ tables: { 'global-all-config': { rows } } });
  const process = new FleetProcess(aws, {
    config: { providers: [DynamoProvider] },
    settings: { negativeTtlSeconds: 900.5 },
  });
  await process.values(['limit', 'nope']);
  await process.close();

  const written = await aws.rows(table);
  expect(() => readPartition(written)).not.toThrow();
});

test('a row is refreshed early by the process that gets the lease, also when it has seen the item before', async () => {
  const clock = new TestClock(startMs);
  await putRows(aws, [
    pythonRow({
      value: { S: 'db.internal' },
      ttl: { N: `${startSeconds + 4000}` },
      created_at: { S: '2026-03-01T00:00:00+00:00' },
    }),
  ]);
  const process = new FleetProcess(aws, { clock, random: new TestRandom(0.5) });
  await process.get('nope');
  await process.flush();
  clock.advance(800);

  expect(await process.get('db_host')).toBe('db.internal');
  await process.flush();

  const [row] = await rowsOf(aws, 'db_host');
  expect(Number(row?.['ttl']?.N)).toBeGreaterThan(startSeconds + 4000);
  await process.close();
});
