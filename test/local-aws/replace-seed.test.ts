import {
  type AttributeValue,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  PutItemCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';

import { type LocalAws, type LocalAwsSeed, type SeedChanges, startLocalAws } from '../../src/local-aws/local-aws';
import { clientOptions, post } from './local-requests';

let aws: LocalAws;

beforeEach(async () => {
  aws = await startLocalAws();
});

afterEach(() => aws.close());

const parameter = async (Name: string) =>
  (await post(aws, 'AmazonSSM.GetParameter', { Name, WithDecryption: true })).json['Parameter'];
const secret = async (SecretId: string, VersionStage = 'AWSCURRENT') => {
  const { json } = await post(aws, 'secretsmanager.GetSecretValue', { SecretId, VersionStage });
  return json['SecretString'] ?? json['__type'];
};
const names = async (table: string) => (await aws.rows(table)).map((row) => row['name_key']?.S).sort();
const row = (name_key: string, more: object = {}) => ({ app_key: '/a', name_key, ...more });

/** The changes that are any, as `added/changed/removed`. */
function summaryOf(changes: SeedChanges): Readonly<Record<string, string>> {
  const texts = Object.entries(changes).map(([kind, { added, changed, removed }]: [string, SeedChanges['rows']]) => [
    kind,
    `${added}/${changed}/${removed}`,
  ]);
  return Object.fromEntries(texts.filter(([, text]) => text !== '0/0/0')) as Record<string, string>;
}

describe('a seed in the place of a former one', () => {
  const first: LocalAwsSeed = {
    ssm: { '/a/kept': '1', '/a/altered': '1', '/a/gone': '1' },
    secrets: { '/a/kept': 's', '/a/altered': 's', '/a/gone': 's' },
    tables: { kept: { rows: [row('kept'), row('altered', { v: 1 }), row('gone')] }, gone: {}, keyed: {} },
    kmsKeys: ['kept', 'gone'],
  };
  const second: LocalAwsSeed = {
    ssm: { '/a/kept': '1', '/a/altered': { value: '1', type: 'SecureString' }, '/a/new': '2' },
    secrets: { '/a/kept': 's', '/a/altered': 't', '/a/new': 'u' },
    tables: {
      kept: { rows: [row('kept'), row('altered', { v: 2 }), row('new')] },
      keyed: { hashKey: 'id', rangeKey: null, rows: [{ id: 1 }] },
      new: { rows: [row('new')] },
    },
    kmsKeys: ['arn:aws:kms:us-east-1:000000000000:key/kept', 'new'],
  };

  it('adds, changes and removes, and counts what it did', async () => {
    await aws.seed(first);

    const changes = await aws.reseed(second);

    expect(summaryOf(changes)).toEqual({
      parameters: '1/1/1',
      secrets: '1/1/1',
      tables: '1/1/1',
      rows: '3/1/1',
      kmsKeys: '1/0/1',
    });
    expect(await parameter('/a/altered')).toMatchObject({ Value: '1', Type: 'SecureString', Version: 2 });
    expect([await parameter('/a/gone'), await secret('/a/gone')]).toEqual([undefined, 'ResourceNotFoundException']);
    expect([await secret('/a/altered'), await secret('/a/altered', 'AWSPREVIOUS')]).toEqual(['t', 's']);
    expect(await names('kept')).toEqual(['altered', 'kept', 'new']);
    expect(await aws.rows('keyed')).toEqual([{ id: { N: '1' } }]);
    const tables = await post(aws, 'DynamoDB_20120810.ListTables', {});
    const key = await post(aws, 'TrentService.GenerateDataKey', { KeyId: 'gone', KeySpec: 'AES_256' });
    expect([tables.json['TableNames'], key.json['__type']]).toEqual([['kept', 'keyed', 'new'], 'NotFoundException']);
  });

  it('writes nothing again that is as it should be', async () => {
    await aws.seed(second);
    const written: string[] = [];
    aws.onChange(({ operation, name }) => written.push(`${operation} ${name}`));

    const changes = await aws.reseed(second);

    expect([summaryOf(changes), written]).toEqual([{}, []]);
    expect(await parameter('/a/kept')).toMatchObject({ Version: 1 });
  });

  it('replaces all seeds before it', async () => {
    await aws.seed({ ssm: { '/a/one': '1' }, tables: { tab: { rows: [row('one')] } } });
    await aws.seed({ ssm: { '/a/two': '2' }, tables: { tab: { rows: [row('two')] } }, kmsKeys: ['k'] });

    const changes = await aws.reseed({ tables: { tab: { rows: [row('three')] } } });

    expect(summaryOf(changes)).toEqual({ parameters: '0/0/2', rows: '1/0/2', kmsKeys: '0/0/1' });
    expect(await names('tab')).toEqual(['three']);
  });

  it('is replaced by the next one itself', async () => {
    await aws.reseed(first);
    await aws.reseed(second);

    expect(summaryOf(await aws.reseed({}))).toEqual({
      parameters: '0/0/3',
      secrets: '0/0/3',
      tables: '0/0/3',
      kmsKeys: '0/0/2',
    });
  });

  it.each<[string, unknown]>([
    ['malformed', { ssm: { '/a/kept': 5 } }],
    ['refused by DynamoDB', { tables: { kept: { rows: [row('x'.repeat(1025))] } } }],
  ])('that is %s changes nothing', async (_, seed) => {
    await aws.seed(first);
    const written: string[] = [];
    aws.onChange(({ name }) => written.push(name));

    await expect(aws.reseed(seed as LocalAwsSeed)).rejects.toThrow(/^Seed: (ssm|tables)\[/);

    expect(written).toEqual([]);
    expect(summaryOf(await aws.reseed(first))).toEqual({});
  });
});

describe('what clients have written meanwhile', () => {
  let dynamo: DynamoDBClient;

  beforeEach(() => {
    dynamo = new DynamoDBClient(clientOptions(aws));
  });

  afterEach(() => dynamo.destroy());

  const put = (name: string, more: Record<string, AttributeValue> = {}) =>
    dynamo.send(
      new PutItemCommand({ TableName: 'tab', Item: { app_key: { S: '/a' }, name_key: { S: name }, ...more } }),
    );

  const seed: LocalAwsSeed = {
    ssm: { '/a/one': { value: '1', labels: ['live'] }, '/a/deleted': 'd' },
    secrets: { '/a/one': { value: 's', previous: 'r' }, '/a/none': {}, '/a/deleted': 'd' },
    tables: { tab: { rows: [row('one'), row('deleted')] } },
  };

  it('stays under other names, and is undone under the names of the seed', async () => {
    await aws.seed(seed);
    aws.putParameter('/a/one', '2');
    aws.putParameter('/a/mine', 'm');
    aws.deleteParameter('/a/deleted');
    await post(aws, 'secretsmanager.PutSecretValue', { SecretId: '/a/one', SecretString: 't' });
    await post(aws, 'secretsmanager.PutSecretValue', { SecretId: '/a/none', SecretString: 'x' });
    await post(aws, 'secretsmanager.DeleteSecret', { SecretId: '/a/deleted' });
    aws.putSecret('/a/mine', 'm');
    await put('one', { v: { N: '2' } });
    await put('mine');
    await post(aws, 'DynamoDB_20120810.DeleteItem', {
      TableName: 'tab',
      Key: { app_key: { S: '/a' }, name_key: { S: 'deleted' } },
    });

    const changes = await aws.reseed(seed);

    expect(summaryOf(changes)).toEqual({ parameters: '1/1/0', secrets: '0/3/0', rows: '1/1/0' });
    expect(await parameter('/a/one:live')).toMatchObject({ Value: '1', Version: 3 });
    expect(await parameter('/a/mine')).toMatchObject({ Value: 'm' });
    expect([await secret('/a/one'), await secret('/a/one', 'AWSPREVIOUS')]).toEqual(['s', 'r']);
    expect([await secret('/a/none'), await secret('/a/deleted'), await secret('/a/mine')]).toEqual([
      'ResourceNotFoundException',
      'd',
      'm',
    ]);
    expect(await aws.rows('tab')).toContainEqual({ app_key: { S: '/a' }, name_key: { S: 'one' } });
    expect(await names('tab')).toEqual(['deleted', 'mine', 'one']);
  });

  it('is undone in tags and descriptions, too', async () => {
    const tags = { team: 'orders' };
    const described = { value: 'x', tags, description: 'd' };
    const tagged: LocalAwsSeed = { ssm: { '/a/t': described, '/a/plain': 'p' }, secrets: { '/a/t': described } };
    const ofParameter = (name: string) => ({ ResourceType: 'Parameter', ResourceId: name });
    const Tags = [{ Key: 'mine', Value: 'm' }];
    await aws.seed(tagged);
    await post(aws, 'AmazonSSM.AddTagsToResource', { ...ofParameter('/a/t'), Tags });
    await post(aws, 'AmazonSSM.AddTagsToResource', { ...ofParameter('/a/plain'), Tags });
    await post(aws, 'secretsmanager.TagResource', { SecretId: '/a/t', Tags });

    const changes = await aws.reseed(tagged);
    const again = await aws.reseed(tagged);

    expect([summaryOf(changes), summaryOf(again)]).toEqual([{ parameters: '0/2/0', secrets: '0/1/0' }, {}]);
    const listed = (name: string) => post(aws, 'AmazonSSM.ListTagsForResource', ofParameter(name));
    const secretFacts = await post(aws, 'secretsmanager.DescribeSecret', { SecretId: '/a/t' });
    const { json } = await post(aws, 'AmazonSSM.DescribeParameters', { MaxResults: 1 });
    expect([(await listed('/a/t')).json['TagList'], (await listed('/a/plain')).json['TagList']]).toEqual([
      [{ Key: 'team', Value: 'orders' }],
      [],
    ]);
    expect(secretFacts.json).toMatchObject({ Tags: [{ Key: 'team', Value: 'orders' }], Description: 'd' });
    expect(json['Parameters']).toMatchObject([{ Description: 'd' }]);
  });

  it('counts what is gone already as nothing', async () => {
    await aws.seed(seed);
    aws.deleteParameter('/a/one');
    aws.deleteSecret('/a/one');
    await aws.deleteTable('tab');

    expect(summaryOf(await aws.reseed({}))).toEqual({ parameters: '0/0/1', secrets: '0/0/2' });
  });

  it('is deleted with a table that is created again or removed, as its settings are', async () => {
    const setTtl = { TableName: 'tab', TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true } };
    await aws.seed(seed);
    await dynamo.send(new UpdateTimeToLiveCommand(setTtl));
    await put('mine');

    await aws.reseed({ tables: { tab: { rangeKey: 'sort', rows: [] } } });

    expect(await aws.rows('tab')).toEqual([]);
    const { TimeToLiveDescription } = await dynamo.send(new DescribeTimeToLiveCommand({ TableName: 'tab' }));
    expect(TimeToLiveDescription).toEqual({ TimeToLiveStatus: 'DISABLED' });
  });
});
