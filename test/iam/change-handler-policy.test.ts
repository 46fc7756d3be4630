// Loaded at once, so that the first change does not wait for packages.
import '@aws-sdk/client-dynamodb';
import { changeHandlerPolicy, type ChangeHandlerPolicyOptions } from '../../src/iam/change-handler-policy';
import { createChangeHandler } from '../../src/events/index';
import { DynamoCacher } from '../../src/index';
import { type LocalAwsCall, startLocalAws } from '../../src/testing/local-aws/local-aws';
import { FleetProcess } from '../cache/fleet-process';
import { parameterEvent } from '../events/fixtures/parameter-store';
import { iamRequestsOf } from './iam-requests';
import { isAllowed } from './policy-simulator';
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
      ['FollowChanges', `${table}/cache`, `${table}/cache/index/xcon-names`],
      ['ReceiveChanges', options.changesQueueArn],
      ['ReadStream', streamArn],
      ['ListStreams', '*'],
      ['KeepFailures', options.failuresQueueArn],
      ['WriteLogs', options.logGroupArn],
      ['UseTableKeys', key],
    ]);
  });
});

describe('what the handler asks for', () => {
  test.each([
    ['without an index', false, ['BatchWriteItem', 'GetItem', 'PutItem', 'Query', 'Scan']],
    ['with an index', true, ['BatchWriteItem', 'GetItem', 'PutItem', 'Query']],
  ])('is allowed, %s, and the configuration table is not', async (_, nameIndex, operations) => {
    const calls = await recordedCalls(nameIndex);

    const policy = changeHandlerPolicy({ ...options, nameIndex });
    const requests = calls.flatMap((call) => iamRequestsOf(call));
    const elsewhere = requests.map((each) => ({ ...each, resource: `${table}/global-all-config` }));
    expect([...new Set(calls.map(({ operation }) => operation))].sort()).toEqual(operations);
    expect(requests.filter((each) => !isAllowed(policy, each))).toEqual([]);
    expect(elsewhere.filter((each) => isAllowed(policy, each))).toEqual([]);
  });
});

/** Two services have looked something up, which changes for one of them, and then for both. */
async function recordedCalls(nameIndex: boolean): Promise<readonly LocalAwsCall[]> {
  const ssm = { '/orders/prod/db_host': 'one', '/global/all/region': 'eu-west-1' };
  const aws = await startLocalAws({ seed: { ssm } });
  const services = ['orders', 'billing'].map((service) => new FleetProcess(aws, { settings: { service } }));
  try {
    await services[0]?.run(() => DynamoCacher.grab().ensureCacheTable({ index: nameIndex }));
    for (const each of services) {
      await each.values(['db_host', 'region']);
      await each.flush();
    }
    aws.calls.clear();
    const handler = createChangeHandler({ index: nameIndex });
    const follow = (name: string) => services[0]?.run(() => handler(parameterEvent('Update', name)));
    await follow('/orders/prod/db_host');
    await follow('/global/all/region');
    const left = await aws.rows('global-all-configCache');
    expect(left.filter((row) => row['real_name']?.S === 'region')).toEqual([]);
    return [...aws.calls.all];
  } finally {
    await Promise.all(services.map((each) => each.close()));
    await aws.close();
  }
}
