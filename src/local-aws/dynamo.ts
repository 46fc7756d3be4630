import { type DynamoTables } from './dynamo-tables';
import { type DynamoTransactions } from './dynamo-transactions';
import { choiceField, type Fields } from './fields';
import { isFirstPageKey } from './paging';
import { type Operation, type Operations, operationsOf } from './service';
import { type TableSettings } from './table-settings';

const names = 'ExpressionAttributeNames';
const expressions = `${names} ExpressionAttributeValues`;
const condition = `ConditionExpression ${expressions} ReturnValuesOnConditionCheckFailure`;
const listing =
  `TableName IndexName ProjectionExpression FilterExpression ${expressions} Limit ExclusiveStartKey ConsistentRead ` +
  `Select ReturnConsumedCapacity AttributesToGet`;

const capacity = 'ProvisionedThroughput.ReadCapacityUnits ProvisionedThroughput.WriteCapacityUnits';
const tableProperties =
  'SSESpecification.Enabled SSESpecification.SSEType SSESpecification.KMSMasterKeyId TableClass ' +
  'DeletionProtectionEnabled';

/**
 * The operations of DynamoDB: those of the engine, and those that it lacks.
 *
 * The engine also has the legacy members (`Expected`, `KeyConditions`, ...), except `ConditionalOperator`, whose `OR` it evaluates wrongly.
 */
export function dynamoOperations(
  tables: DynamoTables,
  settings: TableSettings,
  transactions: DynamoTransactions,
): Operations {
  const reads =
    (name: string): Operation =>
    (fields) =>
      tables.read(name, fields);
  const writes =
    (name: string): Operation =>
    (fields) => {
      choiceField(fields, 'ReturnValuesOnConditionCheckFailure', ['ALL_OLD', 'NONE']);
      return tables.write(name, fields);
    };
  return operationsOf({
    GetItem: [
      `TableName Key ConsistentRead ProjectionExpression ${names} ReturnConsumedCapacity AttributesToGet`,
      reads('GetItem'),
    ],
    BatchGetItem: [
      `${within('RequestItems.*', `Keys ConsistentRead ProjectionExpression ${names} AttributesToGet`)} ReturnConsumedCapacity`,
      reads('BatchGetItem'),
    ],
    Query: [
      `${listing} KeyConditionExpression ScanIndexForward KeyConditions QueryFilter`,
      (fields) => tables.read('Query', fromStart(fields)),
    ],
    Scan: [`${listing} Segment TotalSegments ScanFilter`, (fields) => tables.read('Scan', fromStart(fields))],
    PutItem: [`TableName Item ${condition} ReturnValues ReturnConsumedCapacity Expected`, writes('PutItem')],
    UpdateItem: [
      `TableName Key UpdateExpression ${condition} ReturnValues ReturnConsumedCapacity Expected AttributeUpdates`,
      writes('UpdateItem'),
    ],
    DeleteItem: [`TableName Key ${condition} ReturnValues ReturnConsumedCapacity Expected`, writes('DeleteItem')],
    BatchWriteItem: [
      `${within('RequestItems.*', 'PutRequest.Item DeleteRequest.Key')} ReturnConsumedCapacity`,
      writes('BatchWriteItem'),
    ],
    TransactWriteItems: [
      [
        within('TransactItems.ConditionCheck', `TableName Key ${condition}`),
        within('TransactItems.Put', `TableName Item ${condition}`),
        within('TransactItems.Delete', `TableName Key ${condition}`),
        within('TransactItems.Update', `TableName Key UpdateExpression ${condition}`),
        'ClientRequestToken',
      ].join(' '),
      (fields) => transactions.write(fields),
    ],
    TransactGetItems: [
      within('TransactItems.Get', `TableName Key ProjectionExpression ${names}`),
      (fields) => transactions.get(fields),
    ],
    CreateTable: [
      `TableName KeySchema AttributeDefinitions BillingMode ${capacity} ${tableProperties} Tags.Key Tags.Value ` +
        `${within('GlobalSecondaryIndexes', `IndexName KeySchema Projection ${capacity}`)} LocalSecondaryIndexes`,
      (fields) => settings.createTable(fields),
    ],
    DescribeTable: ['TableName', (fields) => settings.describeTable(fields)],
    UpdateTable: [
      [
        `TableName AttributeDefinitions BillingMode ${capacity} ${tableProperties}`,
        within('GlobalSecondaryIndexUpdates.Create', `IndexName KeySchema Projection ${capacity}`),
        within('GlobalSecondaryIndexUpdates.Update', `IndexName ${capacity}`),
        'GlobalSecondaryIndexUpdates.Delete.IndexName',
      ].join(' '),
      (fields) => settings.updateTable(fields),
    ],
    DeleteTable: ['TableName', (fields) => settings.deleteTable(fields)],
    ListTables: ['Limit ExclusiveStartTableName', reads('ListTables')],
    TagResource: ['ResourceArn Tags.Key Tags.Value', reads('TagResource')],
    UntagResource: ['ResourceArn TagKeys', reads('UntagResource')],
    ListTagsOfResource: ['ResourceArn', reads('ListTagsOfResource')],
    UpdateTimeToLive: [
      `TableName ${within('TimeToLiveSpecification', 'AttributeName Enabled')}`,
      (fields) => settings.updateTimeToLive(fields),
    ],
    DescribeTimeToLive: ['TableName', (fields) => settings.describeTimeToLive(fields)],
    UpdateContinuousBackups: [
      `TableName ${within('PointInTimeRecoverySpecification', 'PointInTimeRecoveryEnabled RecoveryPeriodInDays')}`,
      (fields) => settings.updateContinuousBackups(fields),
    ],
    DescribeContinuousBackups: ['TableName', (fields) => settings.describeContinuousBackups(fields)],
  });
}

/** Nested members. */
function within(outer: string, members: string): string {
  return members
    .split(' ')
    .map((member) => `${outer}.${member}`)
    .join(' ');
}

/** A fault may have given out the key of the first page. */
function fromStart(fields: Fields): Fields {
  const { ExclusiveStartKey: start, ...others } = fields;
  return isFirstPageKey(start) ? others : fields;
}
