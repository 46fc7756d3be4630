import {
  GetParametersByPathCommand,
  type GetParametersByPathCommandInput,
  GetParametersCommand,
  type GetParametersCommandInput,
  type Parameter,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';
import { AwsClients } from '../../src/aws/aws-clients';
import { Directory } from '../../src/directory/directory';
import { type DirectoryListing, Unavailable, type UnreadSecret } from '../../src/item/directory-listing';
import { SsmProvider } from '../../src/providers/ssm-provider';
import { itKeepsTheContract } from '../contract/provider-contract';
import { awsError, readSession } from '../contract/read-session';
import { Source } from '../contract/source';

const client = new SSMClient({ region: 'eu-west-1' });
const ssm = mockClient(client);
const clients = new AwsClients({ ssm: client });
const session = readSession({ clients });
const orders = new Directory({ path: '/orders/prod' });
const byPathDenied = awsError(
  'AccessDeniedException',
  'User: x is not authorized to perform: ssm:GetParametersByPath on resource: /orders/prod',
);
const keyDenied = awsError('AccessDeniedException', 'User: x is not authorized to perform: kms:Decrypt');

beforeEach(() => ssm.reset());

itKeepsTheContract({
  providerName: 'ssm',
  cacheable: true,
  paged: true,
  failure: awsError('ThrottlingException', 'Rate exceeded'),
  refusal: byPathDenied,
  over: (options) => {
    const source = new Source(options);
    ssm.on(GetParametersByPathCommand).callsFake(({ Path, NextToken }: GetParametersByPathCommandInput) => {
      const page = source.list(NextToken, ({ directory, name }) => `${directory}/${name}`.startsWith(`${Path}`));
      const parameters = page.settings.map(({ directory, name, value }) => ({
        Name: `${directory}/${name}`,
        Value: value,
      }));
      return { Parameters: parameters, NextToken: page.token };
    });
    return { provider: new SsmProvider(), session, source };
  },
});

function parameter(name: string, value: string, rest: Partial<Parameter> = {}): Parameter {
  return { Name: `/orders/prod/${name}`, Value: value, Type: 'String', Version: 1, ...rest };
}

function unread(name: string): UnreadSecret {
  return { kind: 'unread', name, exactName: `/orders/prod/${name}`, directory: orders, nextRotationMs: undefined };
}

function inputs(): readonly GetParametersByPathCommandInput[] {
  return ssm.commandCalls(GetParametersByPathCommand).map(({ args }) => args[0].input);
}

async function list(): Promise<DirectoryListing> {
  return (await new SsmProvider().readDirectory(orders, session)) as DirectoryListing;
}

describe('a listing of SSM', () => {
  it('hands the signal on', async () => {
    ssm.on(GetParametersByPathCommand).resolves({ Parameters: [] });

    await list();

    const [call] = ssm.commandCalls(GetParametersByPathCommand);
    expect((call?.args as readonly unknown[])[1]).toEqual({ abortSignal: session.signal });
  });

  it('keeps exact name and version, and no secret of a String', async () => {
    ssm.on(GetParametersByPathCommand).resolves({ Parameters: [parameter('DB_HOST', 'db.internal', { Version: 7 })] });

    expect((await list()).find('db_host')).toMatchObject({
      exactName: '/orders/prod/DB_HOST',
      version: '7',
      secret: false,
      source: 'ssm',
    });
  });

  it('keeps when a parameter was last changed, where SSM says so', async () => {
    const changed = parameter('A', '1', { LastModifiedDate: new Date(1_900_000_000_000) });
    ssm.on(GetParametersByPathCommand).resolves({ Parameters: [changed, parameter('B', '2')] });

    const listing = await list();

    expect(listing.find('a')).toMatchObject({ changedAtMs: 1_900_000_000_000 });
    expect(listing.find('b')).toMatchObject({ changedAtMs: undefined });
  });

  it('ignores names outside the directory', async () => {
    const strangers: readonly Parameter[] = [
      { Name: '/orders/prod/eu/DEEP', Value: 'x' },
      { Name: 'plain', Value: 'x' },
    ];
    ssm.on(GetParametersByPathCommand).resolves({ Parameters: [...strangers, { Name: '/orders/prod/a', Value: '1' }] });

    const listing = await list();

    expect([...listing.names]).toEqual(['a']);
    expect(listing.find('a')).toMatchObject({ version: undefined });
  });

  it('fails when it has a parameter without a name: it may be any', async () => {
    ssm
      .on(GetParametersByPathCommand)
      .resolves({ Parameters: [{ Value: 'x' }, { Name: '/orders/prod/a', Value: '1' }] });

    await expect(list()).rejects.toThrow('lists a parameter without a name');
  });

  it.each([{}, { Value: 7 as unknown as string }])(
    'leaves a parameter with %p unread, to be read by its name',
    async (part) => {
      const odd = { Name: '/orders/prod/ODD', Type: 'String', ...part } as const;
      ssm.on(GetParametersByPathCommand).resolves({ Parameters: [odd, { Name: '/orders/prod/a', Value: '1' }] });

      const listing = await list();

      expect(listing.find('odd')).toMatchObject({ kind: 'unread', exactName: '/orders/prod/ODD' });
      expect(listing.find('a')).toMatchObject({ value: '1' });
    },
  );

  it.each([206, 203])('fails with HTTP status %i, whatever it holds', async (httpStatusCode) => {
    ssm.on(GetParametersByPathCommand).resolves({ Parameters: [], $metadata: { httpStatusCode } });

    await expect(list()).rejects.toThrow(`it has HTTP status ${httpStatusCode}`);
  });
});

describe('a listing of SSM that is refused', () => {
  it('for the path is not asked for again, and says what to grant', async () => {
    ssm.on(GetParametersByPathCommand).rejects(byPathDenied);

    const outcome = await new SsmProvider().readDirectory(orders, session);

    expect(outcome).toEqual(
      new Unavailable(
        `AccessDeniedException (HTTP 400): ${byPathDenied.message}`,
        'allow ssm:GetParametersByPath on arn:aws:ssm:*:*:parameter/orders/prod',
      ),
    );
    expect(inputs()).toHaveLength(1);
  });

  it.each(['ExpiredTokenException', 'UnrecognizedClientException', 'CredentialsProviderError'])(
    'with %s is not asked for again',
    async (name) => {
      ssm.on(GetParametersByPathCommand).rejects(awsError(name));

      expect(await new SsmProvider().readDirectory(orders, session)).toBeInstanceOf(Unavailable);
      expect(inputs()).toHaveLength(1);
    },
  );

  it.each<readonly [string, Error]>([
    ['AccessDeniedException', keyDenied],
    ...[
      'InvalidKeyId',
      'KMSInvalidStateException',
      'DisabledException',
      'NotFoundException',
      'KMSNotFoundException',
    ].map((name) => [name, awsError(name, 'the key')] as const),
  ])(
    'because of the key of one SecureString (%s) is read again undecrypted, its SecureStrings left unread',
    async (_, refused) => {
      ssm
        .on(GetParametersByPathCommand, { WithDecryption: true })
        .rejects(refused)
        .on(GetParametersByPathCommand, { WithDecryption: false })
        .resolves({
          Parameters: [parameter('HOST', 'db.internal'), parameter('PASSWORD', 'c2VhbGVk', { Type: 'SecureString' })],
        });

      const listing = await list();

      expect(listing.find('host')).toMatchObject({ value: 'db.internal', secret: false });
      expect(listing.find('password')).toMatchObject({ kind: 'unread', exactName: '/orders/prod/PASSWORD' });
      expect(inputs().map(({ WithDecryption }) => WithDecryption)).toEqual([true, false]);
    },
  );

  it('in both ways gives the first reason', async () => {
    ssm
      .on(GetParametersByPathCommand, { WithDecryption: true })
      .rejects(keyDenied)
      .on(GetParametersByPathCommand, { WithDecryption: false })
      .rejects(byPathDenied);

    const outcome = await new SsmProvider().readDirectory(orders, session);

    expect(outcome).toMatchObject({ reason: expect.stringContaining('kms:Decrypt') as string });
  });

  it('is a failure when the second reading fails', async () => {
    const failure = awsError('ThrottlingException');
    ssm
      .on(GetParametersByPathCommand, { WithDecryption: true })
      .rejects(keyDenied)
      .on(GetParametersByPathCommand, { WithDecryption: false })
      .rejects(failure);

    await expect(list()).rejects.toBe(failure);
  });

  it('without a region is not sent', async () => {
    const nowhere = new SSMClient({ region: 'x' });
    nowhere.config.region = () => Promise.reject(new Error('Region is missing'));
    const mock = mockClient(nowhere);

    const outcome = await new SsmProvider({ clients: new AwsClients({ ssm: nowhere }), cacheName: 'x' }).readDirectory(
      orders,
      session,
    );

    expect(outcome).toMatchObject({ reason: 'Error: Region is missing' });
    expect(mock.calls()).toHaveLength(0);
  });
});

describe('secure strings of SSM, by name', () => {
  it('are items as a listing has them', async () => {
    ssm.on(GetParametersCommand).resolves({
      Parameters: [parameter('PASSWORD', 'hunter2', { Type: 'SecureString', Version: 3 })],
    });

    const outcome = await new SsmProvider().readSecrets([unread('PASSWORD')], session).get('/orders/prod/PASSWORD');

    expect(outcome).toMatchObject({
      name: 'password',
      value: 'hunter2',
      secret: true,
      source: 'ssm',
      version: '3',
      directory: orders,
      exactName: '/orders/prod/PASSWORD',
    });
  });

  it('are read with the clients of the provider', async () => {
    const other = new SSMClient({ region: 'us-east-1' });
    const mock = mockClient(other)
      .on(GetParametersCommand)
      .resolves({ Parameters: [parameter('A', 'there')] });
    const provider = new SsmProvider({ clients: new AwsClients({ ssm: other }), cacheName: 'ssm@x' });

    const outcome = await provider.readSecrets([unread('A')], session).get('/orders/prod/A');

    expect(outcome).toMatchObject({ value: 'there' });
    expect(mock.calls()).toHaveLength(1);
    expect(ssm.calls()).toHaveLength(0);
  });

  it('fail when what comes back has no value', async () => {
    ssm.on(GetParametersCommand).callsFake(({ Names = [] }: GetParametersCommandInput) => ({
      Parameters: Names.map((name) => ({ Name: name })),
    }));

    const started = new SsmProvider().readSecrets([unread('A')], session);

    await expect(started.get('/orders/prod/A')).rejects.toThrow('it has no value for /orders/prod/A');
  });
});
