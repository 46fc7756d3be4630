import {
  AppConfigProvider,
  AwsClients,
  Config,
  Context,
  defineSettings,
  Directory,
  DirectoryListing,
  DynamoProvider,
  type Provider,
  SecretsProvider,
  setting,
  SsmProvider,
  Unavailable,
} from '../../src/index';
import { type LocalAws, startLocalAws } from '../../src/local-aws/local-aws';
import { readSession } from '../contract/read-session';
import { clientOptions } from '../local-aws/local-requests';

const roleArn = 'arn:aws:iam::111122223333:role/teams/reader';
let aws: LocalAws;
let clients: AwsClients;

beforeEach(async () => {
  aws = await startLocalAws({
    seed: {
      ssm: {
        '/orders/prod/HOSTS': { value: 'a,b', type: 'StringList', labels: ['blue'] },
        '/orders/prod/COLOR': { value: 'blue', labels: ['blue'] },
        '/orders/prod/PASSWORD': { value: 'hunter2', type: 'SecureString', labels: ['blue'] },
      },
      secrets: { '/orders/prod/TOKEN': { value: 'current', previous: 'before' } },
    },
  });
  aws.putParameter('/orders/prod/COLOR', 'green');
  aws.putParameter('/orders/prod/NEW', 'new');
  clients = new AwsClients(clientOptions(aws));
});

afterEach(async () => {
  await clients.close();
  await aws.close();
});

function inConfig<T>(provider: Provider, use: (config: Config) => Promise<T>, options: object = {}): Promise<T> {
  return Context.createRoot([clients]).run(() => {
    const place = { service: 'orders', environment: 'prod', cacher: null };
    return use(new Config({ ...place, providers: [provider], ...options }));
  });
}

describe('the label of SsmProvider', () => {
  it.each(['listing', 'names'] as const)('gives the versions that have it, and nothing else (%s)', (strategy) =>
    inConfig(
      new SsmProvider({ label: 'blue' }),
      async (config) => {
        expect(await config.get('COLOR')).toBe('blue');
        expect(await config.getItem('PASSWORD')).toMatchObject({ value: 'hunter2', secret: true });
        expect(await config.has('NEW')).toBe(false);
      },
      { strategy },
    ),
  );

  it('is part of the cache name', () => {
    expect(new SsmProvider({ label: 'blue' }).cacheName).toBe('ssm@label=blue');
  });

  it.each(['', 'a b', 'aws-x', 'ssm1', '1st', 'x'.repeat(101)])('cannot be %p', (label) => {
    expect(() => new SsmProvider({ label })).toThrow(/SsmProvider option label: is not a label/);
  });
});

describe('a StringList', () => {
  it('is a list when it is asked for as one, in another cache name', () =>
    inConfig(new SsmProvider({ stringLists: true }), async (config) => {
      expect(await config.get('HOSTS')).toEqual(['a', 'b']);
      expect(await config.get('COLOR')).toBe('green');
      expect(String(config.providerChain)).toBe('ssm@lists');
    }));

  it('is its text otherwise', () =>
    inConfig(new SsmProvider({ stringLists: false }), async (config) => {
      expect(await config.get('HOSTS')).toBe('a,b');
      expect(String(config.providerChain)).toBe('ssm');
    }));
});

describe('the version stage of SecretsProvider', () => {
  it('gives the versions that have it, one by one, and no secret without', () =>
    inConfig(new SecretsProvider({ versionStage: 'AWSPREVIOUS' }), async (config) => {
      const names = ['A', 'B', 'C', 'D', 'E', 'F'];
      await aws.seed({ secrets: Object.fromEntries(names.map((name) => [`/orders/prod/${name}`, name])) });

      const now = await config.load(['TOKEN', ...names]);

      expect(now.get('TOKEN')).toBe('before');
      expect(names.filter((name) => now.has(name))).toEqual([]);
      expect(aws.calls.count(/^GetSecretValue$/)).toBe(7);
      expect(aws.calls.count('BatchGetSecretValue')).toBe(0);
    }));

  it('is part of the cache name, unless it is the current one', () => {
    expect(new SecretsProvider({ versionStage: 'AWSPENDING' }).cacheName).toBe('secrets@stage=AWSPENDING');
    expect(new SecretsProvider({ versionStage: 'AWSCURRENT' }).cacheName).toBe('secrets');
  });

  it('has no version that it has replaced', async () => {
    const provider = new SecretsProvider({ versionStage: 'AWSPENDING' });
    const directory = Directory.from('/orders/prod');
    const secret = { kind: 'unread', name: 'token', exactName: '/orders/prod/TOKEN', directory } as const;

    const outcome = await provider.readPreviousSecret(
      { ...secret, nextRotationMs: undefined },
      readSession({ clients }),
    );

    expect(outcome).toBeUndefined();
    expect(aws.calls.count(/./)).toBe(0);
  });
});

describe('the role of a provider', () => {
  const before = { ...process.env };

  beforeEach(() => Object.assign(process.env, aws.environment));

  afterEach(() => {
    for (const name of Object.keys(aws.environment)) delete process.env[name];
    Object.assign(process.env, before);
  });

  async function read(provider: Provider) {
    const outcome = await provider.readDirectory(Directory.from('/orders/prod'), readSession({ clients }));
    await provider.close();
    return outcome;
  }

  it('is assumed once, and signs what the provider asks', async () => {
    const provider = new SsmProvider({ roleArn, externalId: 'partner', region: 'eu-west-1' });
    const own = provider.clientsFor(readSession({ clients }));
    const { config } = await own.ssm();

    const outcome = await read(provider);

    expect(outcome).toBeInstanceOf(DirectoryListing);
    expect(aws.calls.of('AssumeRole').map(({ body }) => body)).toEqual([
      expect.objectContaining({ RoleArn: roleArn, RoleSessionName: 'xcon', ExternalId: expect.anything() as string }),
    ]);
    expect(await config.credentials()).toMatchObject({ accessKeyId: expect.stringMatching(/^ASIA/) as string });
    expect(await config.region()).toBe('eu-west-1');
  });

  it('that may not be assumed is a refusal that says what to allow', async () => {
    aws.setFaults([{ target: 'AssumeRole', status: 403, type: 'AccessDenied', message: 'you may not' }]);

    const outcome = await read(new SecretsProvider({ roleArn }));

    expect(outcome).toBeInstanceOf(Unavailable);
    expect(outcome).toMatchObject({
      scope: 'credentials',
      reason: 'CredentialsError: AccessDenied (HTTP 403): you may not',
      remedy: `allow sts:AssumeRole on ${roleArn}, and let its trust policy name this process`,
    });
  });

  it('that cannot be assumed because STS fails is a failure', async () => {
    process.env['AWS_MAX_ATTEMPTS'] = '1';
    aws.setFaults([{ target: 'AssumeRole', status: 500, type: 'InternalFailure' }]);

    await expect(read(new SsmProvider({ roleArn }))).rejects.toMatchObject({
      name: 'CredentialsError',
      isOutage: true,
    });
    delete process.env['AWS_MAX_ATTEMPTS'];
  });

  it('has its account in the cache name, for each provider', () => {
    expect(new SsmProvider({ roleArn, region: 'eu-west-1', label: 'blue' }).cacheName).toBe(
      'ssm@eu-west-1@role=111122223333@label=blue',
    );
    expect(new DynamoProvider({ roleArn }).cacheName).toBe('dynamo@role=111122223333');
    expect(new AppConfigProvider({ roleArn, cacheName: 'appconfig@audit' }).cacheName).toBe('appconfig@audit');
  });

  it.each([
    [{ roleArn: 'reader' }, 'roleArn: is not the ARN of a role: expected arn:aws:iam::ACCOUNT:role/NAME.'],
    [{ roleArn, clients: new AwsClients(), cacheName: 'x' }, 'roleArn: is given beside clients'],
    [{ externalId: 'partner' }, 'externalId: needs the roleArn of the role that requires it.'],
  ])('of %j is refused', (options, problem) => {
    expect(() => new SsmProvider(options)).toThrow(`SsmProvider option ${problem}`);
  });
});

describe('the policy of declared settings', () => {
  const policyWith = (provider: Provider) =>
    inConfig(provider, (config) =>
      config.run(() => defineSettings({ color: setting('COLOR') }).policy({ region: 'eu-west-1' })),
    );

  it('allows to assume the role of a provider, and nothing that the role may do', async () => {
    expect((await policyWith(new SsmProvider({ roleArn }))).Statement).toEqual([
      { Sid: 'AssumeRoles', Effect: 'Allow', Action: ['sts:AssumeRole'], Resource: [roleArn] },
    ]);
  });

  it('allows to read configurations of AppConfig', async () => {
    expect((await policyWith(new AppConfigProvider())).Statement).toEqual([
      {
        Sid: 'ReadConfigurations',
        Effect: 'Allow',
        Action: ['appconfig:StartConfigurationSession', 'appconfig:GetLatestConfiguration'],
        Resource: ['arn:aws:appconfig:eu-west-1:*:application/*/environment/*/configuration/*'],
      },
    ]);
  });
});
