import { inspect } from 'node:util';
import { ConfigError, isConfigError, ProviderError, SettingsValidationError } from '../../src/index';
import { type SettingsProblem } from '../../src/index';

const cause = new ProviderError('ssm', '/orders/prod', 'down');
const problems: readonly SettingsProblem[] = [
  {
    key: 'dbHost',
    name: 'DB_HOST',
    reason: 'missing',
    message: 'missing; looked in env',
    places: [{ provider: 'ssm', outcome: 'not permitted', remedy: 'allow ssm:GetParametersByPath' }],
    fix: 'export DB_HOST=VALUE',
  },
  { key: 'db.port', name: 'DB_PORT', reason: 'failed', message: 'Provider "ssm" failed', cause },
];
const error = new SettingsValidationError(problems, 5);

it('is an error of the library with a code', () => {
  expect(error).toBeInstanceOf(ConfigError);
  expect(isConfigError(error)).toBe(true);
  expect([error.name, error.code]).toEqual(['SettingsValidationError', 'SETTINGS_INVALID']);
});

it('has a line for each problem, what would help, and what to grant', () => {
  expect(error.message).toBe(
    [
      '2 of 5 declared settings cannot be used.',
      '',
      '  dbHost (DB_HOST): missing; looked in env',
      '    export DB_HOST=VALUE',
      '  db.port (DB_PORT): Provider "ssm" failed',
      '',
      '  May be in a place that cannot be read. To read it:',
      '    allow ssm:GetParametersByPath',
      '',
    ].join('\n'),
  );
});

it('has one line for each, whatever names, texts of schemas and commands are in it', () => {
  const hostile = 'a\nb\u202e\u001b';
  const facts = { places: [{ provider: 'ssm', outcome: 'x', remedy: hostile }], fix: hostile };

  const { message } = new SettingsValidationError(
    [{ key: hostile, name: hostile, reason: 'invalid', message: hostile, ...facts }],
    1,
  );

  expect(message.split('\n')).toHaveLength(8);
  expect(message).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u);
});

it('keeps the error of the first source that failed as its cause, and each beside its problem', () => {
  expect(error.cause).toBe(cause);
  expect(error.problems[1]?.cause).toBe(cause);
  expect('cause' in new SettingsValidationError(problems.slice(0, 1), 5)).toBe(false);
});

it('has the problems for machines, and does not print them twice', () => {
  expect(error.problems).toEqual(problems);
  expect(Object.isFrozen(error.problems)).toBe(true);
  expect(inspect(error)).not.toContain('problems');
  expect(JSON.parse(JSON.stringify(error))).toMatchObject({
    code: 'SETTINGS_INVALID',
    problems: [{ key: 'dbHost', fix: 'export DB_HOST=VALUE' }, { key: 'db.port' }],
  });
});
