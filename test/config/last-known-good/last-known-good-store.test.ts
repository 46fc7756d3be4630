import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LastKnownGoodStore, type StoreOptions } from '../../../src/config/last-known-good/last-known-good-store';
import { type KeptAnswer } from '../../../src/config/last-known-good/kept-answers';
import { DirectoryItem } from '../../../src/item/directory-item';
import { directory, item } from '../../chain/doubles';

const lookupKey = { chain: 'chain', name: 'x' };
let folder: string;
let file: string;
let nowMs: number;
let warnings: (readonly [string, Readonly<Record<string, unknown>>])[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xcon-last-good-'));
  file = join(folder, 'answers');
  nowMs = 1_000_000;
  warnings = [];
});

afterEach(async () => {
  jest.useRealTimers();
  await rm(folder, { recursive: true });
});

/** A process with a store of its own on the file. */
const storeOf = (
  options: Partial<StoreOptions> = {},
  key: Uint8Array = new Uint8Array(32),
  maxAgeSeconds = 100,
): LastKnownGoodStore =>
  new LastKnownGoodStore({
    settings: { file, key, maxAgeSeconds },
    environ: '/orders/prod',
    nowMs: () => nowMs,
    random: () => 0.1,
    warn: (event, fields) => void warnings.push([event, fields]),
    ...options,
  });

/** An answer that the source has given at a time. */
const good = (found: DirectoryItem | undefined, atMs = nowMs): KeptAnswer => ({ atMs, item: found });

async function written(value = 'value', name = 'x'): Promise<void> {
  const store = storeOf();
  store.keep({ ...lookupKey, name }, good(item(name, value)));
  await store.flush();
}

it('gives the answers of the previous process', async () => {
  await written();

  const answer = await storeOf().find(lookupKey);

  expect(answer).toMatchObject({ atMs: 1_000_000, item: { value: 'value' } });
  expect(await storeOf().find({ ...lookupKey, name: 'never asked' })).toBeUndefined();
  expect(warnings).toEqual([]);
});

it('has nothing while there is no file', async () => {
  expect(await storeOf().find(lookupKey)).toBeUndefined();
  expect(warnings).toEqual([]);
});

it('gives its own answers before those of the file, which it need not read', async () => {
  await written('older');
  const store = storeOf();
  store.keep(lookupKey, good(item('x', 'newer')));
  await rm(file);

  expect((await store.find(lookupKey))?.item?.value).toBe('newer');
  await store.flush();
});

it('writes what comes within a second together, in the background, and all that is left when it is flushed', async () => {
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick'] });
  const store = storeOf();
  store.keep(lookupKey, good(item('x', 1)));
  await jest.advanceTimersByTimeAsync(999);
  const before = await stat(file).catch(() => 'none');
  store.keep({ ...lookupKey, name: 'y' }, good(undefined));
  jest.advanceTimersByTime(1);
  jest.useRealTimers();
  await store.flush();

  const other = storeOf();
  expect(before).toBe('none');
  expect([(await other.find(lookupKey))?.item?.value, await other.find({ ...lookupKey, name: 'y' })]).toEqual([
    1,
    { atMs: 1_000_000, item: undefined },
  ]);
});

it('writes nothing when there is nothing new', async () => {
  await storeOf().flush();

  await expect(stat(file)).rejects.toMatchObject({ code: 'ENOENT' });
});

it('leaves in the file what other processes have found since', async () => {
  const [one, other] = [storeOf(), storeOf()];
  one.keep(lookupKey, good(item('x', 'of one')));
  await one.flush();
  nowMs += 1;
  other.keep({ ...lookupKey, name: 'y' }, good(item('y', 'of other')));
  await other.flush();

  const next = storeOf();
  expect((await next.find(lookupKey))?.item?.value).toBe('of one');
  expect((await next.find({ ...lookupKey, name: 'y' }))?.item?.value).toBe('of other');
});

it('gives no answer that is too old, or whose own life is over', async () => {
  const store = storeOf();
  store.keep(lookupKey, good(item('x', 1)));
  store.keep(
    { ...lookupKey, name: 'e' },
    good(new DirectoryItem({ name: 'e', value: 1, directory: directory('/a'), ttl: 1050 })),
  );
  await store.flush();
  nowMs += 50_000;
  const ended = await storeOf().find({ ...lookupKey, name: 'e' });
  nowMs += 50_000;
  const inTime = await storeOf().find(lookupKey);
  nowMs += 1;

  expect([ended, inTime?.item?.value, await storeOf().find(lookupKey)]).toEqual([undefined, 1, undefined]);
});

describe('a file that cannot be trusted', () => {
  it.each<[string, () => LastKnownGoodStore | Promise<LastKnownGoodStore>, string]>([
    ['sealed with another key', () => storeOf({}, new Uint8Array(32).fill(1)), 'it is sealed with another key'],
    ['of another service', () => storeOf({ environ: '/billing/prod' }), 'it belongs to another service or environment'],
    [
      'damaged',
      async () => {
        const content = await readFile(file);
        await writeFile(file, content.subarray(0, -3));
        return storeOf();
      },
      'it is damaged, or not a file of last known good answers',
    ],
    [
      'readable by others',
      async () => {
        await chmod(file, 0o644);
        return storeOf();
      },
      'others may use it (mode 644); make it 600',
    ],
  ])('because it is %s gives nothing, and is named', async (_, open, reason) => {
    await written();
    const store = await open();

    expect([await store.find(lookupKey), await store.find(lookupKey)]).toEqual([undefined, undefined]);
    expect(warnings).toEqual([['last-good.refused', { file, reason, consequence: 'it gives no answer' }]]);
  });

  it('because it cannot be read gives nothing, and is named', async () => {
    const store = storeOf({ settings: { file: folder, key: new Uint8Array(32) } });

    expect(await store.find(lookupKey)).toBeUndefined();
    expect(warnings).toMatchObject([['last-good.refused', { file: folder, reason: 'it is not a regular file' }]]);
  });

  it('because it has other chains only gives nothing, and is named', async () => {
    await written();

    expect(await storeOf().find({ ...lookupKey, chain: 'other' })).toBeUndefined();
    expect(warnings).toMatchObject([
      ['last-good.refused', { reason: 'it has only answers of other providers or directories' }],
    ]);
  });

  it.each([
    ['with another key', { key: new Uint8Array(32).fill(1) }],
    ['damaged', { content: 'no such file' }],
  ])(
    'because it is %s is replaced by a new one',
    async (_, { key, content }: { key?: Uint8Array; content?: string }) => {
      await written();
      if (content !== undefined) await writeFile(file, content);
      const store = storeOf({}, key);
      store.keep({ ...lookupKey, name: 'y' }, good(item('y', 'new')));
      await store.flush();

      expect((await storeOf({}, key).find({ ...lookupKey, name: 'y' }))?.item?.value).toBe('new');
    },
  );

  it('because it is of another service is left as it is', async () => {
    await written();
    const before = await readFile(file);
    const store = storeOf({ environ: '/billing/prod' });
    store.keep(lookupKey, good(item('x', 'of billing')));
    await store.flush();

    expect((await readFile(file)).equals(before)).toBe(true);
    expect(warnings).toMatchObject([
      ['last-good.write-failed', { reason: 'it belongs to another service or environment' }],
    ]);
  });
});

it('reports a failed write, and continues', async () => {
  const store = storeOf({ settings: { file: join(folder, 'no', 'such'), key: new Uint8Array(32) } });
  store.keep(lookupKey, good(item('x', 'hunter2')));
  await store.flush();

  expect((await store.find(lookupKey))?.item?.value).toBe('hunter2');
  expect(warnings).toMatchObject([['last-good.write-failed', { consequence: 'a cold start cannot rely on it' }]]);
  expect(JSON.stringify(warnings)).not.toContain('hunter2');
});
