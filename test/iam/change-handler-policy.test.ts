import { changeHandlerPolicy, type ChangeHandlerPolicyOptions } from '../../src/iam/change-handler-policy';
import { iamRequestsOf } from './iam-requests';
import { isAllowed } from './policy-simulator';
import { recordChanges } from './recorded-changes';
import { withPatientSignals } from '../setup/patience';

withPatientSignals();

const place = { region: 'us-east-1', account: '000000000000' };
const table = 'arn:aws:dynamodb:us-east-1:000000000000:table';
const options: ChangeHandlerPolicyOptions = {
  ...place,
  changesQueueArn: 'arn:aws:sqs:us-east-1:000000000000:changes',
  failuresQueueArn: 'arn:aws:sqs:us-east-1:000000000000:failures',
  logGroupArn: 'arn:aws:logs:us-east-1:000000000000:log-group:handler:*',
};

describe('changeHandlerPolicy', () => {
  test('allows the cache table, its queues and its log, and nothing else', () => {
    const policy = changeHandlerPolicy(options);

    expect(policy.Statement.map(({ Sid, Resource }) => [Sid, ...Resource])).toEqual([
      ['FollowChanges', `${table}/global-all-configCache`],
      ['ReceiveChanges', options.changesQueueArn],
      ['KeepFailures', options.failuresQueueArn],
      ['WriteLogs', options.logGroupArn],
    ]);
  });

  test('allows a stream, an index and the key of the tables where there are any', () => {
    const streamArn = `${table}/settings/stream/now`;
    const key = 'arn:aws:kms:us-east-1:000000000000:key/tables';
    const policy = changeHandlerPolicy({
      ...options,
      cacheTable: 'cache',
      nameIndex: true,
      streamArn,
      tableKmsKeyArns: [key],
    });

    expect(policy.Statement.map(({ Sid, Resource }) => [Sid, ...Resource])).toEqual([
      ['FollowChanges', `${table}/cache`],
      ['FindPartitions', `${table}/cache/index/xcon-names`],
      ['ReceiveChanges', options.changesQueueArn],
      ['ReadStream', streamArn],
      ['ListStreams', '*'],
      ['KeepFailures', options.failuresQueueArn],
      ['WriteLogs', options.logGroupArn],
      ['UseTableKeys', key],
    ]);
  });
});

describe('changeHandlerPolicy with an index', () => {
  test.each([
    [false, true],
    [true, false],
  ])('%s allows scans: %s', (nameIndex, isAllowedToScan) => {
    const [follow] = changeHandlerPolicy({ ...options, nameIndex }).Statement;

    expect(follow?.Action.includes('dynamodb:Scan')).toBe(isAllowedToScan);
  });

  test('names a cache table of another account by its ARN', () => {
    const cacheTable = 'arn:aws:dynamodb:us-east-1:444455556666:table/cache';

    const [table, indexes] = changeHandlerPolicy({ ...options, cacheTable, nameIndex: true }).Statement;
    expect([table?.Resource, indexes?.Resource]).toEqual([[cacheTable], [`${cacheTable}/index/xcon-names`]]);
  });
});

describe('what the handler asks for', () => {
  test.each([
    ['without an index', false, ['BatchWriteItem', 'GetItem', 'PutItem', 'Query', 'Scan']],
    ['with an index', true, ['BatchWriteItem', 'GetItem', 'PutItem', 'Query']],
  ])('is allowed, %s, and no more is, nor the configuration table', async (_, nameIndex, operations) => {
    const calls = await recordChanges(nameIndex);

    const policy = changeHandlerPolicy({ ...options, nameIndex });
    const requests = calls.flatMap((call) => iamRequestsOf(call));
    const elsewhere = requests.map((each) => ({ ...each, resource: `${table}/global-all-config` }));
    expect([...new Set(calls.map(({ operation }) => operation))].sort()).toEqual(operations);
    expect(requests.filter((each) => !isAllowed(policy, each))).toEqual([]);
    expect(elsewhere.filter((each) => isAllowed(policy, each))).toEqual([]);
    const granted = policy.Statement.flatMap(({ Action }) => Action).filter((each) => each.startsWith('dynamodb:'));
    expect(new Set(granted)).toEqual(new Set(operations.map((each) => `dynamodb:${each}`)));
  });
});
