import { type } from 'arktype';
import { z } from 'zod';
import { describeIssues, IssueDescriptions } from '../../src/declared/issues';
import { defineSettings, type SchemaIssue, secret, setting } from '../../src/index';
import { rejection } from '../chain/doubles';
import { withoutVariables } from '../config/doubles';
import { fc } from '../setup/fast-check';
import { Service } from './world';

withoutVariables();

it('has the path and the message of each issue, in one line', () => {
  const issues = [
    { message: 'is\n wrong' },
    { message: 'is wrong', path: ['a', 0, { key: 'b' }] },
    { message: 'is wrong', path: [Symbol('s')] },
  ];

  expect(describeIssues(issues, 'x', false)).toBe('is wrong; at a.0.b: is wrong; at Symbol(s): is wrong');
});

it('has three issues, each once, and how many more there are', () => {
  const issues = ['a', 'a', 'b', 'c', 'd', 'e'].map((key) => ({ message: 'no', path: [key] }));

  expect(describeIssues(issues, 'x', false)).toBe('at a: no; at b: no; at c: no; and 2 more');
});

it('shortens a message that is too long for a line', () => {
  expect(describeIssues([{ message: 'y'.repeat(500) }], 'x', false)).toBe(`${'y'.repeat(200)}...`);
});

it('reads the paths of arktype, which are lists of a class of its own', () => {
  const result = type({ a: 'number' })['~standard'].validate({ a: 'x' });

  expect(describeIssues('issues' in result ? (result.issues ?? []) : [], {}, false)).toMatch(/^at a: a must be/);
  const whole = type('number')['~standard'].validate('x');
  expect(describeIssues('issues' in whole ? (whole.issues ?? []) : [], 'x', false)).toMatch(/^must be/);
});

it('escapes line ends, control characters and direction marks', () => {
  const issues = [{ message: 'no\u202e\u001b[31m', path: ['a\nb', 'c\u2066'] }];

  expect(describeIssues(issues, 'x', false)).toBe('at a\\nb.c\\u2066: no\\u202e\\u001b[31m');
});

it('masks keys of a path that are in the value', () => {
  const issues = [{ message: 'no', path: ['hosts', 'hunter2', 0, 4711] }];

  expect(describeIssues(issues, { hosts: { hunter2: ['hunter2'] }, port: 4711 }, false)).toBe('at hosts.***.0.***: no');
});

it('describes issues with invalid messages and paths without them', () => {
  const issues = [
    { message: 7, path: 3 },
    { path: [null, {}, () => 1, 'x'.repeat(50)] },
    Object.defineProperty({}, 'message', {
      get: () => {
        throw new Error('no');
      },
    }),
  ];

  expect(describeIssues(issues as unknown as readonly SchemaIssue[], 'v', false)).toBe(
    `its schema refuses it; at ?.?.?.${'x'.repeat(40)}...: its schema refuses it`,
  );
});

/** Starts to count the characters that methods of texts go through. @returns Ends the count, and gives it. */
function countCharacters(): () => number {
  const methods = ['includes', 'replace', 'replaceAll', 'match', 'toLowerCase', 'slice', 'trim', 'indexOf'] as const;
  let count = 0;
  const spies = methods.map((method) => {
    const original = Reflect.get(String.prototype, method) as (...given: unknown[]) => unknown;
    return jest.spyOn(String.prototype, method as 'trim').mockImplementation(function (this: string, ...given) {
      count += method === 'slice' ? 1 : this.length;
      return original.apply(this, given) as string;
    });
  });
  return () => {
    for (const each of spies) each.mockRestore();
    return count;
  };
}

/** Characters that methods of texts go through, while a function runs. */
function charactersIn(run: () => unknown): number {
  const end = countCharacters();
  try {
    run();
  } finally {
    end();
  }
  return end();
}

const numbers = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `${10_000 + index}`);

describe('the work of a description', () => {
  const issuesOf = (list: readonly string[]): readonly SchemaIssue[] =>
    list.map((text, index) => ({ message: `expected number, received "${text}" +`, path: [index] }));

  it.each([false, true])(
    'grows with the size of the value, not with that times the number of issues (secret: %s)',
    (hidden) => {
      const [small, large] = [500, 5000].map((count) => {
        const list = numbers(count);
        const issues = issuesOf(list).map((each, index) => ({ ...each, path: [`port${index}`] }));
        const value = Object.fromEntries(list.map((text, index) => [`port${index}`, text]));
        return charactersIn(() => describeIssues(issues, value, hidden));
      }) as [number, number];

      expect(small).toBeGreaterThan(0);
      expect(large / small).toBeLessThan(15);
      expect(large).toBeLessThan(25_000 * 1000);
    },
  );

  it('is the same for any number of issues of one value', () => {
    const list = numbers(1000);
    const issues = issuesOf(Array.from({ length: 50_000 }, (_, index) => `${index}`));

    const few = charactersIn(() => describeIssues(issues.slice(0, 1000), list, false));
    const many = charactersIn(() => describeIssues(issues, list, false));

    expect(many).toBeLessThan(1.01 * few);
  });

  it('is bounded for a value of any size', () => {
    const issues = issuesOf(numbers(100));

    const counts = [100_000, 1_000_000].map((length) =>
      charactersIn(() => describeIssues(issues, 'x'.repeat(length), false)),
    );

    expect(Math.max(...counts)).toBeLessThan(10_000);
  });

  it('is not done again for the value that was refused last, as by each reload', () => {
    const list = numbers(1000);
    const describe = new IssueDescriptions().of('db.ports');

    const first = describe(issuesOf(list), list, false);
    const again = charactersIn(() => expect(describe(issuesOf(list), [...list], false)).toBe(first));
    const other = charactersIn(() => describe(issuesOf(list), [...list, 'x'], false));

    expect(again).toBeLessThan(20_000);
    expect(other).toBeGreaterThan(100_000);
    expect(describe([{ message: 'no' }], list, false)).toBe('no');
  });
});

describe('the work of loading settings that a schema refuses', () => {
  /** Lists of texts where numbers are declared: of 8 bytes each, as many as there are issues. */
  const ports = (length: number): string => JSON.stringify(numbers(Math.floor(length / 8)));
  const lengths = { plain: 8 * 1024, secret: 61 * 1024 } as const;

  /** Loads and reloads settings of these lengths. @returns The characters gone through by the load, and by two reloads. */
  async function workOf(plainLength: number, secretLength: number): Promise<readonly number[]> {
    const held: Record<string, string> = { ports: '[1]', keys: '[1]' };
    const service = new Service({ ssm: { '/orders/prod': () => Promise.resolve({ ...held }) } });
    const shape = { ports: setting(z.array(z.number())), keys: secret(z.array(z.number())) };
    return service.run(async () => {
      const loaded = defineSettings(shape, { onError: () => undefined });
      await loaded.load();
      Object.assign(held, { ports: ports(plainLength), keys: ports(secretLength) });
      await service.config.refresh();
      const work: number[] = [];
      for (const run of [() => defineSettings(shape).load(), () => loaded.refresh(), () => loaded.refresh()]) {
        const end = countCharacters();
        const error = await rejection(run).finally(end);
        work.push(end());
        expect(error.message).toMatch(/ports.*expected number[^]*and (at least )?\d+ more/);
      }
      loaded.close();
      return work;
    });
  }

  it('grows with their size alone, by load and by reload, with 8 KB of a setting and 61 KB of a secret', async () => {
    const small = await workOf(lengths.plain / 8, lengths.secret / 8);
    const large = await workOf(lengths.plain, lengths.secret);

    for (const [index, work] of large.entries()) {
      expect(small[index]).toBeGreaterThan(0);
      expect(work / (small[index] ?? 0)).toBeLessThan(16);
      expect(work).toBeLessThan(200 * (lengths.plain + lengths.secret));
    }
  });

  it('is less by a reload that brings the same values again', async () => {
    const [, first = 0, second = 0] = await workOf(lengths.plain, lengths.secret);

    expect(second).toBeLessThan(first / 2);
  });
});

describe('the description of a secret', () => {
  it('has no message of the schema, and no key of the secret', () => {
    const issues = [
      { message: 'received hunter2', path: ['password'] },
      { message: 'hunter2', path: ['Hunter2', 3] },
      { message: 'x', path: ['user', 'name'] },
    ];

    expect(describeIssues(issues, '{"hunter2":[],"user":{}}', true)).toBe(
      'at password: its schema refuses it; at ***.3: its schema refuses it; at ***.name: its schema refuses it',
    );
    expect(describeIssues(issues, { hunter2: [], user: {} }, true)).toContain('at ***.name');
  });

  it('has no key of the secret that is a number, only indexes of lists', () => {
    const issues = [
      { message: 'x', path: ['4711', 'list', 1] },
      { message: 'x', path: [4711] },
      { message: 'x', path: ['list', 0, 47] },
    ];

    expect(describeIssues(issues, { 4711: { list: [1, 2] } }, true)).toBe(
      'at ***.***.1: its schema refuses it; at ***: its schema refuses it; at ***.0.***: its schema refuses it',
    );
  });
});

/** Gives the message of an issue as it is described. */
function masked(message: string, value: unknown): string {
  return describeIssues([{ message }], value, false);
}

describe('the message of an issue', () => {
  it.each([
    [
      'Invalid type: Expected number but received "hunter2"',
      'hunter2',
      'Invalid type: Expected number but received "***"',
    ],
    ['Invalid URL: Received "hunter2"', '  hunter2\n', 'Invalid URL: Received "***"'],
    ['Invalid: Received "HUNTER2"', 'hunter2', 'Invalid: Received "***"'],
    ['must be a URL (was "h\\"unter2")', 'h"unter2', 'must be a URL (was "***")'],
    ['Unexpected token, ..."ey: "hunt"... is no JSON', '{"key: "hunter2"}', 'Unexpected token, ..."***"... is no JSON'],
    ['Unexpected token, ..."+\' \\ "?"... is no JSON', 'x+\' \\ "?"{', 'Unexpected token, ..."***... is no JSON'],
    ['received "İX\n Y"', 'İX\n Y', 'received "***"'],
    ['Expected <=1 but received "b"', 'a,b,c', 'Expected <=1 but received "***"'],
    ['Expected <=3 but received 12345', 12345, 'Expected <=3 but received ***'],
    ['must be positive (was -5)', -5, 'must be positive (was ***)'],
    ['no such host: db', ['db', { a: 'x' }], 'no such host: ***'],
    ['received #$%!', '#$%!', 'received ***'],
    ['received 12345678901234567890', 12345678901234567890n, 'received ***'],
  ])('without the value: %s', (message, value, line) => {
    expect(masked(message, value)).toBe(line);
  });

  it.each([
    ['Invalid input: expected number, received string', 'not-a-number'],
    ['Invalid option: expected one of "debug"|"info"|"warning"', 'warn'],
    ['Too small: expected number to be >0', '0'],
    ['Too big: expected number to be <=10', '10.5'],
    ['must be more than 3', 3],
    ['Invalid input: expected boolean, received string', 'maybe, in the future'],
    ['Invalid input', ''],
    ['Invalid key: "newCheckout"', { newCheckout: 'x' }],
  ])('with all but the value: %s (%p)', (message, value) => {
    expect(masked(message, value)).toBe(message);
  });

  it('has no text of the value, however it is quoted', () => {
    const canary = fc.string({ minLength: 8, maxLength: 30, unit: 'binary' }).filter((text) => text.trim().length >= 8);
    const quotes = fc.constantFrom(
      (text: string) => text,
      (text: string) => text.trim(),
      (text: string) => JSON.stringify(text),
      (text: string) => `"${text}"`,
    );

    fc.assert(
      fc.property(canary, quotes, fc.boolean(), (text, quote, isNested) => {
        const value = isNested ? { a: [text] } : text;

        const line = masked(`Invalid: received ${quote(text)}.`, value);

        expect(line).not.toContain(text);
        expect(line).not.toContain(text.trim());
      }),
    );
  });
});

it('has no piece of a value between many quotes, however often the library escapes them', () => {
  const value = `/""'"+"/+" '\\T/\\'+\\E+'8"`;
  const once = JSON.stringify(value).slice(1, -1);

  for (const quoted of [value, once, JSON.stringify(once).slice(1, -1), once.replaceAll('\\\\', '\\\\\\\\')])
    expect(masked(`must be "a" (was {"key":"${quoted}"})`, { key: value })).toMatch(
      /^must be "a" \(was \{"key":"\*\*\*"\}\)$/,
    );
});

describe('the key in a path', () => {
  it.each<[string, string, unknown, boolean, boolean]>([
    ['is a value', 'hunter2', ['hunter2'], false, true],
    ['is a part of a value', 'Hunter', { a: 'x-hunter2' }, false, true],
    ['has a value in it', 'no-hunter2-here', { a: 'hunter2' }, false, true],
    ['has a piece of a value in it', '["hunter2-an', { a: 'x["hunter2-and more' }, false, true],
    ['is a number in the value', '4711', { a: [4711] }, false, true],
    ['is a key of a plain value', 'port', { port: 'x' }, false, false],
    ['is a key of a secret', 'port', { port: 'x' }, true, true],
    ['is a number, and a key of a secret', '12', { '12345': 1 }, true, true],
    ['is not in the value', 'password', { port: 'x' }, true, false],
  ])('that %s is masked, or not: %s', (_, key, value, keysToo, isMasked) => {
    const text = keysToo ? 'its schema refuses it' : 'no';

    expect(describeIssues([{ message: 'no', path: [key] }], value, keysToo)).toBe(
      `at ${isMasked ? '***' : key}: ${text}`,
    );
  });
});

it('masks the values in maps, lists, sets and bytes', () => {
  const data = {
    key: ['abcd', null, true],
    set: new Set(['efgh']),
    bytes: Uint8Array.from(Buffer.from('ijkl')),
    none: '',
  };

  expect(masked('key abcd efgh ijkl aWprbA== set', data)).toBe('key *** *** *** *** set');
});

it('repeats no message and no key for a value that is too long to be searched for', () => {
  const described = (length: number): string =>
    describeIssues([{ message: 'ok', path: ['ok'] }], 'x'.repeat(length), false);

  expect(described(65_536)).toBe('at ok: ok');
  expect(described(65_537)).toBe('at ***: its schema refuses it');
});

it('leaves no piece of the value where it cuts a long message', () => {
  const value = `cnry+${'/'.repeat(20)}`;

  for (let length = 370; length < 400; length += 1) {
    const line = masked(`y${' '.repeat(length - 1)}${value} and more`, value);

    expect(line).toMatch(/^y .*\.\.\.$/);
    expect(line).not.toMatch(/cn?r?y?|\//);
  }
});
