import { type CacheSession, type CertainAnswer } from '../../src/cache/cacher';
import { type Partition } from '../../src/cache/partition';
import { type PartitionState } from '../../src/cache/partition-state';
import { sealingKeyFor } from '../../src/cache/sealing-key';
import { item, secretItem } from '../chain/doubles';

const key = { id: 'k', bytes: new Uint8Array(32) };
const warn = jest.fn();
const rows = { wrappedKeys: [] } as unknown as Partition;
const session = (cacheSecrets: string) => ({ settings: { cacheSecrets } }) as unknown as CacheSession;
const stateWith = (current: () => Promise<unknown>) => ({ keyring: { current }, warn }) as unknown as PartitionState;
const answer = (found: CertainAnswer['item']): CertainAnswer => ({ name: 'x', item: found, provider: 'ssm' });
const secret = answer(secretItem('x', 'hunter2'));
const none = { key: undefined, row: undefined };

beforeEach(() => warn.mockReset());

it.each<[string, string, readonly CertainAnswer[]]>([
  ['secrets are not sealed', 'reference', [secret]],
  ['there is no secret', 'encrypt', [answer(item('x', 1)), answer(undefined)]],
])('asks for no key when %s', async (_, mode, answers) => {
  const current = jest.fn();

  expect(await sealingKeyFor(stateWith(current), rows, answers, session(mode))).toEqual(none);
  expect(current).not.toHaveBeenCalled();
});

it('gives the key, with its row when it is new', async () => {
  const known = await sealingKeyFor(
    stateWith(() => Promise.resolve(key)),
    rows,
    [secret],
    session('encrypt'),
  );
  const made = await sealingKeyFor(
    stateWith(() => Promise.resolve({ key, row: 'row' })),
    rows,
    [secret],
    session('encrypt'),
  );

  expect(known).toEqual({ key, row: undefined });
  expect(made).toEqual({ key, row: 'row' });
});

it('goes without a key when there is none to be had, and says so', async () => {
  const failing = stateWith(() => Promise.reject(Object.assign(new Error('no'), { name: 'KMSInternalException' })));

  expect(await sealingKeyFor(failing, rows, [secret], session('encrypt'))).toEqual(none);
  expect(warn).toHaveBeenCalledWith('cache.no-sealing-key', {
    reason: 'KMSInternalException',
    consequence: 'secrets are not cached',
  });
});
