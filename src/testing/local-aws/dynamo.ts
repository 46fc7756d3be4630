import { type DynamoTables } from './dynamo-tables';
import { type Fields, isFields } from './fields';
import { isFirstPageKey } from './page-operations';
import { type Operation, type Operations } from './service';
import { type TableSettings } from './table-settings';

const reads = [
  'BatchGetItem',
  'DescribeTable',
  'GetItem',
  'ListTables',
  'ListTagsOfResource',
  'TagResource',
  'UntagResource',
  'UpdateTable',
];
const writes = ['BatchWriteItem', 'DeleteItem', 'PutItem', 'UpdateItem'];

/** The operations of DynamoDB: those of the engine, and what it falls short of. */
export function dynamoOperations(tables: DynamoTables, settings: TableSettings): Operations {
  return new Map<string, Operation>([
    ...reads.map((name): [string, Operation] => [name, (fields) => tables.read(name, fields)]),
    ...writes.map((name): [string, Operation] => [name, (fields) => tables.write(name, fields)]),
    ['Query', (fields) => tables.read('Query', fromStart(fields))],
    ['Scan', (fields) => tables.read('Scan', fromStart(fields))],
    ['CreateTable', (fields) => createTable(tables, fields)],
    [
      'DeleteTable',
      async (fields) => {
        const answer = await tables.drop(fields);
        settings.forget(fields);
        return answer;
      },
    ],
    ['UpdateTimeToLive', (fields) => settings.updateTimeToLive(fields)],
    ['DescribeTimeToLive', (fields) => settings.describeTimeToLive(fields)],
    ['UpdateContinuousBackups', (fields) => settings.updateContinuousBackups(fields)],
    ['DescribeContinuousBackups', (fields) => settings.describeContinuousBackups(fields)],
  ]);
}

/** Tags at creation are given afterwards: the engine drops them, as it drops encryption, class and protection. */
async function createTable(tables: DynamoTables, fields: Fields): Promise<Fields> {
  const answer = await tables.create(fields);
  const description = answer['TableDescription'];
  const tags = fields['Tags'];
  if (Array.isArray(tags) && tags.length > 0 && isFields(description)) {
    await tables.read('TagResource', { ResourceArn: description['TableArn'], Tags: tags });
  }
  return answer;
}

/** A fault may have given out a key that stands for the beginning. */
function fromStart(fields: Fields): Fields {
  const { ExclusiveStartKey: start, ...others } = fields;
  return isFirstPageKey(start) ? others : fields;
}
