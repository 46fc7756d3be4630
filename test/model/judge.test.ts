import { type Clearing, History, type Place, type Span } from './history';
import { type Answer, Judge, type Lookup, type Mistake, type Reader } from './judge';
import { isSecret } from './profile';

const minute = 60_000;
const hour = 60 * minute;
/** The moment that histories begin at, **milliseconds** since the Unix epoch. */
const startMs = Date.parse('2026-03-01T12:00:00.000Z');
const partition = '/orders/prod';
const writeAgeMs = 15_000;

const places = ['/orders/prod', '/orders/all'].map((directory): Place => ({
  account: 'home',
  source: 'ssm',
  directory,
}));
const [high, low] = places as [Place, Place];
const secrets: Place = { account: 'home', source: 'secrets', directory: '/orders/prod' };
const foreign: Place = { ...high, account: 'foreign' };

let history: History;
let judge: Judge;

beforeEach(() => {
  history = new History();
  judge = judgeOf(false);
});

function judgeOf(hasSealedRows: boolean): Judge {
  return new Judge(history, {
    isSecret,
    hasSealedRows,
    skewMs: 10 * minute,
    writeAgeMs,
    pauseMs: 2 * minute,
    slowMs: 250,
  });
}

/** From a moment to a moment later, in **minutes** after the start. */
function at(from: number, to = from): Span {
  return { fromMs: startMs + from * minute, toMs: startMs + to * minute };
}

function clear(changes: Partial<Clearing> = {}): void {
  history.clear({ partition, leavesGeneration: true, ...at(10, 11), ...changes });
}

function reader(startedMinutes: number, changes: Partial<Reader> = {}): Reader {
  return {
    label: 'P',
    process: '0',
    partition,
    startedMs: at(startedMinutes).fromMs,
    memoryMs: 15 * minute,
    staleMs: hour,
    cacheSecrets: 'reference',
    skewMs: 0,
    ...changes,
  };
}

function found(value: string, changes: Partial<Extract<Answer, { kind: 'found' }>> = {}): Answer {
  return { kind: 'found', value, directory: high.directory, viaCacher: true, stale: false, ...changes };
}

const missing: Answer = { kind: 'missing', stale: false };

/** Judges an answer that a reader was given at a moment, **minutes** after the start. */
function judged(
  who: Reader,
  moment: number,
  answer: Answer,
  changes: Partial<Lookup> = {},
): Mistake['rule'] | undefined {
  const lookup: Lookup = {
    reader: who,
    places,
    chain: 'chain',
    name: 'host',
    span: at(moment),
    tookMs: 5,
    refreshedMs: Number.NEGATIVE_INFINITY,
    pastCache: false,
    isFirst: true,
    answer,
  };
  return judge.judge({ ...lookup, ...changes })?.rule;
}

describe('a row that an older memory has written', () => {
  beforeEach(() => {
    history.put(high, 'host', 'old', at(0));
    history.put(high, 'host', 'new', at(5));
  });

  it('is a mistake for a new process, when the rows were cleared after the change', () => {
    clear();

    expect(judged(reader(12), 12, found('new'))).toBeUndefined();
    expect(judged(reader(22), 22, found('old'))).toBe('too old');
  });

  it('is a mistake also when it says that there is nothing', () => {
    history.put(high, 'port', 'first', at(5));
    clear();

    expect(judged(reader(22), 22, missing, { name: 'port' })).toBe('not missing');
  });

  it('is a mistake without a clear, when a new process was given what is newer before', () => {
    expect(judged(reader(12), 12, found('new'))).toBeUndefined();
    expect(judged(reader(13), 13, found('old'))).toBe('went back');
  });

  it('is none without a clear when a new process is given the same again, however long that is over', () => {
    expect(judged(reader(25), 25, found('old'))).toBeUndefined();
    expect(judged(reader(26), 26, found('old'))).toBeUndefined();
  });

  it('is none for a process that began before the clear, until its memory is over', () => {
    clear();

    expect(judged(reader(9), 22, found('old'))).toBeUndefined();
    expect(judged(reader(9), 27, found('old'))).toBe('too old');
    expect(judged(reader(9, { memoryMs: hour }), 27, found('old'))).toBeUndefined();
  });

  it('is a mistake for a process that has forgotten what it knew', () => {
    clear();

    expect(judged(reader(9), 13, found('old'), { refreshedMs: at(12).fromMs })).toBe('too old');
  });

  it('is none without a clear for as long as rows live, whatever the clocks say', () => {
    expect(judged(reader(12 * 60), 12 * 60, found('old'))).toBeUndefined();
    expect(judged(reader(13 * 60), 13 * 60, found('old'))).toBe('too old');
  });

  it('is none when the rows of another partition or name were cleared', () => {
    clear({ partition: '/billing/prod' });
    clear({ name: 'port' });

    expect(judged(reader(22), 22, found('old'))).toBeUndefined();
  });

  it('is a mistake past the cache', () => {
    const pastCache = { pastCache: true, refreshedMs: at(12).fromMs };

    expect(judged(reader(9), 13, found('old'), pastCache)).toBe('too old');
    expect(judged(reader(9), 13, found('new'), pastCache)).toBeUndefined();
  });

  it('may be a few seconds old where rows were deleted past the library, which leaves no generation', () => {
    history.put(high, 'host', 'newest', at(9.9));
    clear({ leavesGeneration: false });

    expect(judged(reader(22), 22, found('new'))).toBeUndefined();
    expect(judged(reader(22), 22, found('old'))).toBe('too old');
  });
});

describe('a value of another account', () => {
  beforeEach(() => {
    history.put(high, 'host', 'of home', at(-60));
    history.put(foreign, 'host', 'of the foreign one', at(-60));
  });

  it('is a mistake, by a row or not, in either direction', () => {
    expect(judged(reader(1), 2, found('of the foreign one'))).toBe('another place');
    expect(judged(reader(1), 2, found('of the foreign one', { viaCacher: false }))).toBe('another place');
    expect(judged(reader(1), 2, found('of home'), { places: [foreign] })).toBe('another place');
    expect(judged(reader(1), 2, found('of the foreign one'), { places: [foreign] })).toBeUndefined();
  });

  it('that it has nothing is a mistake too', () => {
    expect(judged(reader(1), 2, missing)).toBe('not missing');
  });
});

describe('an answer of AWS that leaves a name out', () => {
  beforeEach(() => {
    history.put(high, 'host', 'high', at(-60));
    history.put(low, 'host', 'low', at(-60));
    history.trouble('0', at(2).fromMs);
  });

  it('is no reason for a lower value, nor for a default', () => {
    const lower = found('low', { directory: low.directory, viaCacher: false });

    expect(judged(reader(1), 2, lower)).toBe('a higher place had a value');
    expect(judged(reader(1), 2, missing)).toBe('not missing');
  });

  it('is a reason for an error', () => {
    expect(judged(reader(1), 2, { kind: 'failed', error: 'ProviderError' })).toBeUndefined();
    expect(judged(reader(1, { process: '1' }), 2, { kind: 'failed', error: 'ProviderError' })).toBe(
      'failed without a cause',
    );
  });
});

describe('a lower value', () => {
  const lower = found('low', { directory: low.directory });

  beforeEach(() => {
    history.put(low, 'host', 'low', at(0));
    history.put(high, 'host', 'high', at(20));
  });

  it('is good for as long as rows live after something was put above it', () => {
    expect(judged(reader(30), 30, lower)).toBeUndefined();
    expect(judged(reader(30), 30, { ...lower, viaCacher: false } as Answer)).toBe('a higher place had a value');
    expect(judged(reader(13 * 60), 13 * 60, lower)).toBe('a higher place had a value');
  });

  it('is good for a process that is refused what is above it, and for no other one', () => {
    const end = history.refuse({ process: '0', source: 'ssm', directory: high.directory }, at(12 * 60).fromMs);
    const own = found('low', { directory: low.directory, viaCacher: false });

    expect(judged(reader(13 * 60), 13 * 60, own)).toBeUndefined();
    expect(judged(reader(13 * 60, { process: '1' }), 13 * 60, lower)).toBe('a higher place had a value');
    end(at(14 * 60).fromMs);
    expect(judged(reader(14 * 60 + 1), 14 * 60 + 1, own)).toBe('a higher place had a value');
  });
});

describe('a secret', () => {
  beforeEach(() => {
    history.put(secrets, 'password', 'old', at(0));
    history.put(secrets, 'password', 'new', at(30));
  });

  const inSecrets = { places: [secrets], name: 'password' };

  it('by reference is as new as memory', () => {
    expect(judged(reader(29), 40, found('old'), inSecrets)).toBeUndefined();
    expect(judged(reader(31), 40, found('old'), inSecrets)).toBe('too old');
  });

  it('sealed is at most as old as sealed rows live', () => {
    judge = judgeOf(true);

    expect(judged(reader(50, { cacheSecrets: 'encrypt' }), 50, found('old'), inSecrets)).toBeUndefined();
    expect(judged(reader(60, { cacheSecrets: 'encrypt' }), 60, found('old'), inSecrets)).toBe('too old');
  });
});

describe('a stale value', () => {
  beforeEach(() => {
    for (const moment of [20, 40, 80, 90]) history.trouble('0', at(moment).fromMs);
    history.put(high, 'host', 'old', at(0));
    history.put(high, 'host', 'new', at(10));
  });

  it('is good for the time of stale-if-error after that of memory, in the memory that has read it', () => {
    const stale = found('old', { viaCacher: false, stale: true });

    expect(judged(reader(5), 80, stale)).toBeUndefined();
    expect(judged(reader(5), 90, stale)).toBe('too old');
    expect(judged(reader(11), 20, stale)).toBe('too old');
    expect(judged(reader(5, { staleMs: 0 }), 40, stale)).toBe('too old');
  });

  it('needs something that has failed, or was refused', () => {
    const stale = found('new', { viaCacher: false, stale: true });

    expect(judged(reader(5), 60, stale)).toBe('stale without a cause');
    history.refuse({ process: '0', source: 'ssm' }, at(50).fromMs)(at(55).fromMs);
    expect(judged(reader(5), 60, stale)).toBeUndefined();
    expect(judged(reader(5), 71, stale)).toBe('stale without a cause');
  });
});

it('a value that no place ever held is a mistake', () => {
  expect(judged(reader(1), 1, found('out of nowhere'))).toBe('unknown value');
});

it('a lookup that took long may fail', () => {
  const failed: Answer = { kind: 'failed', error: 'ProviderError' };

  expect(judged(reader(1), 1, failed, { tookMs: 300 })).toBeUndefined();
  expect(judged(reader(1), 1, failed)).toBe('failed without a cause');
});
