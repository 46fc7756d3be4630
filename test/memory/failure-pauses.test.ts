import { FailurePauses, forgetOldest, NotAskedAgain, type PauseTerms } from '../../src/memory/failure-pauses';

const down = new Error('down');
let nowMs: number;
let pauses: FailurePauses;
const terms: PauseTerms = { nowMs: () => nowMs, random: () => 0.5, failurePauseMs: 1000 };

beforeEach(() => {
  nowMs = 0;
  pauses = new FailurePauses();
});

/** Asks for keys at the same time, and fails. */
function failRound(...keys: readonly string[]): void {
  const { round } = pauses;
  for (const key of keys) pauses.fail(key, down, round, terms);
}

function failAndTell(key: string, error = new Error('down')): void {
  pauses.fail(key, error, pauses.round, terms);
  pauses.tell(key, error);
}

describe('a key that failed', () => {
  it('is not asked in advance until the pause is over, which is spread over the upper half of the setting', () => {
    failRound('/a');

    expect([0, 749, 750].map((at) => pauses.isPaused('/a', at))).toEqual([true, true, false]);
    expect(pauses.isPaused('/b', 0)).toBe(false);
  });

  it('is asked by who needs it when nobody, or one lookup, was told of a failure', () => {
    failRound('/a');
    const untold = pauses.find('/a', 0);
    pauses.tell('/a', down);

    expect([untold, pauses.find('/a', 0)]).toEqual([undefined, undefined]);
  });

  it('is not asked from the second failure told in a row, until the pause is over', () => {
    failAndTell('/a');
    const second = new Error('still down');
    failAndTell('/a', second);

    const found = pauses.find('/a', 749);

    expect(found).toBeInstanceOf(NotAskedAgain);
    expect(found?.cause).toBe(second);
    expect(pauses.find('/a', 750)).toBeUndefined();
    expect(pauses.find('/b', 0)).toBeUndefined();
  });

  it('counts as told once, whoever is told of the same failure, and not by telling of the pause', () => {
    failAndTell('/a', down);
    pauses.tell('/a', down);
    pauses.tell('/a', new NotAskedAgain(down));

    expect(pauses.find('/a', 0)).toBeUndefined();
  });

  it('is asked anew after a success', () => {
    failAndTell('/a');
    failAndTell('/a');

    pauses.succeed('/a');

    expect([pauses.isPaused('/a', 0), pauses.find('/a', 0)]).toEqual([false, undefined]);
  });

  it('is never paused when the setting is 0', () => {
    const none = { ...terms, failurePauseMs: 0 };
    for (const error of [new Error('1'), new Error('2'), new Error('3')]) {
      pauses.fail('/a', error, pauses.round, none);
      pauses.tell('/a', error);
    }

    expect([pauses.isPaused('/a', 0), pauses.find('/a', 0)]).toEqual([false, undefined]);
  });

  it('is not known by a telling alone', () => {
    pauses.tell('/a', down);

    expect(pauses.isPaused('/a', 0)).toBe(false);
  });
});

describe('a source', () => {
  it('is left alone as a whole when two rounds in a row fail for several keys', () => {
    failRound('/a', '/b');
    const afterOne = pauses.find('/c', 0);
    failRound('/a');

    expect(afterOne).toBeUndefined();
    expect(pauses.find('/c', 749)?.cause).toBe(down);
    expect(pauses.find('/c', 750)).toBeUndefined();
  });

  it('is not left alone for one key that fails again and again', () => {
    for (let round = 0; round < 5; round += 1) failRound('/a');

    expect(pauses.find('/b', 0)).toBeUndefined();
  });

  it('is not left alone for what was asked at the same time', () => {
    failRound('/a', '/b', '/c');

    expect(pauses.find('/d', 0)).toBeUndefined();
  });

  it('is asked again as soon as anything succeeds', () => {
    failRound('/a', '/b');
    failRound('/a', '/b');

    pauses.succeed('/c');

    expect(pauses.find('/d', 0)).toBeUndefined();
  });
});

describe('the pause before a retry', () => {
  it('doubles with each failure or refusal in a row, up to a minute, and is spread', () => {
    const seen: number[] = [];
    for (let count = 0; count < 8; count += 1) {
      if (count % 2 === 0) failRound('/a');
      else pauses.refuse('/a');
      seen.push(pauses.retryPauseMs('/a', { ...terms, random: () => 0 }));
    }

    expect(seen).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
    expect(pauses.retryPauseMs('/a', { ...terms, random: () => 1 - 2 ** -53 })).toBeCloseTo(60_000);
  });

  it('keeps nobody from asking after a refusal', () => {
    pauses.refuse('/a');

    expect([pauses.isPaused('/a', 0), pauses.find('/a', 0)]).toEqual([false, undefined]);
  });

  it('begins anew after a success', () => {
    failRound('/a');
    failRound('/a');
    pauses.succeed('/a');
    failRound('/a');

    expect(pauses.retryPauseMs('/a', terms)).toBe(750);
  });
});

it('forgets the oldest keys when there are more than ten thousand', () => {
  for (let key = 0; key <= 10_000; key += 1) failRound(`k${key}`);

  expect([pauses.isPaused('k0', 0), pauses.isPaused('k1', 0), pauses.isPaused('k10000', 0)]).toEqual([
    false,
    true,
    true,
  ]);
});

it('takes out what was put first, and nothing while there is room', () => {
  const map = new Map([['a', 1]]);

  forgetOldest(map);

  expect([...map.keys()]).toEqual(['a']);
});
