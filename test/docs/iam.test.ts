import { DynamoDBClient, DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { builtInKinds, entriesPolicy, parseEntryFile } from 'xcon/entries';
import { ensureCacheTable } from '../../src/cache/cache-table';
import { changeHandlerPolicy } from '../../src/iam/change-handler-policy';
import { leastPrivilegePolicy } from '../../src/iam/least-privilege-policy';
import { type PolicyDocument } from '../../src/iam/policy-document';
import { type PolicyOptions } from '../../src/iam/policy-options';
import { blocksOf, readDocument, tableOf } from './documents';

const page = readDocument('docs/reference/iam.md');
const orders: PolicyOptions = { region: 'REGION', account: 'ACCOUNT', service: 'orders', environment: 'prod' };
const sources = ['ssm', 'secrets', 'dynamo', 'appconfig'] as const;
const key = 'arn:aws:kms:REGION:ACCOUNT:key/KEY';

describe('docs/reference/iam.md', () => {
  it('shows the policy of a service that the library makes', () => {
    const policy = leastPrivilegePolicy({ ...orders, providers: ['ssm', 'secrets', 'dynamo'] });

    expect(policyWith('ListParameters')).toEqual(policy);
    expect(actionsIn(tableOf(page, ['Action', 'Called for']), 0)).toEqual(actionsOf(policy));
  });

  it('shows the statements of one partition of the cache table', () => {
    expect(policyWith('SealSecrets')).toEqual(leastPrivilegePolicy({ ...orders, providers: [], cacheKmsKeyArn: key }));
  });

  it('names the conditions of the policies', () => {
    const policy = leastPrivilegePolicy({ ...orders, kmsKeyArns: [key], cacheKmsKeyArn: key, tableKmsKeyArns: [key] });
    const keys = policy.Statement.flatMap(({ Condition = {} }) => Object.values(Condition).flatMap(Object.keys));
    const listed = tableOf(page, ['Condition', 'Why'])
      .map(([cell = '']) => cell)
      .join(' ');

    expect(keys.length).toBeGreaterThan(5);
    expect(keys.filter((each) => !listed.includes(each.split(':').slice(0, 2).join(':')))).toEqual([]);
  });

  it('says of each action of a provider what it is for', () => {
    const policy = leastPrivilegePolicy({
      ...orders,
      providers: [...sources, { provider: 'ssm', roleArn: 'arn:aws:iam::ACCOUNT:role/ROLE' }],
      kmsKeyArns: [key],
    });
    const statements = policy.Statement.filter(({ Sid }) => Sid !== 'UseCacheTable');

    expect(actionsIn(tableOf(page, ['Provider', 'Action']), 1)).toEqual(
      actionsOf({ ...policy, Statement: statements }),
    );
  });

  it('lists what the commands that read versions and write need beside reading', () => {
    const allowed = (use: 'service' | 'cli-read' | 'cli-write'): ReadonlySet<string> =>
      actionsOf(leastPrivilegePolicy({ ...orders, for: use, providers: sources, kmsKeyArns: [key], cacheTable: null }));
    const rows = tableOf(page, ['Provider', '`history` (`--for cli-read`)']);

    expect(actionsIn(rows, 1)).toEqual(without(allowed('cli-read'), allowed('service')));
    expect(without(actionsIn(rows, 2), new Set(['kms:Decrypt']))).toEqual(
      without(allowed('cli-write'), allowed('cli-read')),
    );
  });

  it('lists what a plan and an apply of entries need', () => {
    const text =
      'service: orders\nenvironments: [prod]\nentries:\n  /orders/prod:\n    A: a\n    B: { secret: { generate: { length: 32 } } }\n    C: { dynamo: 1 }\n';
    const { file } = parseEntryFile(text, { path: 'xcon.yaml', kinds: builtInKinds });
    if (file === undefined) throw new Error('The file of entries has problems.');
    const allowed = (use: 'plan' | 'apply'): ReadonlySet<string> =>
      actionsOf(entriesPolicy(file, { for: use, state: 'table', kmsKeyArns: [key] }));
    const rows = tableOf(page, ['For', 'plan']);

    expect(actionsIn(rows, 1)).toEqual(allowed('plan'));
    expect(new Set([...actionsIn(rows, 1), ...actionsIn(rows, 2)])).toEqual(allowed('apply'));
  });

  it('says of each action of the handler of changes what it is for', () => {
    const queues = { changesQueueArn: 'changes', failuresQueueArn: 'failures', logGroupArn: 'logs' };

    expect(actionsIn(tableOf(page, ['Action', 'For', 'Resource']), 0)).toEqual(
      actionsOf(changeHandlerPolicy({ ...queues, streamArn: 'stream' })),
    );
  });

  it('lists the calls that create the cache table, and add the index to one that exists', async () => {
    const created = await callsOf({});
    const extended = await callsOf({
      Table: {
        TableStatus: 'ACTIVE',
        KeySchema: [
          { AttributeName: 'app_key', KeyType: 'HASH' },
          { AttributeName: 'name_key', KeyType: 'RANGE' },
        ],
      },
    });

    expect(actionsIn(tableOf(page, ['Action', 'Purpose']), 0)).toEqual(new Set([...created, ...extended]));
  });
});

/** Gives the policy on the page that has a statement. */
function policyWith(sid: string): unknown {
  const policies = blocksOf(page).filter(({ info, code }) => info === 'json' && code.includes(`"${sid}"`));
  return JSON.parse(policies[0]?.code ?? 'null');
}

function actionsOf({ Statement }: PolicyDocument): ReadonlySet<string> {
  return new Set(Statement.flatMap(({ Action }) => Action));
}

/** Gives the actions in a column; a cell of the table helper has lost its marks if it is one name. */
function actionsIn(rows: readonly (readonly string[])[], column: number): ReadonlySet<string> {
  return new Set(rows.flatMap((row) => row[column]?.match(/[a-z]+:[A-Z]\w+/g) ?? []));
}

function without(all: ReadonlySet<string>, others: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...all].filter((each) => !others.has(each)));
}

/** Gives the actions that making the table with its index calls. @param existing - What a description says first. */
async function callsOf(existing: object): Promise<ReadonlySet<string>> {
  const client = new DynamoDBClient({ region: 'eu-west-1' });
  const mock = mockClient(client);
  const isThere = 'Table' in existing;
  const missing = Object.assign(new Error('no table'), { name: 'ResourceNotFoundException' });
  const active = { Table: { TableStatus: 'ACTIVE' } } as const;
  mock.onAnyCommand().resolves({});
  if (isThere) mock.on(DescribeTableCommand).resolves(existing as object);
  else mock.on(DescribeTableCommand).rejectsOnce(missing).resolves(active);
  await ensureCacheTable(client, { table: 'a-table', index: true });
  return new Set(
    mock.calls().map(({ args: [command] }) => `dynamodb:${command.constructor.name.replace(/Command$/, '')}`),
  );
}
