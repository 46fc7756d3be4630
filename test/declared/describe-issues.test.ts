import { type } from 'arktype';
import { describeIssues } from '../../src/declared/describe-issues';

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
});
