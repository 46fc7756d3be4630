import { nameIndex } from '../aws/table-names';
import { settingsDefaults } from '../settings/settings-values';
import { checkOptions } from '../options';
import { type PolicyPlace, tableArnOf } from './arn';
import { tableKeyStatement } from './statements';
import { allow, type PolicyDocument } from './policy-document';

/** What the handler of changes uses. */
export interface ChangeHandlerPolicyOptions extends PolicyPlace {
  /** The shared cache table, by name or ARN. Default: `global-all-configCache`. */
  readonly cacheTable?: string | undefined;
  /** Whether that table has the index by name. Default: false. */
  readonly nameIndex?: boolean | undefined;
  /** ARN of the queue that changes come in. */
  readonly changesQueueArn: string;
  /** ARN of the queue for changes that could not be followed. */
  readonly failuresQueueArn: string;
  /** ARN of the stream of the configuration table; absent: it is not followed. */
  readonly streamArn?: string | undefined;
  /** ARN of the log group. */
  readonly logGroupArn: string;
  /** ARNs of the customer managed keys that the tables are encrypted with. */
  readonly tableKmsKeyArns?: readonly string[] | undefined;
}

/**
 * Gives the least policy of the handler of changes. It reads no parameter, no secret and no row of the configuration table.
 *
 * It works in all partitions of the cache table: a change in `/global/all` may touch each of them. With the index by name
 * it never scans: a stream must have new and old images then, so that each of its records has a name.
 * Sources: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html,
 * https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-eventsourcemapping.html
 */
export function changeHandlerPolicy(options: ChangeHandlerPolicyOptions): PolicyDocument {
  checkOptions('changeHandlerPolicy()', options, optionNames);
  const {
    cacheTable = settingsDefaults.cacheTable,
    changesQueueArn,
    failuresQueueArn,
    streamArn,
    logGroupArn,
  } = options;
  const table = tableArnOf(options, cacheTable);
  const indexes = options.nameIndex === true ? [`${table}/index/${nameIndex.name}`] : [];
  const scan = indexes.length > 0 ? [] : ['dynamodb:Scan'];
  const streams = streamArn === undefined ? [] : [streamArn];
  return {
    Version: '2012-10-17',
    Statement: [
      ...allow(
        'FollowChanges',
        [...scan, 'dynamodb:Query', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:BatchWriteItem'],
        [table],
      ),
      ...allow('FindPartitions', ['dynamodb:Query'], indexes),
      ...allow(
        'ReceiveChanges',
        ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
        [changesQueueArn],
      ),
      ...allow('ReadStream', ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'], streams),
      ...allow('ListStreams', ['dynamodb:ListStreams'], streams.length === 0 ? [] : ['*']),
      ...allow('KeepFailures', ['sqs:SendMessage'], [failuresQueueArn]),
      ...allow('WriteLogs', ['logs:CreateLogStream', 'logs:PutLogEvents'], [logGroupArn]),
      ...tableKeyStatement(options),
    ],
  };
}

const optionNames: Readonly<Record<keyof ChangeHandlerPolicyOptions, true>> = {
  partition: true,
  region: true,
  account: true,
  cacheTable: true,
  nameIndex: true,
  changesQueueArn: true,
  failuresQueueArn: true,
  streamArn: true,
  logGroupArn: true,
  tableKmsKeyArns: true,
};
