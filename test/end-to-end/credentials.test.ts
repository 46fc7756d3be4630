import '@aws-sdk/client-dynamodb';
import { AwsClients, type Config, DynamoCacher, ProviderError, SsmProvider } from '../../src/index';
import { rejection, StoppedClock } from '../chain/doubles';
import { type Behaviour, CredentialsServer, Home } from './credentials-sources';
import { AwsWorld, ordersConfig } from './world';

const startUrl = 'https://example.awsapps.com/start';
const pauseMs = 1000;
const later = '2099-01-01T00:00:00Z';
const before = '2001-01-01T00:00:00Z';

let world: AwsWorld;
let source: CredentialsServer;
let home: Home;
let clock: StoppedClock;
let clients: AwsClients;
let kept: NodeJS.ProcessEnv;

beforeEach(async () => {
  kept = process.env;
  home = await Home.make();
  source = await CredentialsServer.start();
  clock = new StoppedClock(Date.now());
  const rest = Object.entries(kept).filter(([name]) => !name.startsWith('AWS_'));
  process.env = {
    ...Object.fromEntries(rest),
    HOME: home.path,
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
  world = await AwsWorld.start(
    { seed: { ssm: { '/orders/prod/x': 'upper', '/orders/all/x': 'lower' } } },
    // The SDK repeats requests for credentials after pauses of a second, and waits without end for an endpoint that hangs.
    { lookupBudgetMs: 9000, failurePauseMs: pauseMs },
  );
  clients = new AwsClients({ endpoint: world.aws.url, region: 'us-east-1', maxAttempts: 1 });
});

afterEach(async () => {
  process.env = kept;
  await clients.close();
  await world.close();
  await source.close();
  await home.remove();
});

/** The kinds of sources, each with how a process is configured for it. */
const sources: Readonly<Record<string, () => Promise<void>>> = {
  container: () => {
    process.env['AWS_CONTAINER_CREDENTIALS_FULL_URI'] = `${source.url}/container`;
    return Promise.resolve();
  },
  metadata: () => {
    process.env['AWS_EC2_METADATA_SERVICE_ENDPOINT'] = source.url;
    return Promise.resolve();
  },
  sso: async () => {
    Object.assign(process.env, { AWS_ENDPOINT_URL_SSO: source.url, AWS_EC2_METADATA_DISABLED: 'true' });
    await home.write(home.configFile, ssoProfile);
    await home.logIn(startUrl, later);
  },
  sts: async () => {
    const file = `${home.path}/token`;
    await home.write(file, 'web-identity-token');
    Object.assign(process.env, {
      AWS_ENDPOINT_URL_STS: source.url,
      AWS_WEB_IDENTITY_TOKEN_FILE: file,
      AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/orders',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_MAX_ATTEMPTS: '1',
    });
  },
};
const ssoProfile = `[default]
sso_start_url = ${startUrl}
sso_region = us-east-1
sso_account_id = 123456789012
sso_role_name = reader
`;

/** Looks a name up that has an answer in an upper and in a lower place. */
const lookUp = (config: Config): Promise<unknown> => config.get('x', 'fallback');
const inWorld = <T>(fn: (config: Config) => Promise<T>): Promise<T> =>
  world.run(() => fn(ordersConfig({ providers: [SsmProvider] })), [clients, clock]);

describe.each(Object.keys(sources))('credentials from the source %s', (kind) => {
  // The SDK waits without end for SSO and STS, too; that its wait is limited is tested once, in aws/credentials.
  const hangs: readonly Behaviour[] = kind === 'sts' || kind === 'sso' ? [] : ['hang'];
  const outages: readonly Behaviour[] = [500, 429, 'reset', ...hangs];

  it.each(outages)(
    'that fails (%s) fail lookups: no lower value, no fallback, and values once it works',
    async (behaviour) => {
      await sources[kind]?.();
      source.behaviour = behaviour;

      await inWorld(async (config) => {
        const error = await rejection(() => lookUp(config));
        const { ok } = await config.health();
        source.behaviour = 'good';
        clock.advanceMs(pauseMs);

        expect(error).toBeInstanceOf(ProviderError);
        expect(error).toMatchObject({ provider: 'ssm', directory: '/orders/prod' });
        expect(ok).toBe(false);
        expect(world.warnings).toEqual([]);
        expect(await lookUp(config)).toBe('upper');
        expect((await config.health()).ok).toBe(true);
      });
    },
    60_000,
  );

  it('that refuses them is not permitted: the fallback, one warning, and values after a pause', async () => {
    await sources[kind]?.();
    source.behaviour = 403;
    source.errorBody =
      kind === 'sts'
        ? '<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>'
        : '{"__type":"ForbiddenException","message":"no"}';

    await inWorld(async (config) => {
      expect(await lookUp(config)).toBe('fallback');
      expect(world.warnings).toMatchObject([{ event: 'aws.refused', missing: 'credentials' }]);
      expect(await config.health({ probe: true })).toMatchObject({ ok: false });
      source.behaviour = 'good';
      clock.advanceMs(pauseMs);

      expect(await lookUp(config)).toBe('upper');
      expect(await config.health()).toMatchObject({ ok: true });
    });
  }, 60_000);
});

describe('a process without credentials', () => {
  beforeEach(() => {
    process.env['AWS_EC2_METADATA_DISABLED'] = 'true';
  });

  it.each<readonly [string, () => Promise<void>]>([
    [
      'variables',
      () => {
        Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'not-a-secret' });
        return Promise.resolve();
      },
    ],
    [
      'a file of credentials',
      () => home.write(home.credentialsFile, '[default]\naws_access_key_id = AKID\naws_secret_access_key = none\n'),
    ],
    [
      'a login to SSO',
      async () => {
        process.env['AWS_ENDPOINT_URL_SSO'] = source.url;
        await home.write(home.configFile, ssoProfile);
        await home.logIn(startUrl, later);
      },
    ],
  ])('gets the fallback, and values after a pause once it has %s', async (_, logIn) => {
    await inWorld(async (config) => {
      expect(await lookUp(config)).toBe('fallback');
      await logIn();
      expect(await lookUp(config)).toBe('fallback');
      clock.advanceMs(pauseMs);

      expect(await lookUp(config)).toBe('upper');
    });
    expect(world.warnings).toHaveLength(1);
  });

  it('asks for a login that is over, and works after the next one', async () => {
    process.env['AWS_ENDPOINT_URL_SSO'] = source.url;
    await home.write(home.configFile, ssoProfile);
    await home.logIn(startUrl, before);

    await inWorld(async (config) => {
      expect(await lookUp(config)).toBe('fallback');
      expect(world.warnings).toMatchObject([{ reason: expect.stringContaining('has expired') as string }]);
      await home.logIn(startUrl, later);
      clock.advanceMs(pauseMs);

      expect(await lookUp(config)).toBe('upper');
    });
  });

  it('is warned of once, the cache included, and with the same remedy', async () => {
    await world.run(() => ordersConfig({ cacher: new DynamoCacher() }).load(['x', 'y', 'z']), [clients, clock]);

    expect(world.warnings).toMatchObject([
      { event: 'aws.refused', missing: 'credentials', remedy: expect.stringContaining('AWS_PROFILE') as string },
    ]);
  });

  it('is one whose metadata service does not exist', async () => {
    delete process.env['AWS_EC2_METADATA_DISABLED'];
    const { url } = source;
    await source.close();
    process.env['AWS_EC2_METADATA_SERVICE_ENDPOINT'] = url;

    // A configured endpoint that cannot be reached is an outage; the absence of any endpoint is not.
    expect(await inWorld((config) => rejection(() => lookUp(config)))).toBeInstanceOf(ProviderError);
    source = await CredentialsServer.start();
  });
});

it('credentials that a service refuses are requested again: after a login the next call is signed with new ones', async () => {
  const write = (id: string): Promise<void> =>
    home.write(home.credentialsFile, `[default]\naws_access_key_id = ${id}\naws_secret_access_key = none\n`);
  process.env['AWS_EC2_METADATA_DISABLED'] = 'true';
  await write('AKIDOLD');

  await inWorld(async (config) => {
    expect(await lookUp(config)).toBe('upper');
    await world.answered(4);
    await write('AKIDNEW');
    world.aws.setFaults([{ target: 'ByPath', type: 'ExpiredTokenException', status: 400, times: 4 }]);
    await config.refresh();

    expect(await lookUp(config)).toBe('upper');
  });
  expect(world.warnings).toEqual([]);
});
