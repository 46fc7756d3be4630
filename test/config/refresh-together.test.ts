import { refreshTogether } from '../../src/config/refresh-together';
import { LocalCache } from '../../src/index';

/** Everything that is settled now has run its reactions, and what these have asked for after the turn as well. */
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('forgets what is remembered', () => {
  const localCache = new LocalCache();
  const before = localCache.generation;

  refreshTogether(localCache);

  expect(localCache.generation).not.toBe(before);
});

it('forgets it once for all who ask in the same turn, microtasks included', async () => {
  const localCache = new LocalCache();

  refreshTogether(localCache);
  const { generation } = localCache;
  refreshTogether(localCache);
  await Promise.resolve().then(() => {
    refreshTogether(localCache);
  });

  expect(localCache.generation).toBe(generation);
});

it('forgets it again for who asks in a later turn', async () => {
  const localCache = new LocalCache();

  refreshTogether(localCache);
  const { generation } = localCache;
  await nextTurn();
  refreshTogether(localCache);

  expect(localCache.generation).not.toBe(generation);
});

it('leaves other memories alone', () => {
  const [one, other] = [new LocalCache(), new LocalCache()];
  const { generation } = other;

  refreshTogether(one);

  expect(other.generation).toBe(generation);
});
