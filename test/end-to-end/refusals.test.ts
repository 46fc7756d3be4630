import { AwsClients, ConfigNotFoundError, DynamoCacher, ProviderError, SsmProvider } from '../../src/index';
import { type LocalAwsFault } from '../../src/local-aws/local-aws';
import { rejection } from '../chain/doubles';
import { AwsWorld, ordersConfig } from './world';

let world: AwsWorld;

afterEach(() => world.close());

const denied = (target: string, body?: string): LocalAwsFault => ({
  target,
  ...(body !== undefined && { body }),
  type: 'AccessDeniedException',
  status: 400,
  message: `User is not authorized to perform: ssm:${target}`,
});
const deniedPath = (path: string): LocalAwsFault => denied('GetParametersByPath', `"${path}"`);

describe('a directory that may not be read', () => {
  it('is skipped, and reported once with the IAM action and resource to grant', async () => {
    const seed = { ssm: { '/orders/prod/x': 'upper', '/orders/all/x': 'lower' } };
    world = await AwsWorld.start({ seed, faults: [deniedPath('/orders/prod')] });

    await world.run(async () => {
      const config = ordersConfig();

      expect(await Promise.all(['x', 'x', 'y'].map((name) => config.get(name)))).toEqual(['lower', 'lower', undefined]);
      expect(await config.get('z')).toBeUndefined();
    });

    expect(world.refusals).toHaveLength(1);
    expect(world.refusals[0]).toMatchObject({
      event: 'provider.refused',
      provider: 'ssm',
      directory: '/orders/prod',
      remedy: 'allow ssm:GetParametersByPath on arn:aws:ssm:*:*:parameter/orders/prod',
      reason: expect.stringContaining('AccessDeniedException') as string,
      consequence: expect.stringContaining('nothing found below this place is cached') as string,
    });
  });

  it('is asked once until memory expires, and not reported again then', async () => {
    world = await AwsWorld.start({ seed: { ssm: { '/orders/all/x': 'lower' } }, faults: [deniedPath('/orders/prod')] });

    await world.run(async () => {
      const config = ordersConfig();
      for (const name of ['x', 'y', 'z']) await config.get(name);
      const before = await world.answered(5);
      await config.refresh();
      await config.get('x');

      expect(before).toBe(5);
      expect(await world.answered(10)).toBe(10);
    });

    expect(world.refusals).toHaveLength(1);
  });

  it('gives its values once it has been granted and memory is over', async () => {
    world = await AwsWorld.start({
      seed: { ssm: { '/orders/prod/x': 'upper' } },
      faults: [deniedPath('/orders/prod')],
    });

    const values = await world.run(async () => {
      const config = ordersConfig();
      const before = await config.get('x');
      world.aws.setFaults([]);
      const remembered = await config.get('x');
      await config.refresh();
      return [before, remembered, await config.get('x')];
    });

    expect(values).toEqual([undefined, undefined, 'upper']);
  });

  it('shows in the error of a required setting', async () => {
    world = await AwsWorld.start({ faults: [deniedPath('/orders/prod')] });

    const error = await rejection(() => world.run(() => ordersConfig().require('DB_HOST')));

    expect(error).toBeInstanceOf(ConfigNotFoundError);
    expect(error.message).toContain('ssm (not permitted), secrets in /orders/prod');
    expect((error as ConfigNotFoundError).places).toHaveLength(10);
  });
});

describe('secrets that may not be listed', () => {
  it('are reported for every directory that a lookup reaches', async () => {
    world = await AwsWorld.start({ seed: { ssm: { '/orders/all/x': 'x' } }, faults: [denied('ListSecrets')] });

    await world.run(async () => {
      const config = ordersConfig();
      await config.get('x');
      const afterFirst = world.refusals.map((each) => each['directory']);
      await config.get('missing');

      expect(afterFirst).toEqual(['/orders/prod']);
    });

    expect(world.refusals.map((each) => `${String(each['provider'])} ${String(each['directory'])}`)).toEqual([
      'secrets /orders/prod',
      'secrets /orders/all',
      'secrets /global/prod',
      'secrets /global/all',
    ]);
    expect(new Set(world.refusals.map((each) => each['remedy']))).toEqual(
      new Set(['allow secretsmanager:ListSecrets on *']),
    );
  });
});

describe('a secret whose value may not be read', () => {
  it('is skipped, and reported by name with what to grant', async () => {
    const secrets = { '/orders/prod/Token': { value: 'secret', denied: true }, '/orders/all/token': 'lower' };
    world = await AwsWorld.start({ seed: { secrets } });

    expect(await world.run(() => ordersConfig().get('TOKEN'))).toBe('lower');
    expect(world.refusals).toMatchObject([
      {
        provider: 'secrets',
        directory: '/orders/prod',
        name: 'token',
        remedy: 'allow secretsmanager:GetSecretValue on arn:aws:secretsmanager:*:*:secret:/orders/prod/Token-*',
      },
    ]);
  });

  it('is one of many in a batch, whose other values are given', async () => {
    const names = Array.from({ length: 8 }, (_, index) => `s${index}`);
    const secrets = Object.fromEntries(
      names.map((name) => [`/orders/prod/${name}`, { value: name, denied: name === 's3' }]),
    );
    world = await AwsWorld.start({ seed: { secrets } });

    const now = await world.run(() => ordersConfig().load(names));

    expect(names.map((name) => now.get(name))).toEqual(names.map((name) => (name === 's3' ? undefined : name)));
    expect(world.aws.calls.count('BatchGetSecretValue')).toBe(1);
    expect(world.refusals).toMatchObject([{ name: 's3' }]);
  });

  it('that is gone by now is missing, without a warning', async () => {
    const secrets = { '/orders/prod/x': 'gone', '/orders/all/x': 'lower' };
    const fault = { target: '^GetSecretValue', body: '/orders/prod/x', type: 'ResourceNotFoundException', status: 400 };
    world = await AwsWorld.start({ seed: { secrets }, faults: [fault] });

    expect(await world.run(() => ordersConfig().get('x'))).toBe('lower');
    expect(world.log.lines.filter(({ level }) => level === 'warn')).toEqual([]);
  });

  it.each([
    ['InternalServiceError', 'fails those lookups only that asked for it', 'rejected'],
    ['AccessDeniedException', 'is skipped', 'fulfilled'],
    ['ResourceNotFoundException', 'is missing', 'fulfilled'],
  ])('in a batch with %s %s', async (code, _, status) => {
    const names = Array.from({ length: 6 }, (_each, index) => `s${index}`);
    const secrets = Object.fromEntries(names.map((name) => [`/orders/prod/${name}`, name]));
    world = await AwsWorld.start({
      seed: { secrets },
      faults: [{ target: 'Batch', batchErrors: code, message: 'no' }],
    });

    const outcomes = await world.run(() => {
      const config = ordersConfig();
      return Promise.allSettled(names.map((name) => config.get(name)));
    });

    expect(new Set(outcomes.map((each) => each.status))).toEqual(new Set([status]));
  });

  it('is read alone where the batch call itself is not permitted', async () => {
    const names = Array.from({ length: 7 }, (_, index) => `s${index}`);
    const secrets = Object.fromEntries(names.map((name) => [`/orders/prod/${name}`, name]));
    world = await AwsWorld.start({ seed: { secrets }, faults: [denied('BatchGetSecretValue')] });

    const now = await world.run(() => ordersConfig().load(names));

    expect(names.map((name) => now.get(name))).toEqual(names);
    expect(world.aws.calls.count(/^GetSecretValue$/)).toBe(7);
    expect(world.refusals).toEqual([]);
  });
});

describe.each(['listing', 'names'] as const)(
  'with the strategy %s, a SecureString whose key cannot be used',
  (strategy) => {
    const kinds: readonly (readonly [kind: string, faults: readonly LocalAwsFault[], reason: string])[] = [
      ['is denied', [], 'AccessDeniedException'],
      ...['DisabledException', 'InvalidKeyId', 'KMSInvalidStateException'].map(
        (type) =>
          [
            `is refused with ${type}`,
            [
              { target: '^GetParametersByPath$', body: '"/orders/prod".*"WithDecryption":true', type },
              { target: '^GetParameters$', body: '"/orders/prod/unusable"', type },
            ],
            type,
          ] as const,
      ),
    ];

    it.each(kinds)('because it %s, is skipped, and its neighbour gives its own value', async (_, faults, reason) => {
      const secureString = (value: string, keyDenied = false) => ({ value, type: 'SecureString', keyDenied }) as const;
      const ssm = {
        '/orders/prod/readable': secureString('upper'),
        '/orders/prod/unusable': secureString('hidden', faults.length === 0),
        '/orders/all/readable': 'lower',
        '/orders/all/unusable': 'lower',
      };
      world = await AwsWorld.start({ seed: { ssm }, faults }, { strategy });

      const now = await world.run(() => ordersConfig().load(['readable', 'unusable']));

      expect([now.get('readable'), now.get('unusable')]).toEqual(['upper', 'lower']);
      expect(world.warnings).toMatchObject([
        {
          event: 'provider.refused',
          provider: 'ssm',
          directory: '/orders/prod',
          // Without a listing it is not known which names exist: one warning for each directory.
          ...(strategy === 'listing' && { name: 'unusable' }),
          reason: expect.stringContaining(reason) as string,
        },
      ]);
    });
  },
);

describe('no credentials, or no region', () => {
  const variables = [
    'AWS_REGION',
    'AWS_DEFAULT_REGION',
    'AWS_PROFILE',
    'AWS_CONFIG_FILE',
    'AWS_SHARED_CREDENTIALS_FILE',
    'AWS_EC2_METADATA_DISABLED',
    'AWS_ACCESS_KEY_ID',
    'AWS_SECRET_ACCESS_KEY',
  ];
  let kept: Readonly<Record<string, string | undefined>>;

  beforeEach(() => {
    kept = Object.fromEntries(variables.map((name) => [name, process.env[name]]));
    for (const name of variables) delete process.env[name];
    Object.assign(process.env, {
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      AWS_EC2_METADATA_DISABLED: 'true',
    });
  });

  afterEach(() => {
    for (const [name, value] of Object.entries(kept)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });

  it.each([
    ['region', { credentials: { accessKeyId: 'test', secretAccessKey: 'test' } }, 'Region is missing'],
    ['credentials', { region: 'us-east-1' }, 'CredentialsProviderError'],
  ])('without %s nothing is read, with one warning', async (_, options, reason) => {
    world = await AwsWorld.start();
    const clients = new AwsClients({ endpoint: world.aws.url, maxAttempts: 1, ...options });

    const value = await world.run(() => ordersConfig({ defaults: { x: 'default' } }).get('x'), [clients]);

    expect(value).toBe('default');
    expect(world.warnings).toMatchObject([
      { event: 'aws.refused', missing: _, reason: expect.stringContaining(reason) as string },
    ]);
    expect(world.aws.calls.count()).toBe(0);
  });

  const given = { credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
  const expired = [{ target: '.', type: 'ExpiredTokenException', status: 400, message: 'expired' }];

  it.each([
    ['without a region', 'warn', given, []],
    ['without a region', 'error', given, []],
    ['without credentials', 'warn', { region: 'us-east-1' }, []],
    ['without credentials', 'error', { region: 'us-east-1' }, []],
    ['with credentials that have expired', 'warn', { ...given, region: 'us-east-1' }, expired],
    ['with credentials that have expired', 'error', { ...given, region: 'us-east-1' }, expired],
  ] as const)(
    '%s and refusals %s, health is not ok, and one warning covers the cache',
    async (_, refusals, options, faults) => {
      world = await AwsWorld.start({ faults: [...faults] }, { refusals, service: 'orders', environment: 'prod' });
      const clients = new AwsClients({ endpoint: world.aws.url, maxAttempts: 1, ...options });

      const [value, seen, probed] = await world.run(async () => {
        const config = ordersConfig({ cacher: DynamoCacher, defaults: { x: 'default' } });
        const found = await config.get('x').catch((error: Error) => error.name);
        return [found, await config.health(), await config.health({ probe: true })] as const;
      }, [clients]);
      await clients.close();

      expect(value).toBe(refusals === 'warn' ? 'default' : 'ProviderError');
      expect([seen.ok, probed.ok]).toEqual([false, false]);
      expect(world.warnings.map(({ event }) => event)).toEqual(['aws.refused']);
    },
  );
});

it.each(['UnrecognizedClientException', 'ExpiredTokenException', 'InvalidSignatureException'])(
  'counts %s as credentials that are refused: one warning, not one for each place',
  async (type) => {
    world = await AwsWorld.start({ faults: [{ target: '.', type, status: 400, message: 'no' }] });

    const cacher = new DynamoCacher();
    expect(await world.run(() => ordersConfig({ cacher }).get('x', 'fallback'))).toBe('fallback');

    expect(world.warnings).toMatchObject([
      { event: 'aws.refused', missing: 'credentials', remedy: expect.stringMatching(/credentials/) as string },
    ]);
  },
);

it('counts AccessDenied as not permitted, for each place', async () => {
  world = await AwsWorld.start({ faults: [{ target: '.', type: 'AccessDenied', status: 400, message: 'no' }] });

  expect(await world.run(() => ordersConfig().get('x', 'fallback'))).toBe('fallback');
  expect(world.refusals.length).toBe(8);
});

describe("with refusals: 'error'", () => {
  const strict = { refusals: 'error' } as const;

  it('a place that is not permitted and is reached is an error that says what to grant, and no warning', async () => {
    const seed = { ssm: { '/orders/prod/above': 'above', '/orders/all/x': 'lower' } };
    world = await AwsWorld.start({ seed, faults: [deniedPath('/orders/all')] }, strict);

    const [above, error] = await world.run(async () => {
      const config = ordersConfig({ defaults: { y: 'default' } });
      return [await config.get('above'), await rejection(() => config.get('y', 'fallback'))];
    });

    expect(above).toBe('above');
    expect(error).toBeInstanceOf(ProviderError);
    expect(error).toMatchObject({ code: 'PROVIDER_FAILED', provider: 'ssm', directory: '/orders/all' });
    expect(error.message).toContain('not permitted: AccessDeniedException');
    expect(error.message).toContain('allow ssm:GetParametersByPath on arn:aws:ssm:*:*:parameter/orders/all');
    expect(world.refusals).toEqual([]);
  });

  it.each(['listing', 'names'] as const)(
    'a secret that is not permitted is such an error as well, with the strategy %s',
    async (strategy) => {
      const secrets = { '/orders/prod/token': { value: 'secret', denied: true }, '/orders/all/token': 'lower' };
      world = await AwsWorld.start({ seed: { secrets } }, { ...strict, strategy });

      const error = await rejection(() => world.run(() => ordersConfig().get('token', 'fallback')));

      expect(error).toMatchObject({ name: 'ProviderError', provider: 'secrets', directory: '/orders/prod' });
      expect(error.message).toContain('allow secretsmanager:GetSecretValue on');
      expect(error.message).not.toContain('lower');
    },
  );

  it('an explanation shows why the lookup fails', async () => {
    world = await AwsWorld.start({ faults: [deniedPath('/orders/prod')] }, strict);

    const explanation = await world.run(() => ordersConfig().explain('x'));

    expect(explanation.failure).toMatchObject({ provider: 'ssm', directory: '/orders/prod', outcome: 'failed' });
    expect(explanation.failure?.reason).toContain('not permitted');
  });

  it('what was read before is still given while it is stale', async () => {
    world = await AwsWorld.start({ seed: { ssm: { '/orders/prod/x': 'read' } } }, strict);

    const values = await world.run(async () => {
      const config = ordersConfig();
      const before = await config.get('x');
      world.aws.setFaults([denied('GetParametersByPath')]);
      await config.refresh();
      return [before, await config.get('x')];
    });

    expect(values).toEqual(['read', 'read']);
  });
});

describe('the health of a Config', () => {
  it.each(['warn', 'error'] as const)('is not ok while a provider is refused as a whole, with %s', async (refusals) => {
    world = await AwsWorld.start({ faults: [denied('ListSecrets')] }, { refusals });

    await world.run(async () => {
      const config = ordersConfig();
      const unasked = await config.health();
      await config.get('x').catch(() => undefined);
      const refused = await config.health();
      const probed = await config.health({ probe: true });
      world.aws.setFaults([]);
      const granted = await config.health({ probe: true });

      expect([unasked.ok, refused.ok, probed.ok, granted.ok]).toEqual([true, false, false, true]);
      expect(probed.providers.map(({ name, state }) => [name, state])).toContainEqual(['secrets', 'refused']);
    });
  });

  it('is ok where some places are refused and others can be read', async () => {
    world = await AwsWorld.start({ faults: [deniedPath('/global/all')] });

    const { ok, providers } = await world.run(() => ordersConfig().health({ probe: true }));

    expect(ok).toBe(true);
    expect(providers.find(({ name }) => name === 'ssm')?.state).toBe('refused');
  });
});

it('reports a refusal for each provider that reads another region', async () => {
  world = await AwsWorld.start({ faults: [denied('GetParametersByPath')] });
  const clients = world.makeClients({ region: 'eu-west-1' });
  const regional = new SsmProvider({ clients, cacheName: 'ssm@eu-west-1' });

  await world.run(() => ordersConfig({ directories: ['/a'], providers: [SsmProvider, regional] }).get('x'));

  expect(world.refusals.map((each) => each['provider'])).toEqual(['ssm', 'ssm@eu-west-1']);
});
