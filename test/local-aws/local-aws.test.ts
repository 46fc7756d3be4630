import { type LocalAws, type LocalAwsChange, localAwsEnvironment, startLocalAws } from '../../src/local-aws/local-aws';
import { post } from './local-requests';

let aws: LocalAws;

beforeEach(async () => {
  aws = await startLocalAws({
    seed: { ssm: { '/a/one': { value: '1', type: 'SecureString' } }, secrets: { '/a/s': 'x' } },
  });
});

afterEach(() => aws.close());

const parameter = async (Name: string) =>
  (await post(aws, 'AmazonSSM.GetParameter', { Name, WithDecryption: true })).json['Parameter'];
const secret = async (SecretId: string) => (await post(aws, 'secretsmanager.GetSecretValue', { SecretId })).json;

it('gives the variables with which an SDK finds it', () => {
  expect(aws.environment).toEqual({
    AWS_ENDPOINT_URL: aws.url,
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local-aws-not-a-real-key',
    AWS_SECRET_ACCESS_KEY: 'local-aws-not-a-real-secret',
    AWS_EC2_METADATA_DISABLED: 'true',
  });
  expect(aws.url).toBe(`http://127.0.0.1:${aws.port}`);
});

it('gives the variables for one that listens elsewhere', () => {
  expect(localAwsEnvironment('http://[::1]:1')).toEqual({ ...aws.environment, AWS_ENDPOINT_URL: 'http://[::1]:1' });
});

it('puts and deletes parameters', async () => {
  aws.putParameter('/a/one', 'uno');
  aws.putParameter('/a/two', { value: 'a,b', type: 'StringList', labels: ['live'] });

  expect(await parameter('/a/one')).toMatchObject({ Value: 'uno', Type: 'SecureString', Version: 2 });
  expect(await parameter('/a/two:live')).toMatchObject({ Value: 'a,b', Type: 'StringList', Version: 1 });

  aws.deleteParameter('/a/one');
  aws.deleteParameter('/a/one');

  expect(await parameter('/a/one')).toBeUndefined();
});

it('puts, restores and deletes secrets', async () => {
  aws.putSecret('/a/s', 'y');
  aws.putSecret('/a/new', new Uint8Array([1, 2]));
  await post(aws, 'secretsmanager.DeleteSecret', { SecretId: '/a/new' });
  aws.putSecret('/a/new', new Uint8Array([3]));

  expect((await secret('/a/s'))['SecretString']).toBe('y');
  expect((await secret('/a/new'))['SecretBinary']).toBe('Aw==');

  aws.deleteSecret('/a/s');
  aws.deleteSecret('/a/s');

  expect((await secret('/a/s'))['__type']).toBe('ResourceNotFoundException');
});

it('gives no rows of a table that does not exist', async () => {
  expect(await aws.rows('none')).toEqual([]);
  await aws.clearTable('none');
  await aws.deleteTable('none');
  await aws.seed({ tables: { other: {} } });

  expect(await aws.rows('none')).toEqual([]);
  await aws.clearTable('none');
  await aws.deleteTable('none');
  expect(await aws.expireItems(0)).toBe(0);
});

it('adds and overwrites with a further seed', async () => {
  await aws.seed({
    ssm: { '/a/one': 'plain now', '/a/two': '2' },
    secrets: { '/a/s': { value: 'y', denied: true } },
    tables: { tab: { rows: [{ app_key: 'a', name_key: 'b', v: 1 }] } },
  });
  const denied = await secret('/a/s');
  await aws.seed({ secrets: { '/a/s': 'z' }, tables: { tab: { rows: [{ app_key: 'a', name_key: 'b', v: 2 }] } } });

  expect(await parameter('/a/one')).toMatchObject({ Value: 'plain now', Type: 'String', Version: 2 });
  expect([denied['__type'], (await secret('/a/s'))['SecretString']]).toEqual(['AccessDeniedException', 'z']);
  expect(await aws.rows('tab')).toEqual([{ app_key: { S: 'a' }, name_key: { S: 'b' }, v: { N: '2' } }]);
});

describe('onChange', () => {
  it('is called with every change, by any client, until it is ended', async () => {
    await aws.seed({ tables: { tab: { hashKey: 'id', rangeKey: null } } });
    const changes: LocalAwsChange[] = [];
    const end = aws.onChange((change) => changes.push(change));
    const Item = { id: { S: 'a' } };

    aws.putParameter('/a/one', '2');
    await post(aws, 'AmazonSSM.PutParameter', { Name: '/a/one', Value: '3', Overwrite: true });
    await post(aws, 'AmazonSSM.LabelParameterVersion', { Name: '/a/one', Labels: ['live'] });
    await post(aws, 'AmazonSSM.DeleteParameters', { Names: ['/a/one', '/a/none'] });
    await post(aws, 'secretsmanager.CreateSecret', { Name: '/a/new', SecretString: 'x' });
    await post(aws, 'secretsmanager.DeleteSecret', { SecretId: '/a/new' });
    aws.deleteSecret('/a/new');
    await post(aws, 'DynamoDB_20120810.PutItem', { TableName: 'tab', Item });
    await post(aws, 'DynamoDB_20120810.BatchWriteItem', { RequestItems: { tab: [{ PutRequest: { Item } }] } });
    await post(aws, 'DynamoDB_20120810.PutItem', { TableName: 'tab', Item: {} });
    await post(aws, 'DynamoDB_20120810.GetItem', { TableName: 'tab', Key: Item });
    await aws.clearTable('tab');
    end();
    aws.putParameter('/a/one', '4');

    expect(changes.map(({ service, operation, name }) => `${service} ${operation} ${name}`)).toEqual([
      'ssm PutParameter /a/one',
      'ssm PutParameter /a/one',
      'ssm LabelParameterVersion /a/one',
      'ssm DeleteParameter /a/one',
      'secretsmanager CreateSecret /a/new',
      'secretsmanager DeleteSecret /a/new',
      'secretsmanager DeleteSecret /a/new',
      'dynamodb PutItem tab',
      'dynamodb BatchWriteItem tab',
      'dynamodb DeleteItem tab',
    ]);
  });
});

describe('optional packages', () => {
  afterEach(() => jest.resetModules());

  it('dynalite is asked for when it is missing', async () => {
    await jest.isolateModulesAsync(async () => {
      jest.doMock('dynalite', () => {
        throw Object.assign(new Error("Cannot find module 'dynalite'"), { code: 'MODULE_NOT_FOUND' });
      });
      const isolated = await import('../../src/local-aws/local-aws');

      await expect(isolated.startLocalAws({ seed: { tables: { tab: {} } } })).rejects.toThrow(
        'The local DynamoDB needs the package dynalite. Run: npm install --save-dev dynalite',
      );
      jest.dontMock('dynalite');
    });
  });

  it('that are broken are not called missing', async () => {
    await jest.isolateModulesAsync(async () => {
      jest.doMock('dynalite', () => {
        throw new Error('broken');
      });
      const isolated = await import('../../src/local-aws/local-aws');
      const broken = await isolated.startLocalAws();

      await expect(broken.seed({ tables: { tab: {} } })).rejects.toThrow('broken');

      await broken.close();
      jest.dontMock('dynalite');
    });
  });

  it('are not loaded before they are used', async () => {
    const loaded: string[] = [];
    await jest.isolateModulesAsync(async () => {
      for (const name of ['dynalite', 'yaml']) {
        jest.doMock(name, () => {
          loaded.push(name);
          return jest.requireActual<object>(name);
        });
      }
      const isolated = await import('../../src/local-aws/local-aws');
      const fresh = await isolated.startLocalAws({ seed: { ssm: { '/a/one': '1' } } });
      await post(fresh, 'AmazonSSM.GetParameter', { Name: '/a/one' });

      expect(loaded).toEqual([]);

      await fresh.seed({ tables: { tab: {} } });
      await fresh.close();
    });

    expect(loaded).toEqual(['dynalite']);
    for (const name of ['dynalite', 'yaml']) jest.dontMock(name);
  });
});
