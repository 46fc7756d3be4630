import { changeHandlerPolicy } from '../../src/iam/change-handler-policy';
import { leastPrivilegePolicy } from '../../src/iam/least-privilege-policy';
import { type PolicyDocument } from '../../src/iam/policy-document';
import { type PolicyOptions } from '../../src/iam/policy-options';
import { blocksOf, type Document, readDocument, tableOf } from '../docs/documents';

const orders: PolicyOptions = { region: 'REGION', account: 'ACCOUNT', service: 'orders', environment: 'prod' };
const deploying = readDocument('docs/deploying.md');

function policyIn(document: Document): unknown {
  const block = blocksOf(document).find(({ info, code }) => info === 'json' && code.includes('2012-10-17'));
  return JSON.parse(block?.code ?? '');
}

function actionsOf({ Statement }: PolicyDocument): ReadonlySet<string> {
  return new Set(Statement.flatMap(({ Action }) => Action));
}

/** Gives the actions of cells, where a service is named once: `dynamodb:Scan` `Query`. */
function actionsIn(cells: readonly (string | undefined)[]): ReadonlySet<string> {
  const actions = cells.flatMap((cell = '') => {
    const [first = '', ...others] = cell.replaceAll('`', '').split(' ');
    return [first, ...others.map((each) => `${first.split(':')[0] ?? ''}:${each}`)];
  });
  return new Set(actions);
}

describe('docs/deploying.md', () => {
  test('shows the policy that the library makes', () => {
    expect(policyIn(deploying)).toEqual(leastPrivilegePolicy({ ...orders, providers: ['ssm', 'secrets', 'dynamo'] }));
  });

  test('says of each action what it is for', () => {
    const told = actionsIn(tableOf(deploying, ['Action', 'Called for']).map(([action]) => action));

    expect(told).toEqual(actionsOf(leastPrivilegePolicy({ ...orders, providers: ['ssm', 'secrets', 'dynamo'] })));
  });

  test('says of each action of the handler what it is for', () => {
    const told = actionsIn(tableOf(deploying, ['Action of its role', 'For']).map(([action]) => action));

    const queues = { changesQueueArn: 'changes', failuresQueueArn: 'failures', logGroupArn: 'logs' };
    expect(told).toEqual(actionsOf(changeHandlerPolicy({ ...queues, streamArn: 'stream' })));
  });
});

test('docs/caching.md shows the statements of the cache table that the library makes', () => {
  const policy = leastPrivilegePolicy({
    ...orders,
    providers: [],
    cacheKmsKeyArn: 'arn:aws:kms:REGION:ACCOUNT:key/KEY',
  });

  expect(policyIn(readDocument('docs/caching.md'))).toEqual(policy);
});

test('docs/providers.md says of each action of a source what it is for', () => {
  const told = tableOf(readDocument('docs/providers.md'), ['Provider', 'Action']).map(([, action]) => action);

  const policy = leastPrivilegePolicy({
    ...orders,
    providers: ['ssm', 'secrets', 'dynamo'],
    kmsKeyArns: ['arn:aws:kms:REGION:ACCOUNT:key/KEY'],
  });
  const sources = policy.Statement.filter(({ Sid }) => Sid !== 'UseCacheTable');
  expect(actionsIn(told)).toEqual(actionsOf({ ...policy, Statement: sources }));
});
