import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SSMClient } from '@aws-sdk/client-ssm';
import {
  AwsClients,
  type AwsClientsOptions,
  Config,
  config,
  Context,
  type Dependency,
  defineSettings,
  DynamoProvider,
  secret,
  SettingsValidationError,
  SsmProvider,
  withDependencies,
  XconSettings,
} from '../../../src/index';
import { TestClock } from '../doubles';
import { clientOptions, type FleetProcess, type ProcessOptions } from '../fleet-process';
import { table } from '../rows';
import { rowsOf } from './orders-aws';
import { withOrdersFleet } from './orders-fleet';

const orders = withOrdersFleet();

function startProcess(options: ProcessOptions = {}): FleetProcess {
  return orders.start(options);
}

describe('a secret that was read by its id', () => {
  const byId = { secretId: '/orders/all/password' };
  const readById = (process: FleetProcess) => process.run(() => config.getItem('anything', byId));

  test('is written under the directory that a lookup finds it in', async () => {
    const process = startProcess();
    expect((await readById(process)).directory.path).toBe('/_id');

    const found = await process.item('password');
    await process.flush();

    expect(found.directory.path).toBe('/orders/all');
    expect((await rowsOf(orders.aws, 'password')).map((row) => row['real_directory']?.S)).toEqual(['/orders/all']);
    expect((await orders.aws.rows(table)).map((row) => row['real_directory']?.S)).not.toContain('/_id');
  });

  test('is still read by its id after a lookup has found it', async () => {
    const process = startProcess();
    await process.item('password');

    expect((await readById(process)).directory.path).toBe('/_id');
  });

  test('respects restrictions to directories, in this process and in others', async () => {
    const declared = () => defineSettings({ PASSWORD: secret({ directories: ['/orders/prod'] }) });
    const first = startProcess();
    await readById(first);

    await expect(first.run(() => declared().load())).rejects.toThrow(SettingsValidationError);
    await first.flush();
    await expect(startProcess().run(() => declared().load())).rejects.toThrow(SettingsValidationError);
  });
});

describe('a context with other clients', () => {
  /** Whatever it reads, the table is that of the process: the worst case. */
  let dynamo: DynamoDBClient;
  let ssm: SSMClient;
  let other: DynamoDBClient;
  let opened: AwsClients[];

  beforeEach(() => {
    dynamo = new DynamoDBClient(clientOptions(orders.aws.url));
    ssm = new SSMClient(clientOptions(orders.aws.url));
    other = new DynamoDBClient(clientOptions(orders.aws.url));
    opened = [];
  });

  afterEach(async () => {
    await Promise.all(opened.map((each) => each.close()));
    dynamo.destroy();
    ssm.destroy();
    other.destroy();
  });

  const others: readonly (readonly [string, () => AwsClientsOptions])[] = [
    ['another endpoint', () => ({ endpoint: orders.aws.url.replace('127.0.0.1', 'localhost') })],
    ['another region', () => ({ region: 'eu-west-1' })],
    ['other credentials', () => ({ credentials: { accessKeyId: 'other', secretAccessKey: 'other' } })],
    ['a client for SSM', () => ({ ssm })],
    ['a client for the table', () => ({ dynamo: other })],
  ];

  function inOther<T>(process: FleetProcess, own: AwsClientsOptions, work: () => Promise<T>): Promise<T> {
    const clients = new AwsClients({ ...clientOptions(orders.aws.url), dynamo, ...own });
    opened.push(clients);
    return process.run(() => withDependencies([clients], work));
  }

  const lookUp = async (): Promise<unknown> => {
    const value = await config.get('db_host');
    await config.flush();
    return value;
  };

  test.each(others)('of %s gets nothing that the process has read', async (_, own) => {
    const process = startProcess({ clients: { dynamo } });
    await process.run(lookUp);
    orders.aws.putParameter('/orders/prod/db_host', 'elsewhere');

    expect(await inOther(process, own(), lookUp)).toBe('elsewhere');
    expect(await inOther(startProcess({ clients: { dynamo } }), own(), lookUp)).toBe('elsewhere');
  });

  test.each(others)('of %s leaves nothing that the process gets', async (_, own) => {
    const process = startProcess({ clients: { dynamo } });
    await inOther(process, own(), lookUp);
    orders.aws.putParameter('/orders/prod/db_host', 'here');

    expect(await process.run(lookUp)).toBe('here');
    expect(await startProcess({ clients: { dynamo } }).run(lookUp)).toBe('here');
  });

  test('of another region has rows of its own', async () => {
    await inOther(startProcess({ clients: { dynamo } }), { region: 'eu-west-1' }, lookUp);
    orders.aws.calls.clear();

    await inOther(startProcess({ clients: { dynamo } }), { region: 'eu-west-1' }, lookUp);

    expect(orders.aws.calls.count('GetParametersByPath')).toBe(0);
    const [row] = await rowsOf(orders.aws, 'db_host');
    expect(row?.['cache_concat_provider_names']).toEqual({ S: 'ssm@eu-west-1|secrets@eu-west-1' });
  });

  test('shares the rows where only attempts differ, or the provider has clients of its own', async () => {
    const process = startProcess({ clients: { dynamo } });
    await process.run(lookUp);
    orders.aws.calls.clear();

    await inOther(startProcess({ clients: { dynamo } }), { maxAttempts: 3 }, lookUp);
    expect(orders.aws.calls.count('GetParametersByPath')).toBe(0);

    const own = new AwsClients(clientOptions(orders.aws.url));
    opened.push(own);
    const elsewhere = () =>
      new Config({ providers: [new SsmProvider({ clients: own, cacheName: 'ssm-own' })] }).run(lookUp);
    await inOther(startProcess({ clients: { dynamo } }), { region: 'eu-west-1' }, elsewhere);
    orders.aws.calls.clear();
    await inOther(startProcess({ clients: { dynamo } }), { region: 'eu-west-1' }, elsewhere);
    expect(orders.aws.calls.count('GetParametersByPath')).toBe(0);
  });

  test('counts as the context of the process when it is the only one that was entered', async () => {
    const process = startProcess({ clients: { dynamo } });
    await process.run(lookUp);
    orders.aws.calls.clear();
    const clients = new AwsClients({ ...clientOptions(orders.aws.url), dynamo });
    opened.push(clients);
    const settings = new XconSettings({ service: 'orders', environment: 'prod', logLevel: 'silent' });
    const scope = Context.createRoot([settings, new TestClock()]).child([clients, new Config()]).enter();

    expect(await lookUp()).toBe('db.internal');

    scope.exit();
    expect(orders.aws.calls.count('GetParametersByPath')).toBe(0);
  });
});

describe('a context with another config table', () => {
  const lookUp = async (): Promise<unknown> => {
    const value = await config.get('limit');
    await config.flush();
    return value;
  };
  const options: ProcessOptions = { config: { providers: [DynamoProvider], directories: ['/orders/prod'] } };
  const settings = { service: 'orders', environment: 'prod' };
  const inOther = (process: FleetProcess, ...more: readonly Dependency[]): Promise<unknown> =>
    process.run(() => withDependencies([new XconSettings({ ...settings, configTable: 'other' }), ...more], lookUp));

  beforeEach(async () => {
    const row = { app_key: '/orders/prod', name_key: 'limit' };
    await orders.aws.seed({
      tables: {
        'global-all-config': { rows: [{ ...row, value: 'own' }] },
        other: { rows: [{ ...row, value: 'other' }] },
      },
    });
  });

  test('gets nothing that the process has read', async () => {
    const process = startProcess(options);
    expect(await process.run(lookUp)).toBe('own');

    expect(await inOther(process)).toBe('other');
    expect(await inOther(startProcess(options))).toBe('other');
  });

  test('leaves nothing that the process gets', async () => {
    const process = startProcess(options);
    expect(await inOther(process)).toBe('other');

    expect(await process.run(lookUp)).toBe('own');
    expect(await startProcess(options).run(lookUp)).toBe('own');
  });

  test('has rows of its own, also across processes', async () => {
    await inOther(startProcess(options));
    await startProcess({ ...options, settings: { configTable: 'other' } }).run(lookUp);
    await startProcess(options).run(lookUp);

    const rows = await rowsOf(orders.aws, 'limit');
    expect(rows.map((row) => [row['cache_concat_provider_names']?.S, row['value']?.S])).toEqual([
      ['dynamo', 'own'],
      ['dynamo@other', 'other'],
    ]);
  });
});
