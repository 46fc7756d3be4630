import { type AttributeValue, DynamoDBClient, QueryCommand, type QueryCommandInput } from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { AwsClients } from '../../src/aws/aws-clients';
import { attributeOfItem } from '../../src/aws/stored-attribute';
import { Directory } from '../../src/directory/directory';
import { type DirectoryItem } from '../../src/item/directory-item';
import { type DirectoryListing, Unavailable } from '../../src/item/directory-listing';
import { DynamoProvider } from '../../src/providers/dynamo-provider';
import { itKeepsTheContract } from '../contract/provider-contract';
import { awsError, readSession } from '../contract/read-session';
import { Source } from '../contract/source';

type Row = Record<string, AttributeValue>;

const client = new DynamoDBClient({ region: 'eu-west-1' });
const dynamo = mockClient(client);
const clients = new AwsClients({ dynamo: client });
const nowMs = 1_700_000_000_000;
const session = readSession({ clients, nowMs });
const orders = new Directory({ path: '/orders/prod' });

beforeEach(() => dynamo.reset());

itKeepsTheContract({
  providerName: 'dynamo',
  cacheable: true,
  paged: true,
  failure: awsError('ProvisionedThroughputExceededException', 'too fast'),
  refusal: awsError('ResourceNotFoundException', 'Requested resource not found'),
  over: (options) => {
    const source = new Source(options);
    dynamo.on(QueryCommand).callsFake((input: QueryCommandInput) => {
      const partition = input.ExpressionAttributeValues?.[':partition']?.S;
      const page = source.list(input.ExclusiveStartKey?.['page']?.S, ({ directory }) => directory === partition);
      const items = page.settings.map(({ directory, name, value }) => ({
        app_key: { S: directory },
        name_key: { S: name },
        value: { S: value },
      }));
      return { Items: items, LastEvaluatedKey: page.token === undefined ? undefined : { page: { S: page.token } } };
    });
    return { provider: new DynamoProvider(), session, source };
  },
});

async function list(...rows: readonly Row[]): Promise<DirectoryListing> {
  const keyed = rows.map((row) => ({ app_key: { S: '/orders/prod' }, ...row }));
  dynamo.on(QueryCommand).resolves({ Items: keyed });
  return (await new DynamoProvider().readDirectory(orders, session)) as DirectoryListing;
}

describe('a listing of the configuration table', () => {
  it('is the partition of the directory, in the table of the settings', async () => {
    dynamo.on(QueryCommand).resolves({ Items: [] });

    await new DynamoProvider().readDirectory(orders, readSession({ clients, settings: { configTable: 'my-config' } }));

    expect(dynamo.commandCalls(QueryCommand)[0]?.args[0].input).toMatchObject({
      TableName: 'my-config',
      ExpressionAttributeValues: { ':partition': { S: '/orders/prod' } },
      ConsistentRead: false,
    });
  });

  it('is a failure with HTTP status 206: an empty list in it does not say that there are no rows', async () => {
    dynamo.on(QueryCommand).resolves({ Items: [], Count: 0, $metadata: { httpStatusCode: 206 } });

    await expect(new DynamoProvider().readDirectory(orders, session)).rejects.toThrow('it has HTTP status 206');
  });

  it('hands the signal on', async () => {
    await list();

    const [call] = dynamo.commandCalls(QueryCommand);
    expect((call?.args as readonly unknown[])[1]).toEqual({ abortSignal: session.signal });
  });

  it.each<[string, Row, string]>([
    ['the sort key', { name_key: { S: 'DB_HOST' } }, 'DB_HOST'],
    ['the sort key up to its separator', { name_key: { S: 'DB_HOST|+|/orders|+|ssm' } }, 'DB_HOST'],
    ['name, before the sort key', { name_key: { S: 'x' }, name: { S: 'DB_HOST' } }, 'DB_HOST'],
    ['real_name, before name', { name_key: { S: 'x' }, name: { S: 'y' }, real_name: { S: 'DB_HOST' } }, 'DB_HOST'],
    ['what comes next when one is empty', { name_key: { S: 'DB_HOST' }, name: { S: '' } }, 'DB_HOST'],
    ['what comes next when one is no text', { name_key: { S: 'DB_HOST' }, real_name: { N: '5' } }, 'DB_HOST'],
  ])('reads the name from %s', async (_, row, name) => {
    const listing = await list({ ...row, value: { S: 'x' } });

    expect(listing.find('db_host')).toMatchObject({ originalName: name, value: 'x', source: 'dynamo', secret: false });
    expect(listing.size).toBe(1);
  });

  it('ignores rows without a name', async () => {
    const listing = await list(
      { value: { S: 'x' } },
      { name_key: { S: '' }, value: { S: 'x' } },
      { name_key: { S: '|+|/orders' }, value: { S: 'x' } },
    );

    expect(listing.size).toBe(0);
  });

  it('says that items are in the directory that was asked, whatever a row says', async () => {
    const listing = await list({ name_key: { S: 'a' }, real_directory: { S: '/elsewhere' }, value: { S: 'x' } });

    expect((listing.find('a') as DirectoryItem).directory).toBe(orders);
  });

  it('gives values of every kind', async () => {
    const listing = await list(
      { name_key: { S: 'map' }, value: { M: { hosts: { L: [{ S: 'a' }] }, on: { BOOL: true } } } },
      { name_key: { S: 'large' }, value: { N: '12345678901234567890' } },
      { name_key: { S: 'long' }, value: { N: '0.12345678901234567890' } },
      { name_key: { S: 'null' }, value: { NULL: true } },
      { name_key: { S: 'none' } },
    );

    const values = [...listing.names].map((name) => (listing.find(name) as DirectoryItem).value);
    expect(values).toEqual([{ hosts: ['a'], on: true }, 12345678901234567890n, '0.12345678901234567890', null, null]);
  });

  it('remembers attributes to the letter, so that numbers are cached as they were written', async () => {
    const attribute = { M: { rate: { N: '1.500' } } };

    const listing = await list({ name_key: { S: 'a' }, value: attribute });

    expect((listing.find('a') as DirectoryItem).value).toEqual({ rate: 1.5 });
    expect(attributeOfItem(listing.find('a') as DirectoryItem)).toEqual(attribute);
  });

  it.each<[string, AttributeValue, boolean, number | undefined]>([
    ['a second ago', { N: '1699999999' }, false, undefined],
    ['now', { N: '1700000000' }, false, undefined],
    ['in a second', { N: '1700000001' }, true, 1_700_000_001],
    ['never, for want of a number', { S: 'soon' }, true, undefined],
    ['never, for what is no number', { N: 'soon' }, true, undefined],
  ])('of a row that expires %s', async (_, ttl, found, expected) => {
    const listing = await list({ name_key: { S: 'a' }, value: { S: 'x' }, ttl });

    expect(listing.find('a') !== undefined).toBe(found);
    expect((listing.find('a') as DirectoryItem | undefined)?.ttl).toBe(expected);
  });

  it('says what to grant and to create when it may not be read', async () => {
    dynamo.on(QueryCommand).rejects(awsError('ResourceNotFoundException', 'no such table'));

    expect(await new DynamoProvider().readDirectory(orders, session)).toEqual(
      new Unavailable(
        'ResourceNotFoundException (HTTP 400): no such table',
        'allow dynamodb:Query on arn:aws:dynamodb:*:*:table/global-all-config, and create that table',
        'source',
      ),
    );
  });
});

it('makes a row whose value makes no sense unavailable, which is no null, and no other row', async () => {
  const listing = await list(
    { real_name: { S: 'BAD' }, value: { S: 5 } as unknown as AttributeValue },
    { real_name: { S: 'odd' }, value: { $unknown: ['X', 1] } as never },
    { real_name: { S: 'deep' }, value: { L: [{ X: 'x' }] } as unknown as AttributeValue },
    { real_name: { S: 'good' }, value: { S: 'value' } },
  );

  expect(listing.find('bad')).toMatchObject({ kind: 'refused', name: 'bad' });
  expect(listing.find('odd')).toMatchObject({ kind: 'refused', name: 'odd' });
  expect(listing.find('deep')).toMatchObject({ kind: 'refused', refusal: { reason: 'its value is malformed' } });
  expect((listing.find('good') as DirectoryItem).value).toBe('value');
});
