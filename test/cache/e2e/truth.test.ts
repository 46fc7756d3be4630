import { config, DynamoCacher } from '../../../src/index';
import { type SettingsValues } from '../../../src/settings/settings-values';
import { type LocalAws } from '../../../src/local-aws/local-aws';
import { startMs, TestClock } from '../doubles';
import { FleetProcess, type ProcessOptions } from '../fleet-process';
import { pythonRow, startSeconds, table } from '../rows';
import { AnswerGate } from './answer-gate';
import { putRows, rowsOf, startOrdersAws } from './orders-aws';

const minutes = 60;
let aws: LocalAws;
let started: FleetProcess[];
let clocks: TestClock[];
/** Keeps the listings of parameters back from the processes that ask through it. */
let gate: AnswerGate;

beforeEach(async () => {
  aws = await startOrdersAws();
  gate = await AnswerGate.start(aws.url, /^GetParametersByPath$/);
  started = [];
  clocks = [];
});

afterEach(async () => {
  gate.open();
  await Promise.all(started.map((each) => each.close()));
  await gate.close();
  await aws.close();
});

/** Starts a process whose clock is off. */
function startProcess(
  skewMinutes = 0,
  settings: Partial<SettingsValues> = {},
  more: ProcessOptions = {},
): FleetProcess {
  const passed = (clocks[0]?.nowMs() ?? startMs) - startMs;
  if (clocks.length === 0) clocks.push(new TestClock(startMs));
  const clock = new TestClock(startMs + passed + skewMinutes * 60_000);
  clocks.push(clock);
  const process = new FleetProcess(aws, { clock, settings: { refreshLease: false, ...settings }, ...more });
  started.push(process);
  return process;
}

/** Starts a process that gets its listings of parameters when the gate is opened. */
function startSlowProcess(): FleetProcess {
  return startProcess(0, {}, { clients: { endpoint: gate.url } });
}

/** Lets time pass, for every process alike. */
function pass(seconds: number): void {
  for (const each of clocks) each.advance(seconds);
}

async function answerOf(process: FleetProcess, name: string): Promise<unknown> {
  const value = await process.get(name);
  await process.flush();
  return value;
}

/** Empties the partition as the library does. */
async function clearOurs(): Promise<void> {
  const operator = startProcess();
  await operator.run(() => DynamoCacher.grab().clear({ environ: '/orders/prod' }));
}

/** Empties it as the Python library and the console do: the generation goes, too. */
async function clearAll(): Promise<void> {
  await aws.clearTable(table);
}

describe('a process with older memory', () => {
  const clearings: readonly (readonly [string, () => Promise<void>])[] = [
    ['clear()', clearOurs],
    ['the deletion of all rows', clearAll],
  ];
  const skews = [
    [0, 0],
    [10, 0],
    [-10, 0],
    [0, 10],
    [0, -10],
    [10, -10],
    [-10, 10],
  ] as const;
  const cases = clearings.flatMap(([clearing, clear]) =>
    skews.flatMap(([old, young]) => [15, 60].map((memory) => ({ clearing, clear, old, young, memory }))),
  );

  test.each(cases)(
    'of $memory minutes overwrites nothing that others wrote after $clearing, with clocks $old and $young minutes off',
    async ({ clear, old, young, memory }) => {
      const elder = startProcess(old, { internalCacheExpirationMinutes: memory });
      await answerOf(elder, 'db_host');
      pass(5 * minutes);
      aws.putParameter('/orders/prod/added', 'new');
      aws.putParameter('/orders/all/pool_size', '40');
      await clear();
      const younger = startProcess(young);
      expect(await answerOf(younger, 'added')).toBe('new');
      expect(await answerOf(younger, 'pool_size')).toBe('40');
      pass(5 * minutes);

      // It may answer from what it remembers, and keep that to itself.
      expect(await answerOf(elder, 'added')).toBeUndefined();
      expect(await answerOf(elder, 'pool_size')).toBe('20');

      const next = startProcess();
      expect(await answerOf(next, 'added')).toBe('new');
      expect(await answerOf(next, 'pool_size')).toBe('40');
    },
  );

  test('writes the time of the read, which is before the source was asked', async () => {
    const clock = new TestClock();
    const process = startProcess(0, {}, { clock, clients: { endpoint: gate.url } });
    const asked = process.get('db_host');
    await gate.keepsAnswers(4);
    clock.advance(2);
    gate.open();
    await asked;
    await process.flush();

    const [row] = await rowsOf(aws, 'db_host');
    expect(Number(row?.['xcon_read']?.N)).toBe(startMs);
    expect(row?.['created_at']?.S).toBe('2026-03-01T12:00:02.000+00:00');
  });

  test.each([
    ['as old as a lookup may be, and 5 s more, is not', 35, []],
    ['younger is', 31, ['nope']],
  ])('an answer that is %s written', async (_, seconds, expected) => {
    const process = startProcess(0, { lookupBudgetMs: 30_000 });
    await answerOf(process, 'db_host');
    pass(seconds);

    await answerOf(process, 'nope');

    expect((await rowsOf(aws, 'nope')).map((row) => row['real_name']?.S)).toEqual(expected);
  });

  test('writes nothing when its clock was set back meanwhile', async () => {
    const process = startProcess();
    await answerOf(process, 'db_host');
    pass(-10 * minutes);

    await answerOf(process, 'nope');

    expect(await rowsOf(aws, 'nope')).toEqual([]);
  });
});

describe('a lookup under way', () => {
  test('during clear() leaves no row that others use', async () => {
    const slow = startProcess();
    await answerOf(slow, 'nope');
    await aws.clearTable(table);
    const looking = answerOf(startSlowProcess(), 'pool_size');
    await gate.keepsAnswers(4);
    aws.putParameter('/orders/all/pool_size', '40');
    await clearOurs();
    gate.open();
    expect(await looking).toBe('20');

    expect(await answerOf(startProcess(), 'pool_size')).toBe('40');
  });

  test('in the process that clears writes nothing', async () => {
    const process = startSlowProcess();
    const looking = process.get('pool_size');
    await gate.keepsAnswers(4);
    await process.run(() => DynamoCacher.grab().clear());
    gate.open();
    await looking;
    await process.flush();

    expect(await rowsOf(aws, 'pool_size')).toEqual([]);
  });
});

describe('a row that this process has seen', () => {
  const early = { ttl: { N: `${startSeconds + 60}` }, created_at: { S: '2026-03-01T00:00:00.000+00:00' } };

  test('is replaced', async () => {
    await putRows(aws, [pythonRow({ ...early, value: { S: 'db.internal' } })]);

    await answerOf(startProcess(), 'db_host');

    const [row, ...others] = await rowsOf(aws, 'db_host');
    expect(Number(row?.['ttl']?.N)).toBeGreaterThan(startSeconds + 3600);
    expect(others).toEqual([]);
  });

  test('is left alone when another process has replaced it meanwhile', async () => {
    await putRows(aws, [pythonRow({ ...early, value: { S: 'old' } })]);
    const looking = answerOf(startSlowProcess(), 'db_host');
    await gate.keepsAnswers(4);
    await putRows(aws, [pythonRow({ value: { S: 'newer' }, created_at: { S: '2026-03-01T12:00:00.500+00:00' } })]);
    gate.open();

    expect(await looking).toBe('db.internal');

    expect((await rowsOf(aws, 'db_host')).map((row) => row['value']?.S)).toEqual(['newer']);
  });

  test('is not overwritten where another process has added the name meanwhile', async () => {
    await putRows(aws, [pythonRow({ real_name: { S: 'region' } })]);
    aws.deleteParameter('/orders/prod/db_host');
    aws.deleteParameter('/orders/all/db_host');
    const looking = answerOf(startSlowProcess(), 'db_host');
    await gate.keepsAnswers(4);
    await putRows(aws, [pythonRow({ value: { S: 'newer' } })]);
    gate.open();

    expect(await looking).toBeUndefined();

    expect((await rowsOf(aws, 'db_host')).map((row) => row['value']?.S)).toEqual(['newer']);
  });
});

describe('clear()', () => {
  test('leaves a generation where there was none, and rows without one are not used from then on', async () => {
    await answerOf(startProcess(), 'pool_size');
    await clearOurs();
    expect((await aws.rows(table)).map((row) => row['real_name']?.S)).toEqual(['~xcon-gen']);

    await putRows(aws, [pythonRow({ real_name: { S: 'pool_size' }, value: { S: 'unmarked' } })]);

    expect(await answerOf(startProcess(), 'pool_size')).toBe('20');
    const [row] = await rowsOf(aws, 'pool_size');
    expect(row?.['xcon_gen']).toEqual((await rowsOf(aws, '~xcon-gen'))[0]?.['xcon_gen']);
  });

  test('of one name does so for that name alone', async () => {
    await answerOf(startProcess(), 'pool_size');
    await startProcess().run(() => DynamoCacher.grab().clear({ environ: '/orders/prod', name: 'POOL_SIZE' }));

    await putRows(aws, [
      pythonRow({ real_name: { S: 'pool_size' }, value: { S: 'unmarked' } }),
      pythonRow({ real_name: { S: 'db_host' }, value: { S: 'unmarked' } }),
    ]);

    const next = startProcess();
    expect([await answerOf(next, 'db_host'), await answerOf(next, 'pool_size')]).toEqual(['unmarked', '20']);
  });
});

test('a refresh past the cache marks its rows with the generation, so that others use them', async () => {
  await clearOurs();
  const process = startProcess();
  await process.run(() => config.refresh({ pastCache: true }));
  await answerOf(process, 'pool_size');
  aws.calls.clear();

  expect(await answerOf(startProcess(), 'pool_size')).toBe('20');

  expect(aws.calls.count('GetParametersByPath')).toBe(0);
});
