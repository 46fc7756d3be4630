import { z } from 'zod';
import {
  type Config,
  type ConfigOptions,
  defineSettings,
  type Dependency,
  DynamoCacher,
  EnvProvider,
  LocalCache,
  secret,
  type SecretUseOptions,
  setting,
  SsmProvider,
  SecretsProvider,
  XconSettings,
} from '../../../src/index';
import { gate, rejection } from '../../chain/doubles';
import { AwsWorld, ordersConfig } from '../../end-to-end/world';

const path = '/orders/prod/DB_PASSWORD';
const declared = defineSettings({
  db: { password: secret('DB_PASSWORD'), host: setting({ optional: true }) },
  login: secret('DB_LOGIN', z.string().min(2), { id: 'rds!db-1234', json: 'password' }),
  secure: secret(),
  maybe: secret({ optional: true }),
});

let world: AwsWorld;

beforeEach(async () => {
  world = await AwsWorld.start({
    seed: {
      ssm: { '/orders/prod/SECURE': { type: 'SecureString', value: 'v1' } },
      secrets: { [path]: 'v1', 'rds!db-1234': '{"password":"v1"}' },
      tables: { 'global-all-configCache': {} },
    },
  });
});

afterEach(() => world.close());

/** The error of a database that refuses a password. */
function refusal(): Error {
  return Object.assign(new Error('password authentication failed'), { code: '28P01' });
}

/** A database that accepts one password, and records those that it is offered. */
class Database {
  readonly offered: string[] = [];

  constructor(public accepted: string) {}

  readonly connect = (password: string): Promise<string> => {
    this.offered.push(password);
    return password === this.accepted ? Promise.resolve(`connected with ${password}`) : Promise.reject(refusal());
  };
}

function inside<T>(
  fn: (config: Config) => Promise<T>,
  options: ConfigOptions = {},
  more: readonly Dependency[] = [],
): Promise<T> {
  const config = ordersConfig(options);
  return world.run(() => config.run(() => fn(config)), more);
}

const reads = (): number => world.aws.calls.count('GetSecretValue');

describe('a secret that is accepted', () => {
  it('is used once, and read once however often it is used', () =>
    inside(async () => {
      const database = new Database('v1');

      await declared.withSecret('db.password', database.connect);
      const result = await declared.withSecret('db.password', database.connect);

      expect(result).toBe('connected with v1');
      expect(database.offered).toEqual(['v1', 'v1']);
      expect(reads()).toBe(1);
    }));
});

describe('a secret that has been rotated', () => {
  it.each([
    ['of a directory', 'db.password', (value: string) => world.aws.putSecret(path, value)],
    ['with an id', 'login', (value: string) => world.aws.putSecret('rds!db-1234', `{"password":"${value}"}`)],
    [
      'in a SecureString',
      'secure',
      (value: string) => world.aws.putParameter('/orders/prod/SECURE', { value, type: 'SecureString' }),
    ],
  ] as const)('%s is read again, alone, and used', (_, key, rotate) =>
    inside(async () => {
      await declared.load();
      rotate('v2');
      world.aws.calls.clear();
      const database = new Database('v2');

      await declared.withSecret(key, database.connect);
      const again = await declared.withSecret(key, database.connect);

      expect(again).toBe('connected with v2');
      expect(database.offered).toEqual(['v1', 'v2', 'v2']);
      expect(world.aws.calls.count()).toBe(1);
    }),
  );

  it.each(['reference', 'plaintext', 'never'] as const)(
    'is used with its new value from then on, although the cache (%s) has an older one',
    (cacheSecrets) =>
      inside(
        async (config) => {
          await declared.load();
          await config.flush();
          await config.refresh();
          world.aws.putSecret(path, 'v2');
          await declared.withSecret('db.password', new Database('v2').connect);
          const loaded = await declared.load();
          await config.refresh();
          const reloaded = await declared.load();
          const database = new Database('v2');
          await declared.withSecret('db.password', database.connect);

          expect([loaded, reloaded].map(({ db }) => db.password.reveal())).toEqual(['v2', 'v2']);
          expect(database.offered).toEqual(['v2']);
          expect(await config.get('DB_PASSWORD')).toBe('v2');
        },
        { cacher: new DynamoCacher() },
        [new XconSettings({ cacheSecrets })],
      ),
  );

  it('is read once for all uses at the same time', () =>
    inside(async () => {
      await declared.load();
      world.aws.putSecret(path, 'v2');
      world.aws.calls.clear();
      const database = new Database('v2');

      const results = await Promise.all(
        Array.from({ length: 20 }, () => declared.withSecret('db.password', database.connect)),
      );

      expect(new Set(results)).toEqual(new Set(['connected with v2']));
      expect(database.offered.filter((each) => each === 'v2')).toHaveLength(20);
      expect(reads()).toBe(1);
    }));

  it('is not read again for a use that fails later with the old value', () =>
    inside(async () => {
      await declared.load();
      world.aws.putSecret(path, 'v2');
      world.aws.calls.clear();
      const late = gate<never>();
      const database = new Database('v2');
      const slow = declared.withSecret('db.password', (value) =>
        value === 'v1' ? late.promise : database.connect(value),
      );

      await declared.withSecret('db.password', database.connect);
      late.fail(refusal());

      expect(await slow).toBe('connected with v2');
      expect(reads()).toBe(1);
    }));

  it('and put back to its former value has that value again, once memory has been forgotten', () =>
    inside(async (config) => {
      await declared.load();
      world.aws.putSecret(path, 'v2');
      world.aws.putParameter('/orders/prod/SECURE', { value: 'v2', type: 'SecureString' });
      await declared.withSecret('db.password', new Database('v2').connect);
      await declared.withSecret('secure', new Database('v2').connect);
      world.aws.putSecret(path, 'v1');
      world.aws.putParameter('/orders/prod/SECURE', { value: 'v1', type: 'SecureString' });
      const before = await declared.load();
      await config.refresh();
      const after = await declared.load();

      expect([before, after].map(({ db, secure }) => [db.password.reveal(), secure.reveal()])).toEqual([
        ['v2', 'v2'],
        ['v1', 'v1'],
      ]);
    }));

  it('twice is read twice, and old values do not come back', () =>
    inside(async (config) => {
      await declared.load();
      for (const value of ['v2', 'v3']) {
        world.aws.putSecret(path, value);
        await declared.withSecret('db.password', new Database(value).connect);
      }
      await config.refresh();

      expect((await declared.load()).db.password.reveal()).toBe('v3');
    }));
});

describe('withSecret rejects with the first error', () => {
  it('when the secret is still the same, and it is not used again', () =>
    inside(async () => {
      const database = new Database('v2');
      const error = await rejection(() => declared.withSecret('db.password', database.connect));

      expect(error).toMatchObject({ code: '28P01' });
      expect(database.offered).toEqual(['v1']);
      expect(reads()).toBe(2);
    }));

  it('when it is not about credentials, and nothing is read', () =>
    inside(async () => {
      world.aws.putSecret(path, 'v1');
      const use = jest.fn(() => Promise.reject(new Error('connection reset')));

      const error = await rejection(() => declared.withSecret('db.password', use));

      expect(error.message).toBe('connection reset');
      expect(use).toHaveBeenCalledTimes(1);
      expect(reads()).toBe(1);
    }));

  it('when the secret cannot be read again, which is logged', () =>
    inside(async () => {
      await declared.load();
      world.aws.putSecret(path, 'v2');
      world.aws.setFaults([{ target: 'GetSecretValue', status: 500, type: 'InternalServiceError' }]);

      const error = await rejection(() => declared.withSecret('db.password', new Database('v2').connect));

      expect(error).toMatchObject({ code: '28P01' });
      expect(world.log.warnings('settings.reread-failed')).toMatchObject([{ key: 'db.password', name: 'DB_PASSWORD' }]);
      expect(JSON.stringify(world.log.lines)).not.toContain('"v1"');
    }));

  it('when the new secret does not fit its schema', () =>
    inside(async () => {
      await declared.load();
      world.aws.putSecret('rds!db-1234', '{"password":"X"}');
      const database = new Database('X');

      await rejection(() => declared.withSecret('login', database.connect));

      expect(database.offered).toEqual(['v1']);
      expect(world.log.warnings('settings.reread-failed')[0]?.['reason']).toContain('its schema refuses it');
    }));

  it('when the value is from this process, where there is nothing to read again', () =>
    inside(
      async () => {
        const database = new Database('v2');

        await rejection(() => declared.withSecret('db.password', database.connect));

        expect(database.offered).toEqual(['override']);
        expect(world.aws.calls.count()).toBe(0);
      },
      { overrides: { DB_PASSWORD: 'override' } },
    ));

  it('or with that of the second use, when it fails as well', () =>
    inside(async () => {
      await declared.load();
      world.aws.putSecret(path, 'v2');
      const database = new Database('v3');

      await rejection(() => declared.withSecret('db.password', database.connect));

      expect(database.offered).toEqual(['v1', 'v2']);
    }));
});

it('retryOn decides which errors mean that a secret was not accepted', () =>
  inside(async () => {
    await declared.load();
    world.aws.putSecret(path, 'v2');
    const options: SecretUseOptions = { retryOn: (error) => error instanceof RangeError };
    const use = (value: string) => (value === 'v2' ? 'used' : Promise.reject(new RangeError('too old')));

    expect(await declared.withSecret('db.password', use, options)).toBe('used');
    await expect(declared.withSecret('db.password', () => Promise.reject(refusal()), options)).rejects.toMatchObject({
      code: '28P01',
    });
  }));

describe('the versions of a secret', () => {
  it('are read when a use asks for them, whatever the form of its parameters', () =>
    inside(async () => {
      world.aws.putSecret(path, 'v2');

      await declared.withSecret('db.password', (_, versions) => versions.current);
      expect(reads()).toBe(1);

      const found = await declared.withSecret('db.password', (...given) => given[1].previous());
      expect([found, reads()]).toEqual(['v1', 2]);
    }));

  it('are the current and the previous one', () =>
    inside(async () => {
      world.aws.putSecret(path, 'v2');

      const versions = await declared.withSecret('db.password', async (_, { current, previous }) => [
        current,
        await previous(),
      ]);
      await declared.withSecret('db.password', (_, { previous }) => previous());

      expect(versions).toEqual(['v2', 'v1']);
      expect(reads()).toBe(2);
    }));

  it('give the field of the previous version, and undefined where there is none', () =>
    inside(async () => {
      const previous = () => declared.withSecret('login', (_, versions) => versions.previous());

      expect(await previous()).toBeUndefined();
      world.aws.putSecret('rds!db-1234', '{"password":"v2"}');
      world.localCache.reset();
      expect(await previous()).toBe('v1');
      expect(await declared.withSecret('secure', (_, versions) => versions.previous())).toBeUndefined();
    }));

  it('are those of the new secret when the use is called again', () =>
    inside(async () => {
      await declared.withSecret('db.password', (_, { previous }) => previous());
      world.aws.putSecret(path, 'v2');

      const versions = await declared.withSecret('db.password', async (value, { current, previous }) =>
        value === 'v2' ? [current, await previous()] : Promise.reject(refusal()),
      );

      expect(versions).toEqual(['v2', 'v1']);
    }));

  it('reject when the source fails: an error is not an absence', () =>
    inside(async () => {
      await declared.load();
      world.aws.setFaults([
        { target: 'GetSecretValue', body: 'AWSPREVIOUS', status: 500, type: 'InternalServiceError' },
      ]);

      const error = await rejection(() => declared.withSecret('db.password', (_, { previous }) => previous()));

      expect(error.name).toBe('ProviderError');
    }));
});

describe('a secret that does not exist', () => {
  it('is an error before any use', () =>
    inside(
      async () => {
        const use = jest.fn();
        const error = await rejection(() => declared.withSecret('login', use));

        expect(error).toMatchObject({
          name: 'SettingsValidationError',
          problems: [{ key: 'login', reason: 'missing' }],
        });
        expect(use).not.toHaveBeenCalled();
      },
      { providers: [new EnvProvider({}), SsmProvider] },
    ));

  it('is undefined where it may be missing', () =>
    inside(async () => {
      expect(await declared.withSecret('maybe', (value) => value ?? 'none')).toBe('none');
    }));

  it('is looked up again once it exists', () =>
    inside(async () => {
      await declared.load();
      world.aws.putSecret('/orders/prod/MAYBE', 'new');
      const use = (value: string | undefined) => (value === undefined ? Promise.reject(refusal()) : value);

      expect(await declared.withSecret('maybe', use)).toBe('new');
    }));

  it('was never declared', async () => {
    await expect(declared.withSecret('db.host' as never, () => 1)).rejects.toThrow(
      'no secret is declared as "db.host"',
    );
  });
});

it('a secret of one of two providers with the same name is read again from that provider', () =>
  inside(
    async () => {
      await declared.load();
      world.aws.putSecret(path, 'v2');
      const database = new Database('v2');

      expect(await declared.withSecret('db.password', database.connect)).toBe('connected with v2');
      expect(world.localCache.cacheReadPolicy.pastCache).toBe(false);
    },
    {
      providers: [
        new EnvProvider({}),
        SsmProvider,
        SecretsProvider,
        new SecretsProvider({ clients: world.makeClients(), cacheName: 'secrets@other' }),
      ],
    },
  ));

it('the memory of another context is unaffected', () =>
  inside(async () => {
    const other = new LocalCache();
    await declared.load();
    world.aws.putSecret(path, 'v2');
    await declared.withSecret('db.password', new Database('v2').connect);

    const loaded = await other.run(() => defineSettings({ password: secret('DB_PASSWORD') }).load());

    expect(loaded.password.reveal()).toBe('v2');
  }));
