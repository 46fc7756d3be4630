import {
  AppConfigDataClient,
  GetLatestConfigurationCommand,
  type GetLatestConfigurationCommandInput,
  StartConfigurationSessionCommand,
  type StartConfigurationSessionCommandInput,
} from '@aws-sdk/client-appconfigdata';
import { mockClient } from 'aws-sdk-client-mock';
import { AwsClients } from '../../src/aws/aws-clients';
import { Config } from '../../src/config/config';
import { Context } from '../../src/di/context';
import { Directory } from '../../src/directory/directory';
import { DirectoryItem } from '../../src/item/directory-item';
import { DirectoryListing } from '../../src/item/directory-listing';
import { type LocalAws, startLocalAws } from '../../src/local-aws/local-aws';
import { AppConfigProvider, type AppConfigProviderOptions } from '../../src/providers/app-config-provider';
import { type ReadSession } from '../../src/providers/provider';
import { fixedClock } from '../../src/testing';
import { itKeepsTheContract } from '../contract/provider-contract';
import { awsError, readSession } from '../contract/read-session';
import { Source } from '../contract/source';
import { clientOptions } from '../local-aws/local-requests';

const mocked = new AppConfigDataClient({ region: 'eu-west-1' });
const appConfig = mockClient(mocked);

itKeepsTheContract({
  providerName: 'appconfig',
  cacheable: true,
  paged: false,
  failure: awsError('ThrottlingException', 'Rate exceeded'),
  refusal: awsError(
    'AccessDeniedException',
    'User: x is not authorized to perform: appconfig:StartConfigurationSession',
  ),
  over: (options) => {
    const source = new Source(options);
    appConfig.reset();
    appConfig.on(StartConfigurationSessionCommand).callsFake((profile: StartConfigurationSessionCommandInput) => {
      const { ApplicationIdentifier, EnvironmentIdentifier, ConfigurationProfileIdentifier } = profile;
      const end = ConfigurationProfileIdentifier === 'settings' ? '' : `/${ConfigurationProfileIdentifier}`;
      return { InitialConfigurationToken: `/${ApplicationIdentifier}/${EnvironmentIdentifier}${end}` };
    });
    appConfig
      .on(GetLatestConfigurationCommand)
      .callsFake(({ ConfigurationToken }: GetLatestConfigurationCommandInput) => {
        const page = source.list(undefined, ({ directory }) => directory === ConfigurationToken);
        const members = page.settings.map(({ name, value }) => `${JSON.stringify(name)}:${JSON.stringify(value)}`);
        return {
          Configuration: Buffer.from(`{${members.join()}}`),
          ContentType: 'application/json',
          NextPollConfigurationToken: ConfigurationToken,
        };
      });
    return {
      provider: new AppConfigProvider(),
      session: readSession({ clients: new AwsClients({ appConfig: mocked }) }),
      source,
    };
  },
});

const orders = Directory.from('/orders/prod');
const json = 'application/json';
let aws: LocalAws;
let nowMs: number;
let session: ReadSession;

beforeEach(async () => {
  aws = await startLocalAws();
  nowMs = 1_700_000_000_000;
  session = { ...readSession({ clients: new AwsClients(clientOptions(aws)) }), nowMs: () => nowMs };
});

afterEach(async () => {
  await session.clients.close();
  await aws.close();
});

function deploy(content: string, contentType = json, name = 'orders/prod/settings'): Promise<void> {
  return aws.seed({ appConfig: { [name]: { content, contentType, versionLabel: 'v7' } } });
}

async function listing(provider: AppConfigProvider, directory = orders): Promise<DirectoryListing> {
  const outcome = await provider.readDirectory(directory, session);
  if (outcome instanceof DirectoryListing) return outcome;
  throw new Error(`Expected a listing, got ${String(outcome)}`);
}

async function values(options: AppConfigProviderOptions = {}, directory = orders) {
  return Object.fromEntries((await listing(new AppConfigProvider(options), directory)).values);
}

describe('the profile of a directory', () => {
  it('is that of the application, the environment and the rest of the path', async () => {
    await deploy('{"A":"settings"}');
    await deploy('{"A":"limits"}', json, 'orders/prod/limits');
    await deploy('{"A":"eu"}', json, 'orders/prod/limits/eu');
    await deploy('{"A":"flags"}', json, 'orders/prod/flags');

    expect(await values()).toEqual({ A: 'settings' });
    expect(await values({ profile: 'flags' })).toEqual({ A: 'flags' });
    expect(await values({}, Directory.from('/orders/prod/limits'))).toEqual({ A: 'limits' });
    expect(await values({}, Directory.from('/orders/prod/limits/eu'))).toEqual({ A: 'eu' });
  });

  it('is empty where there is no such application, environment or profile; without an environment nothing is asked', async () => {
    expect(await values({}, Directory.from('/orders/test'))).toEqual({});
    expect(await values({}, Directory.from('/orders'))).toEqual({});
    expect(aws.calls.count('StartConfigurationSession')).toBe(1);
  });

  it.each([`/${'a'.repeat(129)}/prod`, `/orders/${'a'.repeat(129)}`, `/orders/prod/${'a'.repeat(129)}`])(
    'is empty where a name is longer than any of AppConfig, which refuses it: %.20s',
    async (path) => {
      expect(await values({}, Directory.from(path))).toEqual({});
      expect(aws.calls.count(/./)).toBe(0);
    },
  );

  it('is part of the cache name', () => {
    const nameOf = (options: AppConfigProviderOptions) => new AppConfigProvider(options).cacheName;

    expect(nameOf({ profile: 'settings' })).toBe('appconfig');
    expect(nameOf({ profile: 'limits', region: 'eu-west-1' })).toBe('appconfig@eu-west-1@profile=limits');
    expect(nameOf({ featureFlags: true })).toBe('appconfig@flags');
    expect(nameOf({ featureFlags: true, cacheName: 'appconfig@mine' })).toBe('appconfig@mine');
  });
});

describe('a configuration', () => {
  it.each([
    ['JSON', json, '{"DB_HOST":"db","POOL":{"max":5},"ON":true,"NONE":null,"LIST":[1,"a"]}'],
    [
      'JSON with a charset',
      `${json}; charset=utf-8`,
      '{"DB_HOST":"db","POOL":{"max":5},"ON":true,"NONE":null,"LIST":[1,"a"]}',
    ],
    ['YAML', 'application/x-yaml', 'DB_HOST: db\nPOOL: { max: 5 }\nON: true\nNONE: null\nLIST: [1, a]\n'],
    ['YAML of text', 'text/yaml', 'DB_HOST: db\nPOOL: { max: 5 }\nON: true\nNONE: ~\nLIST:\n  - 1\n  - a\n'],
  ])('in %s is read as data', async (_, contentType, content) => {
    await deploy(content, contentType);

    expect(await values()).toEqual({ DB_HOST: 'db', POOL: { max: 5 }, ON: true, NONE: null, LIST: [1, 'a'] });
  });

  const large = '9007199254740993';

  it.each([
    [
      'JSON',
      json,
      `{"ID":${large},"ALL":[-${large}, 1e2, 1152921504606846976, 0.1],"TEXT":"a \\"${large}\\" b","BIG":1e400}`,
    ],
    ['YAML', 'text/yaml', `ID: ${large}\nALL: [-${large}, 1e2, 1152921504606846976, 0.1]\nTEXT: 'a "${large}" b'\n`],
  ])('in %s has whole numbers that a double would round as bigints', async (form, contentType, content) => {
    await deploy(content, contentType);

    expect(await values()).toEqual({
      ID: 9007199254740993n,
      ALL: [-9007199254740993n, 100, 1152921504606846976n, 0.1],
      TEXT: `a "${large}" b`,
      ...(form === 'JSON' && { BIG: '1e400' }),
    });
  });

  it('has its version label as the version of each item, and is no secret unless it is said to be', async () => {
    await deploy('{"A":"1"}');

    expect((await listing(new AppConfigProvider())).find('a')).toMatchObject({ version: 'v7', secret: false });
    const secret = new AppConfigProvider({ secret: true });
    expect((await listing(secret)).find('a')).toMatchObject({ secret: true });
    expect(secret.holdsOnlySecrets).toBe(true);
  });

  it.each([
    ['broken JSON', json, '{"PASSWORD":"hunter2"', 'it is not valid JSON'],
    ['broken YAML', 'application/x-yaml', 'PASSWORD: "hunter2', 'it is not valid YAML'],
    ['a list', json, '["hunter2"]', 'expected a map of names and values'],
    ['null', json, 'null', 'expected a map of names and values'],
    ['text', 'text/plain', 'hunter2', 'its content type is text/plain, not JSON or YAML'],
  ])('that is %s is a failure that quotes nothing of it', async (_, contentType, content, problem) => {
    await deploy(content, contentType);

    const error = await listing(new AppConfigProvider()).catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      message: expect.stringContaining(`The configuration is not understood: ${problem}`) as string,
    });
    expect(JSON.stringify([(error as Error).message, (error as Error).stack, (error as Error).cause])).not.toContain(
      'hunter2',
    );
  });
});

describe('feature flags', () => {
  it('are enabled or not, and their attributes are settings of their own', async () => {
    await deploy('{"checkout":{"enabled":true,"limit":5,"regions":["eu"]},"search":{"enabled":false}}');

    expect(await values({ featureFlags: true })).toEqual({
      checkout: true,
      'checkout.limit': 5,
      'checkout.regions': ['eu'],
      search: false,
    });
  });

  it.each(['{"checkout":true}', '{"checkout":null}', '{"checkout":{"limit":5}}', '{"checkout":{"enabled":"yes"}}'])(
    'are refused in another form: %s',
    async (content) => {
      await deploy(content);

      await expect(values({ featureFlags: true })).rejects.toThrow(/"enabled"/);
    },
  );
});

describe('polling', () => {
  const polls = () => [aws.calls.count('StartConfigurationSession'), aws.calls.count('GetLatestConfiguration')];

  it('waits until the service allows the next one, and continues with the same session', async () => {
    const provider = new AppConfigProvider();
    await deploy('{"A":"1"}');
    await listing(provider);
    await deploy('{"A":"2"}');

    expect((await listing(provider)).values).toEqual([['A', '1']]);
    expect(polls()).toEqual([1, 1]);
    nowMs += 60_000;
    expect((await listing(provider)).values).toEqual([['A', '2']]);
    expect(polls()).toEqual([1, 2]);
  });

  it('keeps what is still deployed', async () => {
    const provider = new AppConfigProvider();
    await deploy('{"A":"1"}');
    await listing(provider);
    nowMs += 60_000;

    expect((await listing(provider)).find('a')).toMatchObject({ value: '1', version: 'v7' });
    expect(polls()).toEqual([1, 2]);
  });

  it('fails with HTTP status 206: what such an answer lacks is not absent', async () => {
    await deploy('{"A":"1"}');
    aws.setFaults([{ target: 'GetLatestConfiguration', raw: { status: 206, body: '{"A":"1"}', contentType: json } }]);

    await expect(listing(new AppConfigProvider())).rejects.toThrow('it has HTTP status 206');
  });

  it('fails with an answer that has nothing in it at the start of a session', async () => {
    appConfig.reset();
    appConfig.on(StartConfigurationSessionCommand).resolves({ InitialConfigurationToken: 'first' });
    appConfig
      .on(GetLatestConfigurationCommand)
      .callsFake(() => ({ Configuration: null, ContentType: json, NextPollConfigurationToken: 'next' }));
    const own = readSession({ clients: new AwsClients({ appConfig: mocked }) });

    await expect(new AppConfigProvider().readDirectory(orders, own)).rejects.toThrow('has no configuration');
  });

  it('opens a new session when the token is not accepted any more', async () => {
    const provider = new AppConfigProvider();
    await deploy('{"A":"1"}');
    await listing(provider);
    nowMs += 60_000;
    aws.setFaults([{ target: 'GetLatestConfiguration', type: 'BadRequestException', status: 400, times: 1 }]);

    expect((await listing(provider)).values).toEqual([['A', '1']]);
    expect(polls()).toEqual([2, 3]);
  });

  it('is done in a session of its own by a read at the same time', async () => {
    const provider = new AppConfigProvider();
    await deploy('{"A":"1"}');
    await listing(provider);
    nowMs += 60_000;

    const both = await Promise.all([listing(provider), listing(provider)]);

    expect(both.map((each) => each.values)).toEqual([[['A', '1']], [['A', '1']]]);
    expect(polls()).toEqual([2, 3]);
  });

  it('that fails leaves the last good values to lookups, and starts a new session', async () => {
    const clock = fixedClock(nowMs);
    const context = Context.createRoot([session.clients, clock]);
    await deploy('{"A":"1"}');

    await context.run(async () => {
      const config = new Config({
        service: 'orders',
        environment: 'prod',
        providers: [AppConfigProvider],
        cacher: null,
      });
      expect(await config.get('A')).toBe('1');
      clock.advance(60_000);
      aws.setFaults([{ target: 'GetLatestConfiguration', status: 500, type: 'InternalServerException' }]);
      await config.refresh();

      expect(await config.getItem('A')).toMatchObject({ value: '1', stale: true });

      aws.setFaults([]);
      await deploy('{"A":"2"}');
      clock.advance(60_000);
      await config.refresh();
      expect(await config.getItem('A')).toMatchObject({ value: '2', stale: false });
    });
  });
});

it('is a source of a chain, place by place', async () => {
  await deploy('{"A":"orders"}');
  await deploy('{"A":"all","B":"all"}', json, 'global/all/settings');

  await Context.createRoot([session.clients]).run(async () => {
    const config = new Config({ service: 'orders', environment: 'prod', providers: [AppConfigProvider], cacher: null });

    expect(await config.getItem('A')).toMatchObject({ value: 'orders', directory: orders, provider: 'appconfig' });
    expect((await config.getItem('B')).directory.path).toBe('/global/all');
    expect(await config.getItem('B')).toBeInstanceOf(DirectoryItem);
  });
});

it('is warmed without a read', async () => {
  await new AppConfigProvider().warm(session);

  expect(aws.calls.count(/./)).toBe(0);
});
