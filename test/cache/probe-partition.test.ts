import { type CachedChain } from '../../src/cache/cacher';
import { CacheRecord } from '../../src/cache/cache-record';
import { probePartition } from '../../src/cache/probe-partition';

const send = jest.fn<Promise<unknown>, [{ readonly input: Readonly<Record<string, unknown>> }, object]>();
const client = { config: { region: () => Promise.resolve('us-east-1') }, send };
const chain = {
  key: { environ: '/orders/prod' },
  session: {
    clients: { dynamo: () => Promise.resolve(client) },
    settings: { cacheTable: 'cache' },
    nowMs: () => 5,
  },
} as unknown as CachedChain;
const { signal } = new AbortController();
let record: CacheRecord;

beforeEach(() => {
  send.mockReset().mockResolvedValue({ Items: [] });
  record = new CacheRecord();
});

it('reads one row of the partition, and notes that it could', async () => {
  record.note('reading', { state: 'failing', sinceMs: 1, reason: 'down' });

  await probePartition(chain, record, signal);

  expect(send.mock.calls[0]?.[0].input).toMatchObject({
    TableName: 'cache',
    ExpressionAttributeValues: { ':partition': { S: '/orders/prod' } },
    Limit: 1,
  });
  expect(send.mock.calls[0]?.[1]).toEqual({ abortSignal: signal });
  expect([record.requests, record.lastSuccessMs, record.problems.size]).toEqual([1, 5, 0]);
});

it.each([
  ['InternalServerError', 'failing', undefined],
  [
    'AccessDeniedException',
    'refused',
    'allow dynamodb:Query on arn:aws:dynamodb:*:*:table/cache, and create that table',
  ],
  [
    'ResourceNotFoundException',
    'refused',
    'allow dynamodb:Query on arn:aws:dynamodb:*:*:table/cache, and create that table',
  ],
])('notes what %s means, and does not reject', async (name, state, remedy) => {
  send.mockRejectedValue(Object.assign(new Error('no'), { name }));

  await probePartition(chain, record, signal);

  expect(record.problems.get('reading')).toEqual({ state, sinceMs: 5, reason: `${name}: no`, remedy });
});
