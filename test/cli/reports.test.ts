import { describeCall, describeChanges } from '../../src/cli/reports';
import { type SeedChanges } from '../../src/testing';

const none = { added: 0, changed: 0, removed: 0 };
const unchanged: SeedChanges = {
  parameters: none,
  secrets: none,
  tables: none,
  rows: none,
  kmsKeys: none,
  configurations: none,
};

describe('describeChanges', () => {
  it.each<[Partial<SeedChanges>, string]>([
    [{}, 'nothing to change'],
    [{ parameters: { added: 1, changed: 0, removed: 0 } }, '1 parameter added'],
    [{ rows: { added: 0, changed: 0, removed: 2 } }, '2 rows removed'],
    [
      {
        kmsKeys: { added: 1, changed: 0, removed: 1 },
        secrets: { added: 3, changed: 1, removed: 2 },
        tables: { added: 0, changed: 1, removed: 0 },
        configurations: { added: 0, changed: 2, removed: 0 },
      },
      '3 secrets added, 1 changed, 2 removed; 1 table changed; 1 KMS key added, 1 removed; 2 configurations changed',
    ],
  ])('counts %j', (changes, text) => {
    expect(describeChanges({ ...unchanged, ...changes })).toBe(text);
  });
});

describe('describeCall', () => {
  const call = { service: 'ssm', operation: 'GetParameter', body: { Name: '/a' }, startedAtMs: 10 } as const;

  it.each([
    [{ outcome: 'ok', status: 200, endedAtMs: 12.4 } as const, 'ssm GetParameter 200 2 ms'],
    [
      { outcome: 'error', status: 400, error: 'ParameterNotFound', endedAtMs: 10.1 } as const,
      'ssm GetParameter 400 ParameterNotFound 0 ms',
    ],
    [{ outcome: 'aborted', endedAtMs: 40 } as const, 'ssm GetParameter aborted 30 ms'],
    [{ operation: '', outcome: 'ok', status: 200, endedAtMs: 10 } as const, 'ssm no operation 200 0 ms'],
    [{}, 'ssm GetParameter aborted 0 ms'],
  ])('tells %j', (end, text) => {
    expect(describeCall({ ...call, ...end })).toBe(text);
  });
});
