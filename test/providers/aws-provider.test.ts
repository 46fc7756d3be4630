import { remedyOf } from '../../src/aws/aws-errors';
import { AwsClients } from '../../src/aws/aws-clients';
import { InvalidSettingsError } from '../../src/errors';
import { type RefusalScope, Unavailable } from '../../src/item/directory-listing';
import { whenPermitted } from '../../src/aws/call-aws';
import { DynamoProvider } from '../../src/providers/dynamo-provider';
import { SecretsProvider } from '../../src/providers/secrets-provider';
import { SsmProvider } from '../../src/providers/ssm-provider';
import { awsError, readSession } from '../contract/read-session';

describe('an AWS provider', () => {
  it('reads with the clients of the context when nothing else is said', () => {
    const session = readSession({ clients: new AwsClients({ region: 'eu-west-1' }) });

    const provider = new SsmProvider();

    expect(provider.clientsFor(session)).toBe(session.clients);
    expect(provider.cacheName).toBe('ssm');
  });

  it('reads another region with clients of its own, and says so in cache keys', async () => {
    const session = readSession();
    const provider = new SsmProvider({ region: 'eu-west-1' });

    const clients = provider.clientsFor(session);
    const { config } = await clients.ssm();

    expect(clients).not.toBe(session.clients);
    expect(provider.clientsFor(readSession())).toBe(clients);
    expect(await config.region()).toBe('eu-west-1');
    expect(provider.cacheName).toBe('ssm@eu-west-1');
    expect(provider.name).toBe('ssm');
  });

  it('reads another account with the clients it is given', () => {
    const clients = new AwsClients({ region: 'eu-west-1' });

    const provider = new DynamoProvider({ clients, cacheName: 'dynamo@audit' });

    expect(provider.clientsFor(readSession())).toBe(clients);
    expect(provider.cacheName).toBe('dynamo@audit');
  });

  it('has the cache name it is given, whatever the region', () => {
    expect(new SsmProvider({ region: 'eu-west-1', cacheName: 'ssm@dublin' }).cacheName).toBe('ssm@dublin');
    expect(new SsmProvider({ cacheName: 'ssm@here' }).cacheName).toBe('ssm@here');
  });

  it.each([
    [true, new SsmProvider()],
    [true, new SecretsProvider()],
    [false, new DynamoProvider()],
  ])('reads by exact name, without a listing: %p', (expected, provider) => {
    expect(provider.readsByName).toBe(expected);
  });

  it('refuses clients without a cache name', () => {
    const make = (): SsmProvider => new SsmProvider({ clients: new AwsClients() });

    expect(make).toThrow(InvalidSettingsError);
    expect(make).toThrow(
      'SsmProvider option clients: needs a cacheName beside it, so that the cached rows of two accounts are kept apart.',
    );
  });

  it('closes the clients it has made, and none that it was given', async () => {
    const given = new AwsClients({ region: 'eu-west-1' });
    const withRegion = new SsmProvider({ region: 'eu-west-1' });
    const withClients = new SsmProvider({ clients: given, cacheName: 'ssm@x' });
    const own = jest.spyOn(await withRegion.clientsFor(readSession()).ssm(), 'destroy');
    const foreign = jest.spyOn(await given.ssm(), 'destroy');

    await Promise.all([withRegion.close(), withClients.close(), new SsmProvider().close()]);

    expect(own).toHaveBeenCalledTimes(1);
    expect(foreign).not.toHaveBeenCalled();
  });
});

describe('whenPermitted', () => {
  const client = { config: { region: () => Promise.resolve('eu-west-1') } };
  const scopes: Readonly<Record<string, RefusalScope>> = {
    ExpiredTokenException: 'credentials',
    ResourceNotFoundException: 'source',
  };

  it('gives what the call gives', async () => {
    expect(await whenPermitted(client, 'allow it', () => Promise.resolve(7))).toBe(7);
  });

  it.each(['AccessDeniedException', 'ExpiredTokenException', 'ResourceNotFoundException'])(
    'makes an outcome of %s, with the remedy',
    async (name) => {
      const outcome = await whenPermitted(client, 'allow it', () => Promise.reject(awsError(name, 'you may not')));

      expect(outcome).toEqual(
        new Unavailable(`${name} (HTTP 400): you may not`, remedyOf({ name }, 'allow it'), scopes[name]),
      );
    },
  );

  it.each(['ThrottlingException', 'InternalServerError', 'TimeoutError'])('throws %s', async (name) => {
    const error = awsError(name);

    await expect(whenPermitted(client, 'allow it', () => Promise.reject(error))).rejects.toBe(error);
  });

  it('asks for the region first: without one nothing is called', async () => {
    const call = jest.fn();
    const nowhere = { config: { region: () => Promise.reject(new Error('Region is missing')) } };

    const outcome = await whenPermitted(nowhere, 'allow it', call);

    expect(outcome).toEqual(
      new Unavailable('Error: Region is missing', 'set AWS_REGION, or a region in the profile', 'region'),
    );
    expect(call).not.toHaveBeenCalled();
  });
});
