import { encodeRow } from '../../src/cache/rows';
import { CacheRecord } from '../../src/cache/cacher';
import { PartitionState } from '../../src/cache/partition-state';
import { cachedChain, type SessionParts } from './cached-chain';
import { RecordedLog, TestClock } from './doubles';
import { MemoryDynamo } from './memory-dynamo';
import { cacheKey, plainRow } from './rows';

const key = cacheKey();
let dynamo: MemoryDynamo;
let clock: TestClock;
let log: RecordedLog;

beforeEach(() => {
  dynamo = new MemoryDynamo();
  clock = new TestClock();
  log = new RecordedLog();
});

/** Makes the state of the partition of a chain, and the chain. */
function stateOf(
  clients: SessionParts['clients'] = { dynamo: dynamo.client },
  settings: SessionParts['settings'] = {},
) {
  const chain = cachedChain({ clock, log, clients, settings });
  const backoff = { untilMs: 0, unwritableUntilMs: 0, record: new CacheRecord() };
  const state = new PartitionState('/orders/prod', chain.session, backoff, () => Promise.resolve());
  return { state, chain };
}

describe('PartitionState', () => {
  test.each([1, 2.5, 4999, 5001.3, 2 ** 31 - 1])(
    'reads it whatever the budget of a lookup is: %s ms',
    async (budget) => {
      await dynamo.plant(encodeRow('/orders/prod', plainRow()));
      const { state } = stateOf(undefined, { lookupBudgetMs: budget });

      expect((await state.rows())?.names(key)).toEqual(['db_host']);
      expect(log.warnings).toEqual([]);
    },
  );

  test('leaves the table alone for 30 seconds after rows could not be written', async () => {
    const { state } = stateOf();
    const row = encodeRow('/orders/prod', plainRow());
    const bad = { ...row, name_key: { S: '' } };

    await state.write([{ put: bad }]);
    await state.write([{ put: row }]);
    expect(dynamo.rows).toEqual([]);

    clock.advance(30);
    await state.write([{ put: row }]);
    expect(dynamo.rows).toEqual([row]);
    expect(log.events).toEqual(['cache.write-failed']);
  });
});
