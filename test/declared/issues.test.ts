import { type } from 'arktype';
import { describeIssues, IssueDescriptions } from '../../src/declared/issues';
import { type SchemaIssue } from '../../src/declared/standard-schema';

it('tells where and what, in one line', () => {
  const issues = [
    { message: 'is\n wrong' },
    { message: 'is wrong', path: ['a', 0, { key: 'b' }] },
    { message: 'is wrong', path: [Symbol('s')] },
  ];

  expect(describeIssues(issues, 'x', false)).toBe('is wrong; at a.0.b: is wrong; at Symbol(s): is wrong');
});

it('tells three, each once, and how many more there are', () => {
  const issues = ['a', 'a', 'b', 'c', 'd', 'e'].map((key) => ({ message: 'no', path: [key] }));

  expect(describeIssues(issues, 'x', false)).toBe('at a: no; at b: no; at c: no; and 2 more');
});

it('tells no more of a message than a line has room for', () => {
  expect(describeIssues([{ message: 'y'.repeat(500) }], 'x', false)).toBe(`${'y'.repeat(200)}...`);
});

it('reads the paths of arktype, whose lists are no plain ones', () => {
  const result = type({ a: 'number' })['~standard'].validate({ a: 'x' });

  expect(describeIssues('issues' in result ? (result.issues ?? []) : [], {}, false)).toMatch(/^at a: a must be/);
  const whole = type('number')['~standard'].validate('x');
  expect(describeIssues('issues' in whole ? (whole.issues ?? []) : [], 'x', false)).toMatch(/^must be/);
});

it('escapes what would begin a line, steer a terminal or turn a line around', () => {
  const issues = [{ message: 'no\u202e\u001b[31m', path: ['a\nb', 'c\u2066'] }];

  expect(describeIssues(issues, 'x', false)).toBe('at a\\nb.c\\u2066: no\\u202e\\u001b[31m');
});

it('shows no path in which the value is', () => {
  const issues = [{ message: 'no', path: ['hosts', 'hunter2', 0, 4711] }];

  expect(describeIssues(issues, { hosts: { hunter2: ['hunter2'] }, port: 4711 }, false)).toBe('at hosts.***.0.***: no');
});

it('takes issues and paths that are none for what they are', () => {
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

describe('the work', () => {
  /** Characters that methods of texts go through, while a function runs. */
  function charactersIn(run: () => unknown): number {
    const methods = ['includes', 'replace', 'replaceAll', 'match', 'toLowerCase', 'slice', 'trim', 'indexOf'] as const;
    let count = 0;
    const spies = methods.map((method) => {
      const original = Reflect.get(String.prototype, method) as (...given: unknown[]) => unknown;
      return jest.spyOn(String.prototype, method as 'trim').mockImplementation(function (this: string, ...given) {
        count += method === 'slice' ? 1 : this.length;
        return original.apply(this, given) as string;
      });
    });
    try {
      run();
    } finally {
      for (const each of spies) each.mockRestore();
    }
    return count;
  }

  const numbers = (count: number): readonly string[] =>
    Array.from({ length: count }, (_, index) => `${10_000 + index}`);
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

describe('of a secret', () => {
  it('tells nothing that the schema says, and no key that the secret has', () => {
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

  it('tells no key of it that is a number, only the index of a list', () => {
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
