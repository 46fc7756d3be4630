import { inspect } from 'node:util';
import { type } from 'arktype';
import * as v from 'valibot';
import { z } from 'zod';
import {
  type Declaration,
  defineSettings,
  InvalidSettingsError,
  secret,
  Secret,
  setting,
  type SettingsShape,
} from '../../src/index';

const declarationsOf = (shape: SettingsShape): readonly Declaration[] => defineSettings(shape).declarations;

it('declares a setting without options', () => {
  expect(declarationsOf({ dbHost: setting() })).toEqual([
    {
      path: ['dbHost'],
      key: 'dbHost',
      name: 'DB_HOST',
      kind: 'setting',
      schema: undefined,
      default: undefined,
      optional: false,
      sources: undefined,
      directories: undefined,
      secretId: undefined,
      jsonField: undefined,
      emptyAsMissing: false,
      description: undefined,
    },
  ]);
});

it('declares a setting with every option', () => {
  const schema = z.string();
  const options = { optional: true, sources: ['ssm'], directories: ['/orders/{environment}/'], emptyAsMissing: true };
  const [declaration] = declarationsOf({
    login: secret('LOGIN', schema, { ...options, default: 'x', json: 'password', description: 'To log in' }),
  });

  expect(declaration).toMatchObject({ name: 'LOGIN', kind: 'secret', sources: ['ssm'], secretId: undefined });
  expect(declaration).toMatchObject({ jsonField: 'password', emptyAsMissing: true, optional: true });
  expect(declaration?.schema).toBe(schema);
  expect(declaration?.directories?.map(String)).toEqual(['/orders/{environment}']);
  expect(declaration?.description).toBe('To log in');
});

it('reads an id as that of a parameter, or of a secret, by kind and sources', () => {
  const declared = declarationsOf({
    a: secret({ id: 'rds!db' }),
    b: secret({ id: 'rds!db', sources: ['secrets', 'env'] }),
    c: secret({ id: '/shared/x', sources: ['ssm'] }),
    d: setting({ id: '/shared/x' }),
  });

  expect(declared.map(({ secretId, parameterId }) => [secretId, parameterId])).toEqual([
    ['rds!db', undefined],
    ['rds!db', undefined],
    [undefined, '/shared/x'],
    [undefined, '/shared/x'],
  ]);
});

it('declares a bare schema as a setting', () => {
  const poolSize = z.coerce.number();
  const level = type('string');

  const declared = declarationsOf({ poolSize, log: { level } });

  expect(declared.map(({ name, kind, schema }) => [name, kind, schema])).toEqual([
    ['POOL_SIZE', 'setting', poolSize],
    ['LOG_LEVEL', 'setting', level],
  ]);
});

it('wraps the default of a secret', () => {
  const [plain, hidden] = declarationsOf({ a: setting({ default: 'x' }), b: secret({ default: 'hunter2' }) });

  expect(plain?.default).toBe('x');
  expect(hidden?.default).toBeInstanceOf(Secret);
  expect(JSON.stringify(hidden)).not.toContain('hunter2');
});

it('accepts a name, a schema and options, or any of them', () => {
  const schema = z.string();
  const declared = declarationsOf({
    all: setting('A', schema, { description: 'd' }),
    noOptions: setting('A', schema),
    noName: setting(schema, { description: 'd' }),
    schemaOnly: setting(schema),
    noSchema: setting('A', { description: 'd' }),
    nameOnly: setting('A'),
    optionsOnly: setting({ description: 'd' }),
    nothing: secret(),
  });

  expect(declared.map(({ name, schema: given, description }) => [name, given === schema, description])).toEqual([
    ['A', true, 'd'],
    ['A', true, undefined],
    ['NO_NAME', true, 'd'],
    ['SCHEMA_ONLY', true, undefined],
    ['A', false, 'd'],
    ['A', false, undefined],
    ['OPTIONS_ONLY', false, 'd'],
    ['NOTHING', false, undefined],
  ]);
});

it.each([
  ['zod', z.string()],
  ['valibot', v.string()],
  ['arktype', type('string')],
])('accepts a schema of %s', (_, schema) => {
  expect(declarationsOf({ x: setting(schema) })[0]?.schema).toBe(schema);
});

it('declares settings of groups, in the order in which they were written', () => {
  const declared = declarationsOf({ db: { host: setting(), pool: { maxSize: setting() } }, x: secret() });

  expect(declared.map(({ key, name, path }) => [key, name, path.length])).toEqual([
    ['db.host', 'DB_HOST', 2],
    ['db.pool.maxSize', 'DB_POOL_MAX_SIZE', 3],
    ['x', 'X', 1],
  ]);
});

it.each([
  ['a text', { x: 'X' }, '"x" is neither a setting'],
  ['undefined', { x: undefined }, '"x" is neither a setting'],
  ['a list', { x: [setting()] }, '"x" is neither a setting'],
  ['a key with a dot', { 'a.b': setting() }, 'has a dot'],
  ['an empty key', { '': setting() }, 'is empty'],
  ['an empty name', { x: setting('') }, '"x" has an empty name'],
  ['a relative directory', { x: setting({ directories: ['orders'] }) }, 'Directory "orders"'],
  ['an unknown option', { x: setting({ source: ['ssm'] } as object) }, '"x" has an option "source", which a setting'],
  ['an option of secrets', { x: setting({ json: 'a' } as object) }, '"x" has an option "json", which a setting'],
  [
    'a relative id of a parameter',
    { x: setting({ id: 'a/b' }) },
    '"x" has an "id" that is no full name of a parameter',
  ],
  ['a name with a slash', { x: setting('/a/b') }, '"x" has a name with a slash'],
  ['an inherited name', { x: secret({ toString: 1 } as object) }, '"x" has an option "toString"'],
  ['an empty id', { db: { x: secret({ id: '' }) } }, '"db.x" has an option "id" that is not a full name'],
  ['an empty field', { x: secret({ json: '' }) }, '"x" has an option "json" that is not'],
  ['a source alone', { x: setting({ sources: 'ssm' } as object) }, '"x" has an option "sources" that is not a list'],
  ['a directory alone', { x: setting({ directories: '/a' } as object) }, '"x" has an option "directories"'],
  [
    'a text for a boolean',
    { x: setting({ optional: 'no' } as object) },
    '"x" has an option "optional" that is not true',
  ],
  ['no shape', undefined, 'defineSettings: expected an object of settings'],
  ['a setting for a shape', setting(), 'defineSettings: expected an object of settings'],
  ['a list for a shape', [setting()], 'defineSettings: expected an object of settings'],
])('refuses %s', (_, shape, problem) => {
  expect(() => declarationsOf(shape as unknown as SettingsShape)).toThrow(problem);
});

it.each<readonly unknown[]>([[5], [null], ['X', 5], ['X', 'Y'], [[]], [{}, z.string()], ['X', {}, {}]])(
  'refuses arguments that are not a name, a schema and options: %j',
  (...given) => {
    const declare = setting as (...given: readonly unknown[]) => unknown;

    expect(() => declare(...given)).toThrow(InvalidSettingsError);
  },
);

it('ignores options that are undefined', () => {
  const given = { optional: undefined, id: undefined, sources: undefined } as object;

  expect(declarationsOf({ x: secret(given) })[0]).toMatchObject({ optional: false, secretId: undefined });
});

it('gives declarations that cannot be changed', () => {
  const sources = ['ssm'];
  const [declaration] = declarationsOf({ x: setting({ sources }) });
  sources.push('env');

  expect(declaration?.sources).toEqual(['ssm']);
  expect(() => Object.assign(declaration ?? {}, { name: 'Y' })).toThrow(TypeError);
});

it('never prints the default of a secret, nor that of a secret that is not yet declared', () => {
  const given = secret('X', { default: 'hunter2' });

  expect([inspect(given, { depth: 10, showHidden: true }), JSON.stringify(given)].join()).not.toContain('hunter2');
  expect(declarationsOf({ given })[0]?.default).toEqual(new Secret('hunter2'));
  expect((declarationsOf({ given })[0]?.default as Secret<string>).reveal()).toBe('hunter2');
});

it.each([
  [['poolSize'], 'POOL_SIZE'],
  [['db', 'host'], 'DB_HOST'],
  [['db', 'readReplica', 'maxPoolSize'], 'DB_READ_REPLICA_MAX_POOL_SIZE'],
  [['apiURLBase'], 'API_URL_BASE'],
  [['oauth2Url'], 'OAUTH2_URL'],
  [['useHTTP2'], 'USE_HTTP2'],
  [['DB_HOST'], 'DB_HOST'],
  [['db-host'], 'DB_HOST'],
  [['x'], 'X'],
])('names a setting with the keys %j %s', (path, name) => {
  const shape = path.reduceRight<SettingsShape | undefined>((inner, key) => ({ [key]: inner ?? setting() }), undefined);

  expect(declarationsOf(shape ?? {})[0]?.name).toBe(name);
});

const declared = defineSettings({ host: setting(), db: { password: secret({ default: 'hunter2' }) } });

it('prints the declared names and no value', () => {
  expect(inspect(declared)).toBe('DeclaredSettings(HOST, DB_PASSWORD)');
  expect(JSON.stringify(declared)).toBe('{"host":"HOST","db.password":"DB_PASSWORD"}');
});
