import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DeleteTableCommand,
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  ListTablesCommand,
  type ListTablesCommandInput,
  ListTagsOfResourceCommand,
  PutItemCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateContinuousBackupsCommand,
  UpdateTableCommand,
  type UpdateTableCommandInput,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';

import { rejectionName } from '../local-requests';
import { rowCases } from './dynamo-rows';
import { type OperationCase, type ServiceCases, type World } from './world';

const TableName = 'tab';
const arnOf = async ({ dynamo }: World, name = TableName) =>
  `${(await dynamo.send(new DescribeTableCommand({ TableName: name }))).Table?.TableArn}`;
const tagsOf = async ({ dynamo }: World, ResourceArn: string) =>
  (await dynamo.send(new ListTagsOfResourceCommand({ ResourceArn }))).Tags;
const unknownArn = 'arn:aws:dynamodb:us-east-1:000000000000:table/none';

const createTable: OperationCase = async (world) => {
  const create = (input: Partial<CreateTableCommandInput>) =>
    world.dynamo.send(
      new CreateTableCommand({
        TableName: 'new',
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'N' }],
        BillingMode: 'PAY_PER_REQUEST',
        ...input,
      }),
    );
  const provisioned = { ReadCapacityUnits: 1, WriteCapacityUnits: 2 };

  const index = {
    IndexName: 'by-name',
    KeySchema: [{ AttributeName: 'name', KeyType: 'HASH' as const }],
    Projection: { ProjectionType: 'ALL' as const },
  };
  const KeySchema = [
    { AttributeName: 'id', KeyType: 'HASH' as const },
    { AttributeName: 'name', KeyType: 'RANGE' as const },
  ];
  const encrypted = { Enabled: true, SSEType: 'KMS', KMSMasterKeyId: 'k1' } as const;

  const { TableDescription } = await create({ Tags: [{ Key: 'team', Value: 'a' }] });
  const third = await create({
    ...{ TableName: 'third', KeySchema, BillingMode: 'PROVISIONED', ProvisionedThroughput: provisioned },
    AttributeDefinitions: [
      { AttributeName: 'id', AttributeType: 'N' },
      { AttributeName: 'name', AttributeType: 'S' },
    ],
    GlobalSecondaryIndexes: [{ ...index, ProvisionedThroughput: provisioned }],
    LocalSecondaryIndexes: [{ ...index, IndexName: 'local', KeySchema }],
    ...{ SSESpecification: encrypted, TableClass: 'STANDARD_INFREQUENT_ACCESS', DeletionProtectionEnabled: true },
  });
  await world.dynamo.send(new PutItemCommand({ TableName: 'new', Item: { id: { N: '1' } } }));
  const other = await create({ TableName: 'other', BillingMode: 'PROVISIONED', ProvisionedThroughput: provisioned });

  expect(TableDescription?.TableStatus).toBe('ACTIVE');
  expect(await tagsOf(world, `${TableDescription?.TableArn}`)).toEqual([{ Key: 'team', Value: 'a' }]);
  expect(other.TableDescription?.ProvisionedThroughput).toMatchObject(provisioned);
  const described = { SSEDescription: { SSEType: 'KMS' }, DeletionProtectionEnabled: true };
  expect(third.TableDescription).toMatchObject({
    ...described,
    GlobalSecondaryIndexes: [{ IndexName: 'by-name' }],
    LocalSecondaryIndexes: [{ IndexName: 'local' }],
  });
  const wrongClass = { TableName: 'fourth', TableClass: 'COLD' as 'STANDARD' };
  expect(await rejectionName(create(wrongClass))).toBe('ValidationException');
  expect(await rejectionName(create({}))).toBe('ResourceInUseException');
  expect(await rejectionName(create({ TableName: 'no' }))).toBe('ValidationException');
  expect(await rejectionName(create({ TableName: 'three', AttributeDefinitions: [] }))).toBe('ValidationException');
};

const describeTable: OperationCase = async ({ dynamo }) => {
  const describe = (name: string) => dynamo.send(new DescribeTableCommand({ TableName: name }));

  const { Table } = await describe(TableName);

  expect(Table).toMatchObject({ TableName, TableStatus: 'ACTIVE' });
  expect(Table?.KeySchema?.map(({ AttributeName, KeyType }) => [AttributeName, KeyType])).toEqual([
    ['app_key', 'HASH'],
    ['name_key', 'RANGE'],
  ]);
  expect(await rejectionName(describe('none'))).toBe('ResourceNotFoundException');
};

const listTables: OperationCase = async ({ dynamo }) => {
  const list = async (input: ListTablesCommandInput) => dynamo.send(new ListTablesCommand(input));

  const first = await list({ Limit: 1 });

  expect((await list({})).TableNames).toEqual(['another', TableName]);
  expect(first).toMatchObject({ TableNames: ['another'], LastEvaluatedTableName: 'another' });
  expect((await list({ ExclusiveStartTableName: 'another' })).TableNames).toEqual([TableName]);
  expect(await rejectionName(list({ Limit: 101 }))).toBe('ValidationException');
};

const updateTable: OperationCase = async (world) => {
  const { dynamo } = world;
  const update = async (input: Partial<UpdateTableCommandInput>) =>
    (await dynamo.send(new UpdateTableCommand({ TableName, ...input }))).TableDescription;
  const capacity = (units: number) => ({ ReadCapacityUnits: units, WriteCapacityUnits: 3 });
  const provisioned = (units: number) =>
    ({ BillingMode: 'PROVISIONED', ProvisionedThroughput: capacity(units) }) as const;
  const index = {
    IndexName: 'by-name',
    KeySchema: [{ AttributeName: 'name_key', KeyType: 'HASH' as const }],
    Projection: { ProjectionType: 'KEYS_ONLY' as const },
  };
  const create = (more = {}) =>
    update({
      AttributeDefinitions: [{ AttributeName: 'name_key', AttributeType: 'S' }],
      GlobalSecondaryIndexUpdates: [{ Create: { ...index, ...more } }],
    });
  const drop = { GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: 'by-name' } }] };
  const arn = await arnOf(world);
  await dynamo.send(new TagResourceCommand({ ResourceArn: arn, Tags: [{ Key: 'team', Value: 'a' }] }));

  const rows = await world.aws.rows(TableName);
  const created = await create();
  const again = await rejectionName(create());
  const dropped = await update(drop);

  expect(created?.GlobalSecondaryIndexes?.map(({ IndexName }) => IndexName)).toEqual(['by-name']);
  expect([again, dropped?.GlobalSecondaryIndexes]).toEqual(['ValidationException', undefined]);
  expect([await world.aws.rows(TableName), await tagsOf(world, arn)]).toEqual([rows, [{ Key: 'team', Value: 'a' }]]);
  expect(await rejectionName(update(drop))).toBe('ResourceNotFoundException');
  const two = { GlobalSecondaryIndexUpdates: [...drop.GlobalSecondaryIndexUpdates, { Create: index }] };
  expect(await rejectionName(update(two))).toBe('LimitExceededException');
  const attributes = { AttributeDefinitions: [{ AttributeName: 'name_key', AttributeType: 'S' as const }] };
  const makes = { ...attributes, GlobalSecondaryIndexUpdates: [{ Create: index }] };
  for (const wrong of [{}, attributes, { ...makes, ...provisioned(5) }, { ...drop, ...attributes }]) {
    expect([wrong, await rejectionName(update(wrong))]).toEqual([wrong, 'ValidationException']);
  }
  expect(await update(provisioned(5))).toMatchObject({ TableName, TableStatus: 'UPDATING' });
  await create({ ProvisionedThroughput: capacity(1) });
  await update({
    GlobalSecondaryIndexUpdates: [{ Update: { IndexName: 'by-name', ProvisionedThroughput: capacity(7) } }],
  });
  const facts = {
    SSESpecification: { Enabled: true, SSEType: 'KMS', KMSMasterKeyId: 'k1' },
    TableClass: 'STANDARD_INFREQUENT_ACCESS',
    DeletionProtectionEnabled: true,
  } as const;
  expect(await update(facts)).toMatchObject({
    SSEDescription: { KMSMasterKeyArn: 'arn:aws:kms:us-east-1:000000000000:key/k1' },
    TableClassSummary: { TableClass: 'STANDARD_INFREQUENT_ACCESS' },
    DeletionProtectionEnabled: true,
  });
  expect(await rejectionName(update({ TableName: 'none', ...provisioned(5) }))).toBe('ResourceNotFoundException');
  expect(await rejectionName(update({ TableName: 'another', ...provisioned(0) }))).toBe('ValidationException');
};

const deleteTable: OperationCase = async ({ dynamo }) => {
  const remove = () => dynamo.send(new DeleteTableCommand({ TableName }));
  const protect = (DeletionProtectionEnabled: boolean) =>
    dynamo.send(new UpdateTableCommand({ TableName, DeletionProtectionEnabled }));

  await protect(true);
  expect(await rejectionName(remove())).toBe('ValidationException');
  await protect(false);
  await remove();

  expect((await dynamo.send(new ListTablesCommand({}))).TableNames).toEqual(['another']);
  expect(await rejectionName(remove())).toBe('ResourceNotFoundException');
};

const tagResource: OperationCase = async (world) => {
  const tag = (ResourceArn: string, Value: string) =>
    world.dynamo.send(new TagResourceCommand({ ResourceArn, Tags: [{ Key: 'team', Value }] }));
  const arn = await arnOf(world);

  await tag(arn, 'a');
  await tag(arn, 'b');

  expect(await tagsOf(world, arn)).toEqual([{ Key: 'team', Value: 'b' }]);
  expect(await rejectionName(tag(unknownArn, 'a'))).toBe('ResourceNotFoundException');
};

const untagResource: OperationCase = async (world) => {
  const untag = (ResourceArn: string) =>
    world.dynamo.send(new UntagResourceCommand({ ResourceArn, TagKeys: ['team', 'none'] }));
  const arn = await arnOf(world);
  const Tags = [
    { Key: 'team', Value: 'a' },
    { Key: 'kept', Value: 'b' },
  ];
  await world.dynamo.send(new TagResourceCommand({ ResourceArn: arn, Tags }));

  await untag(arn);

  expect(await tagsOf(world, arn)).toEqual([{ Key: 'kept', Value: 'b' }]);
  expect(await rejectionName(untag(unknownArn))).toBe('ResourceNotFoundException');
};

const listTagsOfResource: OperationCase = async (world) => {
  expect(await tagsOf(world, await arnOf(world))).toEqual([]);
  expect(await rejectionName(tagsOf(world, unknownArn))).toBe('ResourceNotFoundException');
};

const updateTimeToLive: OperationCase = async (world) => {
  const set = (Enabled: boolean, name = TableName, AttributeName = 'count') =>
    world.dynamo.send(
      new UpdateTimeToLiveCommand({ TableName: name, TimeToLiveSpecification: { AttributeName, Enabled } }),
    );

  const { TimeToLiveSpecification } = await set(true);

  expect(TimeToLiveSpecification).toEqual({ AttributeName: 'count', Enabled: true });
  expect([(await world.aws.rows(TableName)).length, await world.aws.expireItems(1)]).toEqual([3, 1]);
  expect(await world.aws.rows(TableName)).toHaveLength(2);
  expect(await rejectionName(set(true))).toBe('ValidationException');
  expect(await rejectionName(set(false, TableName, 'other'))).toBe('ValidationException');
  expect(await rejectionName(set(true, 'none'))).toBe('ResourceNotFoundException');
};

const describeTimeToLive: OperationCase = async ({ dynamo }) => {
  const describe = async (name: string) =>
    (await dynamo.send(new DescribeTimeToLiveCommand({ TableName: name }))).TimeToLiveDescription;
  const TimeToLiveSpecification = { AttributeName: 'ttl', Enabled: true };

  const before = await describe(TableName);
  await dynamo.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));

  expect(before).toEqual({ TimeToLiveStatus: 'DISABLED' });
  expect(await describe(TableName)).toEqual({ TimeToLiveStatus: 'ENABLED', AttributeName: 'ttl' });
  expect(await rejectionName(describe('none'))).toBe('ResourceNotFoundException');
};

const setRecovery = ({ dynamo }: World, PointInTimeRecoveryEnabled: boolean, name: string, RecoveryPeriodInDays = 35) =>
  dynamo.send(
    new UpdateContinuousBackupsCommand({
      TableName: name,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled, RecoveryPeriodInDays },
    }),
  );

const updateContinuousBackups: OperationCase = async (world) => {
  const statusOf = async (enabled: boolean) =>
    (await setRecovery(world, enabled, TableName)).ContinuousBackupsDescription?.PointInTimeRecoveryDescription
      ?.PointInTimeRecoveryStatus;

  expect([await statusOf(true), await statusOf(false)]).toEqual(['ENABLED', 'DISABLED']);
  const week = await setRecovery(world, true, TableName, 7);
  expect(week.ContinuousBackupsDescription?.PointInTimeRecoveryDescription).toMatchObject({ RecoveryPeriodInDays: 7 });
  expect(await rejectionName(setRecovery(world, true, TableName, 36))).toBe('ValidationException');
  expect(await rejectionName(setRecovery(world, true, 'none'))).toBe('TableNotFoundException');
};

const describeContinuousBackups: OperationCase = async (world) => {
  const describe = async (name: string) =>
    (await world.dynamo.send(new DescribeContinuousBackupsCommand({ TableName: name }))).ContinuousBackupsDescription
      ?.PointInTimeRecoveryDescription;

  const before = await describe(TableName);
  await setRecovery(world, true, TableName);

  expect(before).toEqual({ PointInTimeRecoveryStatus: 'DISABLED' });
  expect(await describe(TableName)).toMatchObject({
    PointInTimeRecoveryStatus: 'ENABLED',
    EarliestRestorableDateTime: new Date(1_700_000_000_000),
  });
  expect(await rejectionName(describe('none'))).toBe('TableNotFoundException');
};

/** The rows of DynamoDB. */
export const dynamoCases: ServiceCases = {
  seed: {
    tables: {
      [TableName]: {
        rows: ['a', 'b', 'c'].map((name_key, index) => ({ app_key: '/a', name_key, count: index + 1 })),
      },
      another: {},
    },
  },
  cases: {
    ...rowCases,
    CreateTable: createTable,
    DescribeTable: describeTable,
    ListTables: listTables,
    UpdateTable: updateTable,
    DeleteTable: deleteTable,
    TagResource: tagResource,
    UntagResource: untagResource,
    ListTagsOfResource: listTagsOfResource,
    UpdateTimeToLive: updateTimeToLive,
    DescribeTimeToLive: describeTimeToLive,
    UpdateContinuousBackups: updateContinuousBackups,
    DescribeContinuousBackups: describeContinuousBackups,
  },
};
