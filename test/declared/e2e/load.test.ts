import { z } from 'zod';
import {
  Config,
  defineSettings,
  DynamoCacher,
  EnvProvider,
  InvalidNameError,
  LocalCache,
  secret,
  setting,
  type SettingsShape,
  xconSettings,
} from '../../../src/index';
import { AwsWorld, ordersConfig } from '../../end-to-end/world';
import { withoutVariables } from '../../config/doubles';
import { invalid } from '../world';

withoutVariables();

const id = 'rds!db-1234';
let world: AwsWorld;

beforeEach(async () => {
  world = await AwsWorld.start({
    seed: {
      ssm: { '/orders/prod/DB_HOST': 'db.internal', '/global/all/FLAGS': '{"a":true}', '/orders/all/SIZE': '5' },
      secrets: { '/orders/prod/TOKEN': 'hunter2', [id]: '{"username":"u","password":"hunter2"}' },
      tables: { 'global-all-configCache': {} },
    },
  });
});

afterEach(() => world.close());

const shape = {
  dbHost: setting(),
  flags: setting(z.record(z.string(), z.boolean())),
  size: setting(z.number()),
  token: secret(),
  user: secret('DB_LOGIN', { id, json: 'username' }),
  password: secret('DB_LOGIN', { id, json: 'password' }),
  nothing: setting({ default: 'nothing' }),
};

function load<Shape extends SettingsShape>(declared: Shape, config = ordersConfig()) {
  return world.run(() => config.run(() => defineSettings(declared).load()));
}

it('needs two rounds, and reads each secret once', async () => {
  const { value: settings, rounds } = await world.inRounds([5, 2], () =>
    ordersConfig().run(() => defineSettings(shape).load()),
  );

  expect(settings).toMatchObject({ dbHost: 'db.internal', flags: { a: true }, size: 5, nothing: 'nothing' });
  expect([settings.token, settings.user, settings.password].map((each) => each.reveal())).toEqual([
    'hunter2',
    'u',
    'hunter2',
  ]);
  expect(rounds).toEqual([
    [...Array<string>(4).fill('GetParametersByPath'), 'ListSecrets'],
    ['GetSecretValue', 'GetSecretValue'],
  ]);
});

it('uses the cache table for names, and the secret itself for ids', async () => {
  const config = () => ordersConfig({ cacher: new DynamoCacher() });
  await world.run(async () => {
    const first = config();
    await first.run(() => defineSettings(shape).load());
    await first.flush();
  });
  world.localCache.reset();
  world.aws.calls.clear();

  const settings = await load(shape, config());

  expect(settings.password.reveal()).toBe('hunter2');
  expect(world.aws.calls.count(/ByPath|ListSecrets/)).toBe(0);
  expect(world.aws.calls.count('Query')).toBe(1);
  expect(JSON.stringify(await world.aws.rows('global-all-configCache'))).not.toContain(id);
});

describe('a full name of a parameter', () => {
  it('is read where it is, in one request, and nowhere else', async () => {
    world.aws.putParameter('/shared/team/RATE', '5');
    world.aws.putParameter('/shared/KEY', { value: 'hunter2', type: 'SecureString' });

    const settings = await load({
      rate: setting(z.number(), { id: '/shared/team/RATE' }),
      key: secret({ id: '/shared/KEY', sources: ['ssm'] }),
    });

    expect([settings.rate, settings.key.reveal()]).toEqual([5, 'hunter2']);
    expect(world.aws.calls.count(/ByPath|ListSecrets|GetSecretValue/)).toBe(0);
    expect(world.aws.calls.count('GetParameters')).toBe(2);
  });

  it('can be given to any lookup', async () => {
    world.aws.putParameter('/shared/RATE', '5');

    await world.run(async () => {
      const config = ordersConfig();
      const item = await config.getItem('RATE', { parameterId: '/shared/RATE' });

      expect(item).toMatchObject({ value: '5', provider: 'ssm', exactName: '/shared/RATE', version: '1' });
      expect(item.directory.path).toBe('/shared');
      expect(await config.get('RATE', 'none')).toBe('none');
    });
  });

  it('that is missing is a problem with the command that creates it', async () => {
    const error = await invalid(() => load({ rate: setting({ id: '/shared/RATE' }) }));

    expect(error.message).toContain(
      'missing; looked for the parameter "/shared/RATE" in env; ssm in /shared; default; check the id',
    );
    expect(error.message).toContain('aws ssm put-parameter --name /shared/RATE --type String --value VALUE');
  });

  it('is what the policy allows to read', async () => {
    const declared = defineSettings({ rate: setting({ id: '/shared/RATE' }) });

    const { Statement: statements } = await world.run(() =>
      ordersConfig().run(() => declared.policy({ region: 'eu-west-1', account: '111122223333' })),
    );

    expect(statements.map(({ Action: actions, Resource: resources }) => [actions, resources])).toEqual([
      [['ssm:GetParameters'], ['arn:aws:ssm:eu-west-1:111122223333:parameter/shared/RATE']],
    ]);
  });

  it('is explained', async () => {
    world.aws.putParameter('/shared/RATE', '5');
    const declared = defineSettings({ rate: setting({ id: '/shared/RATE' }) });

    const explanations = await world.run(() => ordersConfig().run(() => declared.explain()));

    expect(explanations.find('RATE')?.winner).toMatchObject({ provider: 'ssm', directory: '/shared/RATE', value: '5' });
  });
});

it.each(['/orders/prod/DB_HOST', 'db/host', '/DB_HOST', 'db/'])(
  '%s is not a name, and the error says what to do',
  async (name) => {
    await world.run(async () => {
      const config = ordersConfig();
      for (const asking of [config.get(name), config.requireNumber(name), config.load([name]), config.explain(name)]) {
        await expect(asking).rejects.toThrow(InvalidNameError);
        await expect(asking).rejects.toThrow(
          "give a full name: { parameterId: '/shared/x' } for one lookup, setting('X'",
        );
      }
      expect(() => defineSettings({ x: setting(name) })).toThrow('has a name with a slash: give a full name as { id }');
    });
    expect(world.aws.calls.count()).toBe(0);
  },
);

it('reads a secret by its ARN', async () => {
  const client = await world.clients.secretsManager();
  const { DescribeSecretCommand } = await import('@aws-sdk/client-secrets-manager');
  const { ARN = '' } = await client.send(new DescribeSecretCommand({ SecretId: id }));

  const { password } = await load({ password: secret({ id: ARN, json: 'password' }) });

  expect(ARN).toMatch(/^arn:aws:secretsmanager:/);
  expect(password.reveal()).toBe('hunter2');
});

it('has the action and the resource to grant in the error, for a secret and for directories', async () => {
  world.aws.setFaults([
    { target: 'GetParametersByPath', status: 400, type: 'AccessDeniedException', message: 'no' },
    { target: 'GetSecretValue', body: 'rds', status: 400, type: 'AccessDeniedException', message: 'no' },
  ]);

  const error = await invalid(() => load({ dbHost: setting(), password: secret({ id, json: 'password' }) }));

  expect(error.message).toContain('ssm (not permitted), secrets in /orders/prod');
  expect(error.message).toContain(`looked for the secret "${id}" in env; secrets (not permitted)`);
  expect(error.message).toContain('allow ssm:GetParametersByPath on arn:aws:ssm:*:*:parameter/orders/prod');
  expect(error.message).toContain(`allow secretsmanager:GetSecretValue on arn:aws:secretsmanager:*:*:secret:${id}-*`);
  expect(error.cause).toBeUndefined();
});

it('finds a name at the sources that only the cache table calls missing, and says so in the error when they fail', async () => {
  const config = () => ordersConfig({ cacher: new DynamoCacher() });
  const declared = { missing: setting() };
  await world.run(async () => {
    const first = config();
    await invalid(() => first.run(() => defineSettings(declared).load()));
    await first.flush();
  });
  world.localCache.reset();
  world.aws.putParameter('/orders/prod/MISSING', { value: 'new', type: 'String' });

  world.aws.setFaults([{ target: 'Parameter|Secret', status: 500 }]);
  const error = await invalid(() => load(declared, config()));
  world.aws.setFaults([]);
  // As a new process: in this one, the sources are asked again only after a pause.
  const found = await world.run(() => config().run(() => defineSettings(declared).load()), [new LocalCache()]);

  expect(error.message).toContain('cacher (known to be missing)');
  expect(error.message).toContain('config.refresh({ pastCache: true }) ignores the cache table');
  expect(found.missing).toBe('new');
});

it('uses variables alone where nothing else is asked, whatever the sources', async () => {
  const env = new EnvProvider({ TOKEN: 'of env', DB_LOGIN: 'of env', DB_HOST: 'of env' });
  const declared = defineSettings({
    token: secret({ sources: ['secrets'] }),
    password: shape.password,
    host: setting('DB_HOST', { sources: ['ssm'], directories: ['/orders/prod'] }),
  });

  const settings = await world.run(() => {
    xconSettings.onlyEnvProvider = true;
    return declared.load();
  }, [env, new Config()]);

  expect([settings.token.reveal(), settings.password.reveal(), settings.host]).toEqual(['of env', 'of env', 'of env']);
  expect(world.aws.calls.count()).toBe(0);
});
