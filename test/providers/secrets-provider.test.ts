import {
  GetSecretValueCommand,
  type GetSecretValueCommandInput,
  ListSecretsCommand,
  type ListSecretsCommandInput,
  type SecretListEntry,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';
import { AwsClients } from '../../src/aws/aws-clients';
import { Directory } from '../../src/directory/directory';
import { type DirectoryListing, Unavailable, type UnreadSecret } from '../../src/item/directory-listing';
import { SecretsProvider } from '../../src/providers/secrets-provider';
import { itKeepsTheContract } from '../contract/provider-contract';
import { awsError, readSession } from '../contract/read-session';
import { Source } from '../contract/source';

const client = new SecretsManagerClient({ region: 'eu-west-1' });
const secretsManager = mockClient(client);
const session = readSession({ clients: new AwsClients({ secretsManager: client }) });
const orders = new Directory({ path: '/orders/prod' });

beforeEach(() => secretsManager.reset());

itKeepsTheContract({
  providerName: 'secrets',
  cacheable: true,
  paged: true,
  failure: awsError('InternalServiceError', 'out of order'),
  refusal: awsError('AccessDeniedException', 'not authorized to perform: secretsmanager:ListSecrets'),
  over: (options) => {
    const source = new Source(options);
    secretsManager.on(ListSecretsCommand).callsFake(({ Filters = [], NextToken }: ListSecretsCommandInput) => {
      const prefixes = Filters.flatMap(({ Values = [] }) => Values);
      const page = source.list(NextToken, ({ directory, name }) =>
        prefixes.some((prefix) => `${directory}/${name}`.startsWith(prefix)),
      );
      return {
        SecretList: page.settings.map(({ directory, name }) => ({ Name: `${directory}/${name}` })),
        NextToken: page.token,
      };
    });
    secretsManager.on(GetSecretValueCommand).callsFake(({ SecretId }: GetSecretValueCommandInput) => {
      const found = source.settings.find(({ directory, name }) => `${directory}/${name}` === SecretId);
      return { Name: SecretId, SecretString: found?.value };
    });
    return { provider: new SecretsProvider(), session, source };
  },
});

function listed(...entries: readonly (SecretListEntry | string)[]): void {
  const list = entries.map((each) => (typeof each === 'string' ? { Name: each } : each));
  secretsManager.on(ListSecretsCommand).resolves({ SecretList: list });
}

function inputs(): readonly ListSecretsCommandInput[] {
  return secretsManager.commandCalls(ListSecretsCommand).map(({ args }) => args[0].input);
}

async function list(): Promise<DirectoryListing> {
  return (await new SecretsProvider().readDirectory(orders, session)) as DirectoryListing;
}

describe('a listing of Secrets Manager', () => {
  it('hands the signal on', async () => {
    listed();

    await list();

    const [call] = secretsManager.commandCalls(ListSecretsCommand);
    expect((call?.args as readonly unknown[])[1]).toEqual({ abortSignal: session.signal });
  });

  it('fails when it has a secret without a name: it may be any', async () => {
    listed({}, '/orders/prod/a');

    await expect(list()).rejects.toThrow('lists a secret without a name');
  });

  it('fails with another HTTP status than 200', async () => {
    secretsManager.on(ListSecretsCommand).resolves({ SecretList: [], $metadata: { httpStatusCode: 206 } });

    await expect(list()).rejects.toThrow('it has HTTP status 206');
  });

  it('keeps the exact name of the last listed of names that differ in case only', async () => {
    listed('/orders/prod/Key', '/orders/prod/KEY');

    expect((await list()).find('key')).toMatchObject({ exactName: '/orders/prod/KEY' });
  });

  it('is empty when the service gives an empty list, and fails when it gives none', async () => {
    secretsManager.on(ListSecretsCommand).resolvesOnce({ SecretList: [] }).resolves({});

    expect((await list()).size).toBe(0);
    await expect(list()).rejects.toThrow('it has no list in it');
  });

  it('that is refused says what to grant', async () => {
    secretsManager.on(ListSecretsCommand).rejects(awsError('AccessDeniedException', 'you may not'));

    expect(await new SecretsProvider().readDirectory(orders, session)).toEqual(
      new Unavailable('AccessDeniedException (HTTP 400): you may not', 'allow secretsmanager:ListSecrets on *'),
    );
  });
});

describe('the directories of a chain', () => {
  const directories = Array.from({ length: 12 }, (_, index) => new Directory({ path: `/d${index}` }));

  it('are listed together, ten a call, each with what is its own', async () => {
    listed(...directories.map(({ path }) => `${path}/here`), '/d1/only');

    const started = new SecretsProvider().readDirectories(directories, session);
    const listings = (await Promise.all(started.values())) as DirectoryListing[];

    expect(inputs().map(({ Filters }) => Filters?.[0]?.Values)).toEqual([
      directories.slice(0, 10).map(({ path }) => `${path}/`),
      ['/d10/', '/d11/'],
    ]);
    expect([...started.keys()]).toEqual(directories.map(({ path }) => path));
    expect(listings.map(({ size }) => size)).toEqual(directories.map(({ path }) => (path === '/d1' ? 2 : 1)));
  });

  it('share a refusal and a failure, call by call', async () => {
    const failure = awsError('InternalServiceError');
    secretsManager.on(ListSecretsCommand).rejectsOnce(awsError('AccessDeniedException')).rejectsOnce(failure);

    const results = await Promise.allSettled(new SecretsProvider().readDirectories(directories, session).values());

    expect(results.slice(0, 10).every((each) => each.status === 'fulfilled' && each.value instanceof Unavailable)).toBe(
      true,
    );
    expect(results.slice(10)).toEqual([
      { status: 'rejected', reason: failure },
      { status: 'rejected', reason: failure },
    ]);
  });

  it('are asked for nothing when there are none', () => {
    expect(new SecretsProvider().readDirectories([], session).size).toBe(0);
    expect(secretsManager.calls()).toHaveLength(0);
  });
});

describe('the values of secrets', () => {
  const secret: UnreadSecret = {
    kind: 'unread',
    name: 'key',
    exactName: '/orders/prod/KEY',
    directory: orders,
    nextRotationMs: undefined,
  };

  it('are read with the clients of the provider, and are from it', async () => {
    const other = new SecretsManagerClient({ region: 'us-east-1' });
    const mock = mockClient(other).on(GetSecretValueCommand).resolves({ SecretString: 'there' });
    const provider = new SecretsProvider({
      clients: new AwsClients({ secretsManager: other }),
      cacheName: 'secrets@x',
    });

    const outcome = await provider.readSecrets([secret], session).get(secret.exactName);

    expect(outcome).toMatchObject({ value: 'there', source: 'secrets', secret: true });
    expect(mock.calls()).toHaveLength(1);
    expect(secretsManager.calls()).toHaveLength(0);
  });

  it('can be read by exact name, without a listing', () => {
    expect(new SecretsProvider().readsByName).toBe(true);
  });

  it('are read with the signal of the session', async () => {
    secretsManager.on(GetSecretValueCommand).resolves({ SecretString: 'here' });

    await new SecretsProvider().readSecrets([secret], session).get(secret.exactName);

    const [call] = secretsManager.commandCalls(GetSecretValueCommand);
    expect((call?.args as readonly unknown[])[1]).toEqual({ abortSignal: session.signal });
  });
});
