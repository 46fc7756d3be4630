import { QueryCommand } from '@aws-sdk/client-dynamodb';
import { GetSecretValueCommand, ListSecretsCommand } from '@aws-sdk/client-secrets-manager';
import { GetParameterCommand, GetParametersByPathCommand } from '@aws-sdk/client-ssm';
import { Config, Context, ProviderError, SecretsProvider, SsmProvider, XconSettings } from 'xcon';
import { type FakeClients, fakeClients, LocalAwsError } from 'xcon/testing';

let fakes: FakeClients;

beforeEach(async () => {
  fakes = await fakeClients();
});

/** Looks settings up in a service that uses the fakes, and a memory of its own. */
function lookUp<T>(fn: (orders: Config) => T): T {
  const providers = [SsmProvider, SecretsProvider];
  const orders = new Config({ service: 'orders', environment: 'prod', directories: '/orders/prod', providers });
  const settings = new XconSettings({ disableDefaultCacher: true, logLevel: 'silent' });
  return Context.createRoot([fakes.clients, settings, orders]).run(() => fn(orders));
}

describe('fakeClients', () => {
  it('gives the answers it was given, to the clients that a lookup uses', async () => {
    const { secretsManager, ssm } = fakes;
    ssm.on(GetParametersByPathCommand).resolves({ Parameters: [{ Name: '/orders/prod/DB_HOST', Value: 'db.test' }] });
    secretsManager
      .on(ListSecretsCommand)
      .resolves({ SecretList: [{ Name: '/orders/prod/DB_PASSWORD', ARN: 'arn:1' }] });
    secretsManager.on(GetSecretValueCommand).resolves({ Name: '/orders/prod/DB_PASSWORD', SecretString: 'hunter2' });

    const values = await lookUp(async (orders) => [await orders.get('DB_HOST'), await orders.get('DB_PASSWORD')]);

    expect(values).toEqual(['db.test', 'hunter2']);
  });

  it('distinguishes answers by their input, and gives some only once', async () => {
    fakes.ssm
      .on(GetParameterCommand, { Name: '/a' })
      .resolvesOnce({ Parameter: { Value: '1' } })
      .rejects(new Error('gone'));
    fakes.ssm.on(GetParameterCommand, { Name: '/b' }).callsFake(({ Name }) => ({ Parameter: { Value: `of ${Name}` } }));
    const client = await fakes.clients.ssm();
    const get = async (Name: string) => (await client.send(new GetParameterCommand({ Name }))).Parameter?.Value;

    expect([await get('/a'), await get('/b')]).toEqual(['1', 'of /b']);
    await expect(get('/a')).rejects.toThrow('gone');
  });

  it('says which commands were sent', async () => {
    fakes.dynamo.onAnyCommand().resolves({});
    const client = await fakes.clients.dynamo();

    await client.send(new QueryCommand({ TableName: 'a' }));
    await client.send(new QueryCommand({ TableName: 'b' }));

    expect(fakes.dynamo.commandCalls(QueryCommand).map(({ args }) => args[0].input.TableName)).toEqual(['a', 'b']);
    expect(fakes.dynamo.commandCalls(QueryCommand, { TableName: 'b' })).toHaveLength(1);
    expect(fakes.dynamo.calls()).toHaveLength(2);
  });

  it('refuses a command for which it was given no answer', async () => {
    const error = (await lookUp((orders) => orders.get('DB_HOST')).catch((thrown: unknown) => thrown)) as Error;

    expect(error).toBeInstanceOf(ProviderError);
    expect(error.cause).toBeInstanceOf(LocalAwsError);
    expect(error.message).toContain(
      'No answer was given for GetParametersByPathCommand: say mock.on(GetParametersByPathCommand).resolves({ ... }).',
    );
  });

  it('leaves other fakes alone', async () => {
    const others = await fakeClients();
    fakes.ssm.on(GetParameterCommand).resolves({ Parameter: { Value: '1' } });

    await expect((await others.clients.ssm()).send(new GetParameterCommand({ Name: '/a' }))).rejects.toThrow(
      LocalAwsError,
    );
  });
});

/** Never called: what the compiler makes of answers. */
export function typed({ ssm }: FakeClients): void {
  // @ts-expect-error the output of another command
  ssm.on(GetParametersByPathCommand).resolves({ Parameter: { Value: '1' } });
  // @ts-expect-error an input of another kind
  ssm.on(GetParametersByPathCommand, { Path: 5 });
}
