import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Config, DynamoCacher, DynamoProvider, SecretsProvider, SsmProvider } from '../../src/index';
import { AwsWorld } from './world';

let world: AwsWorld;

afterEach(() => world.close());

/** Counts the connections that a function opens. */
async function connectionsOf(work: () => Promise<unknown>): Promise<number> {
  let count = 0;
  const note = (): void => {
    count += 1;
  };
  subscribe('net.client.socket', note);
  try {
    await work();
  } finally {
    unsubscribe('net.client.socket', note);
  }
  return count;
}

const config = (): Config =>
  new Config({
    service: 'orders',
    environment: 'prod',
    directories: ['/orders/prod'],
    providers: [SsmProvider, SecretsProvider],
    cacher: null,
  });

describe('warm', () => {
  it('opens the connections that the first lookup uses, and calls no operation', async () => {
    world = await AwsWorld.start({
      seed: { ssm: { '/orders/prod/host': 'db' }, secrets: { '/orders/prod/key': 's' } },
    });
    const mine = config();

    const opened = await connectionsOf(() => world.run(() => mine.warm()));
    const calls = world.aws.calls.all.length;
    const openedLater = await connectionsOf(() =>
      world.run(async () => [await mine.get('host'), await mine.get('key')]),
    );

    expect({ opened, calls, openedLater }).toEqual({ opened: 2, calls: 0, openedLater: 0 });
    expect(world.aws.calls.all.map(({ operation }) => operation).sort()).toEqual([
      'GetParametersByPath',
      'GetSecretValue',
      'ListSecrets',
    ]);
  });

  it('resolves the credentials, once for all that follows', async () => {
    let resolved = 0;
    world = await AwsWorld.start({ seed: { ssm: { '/orders/prod/host': 'db' } } });
    const credentials = (): Promise<{ accessKeyId: string; secretAccessKey: string }> => {
      resolved += 1;
      return Promise.resolve({ accessKeyId: 'test', secretAccessKey: 'test' });
    };
    const clients = world.makeClients({ credentials });
    const mine = new Config({ service: 'orders', providers: [SsmProvider], cacher: null });

    await world.run(() => mine.warm(), [clients]);
    const afterWarm = resolved;
    await world.run(() => mine.get('host'), [clients]);

    expect([afterWarm, resolved]).toEqual([1, 1]);
  });

  it('connects to the tables of the cacher and of the provider of the configuration table', async () => {
    world = await AwsWorld.start({});
    const mine = new Config({ service: 'orders', providers: [DynamoProvider], cacher: DynamoCacher });

    const opened = await connectionsOf(() => world.run(() => mine.warm()));

    expect(opened).toBeGreaterThan(0);
    expect(world.aws.calls.all).toEqual([]);
  });

  it('leaves it to the lookup to report the problem', async () => {
    world = await AwsWorld.start({ seed: { ssm: { '/orders/prod/host': 'db' } } }, { logLevel: 'debug' });
    const unreachable = world.makeClients({ endpoint: 'http://127.0.0.1:1' });
    const mine = config();

    await world.run(() => mine.warm(), [unreachable]);

    const failed = world.log.lines.filter(({ fields }) => fields['event'] === 'warm.failed');
    expect(failed.map(({ fields }) => fields['provider'])).toEqual(['ssm', 'secrets']);
    await expect(world.run(() => mine.get('host'), [unreachable])).rejects.toMatchObject({ code: 'PROVIDER_FAILED' });
  });
});
