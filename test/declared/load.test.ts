import { type } from 'arktype';
import * as v from 'valibot';
import { z } from 'zod';
import {
  defineSettings,
  Directory,
  DirectoryItem,
  type DirectoryItemOptions,
  secret,
  Secret,
  setting,
  type SettingsShape,
  Unavailable,
} from '../../src/index';
import { gate, rejection, unread } from '../chain/doubles';
import { withoutVariables } from '../config/doubles';
import { invalid, load, problemsOf, Service, type Sources, storedSecret } from './world';

withoutVariables();

/** Gives the problems as "key reason: message". */
async function problems(shape: SettingsShape, sources: Sources): Promise<readonly string[]> {
  return (await problemsOf(shape, sources)).map(({ key, reason, message }) => `${key} ${reason}: ${message}`);
}

const prod = (values: Readonly<Record<string, string>>): Sources => ({ ssm: { '/orders/prod': values } });

describe('the loaded settings', () => {
  it('have the declared values, typed, in their groups', async () => {
    const shape = {
      dbHost: setting('DB_HOST'),
      db: { poolSize: setting(z.number()), flags: setting('FLAGS', z.record(z.string(), z.boolean())) },
      level: setting('LOG_LEVEL', { default: 'info' }),
      note: setting({ optional: true }),
    };

    const settings = await load(shape, prod({ db_host: 'db', db_pool_size: '20', flags: '{"a":true}' }));

    expect(settings).toEqual({
      dbHost: 'db',
      db: { poolSize: 20, flags: { a: true } },
      level: 'info',
      note: undefined,
    });
  });

  it('cannot be changed, at any depth', async () => {
    const shape = { db: { hosts: setting('HOSTS', z.array(z.object({ name: z.string() }))) } };
    const settings = await load(shape, prod({ hosts: '[{"name":"a"}]' }));

    expect([settings, settings.db, settings.db.hosts, settings.db.hosts[0]].every(Object.isFrozen)).toBe(true);
  });

  it('have defaults that cannot be changed either, and are copies', async () => {
    const given = { list: ['a'] };

    const settings = await load({ x: setting(z.object({ list: z.array(z.string()) }), { default: given }) }, {});
    given.list.push('b');

    expect(settings).toEqual({ x: { list: ['a'] } });
    expect(() => (settings.x.list as string[]).push('c')).toThrow(TypeError);
  });

  it('are those of the current Config, at the time of the call', async () => {
    const declared = defineSettings({ x: setting() });
    const [one, other] = ['one', 'other'].map((x) => new Service(prod({ x })));

    expect(await one?.run(() => declared.load())).toEqual({ x: 'one' });
    expect(await other?.run(() => declared.load())).toEqual({ x: 'other' });
  });

  it('may have a key like that of every object', async () => {
    const shape = { ['__proto__']: setting('X'), constructor: setting('Y') };

    const settings = await load(shape, prod({ x: '1', y: '2' }));

    expect(Object.entries(settings)).toEqual([
      ['__proto__', '1'],
      ['constructor', '2'],
    ]);
  });
});

describe('a schema', () => {
  it.each([
    ['zod', z.number().int()],
    ['valibot', v.pipe(v.number(), v.integer())],
    ['arktype', type('number.integer')],
  ])('of %s decides', async (_, schema) => {
    expect(await load({ x: setting(schema) }, prod({ x: '5' }))).toEqual({ x: 5 });
    expect(await problems({ x: setting(schema) }, prod({ x: '5.5' }))).toHaveLength(1);
  });

  it('may be asynchronous', async () => {
    const schema = z.string().refine((text) => Promise.resolve(text === 'good'));

    expect(await load({ x: setting(schema) }, prod({ x: 'good' }))).toEqual({ x: 'good' });
    expect(await problems({ x: setting(schema) }, prod({ x: 'bad' }))).toEqual([
      'x invalid: Invalid input (from ssm in /orders/prod)',
    ]);
  });

  it('gives its own default for what is missing, unless the declaration has one', async () => {
    const shape = {
      own: setting(z.string().default('of the schema')),
      optional: setting(z.string().optional()),
      declared: setting(z.string().default('of the schema'), { default: 'declared' }),
    };

    expect(await load(shape, {})).toEqual({ own: 'of the schema', optional: undefined, declared: 'declared' });
  });

  it('that throws is a problem like others', async () => {
    const thrown = z.string().transform((text) => {
      throw new RangeError(text);
    });

    expect(await problems({ x: setting(thrown) }, prod({ x: 'hunter2' }))).toEqual([
      'x invalid: its schema threw RangeError (from ssm in /orders/prod)',
    ]);
  });

  it('gets data of DynamoDB as it is', async () => {
    const dynamo = { '/orders/prod': { map: { a: [1, 2n] }, number: 5, text: '5' } };
    const shape = { map: setting(z.any()), number: setting(z.number()), text: setting(z.string()) };

    expect(await load(shape, { dynamo })).toEqual({ map: { a: [1, 2n] }, number: 5, text: '5' });
  });
});

describe('without a schema', () => {
  it('a value is a text', async () => {
    const dynamo = { '/orders/prod': { number: 5, big: 2n, boolean: true, text: '{"a":1}' } };
    const shape = { number: setting(), big: setting(), boolean: setting(), text: setting() };

    expect(await load(shape, { dynamo })).toEqual({ number: '5', big: '2', boolean: 'true', text: '{"a":1}' });
  });

  it('a value that is not a text is a problem', async () => {
    const dynamo = { '/orders/prod': { map: {}, list: [], nothing: null } };
    const shape = { map: setting(), list: setting(), nothing: setting() };

    expect(await problems(shape, { dynamo })).toEqual([
      'map invalid: expected a text, found a map; give it a schema (from dynamo in /orders/prod)',
      'list invalid: expected a text, found a list; give it a schema (from dynamo in /orders/prod)',
      'nothing invalid: expected a text, found null; give it a schema (from dynamo in /orders/prod)',
    ]);
  });
});

describe('what counts as missing', () => {
  it('includes an empty text only with emptyAsMissing', async () => {
    const shape = { is: setting({ emptyAsMissing: true, default: 'default' }), isNot: setting({ default: 'default' }) };

    expect(await load(shape, prod({ is: '', is_not: '' }))).toEqual({ is: 'default', isNot: '' });
  });

  it('includes null where the setting is optional or has a default', async () => {
    const shape = {
      a: setting({ default: 'default' }),
      b: setting({ optional: true }),
      c: setting(z.string().nullable()),
    };

    expect(await load(shape, { dynamo: { '/orders/prod': { a: null, b: null, c: null } } })).toEqual({
      a: 'default',
      b: undefined,
      c: null,
    });
  });

  it('includes what a schema would convert to a text, for a secret as well', async () => {
    const shape = {
      text: setting(z.coerce.string()),
      password: secret(z.coerce.string()),
      flag: setting(z.coerce.boolean()),
    };

    expect((await problems(shape, {})).map((each) => each.split(';')[0])).toEqual([
      'text missing: missing',
      'password missing: missing',
      'flag missing: missing',
    ]);
  });

  it('has its origin in the message', async () => {
    expect(await problems({ x: setting({ emptyAsMissing: true }) }, prod({ x: '' }))).toEqual([
      'x missing: the value counts as missing (from ssm in /orders/prod)',
    ]);
  });
});

describe('a secret', () => {
  const secrets = {
    held: { '/orders/prod': [unread('password', '/orders/prod'), unread('login', '/orders/prod')] },
    secrets: {
      '/orders/prod/password': storedSecret('password', 'hunter2', '/orders/prod'),
      '/orders/prod/login': storedSecret('login', '{"user":"u","password":"hunter2","port":5432}', '/orders/prod'),
      'rds!db': storedSecret('rds!db', '{"password":"of the id"}', '/_id'),
    },
  };

  it('is wrapped, wherever it comes from', async () => {
    const shape = { password: secret(), plain: secret(), missing: secret({ default: 'hunter2' }) };

    const settings = await load(shape, { secrets, ...prod({ plain: 'hunter2' }) });

    expect(Object.values(settings).map((each) => each instanceof Secret && each.reveal())).toEqual(
      Array.from({ length: 3 }, () => 'hunter2'),
    );
  });

  it('that may be missing is undefined then', async () => {
    expect(await load({ x: secret({ optional: true }) }, {})).toEqual({ x: undefined });
  });

  it('may be a field of a JSON secret, with a schema of its own', async () => {
    const shape = {
      password: secret('LOGIN', { json: 'password' }),
      port: secret('LOGIN', z.number(), { json: 'port' }),
      all: secret('LOGIN', z.object({ user: z.string() })),
    };

    const { password, port, all } = await load(shape, { secrets });

    expect([password.reveal(), port.reveal(), all.reveal()]).toEqual(['hunter2', 5432, { user: 'u' }]);
  });

  it.each([
    ['no such field', 'LOGIN', 'host', 'it has no field "host"'],
    ['text that is not JSON', 'PASSWORD', 'host', 'expected JSON with a field "host", found text that is not JSON'],
    ['a field of every object', 'LOGIN', 'toString', 'it has no field "toString"'],
  ])('with %s is a problem', async (_, name, json, message) => {
    expect(await problems({ x: secret(name, { json }) }, { secrets })).toEqual([
      `x invalid: ${message} (from secrets in /orders/prod)`,
    ]);
  });

  it('is found by its id, in no directory', async () => {
    const shape = { login: secret('DB_LOGIN', { id: 'rds!db', json: 'password' }) };

    expect((await load(shape, { secrets })).login.reveal()).toBe('of the id');
  });

  it.each(['of env', '{"password":"of env"}'])('with an id comes after a variable of its name: %s', async (text) => {
    const shape = { login: secret('DB_LOGIN', { id: 'rds!db', json: 'password' }) };

    expect((await load(shape, { secrets, env: { DB_LOGIN: text } })).login.reveal()).toBe('of env');
  });

  it('with an id comes after an override of its name', async () => {
    const service = new Service({ secrets }, { overrides: { db_login: 'override' } });
    const declared = defineSettings({ login: secret('DB_LOGIN', { id: 'rds!db', json: 'password' }) });

    expect((await service.run(() => declared.load())).login.reveal()).toBe('override');
    expect(service.secrets.secretCalls).toEqual([]);
  });

  it('with an id that does not exist is missing', async () => {
    expect(await problems({ x: secret('DB_LOGIN', { id: 'rds!other' }) }, { secrets })).toEqual([
      'x missing: missing; looked for the secret "rds!other" in env; secrets; default; check the id',
    ]);
  });
});

describe('a restriction of where a value may come from', () => {
  const both: Sources = {
    ...prod({ a: 'of ssm' }),
    secrets: { held: { '/orders/all': { b: 'of secrets' } } },
    env: { C: 'of env' },
  };

  it('may name sources', async () => {
    const shape = { a: setting({ sources: ['ssm'] }), b: secret({ sources: ['secrets'] }) };

    expect((await load(shape, both)).a).toBe('of ssm');
    expect(
      await problems(
        {
          a: setting({ sources: ['secrets', 'dynamo'] }),
          b: setting({ sources: [] }),
          c: setting({ sources: ['ssm'] }),
        },
        both,
      ),
    ).toEqual([
      'a misplaced: from ssm in /orders/prod, and may come from secrets or dynamo only',
      'b misplaced: from secrets in /orders/all, and may come from nowhere only',
      'c misplaced: from env, and may come from ssm only',
    ]);
  });

  it('may name directories, with placeholders', async () => {
    const directories = ['/{service}/{environment}/'];
    const shape = { a: setting({ directories }), c: setting({ directories }) };

    expect(await load(shape, both)).toEqual({ a: 'of ssm', c: 'of env' });
    expect(await problems({ b: setting({ directories }) }, both)).toEqual([
      'b misplaced: from secrets in /orders/all, and may be in /orders/prod only',
    ]);
  });

  it('applies neither to overrides nor to defaults', async () => {
    const options = { overrides: { a: 'override' }, defaults: { d: 'default' } };
    const only = { sources: ['secrets'], directories: ['/orders/prod'] };
    const service = new Service(both, options);

    expect(await service.run(() => defineSettings({ a: setting(only), d: setting(only) }).load())).toEqual({
      a: 'override',
      d: 'default',
    });
  });
});

describe('the error', () => {
  it('has every problem, in the order of the declaration', async () => {
    const shape = {
      missing: setting('DB_HOST'),
      good: setting(),
      db: { poolSize: setting(z.number().positive()) },
      failed: setting('X'),
    };
    const ssm = { '/orders/prod': { good: '1', db_pool_size: '-1' } };
    const service = new Service({ ssm, secrets: { held: { '/orders/all': new Error('down') } } });

    const error = await invalid(() => service.run(() => defineSettings(shape).load()));

    expect(error.problems.map(({ key, name, reason }) => [key, name, reason])).toEqual([
      ['missing', 'DB_HOST', 'failed'],
      ['db.poolSize', 'DB_POOL_SIZE', 'invalid'],
      ['failed', 'X', 'failed'],
    ]);
    expect(error.message).toContain('3 of 4 declared settings cannot be used.');
    expect(error.problems[0]?.cause).toMatchObject({
      name: 'ProviderError',
      provider: 'secrets',
      directory: '/orders/all',
    });
    expect(error.cause).toBe(error.problems[0]?.cause);
  });

  it('has the id of a secret that could not be read', async () => {
    const secrets = { secrets: { 'rds!db': new Error('down') } };

    expect(await problems({ x: secret({ id: 'rds!db' }) }, { secrets })).toEqual([
      'x failed: Provider "secrets" failed for /_id: Error: down (while reading the secret "rds!db")',
    ]);
  });

  it('has every place that was searched, and the command that sets a value', async () => {
    const error = await invalid(() => load({ dbHost: setting('DB_HOST') }, {}));

    expect(error.problems[0]).toMatchObject({
      message:
        'missing; looked in env; ssm, secrets, dynamo in /orders/prod; ssm, secrets, dynamo in /orders/all; default',
      fix: 'aws ssm put-parameter --name /orders/prod/DB_HOST --type String --value VALUE',
    });
    expect(error.problems[0]?.places).toHaveLength(8);
  });

  it('has what to grant where a place may not be read, once', async () => {
    const refused = new Unavailable('AccessDenied', 'allow ssm:GetParametersByPath on X');

    const error = await invalid(() =>
      load({ a: setting(), b: setting() }, { ssm: { '/orders/prod': refused, '/orders/all': refused } }),
    );

    expect(error.message).toContain('ssm (not permitted)');
    expect(error.message.split('allow ssm:GetParametersByPath on X')).toHaveLength(2);
    expect(error.problems[0]?.places?.[1]).toMatchObject({ outcome: 'not permitted', remedy: refused.remedy });
  });
});

describe('the origin of a value that is refused', () => {
  const itemAt = (path: string, more: Partial<DirectoryItemOptions>): DirectoryItem =>
    new DirectoryItem({ name: 'x', value: 'hunter2', directory: Directory.literal(path), ...more });

  it.each([
    ['/orders/prod', { source: 'ssm' }, 'from ssm in /orders/prod', { source: 'ssm', directory: '/orders/prod' }],
    ['/_environmental', { source: 'env' }, 'from env', { source: 'env' }],
    ['/_id', { source: 'secrets' }, 'from secrets', { source: 'secrets' }],
    [
      '/orders/all',
      { source: 'ssm@eu - /orders/all - via cacher', provider: 'ssm', viaCacher: true },
      'from ssm in /orders/all, by way of the cache table',
      { source: 'ssm', directory: '/orders/all' },
    ],
    [
      '/orders/all',
      { source: 'ssm', staleSince: '2030-01-01T00:00:00.000Z' },
      'from ssm in /orders/all, stale',
      { source: 'ssm', directory: '/orders/all' },
    ],
  ])('in %s, %j, is %s', async (path, options, words, origin) => {
    const [problem] = await problemsOf(
      { x: setting(z.number()) },
      { ssm: { '/orders/prod': [itemAt(path, options)] } },
    );

    expect(problem?.message).toContain(` (${words})`);
    expect(problem?.origin).toEqual(origin);
  });
});

it('an abort rejects with its reason, and is no problem of a setting', async () => {
  const held = gate<Record<string, string>>();
  const service = new Service({ ssm: { '/orders/prod': () => held.promise } });
  const controller = new AbortController();

  const error = await rejection(() => {
    const loading = service.run(() => defineSettings({ x: setting(), y: setting() }).load(controller));
    controller.abort(new Error('enough'));
    return loading;
  });
  held.open({});

  expect(error.message).toBe('enough');
});
