import { entriesPolicy, planEntries, TableState } from 'xcon/entries';
import { type LocalAwsCall } from 'xcon/testing';
import { parameterArn, region, secretArn } from '../../../src/local-aws/arn';
import { type IamRequest, isAllowed } from '../../iam/policy-simulator';
import { applied } from '../sessions';
import { EntriesWorld } from './entries-world';

let here: EntriesWorld;
afterEach(() => here.close());

const entries = `entries:
  /orders/{environment}:
    A: { ssm: one, description: first }
    TOKEN: { ssm: { from: env:TOKEN } }
    B: { secret: { from: env:B }, tags: { team: a }, description: first }
    C: { dynamo: one }
  /global/all:
    D: 1
`;
const changed = entries.replaceAll('one', 'two').replace('team: a', 'team: b').replaceAll('first', 'second');
const owned = { 'aws:ResourceTag/xcon:stack': 'orders' };

type Rows = Readonly<Record<string, readonly Readonly<Record<string, { readonly Item?: Row; readonly Key?: Row }>>[]>>;
type Row = Readonly<Record<string, { readonly S?: string }>>;
interface Body {
  readonly Name?: string;
  readonly Names?: readonly string[];
  readonly ResourceId?: string;
  readonly SecretId?: string;
  readonly SecretIdList?: readonly string[];
  readonly TableName?: string;
  readonly Key?: Row;
  readonly Item?: Row;
  readonly RequestItems?: Rows;
  readonly ExpressionAttributeValues?: Row;
}

/** Gives what a request has to be allowed. Source: https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html */
function requestsOf({ body: given, operation, service }: LocalAwsCall): readonly IamRequest[] {
  const body = given as Body;
  const action = `${service}:${operation}`;
  if (service === 'ssm') {
    const names = body.Names ?? [body.Name ?? body.ResourceId].flatMap((name) => name ?? []);
    if (operation === 'DescribeParameters') return [{ action, resource: '*', context: {} }];
    return names.map((name) => ({
      action,
      resource: parameterArn(name),
      context: operation === 'DeleteParameter' ? owned : {},
    }));
  }
  if (service === 'secretsmanager') {
    const read = (body.SecretIdList ?? []).map((id) => ({
      action: 'secretsmanager:GetSecretValue',
      resource: secretArn(id),
      context: {},
    }));
    const name = body.SecretId ?? body.Name;
    return [
      {
        action,
        resource: name === undefined ? '*' : secretArn(name),
        context: /^(Delete|Restore)Secret$/.test(operation) ? owned : {},
      },
      ...read,
    ];
  }
  const of = (table: string, partitions: readonly (string | undefined)[]): IamRequest => {
    const keys = partitions.flatMap((each) => each ?? []);
    const context = keys.length === 0 ? {} : { 'dynamodb:LeadingKeys': keys };
    return { action, resource: `arn:aws:dynamodb:${region}:000000000000:table/${table}`, context };
  };
  if (body.RequestItems !== undefined) {
    return Object.entries(body.RequestItems).map(([table, writes]) =>
      of(
        table,
        writes.flatMap((each) => Object.values(each).map(({ Item: item, Key: key }) => (item ?? key)?.['app_key']?.S)),
      ),
    );
  }
  const partition = body.ExpressionAttributeValues?.[':partition']?.S ?? (body.Key ?? body.Item)?.['app_key']?.S;
  return [of(body.TableName ?? '', [partition])];
}

it('plan and apply ask for nothing that their policies do not allow, and their policies allow nothing that is not asked for', async () => {
  here = await EntriesWorld.start({ ssm: { '/global/all/D': 'by hand' } });
  const { Config, DynamoCacher, SsmProvider } = await import('xcon');
  const state = new TableState({
    client: () => here.world.clients.dynamo(),
    table: 'global-all-config',
    stack: 'orders',
    nowMs: Date.now,
    random: Math.random,
  });
  const session = (text: string, value: string) =>
    here.session(text, { state, reader: { variables: { B: value, TOKEN: value } } });
  const { file } = session(entries, 'b');
  const place = { region, account: '000000000000', state: 'table' as const };
  const policies = {
    plan: entriesPolicy(file, { ...place, for: 'plan' }),
    apply: entriesPolicy(file, { ...place, for: 'apply' }),
  };
  const asked = { plan: new Map<string, IamRequest>(), apply: new Map<string, IamRequest>() };
  const note = (use: 'plan' | 'apply'): void => {
    for (const each of here.aws.calls.all.flatMap(requestsOf)) asked[use].set(JSON.stringify(each), each);
    here.aws.calls.clear();
  };
  const step = (text: string, value: string, request = {}) =>
    here.world.run(async () => {
      const plan = await planEntries(session(text, value), request);
      note('plan');
      await applied(plan, session(text, value), { allowDelete: true });
      note('apply');
    });

  await step(entries, 'b', { adopt: ['D'], only: ['D'] });
  await step(entries, 'b');
  await here.world.run(async () => {
    const config = new Config({
      service: 'orders',
      environment: 'prod',
      providers: [SsmProvider],
      cacher: DynamoCacher,
    });
    await config.get('A');
    await config.flush();
  });
  here.aws.putParameter('/orders/prod/A', 'by hand');
  here.aws.calls.clear();
  await step(changed, 'other');
  await step(changed, 'other', { destroy: true });
  await step(changed, 'other');

  for (const use of ['plan', 'apply'] as const) {
    expect([...asked[use].values()].filter((each) => !isAllowed(policies[use], each))).toEqual([]);
    const used = new Set([...asked[use].values(), ...asked.plan.values()].map(({ action }) => action));
    const actions = policies[use].Statement.flatMap(({ Action }) => Action);
    expect(actions.filter((each) => !used.has(each))).toEqual([]);
  }
});
