import { Unavailable } from '../../src/item/directory-listing';
import { ReadHistory } from '../../src/memory/read-history';
import { type Refused, type ReadTerms, RememberedReads } from '../../src/memory/remembered-reads';
import { type Stale } from '../../src/memory/stale';
import { gate, rejection } from '../chain/doubles';

interface Answer {
  readonly text: string;
}

/** Takes every answer for good but those that say no. */
class Reads extends RememberedReads<Answer, Answer> {
  protected override check(answer: unknown): void {
    if ((answer as Answer).text === 'no answer') throw new TypeError('expected an answer');
  }

  protected override judge(
    answer: Answer,
    standIn: (refusal: Unavailable) => Stale<Answer> | undefined,
  ): 'good' | Refused<Answer, Answer> {
    if (answer.text !== 'no') return 'good';
    const refusal = new Unavailable('denied', 'grant it');
    const stale = standIn(refusal);
    return { given: stale ?? answer, refusal, stale: stale?.facts };
  }
}

const down = new Error('down');
let nowMs: number;
let history: ReadHistory<Answer>;
let reads: Reads;
let terms: ReadTerms;

beforeEach(() => {
  nowMs = 0;
  history = new ReadHistory();
  reads = new Reads(history);
  terms = { nowMs: () => nowMs, random: () => 1 - 2 ** -53, failurePauseMs: 1000, standInMs: 10_000 };
});

afterEach(() => {
  // Reads that were given no answer end here.
  reads.abandonUnfinished();
  jest.useRealTimers();
});

const good = (text = 'good'): Answer => ({ text });

/** Reads well, and lets memory expire. */
async function readOnce(answer = good()): Promise<void> {
  await reads.start('/a', Promise.resolve(answer), terms).promise;
  reads = new Reads(history);
}

async function failOnce(error: Error = down): Promise<unknown> {
  return reads.start('/a', Promise.reject(error), terms).promise.catch((thrown: unknown) => thrown);
}

describe('a read that fails', () => {
  it('is forgotten when nothing was ever good', async () => {
    const error = await failOnce();

    expect(error).toBe(down);
    expect([reads.find('/a', terms), reads.known('/a'), reads.atHand('/a', terms)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(history.troubles.get('/a')).toEqual({ state: 'failing', sinceMs: 0, reason: 'Error: down' });
  });

  it('gives what was good last, and says why, when, and until when', async () => {
    await readOnce();
    nowMs = 5000;

    const given = (await failOnce()) as Stale<Answer>;

    expect(given.outcome).toEqual(good());
    expect(given.facts).toEqual({ goodAtMs: 0, untilMs: 10_000, reason: 'Error: down', remedy: undefined });
    expect(reads.find('/a', terms)?.outcome).toBe(given);
    expect(reads.known('/a')).toBeUndefined();
    expect(history.troubles.get('/a')).toMatchObject({ state: 'stale', sinceMs: 5000 });
  });

  it('gives nothing that is too old, or when nothing may stand in', async () => {
    await readOnce();
    const off = await reads.start('/a', Promise.reject(down), { ...terms, standInMs: 0 }).promise.catch(() => 'failed');
    nowMs = 10_000;

    expect([off, await failOnce()]).toEqual(['failed', down]);
  });

  it('is tried again after a pause that grows', async () => {
    await readOnce();
    const dueAfter: number[] = [];
    for (let failure = 0; failure < 3; failure += 1) {
      await failOnce();
      const from = nowMs;
      while (reads.find('/a', terms) !== undefined) nowMs += 100;
      dueAfter.push(nowMs - from);
    }

    expect(dueAfter).toEqual([1000, 2000, 4000]);
  });

  it('fails for good once what was good is too old, also within a pause', async () => {
    await readOnce();
    nowMs = 9900;
    await failOnce();
    nowMs = 10_000;

    expect(reads.find('/a', terms)).toBeUndefined();
  });

  it('is a failure once it has taken a minute, and counts once', async () => {
    jest.useFakeTimers();
    const answer = gate<Answer>();
    const reading = rejection(() => reads.start('/a', answer.promise, terms).promise);

    await jest.advanceTimersByTimeAsync(60_000);
    const error = await reading;
    const pauses = [history.pauses.retryPauseMs('/a', terms)];
    answer.fail(down);
    await jest.advanceTimersByTimeAsync(0);
    pauses.push(history.pauses.retryPauseMs('/a', terms));

    expect(error.message).toBe('no answer within 60000 ms');
    expect(reads.find('/a', terms)).toBeUndefined();
    expect(pauses[1]).toBe(pauses[0]);
  });

  it('that gives an answer after all leaves that for the next time', async () => {
    jest.useFakeTimers();
    const answer = gate<Answer>();
    const reading = rejection(() => reads.start('/a', answer.promise, terms).promise);
    await jest.advanceTimersByTimeAsync(60_000);
    await reading;

    answer.open(good('late'));
    await jest.advanceTimersByTimeAsync(0);

    expect(history.lastGood('/a')?.outcome).toEqual(good('late'));
    expect(history.troubles.size).toBe(0);
  });
});

describe('a source that fails again and again', () => {
  const failTwice = async (): Promise<void> => {
    for (const error of [new Error('first'), new Error('second')]) {
      await failOnce(error);
      reads.tell('/a', error);
    }
  };

  it('is not asked during the pause, and the last failure told', async () => {
    await failTwice();

    const read = reads.find('/a', terms);

    expect(read?.outcome).toBeUndefined();
    await expect(read?.promise).rejects.toMatchObject({ name: 'NotAskedAgain', cause: { message: 'second' } });
    expect(reads.isPaused('/a', terms)).toBe(true);
  });

  it('is not asked by a memory that was reset, either, which is given what was good', async () => {
    await readOnce();
    await failOnce();
    reads = new Reads(history);
    const asksAgain = reads.find('/a', terms);
    history.pauses.tell('/a', down);
    await failOnce(new Error('second'));
    history.pauses.tell('/a', new Error('second'));
    reads = new Reads(history);

    expect(asksAgain).toBeUndefined();
    expect(reads.find('/a', terms)?.outcome).toMatchObject({ outcome: good(), facts: { reason: 'Error: second' } });
  });
});

describe('a refusal', () => {
  it('is remembered when nothing was ever good', async () => {
    const { promise } = reads.start('/a', Promise.resolve(good('no')), terms);

    expect(await promise).toEqual(good('no'));
    nowMs = 1e9;
    expect(reads.find('/a', terms)?.outcome).toEqual(good('no'));
    expect(history.troubles.get('/a')).toEqual({ state: 'refused', sinceMs: 0, reason: 'denied', remedy: 'grant it' });
  });

  it('gives what was good last, and is tried again', async () => {
    await readOnce();

    const given = await reads.start('/a', Promise.resolve(good('no')), terms).promise;
    nowMs = 1000;

    expect(given).toMatchObject({ outcome: good(), facts: { reason: 'denied', remedy: 'grant it' } });
    expect(reads.find('/a', terms)).toBeUndefined();
  });
});

describe('a retry', () => {
  beforeEach(async () => {
    await readOnce();
    await failOnce();
    nowMs = 1000;
    jest.useFakeTimers();
  });

  it('gives what it reads to who comes while it is quick', async () => {
    const answer = gate<Answer>();
    const read = reads.start('/a', answer.promise, terms);
    answer.open(good('new'));

    expect(await read.promise).toEqual(good('new'));
    expect(reads.known('/a')).toEqual(good('new'));
    expect(history.troubles.size).toBe(0);
  });

  it('holds nobody up for longer than a quarter of a second, goes on, and is not begun twice', async () => {
    const answer = gate<Answer>();
    const read = reads.start('/a', answer.promise, terms);
    await jest.advanceTimersByTimeAsync(249);
    const waiting = reads.find('/a', terms)?.outcome;
    await jest.advanceTimersByTimeAsync(1);

    expect(waiting).toBeUndefined();
    expect(await read.promise).toMatchObject({ outcome: good() });
    nowMs = 9000;
    expect(reads.find('/a', terms)).toBe(read);
    answer.open(good('new'));
    await jest.advanceTimersByTimeAsync(0);
    expect(reads.find('/a', terms)?.outcome).toEqual(good('new'));
  });

  it('is waited for when what was good is too old by then', async () => {
    const answer = gate<Answer>();
    reads.start('/a', answer.promise, terms);
    await jest.advanceTimersByTimeAsync(250);
    nowMs = 10_000;

    const read = reads.find('/a', terms);
    answer.open(good('new'));

    expect(read?.outcome).toBeUndefined();
    expect(await read?.promise).toEqual(good('new'));
  });
});

describe('what is at hand', () => {
  it('is what was read, what was good last, or nothing', async () => {
    const nothing = reads.atHand('/a', terms);
    await readOnce();
    const last = reads.atHand('/a', terms);
    const { promise } = reads.start('/a', Promise.resolve(good('new')), terms);
    await promise;

    expect(nothing).toBeUndefined();
    expect(last).toMatchObject({ outcome: good(), facts: { reason: 'Error: no answer within lookupBudgetMs' } });
    expect(reads.atHand('/a', terms)).toEqual(good('new'));
  });

  it('is what the next ones are given, too, while the source is still waited for', async () => {
    await readOnce();
    const read = reads.start('/a', gate<Answer>().promise, terms);
    const before = read.outcome;
    reads.atHand('/a', terms);

    expect(before).toBeUndefined();
    expect(await read.promise).toMatchObject({ outcome: good() });
    expect(reads.find('/a', terms)).toBe(read);
  });
});

describe('reads that are given up', () => {
  it('are forgotten, and what comes of them counts for nothing', async () => {
    const answer = gate<Answer>();
    const { promise } = reads.start('/a', answer.promise, terms);
    const abandoned = reads.abandonUnfinished();
    answer.fail(down);

    expect(abandoned).toBe(true);
    await expect(promise).rejects.toBe(down);
    expect([reads.find('/a', terms), history.troubles.size, reads.isPaused('/a', terms)]).toEqual([
      undefined,
      0,
      false,
    ]);
  });

  it('leave what they served', async () => {
    await readOnce();
    reads.start('/a', gate<Answer>().promise, terms);
    reads.atHand('/a', terms);

    reads.abandonUnfinished();

    expect(reads.find('/a', terms)?.outcome).toMatchObject({ outcome: good() });
    expect(reads.abandonUnfinished()).toBe(false);
  });
});

it('counts what was asked for', async () => {
  await readOnce();
  await failOnce();

  expect(history.requests).toBe(2);
});

it('is not harmed by who listens', async () => {
  const listener = (): never => {
    throw new Error('listener');
  };

  expect(await reads.start('/a', Promise.resolve(good()), terms, listener).promise).toEqual(good());
});
