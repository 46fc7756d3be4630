import { type EntriesSession, entriesPolicy, planEntries, type PlanRequestOptions, TableState } from 'xcon/entries';
import { type LocalAwsCall, type LocalAwsSeed } from 'xcon/testing';
import { type FollowedChanges } from '../../../src/events/follow-changes';
import { type PolicyDocument } from '../../../src/iam/policy-document';
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
const moved = `${changed.replaceAll('    C: ', '    C2: ')}moved: [{ from: '/orders/{environment}/C', to: '/orders/{environment}/C2' }]\n`;
const owned = { 'aws:ResourceTag/xcon:stack': 'orders' };

type Write = Readonly<Record<string, { readonly Item?: Row; readonly Key?: Row }>>;
type Rows = Readonly<Record<string, readonly Write[] | { readonly Keys: readonly Row[] }>>;
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
    return Object.entries(body.RequestItems).map(([table, items]) => {
      const keys =
        'Keys' in items
          ? items.Keys
          : items.flatMap((each) => Object.values(each).map(({ Item: item, Key: key }) => item ?? key));
      return of(
        table,
        keys.map((each) => each?.['app_key']?.S),
      );
    });
  }
  const partition = body.ExpressionAttributeValues?.[':partition']?.S ?? (body.Key ?? body.Item)?.['app_key']?.S;
  return [of(body.TableName ?? '', [partition])];
}

/** Requests that plans and applies have made, and the policies that should allow them. */
class Asked {
  readonly requests = { plan: new Map<string, IamRequest>(), apply: new Map<string, IamRequest>() };

  constructor(private readonly session: (text: string, value: string) => EntriesSession) {}

  note(use: 'plan' | 'apply'): void {
    for (const each of here.aws.calls.all.flatMap(requestsOf)) this.requests[use].set(JSON.stringify(each), each);
    here.aws.calls.clear();
  }

  /** Plans and applies. */
  step(text: string, value: string, request: PlanRequestOptions = {}): Promise<void> {
    return here.world.run(async () => {
      const plan = await planEntries(this.session(text, value), request);
      this.note('plan');
      const options = { allowDelete: true, allowManyDeletions: true };
      expect(await applied(plan, this.session(text, value), options)).toMatchObject({ isComplete: true });
      this.note('apply');
    });
  }

  /** Gives what was asked for without being allowed, and the actions that are allowed and were never asked for. */
  differences(use: 'plan' | 'apply', policy: PolicyDocument): readonly unknown[] {
    const all = [...this.requests[use].values()];
    const refused = all.filter((each) => !isAllowed(policy, each));
    const used = new Set([...all, ...this.requests.plan.values()].map(({ action }) => action));
    return [...refused, ...policy.Statement.flatMap(({ Action }) => Action).filter((each) => !used.has(each))];
  }
}

const place = { region, account: '000000000000' };

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
  const session = (text: string, value: string): EntriesSession =>
    here.session(text, { state, reader: { variables: { B: value, TOKEN: value } } });
  const { file } = session(entries, 'b');
  const asked = new Asked(session);

  await asked.step(entries, 'b', { adopt: ['D'], only: ['D'] });
  await asked.step(entries, 'b');
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
  await asked.step(changed, 'other');
  await asked.step(moved, 'other');
  await asked.step(moved, 'other', { destroy: true });
  await asked.step(changed, 'other');

  for (const use of ['plan', 'apply'] as const)
    expect(asked.differences(use, entriesPolicy(file, { ...place, state: 'table', for: use }))).toEqual([]);
});

/** Of each kind: a file before and after a change, with an entry that is adopted and one that is moved. */
const ofKind: readonly (readonly [kind: string, entry: (value: string) => string, foreign: LocalAwsSeed])[] = [
  [
    'ssm',
    (value) => `{ ssm: ${value}, description: ${value}, tags: { team: ${value} } }`,
    { ssm: { '/orders/prod/FOREIGN': 'one' } },
  ],
  [
    'secret',
    (value) =>
      `{ secret: { json: { a: ${value}, b: { generate: {} } } }, description: ${value}, tags: { team: ${value} } }`,
    { secrets: { '/orders/prod/FOREIGN': '{"a":"one","b":"made"}' } },
  ],
  [
    'dynamo',
    (value) => `{ dynamo: ${value} }`,
    {
      tables: {
        'global-all-config': { rows: [{ app_key: '/orders/prod', name_key: 'FOREIGN', value: 'one' }] },
      },
    },
  ],
];

it.each(ofKind)('the policies for entries of %s alone are the least, too', async (_, entry, foreign) => {
  here = await EntriesWorld.start();
  await here.aws.seed(foreign);
  const text = (value: string, name: string, more = ''): string =>
    `entries:\n  /orders/prod:\n    FOREIGN: ${entry(value)}\n    ${name}: ${entry(value)}\n${more}`;
  const first = text('one', 'A');
  const follow = (): Promise<FollowedChanges> => Promise.resolve({ partitions: 0, rows: 0, problems: [] });
  const asked = new Asked((each) => here.session(each, { follow }));
  here.aws.calls.clear();

  await asked.step(first, '', { adopt: ['FOREIGN'], only: ['FOREIGN'] });
  await asked.step(first, '');
  await asked.step(text('two', 'A'), '', { thorough: true });
  await asked.step(text('two', 'B', 'moved: [{ from: /orders/prod/A, to: /orders/prod/B }]\n'), '');
  await asked.step(text('two', 'B'), '', { rotate: ['B'] });
  await asked.step('entries: {}\n', '');
  await asked.step(first, '');

  // A plan lists what the stack owns of each kind, to find what is not declared any more.
  const others = ['ssm:DescribeParameters', 'secretsmanager:ListSecrets'];
  const { file } = here.session(first);
  for (const use of ['plan', 'apply'] as const) {
    const differences = asked.differences(use, entriesPolicy(file, { ...place, cacheTable: null, for: use }));
    expect(differences.filter((each) => !others.includes((each as Partial<IamRequest>).action ?? ''))).toEqual([]);
  }
});
