import * as appconfigdata from '@aws-sdk/client-appconfigdata';
import * as dynamodb from '@aws-sdk/client-dynamodb';
import * as kms from '@aws-sdk/client-kms';
import * as secretsmanager from '@aws-sdk/client-secrets-manager';
import * as ssm from '@aws-sdk/client-ssm';
import * as sts from '@aws-sdk/client-sts';

import { type LocalAws, type LocalAwsCall, startLocalAws } from '../../../src/local-aws/local-aws';
import { allOperations, type Stores } from '../../../src/local-aws/operations';
import { type LocalAwsService } from '../../../src/local-aws/service';
import { readDocument, tableOf } from '../../docs/documents';
import { ask } from '../local-requests';
import { appConfigCases } from './app-config';
import { dynamoCases } from './dynamo-tables';
import { kmsCases } from './kms';
import { membersOf } from './model';
import { secretsManagerCases } from './secrets-manager';
import { ssmCases } from './ssm';
import { stsCases } from './sts';
import { type ServiceCases, World } from './world';

/** A row of a table in `docs/reference/local-aws.md`. */
interface Row {
  readonly operation: string;
  readonly source: string;
  readonly members: readonly string[];
  readonly errors: readonly string[];
}

const page = readDocument('docs/reference/local-aws.md');
const reference = 'https://docs.aws.amazon.com';
const supported = allOperations({} as Stores);

describe.each<[string, LocalAwsService, ServiceCases, string]>([
  ['SSM', 'ssm', ssmCases, `${reference}/systems-manager/latest/APIReference`],
  ['Secrets Manager', 'secretsmanager', secretsManagerCases, `${reference}/secretsmanager/latest/apireference`],
  ['DynamoDB', 'dynamodb', dynamoCases, `${reference}/amazondynamodb/latest/APIReference`],
  ['KMS', 'kms', kmsCases, `${reference}/kms/latest/APIReference`],
  ['STS', 'sts', stsCases, `${reference}/STS/latest/APIReference`],
  ['AppConfig', 'appconfigdata', appConfigCases, `${reference}/appconfig/2019-10-09/APIReference`],
])('The table of %s', (title, service, { seed, cases }, source) => {
  const operations = supported.get(service) ?? new Map();
  const rows = tableOf(page, [`${title} operation`, 'Members honoured', 'Errors']).map(readRow);

  it('has a row for each operation there is, and each row has a case', () => {
    const listed = rows.map(({ operation }) => operation);

    expect(listed.toSorted()).toEqual([...operations.keys()].toSorted());
    expect(listed.toSorted()).toEqual(Object.keys(cases).toSorted());
  });

  it.each(rows)('says of $operation what the SDK client meets', async ({ operation, members, errors, ...row }) => {
    const world = await World.start(seed);
    try {
      await cases[operation]?.(world);

      const calls = world.aws.calls.of(operation).filter((call) => call.service === service);
      const honoured = supported.get(service)?.get(operation)?.members ?? [];
      expect(topMembersOf(calls)).toEqual(members.toSorted());
      expect(honoured.filter((member) => !calls.some(({ body }) => hasMember(body, member.split('.'))))).toEqual([]);
      expect(errorsOf(calls)).toEqual(errors.toSorted());
      expect(row.source).toBe(`${source}/API_${service === 'appconfigdata' ? 'appconfigdata_' : ''}${operation}.html`);
    } finally {
      await world.close();
    }
  });
});

describe('Every member in the models of the SDK', () => {
  const models = { ssm, secretsmanager, dynamodb, kms, sts, appconfigdata } as Readonly<
    Record<string, Readonly<Record<string, unknown>>>
  >;
  const all = [...supported].flatMap(([service, operations]) =>
    [...operations].map(([name, each]) => ({ service, name, ...each })),
  );
  let aws: LocalAws;

  beforeAll(async () => {
    aws = await startLocalAws();
  });

  afterAll(() => aws.close());

  it.each(all)('of $service $name is honoured, or refused by its name', async ({ service, name, members }) => {
    const known = membersOf(models[service]?.[`${name}$`]);
    const isHonoured = (path: string) => members.some((member) => path === member || path.startsWith(`${member}.`));
    const isReached = (member: string) => known.some(({ path }) => path === member || path.startsWith(`${member}.`));
    const others = known.filter(({ path }) => !isHonoured(path));

    expect(members.filter((member) => !isReached(member))).toEqual([]);
    for (const { path, body } of others) {
      const { status, text } = await ask(aws, service, name, body);
      const [, refused = ''] = /does not support the member (\S+) of/.exec(text) ?? [];
      const asked = path.replaceAll('*', 'key');
      expect([path, status, refused]).not.toEqual([path, status, '']);
      expect([status, `${asked}.`.startsWith(`${refused.replaceAll('.member.1', '')}.`)]).toEqual([400, true]);
    }
  });
});

function readRow([link = '', members = '', errors = '']: readonly string[]): Row {
  const [, operation = '', source = ''] = /^\[`(\w+)`\]\((.*)\)$/.exec(link) ?? [];
  return { operation, source, members: namesIn(members), errors: namesIn(errors) };
}

function namesIn(cell: string): readonly string[] {
  return cell.match(/\w+/g) ?? [];
}

function topMembersOf(calls: readonly LocalAwsCall[]): readonly string[] {
  return [...new Set(calls.flatMap(({ body }) => Object.keys(body ?? {})))].sort();
}

function errorsOf(calls: readonly LocalAwsCall[]): readonly string[] {
  return [...new Set(calls.flatMap(({ error }) => error ?? []))].sort();
}

function hasMember(value: unknown, [name, ...rest]: readonly string[]): boolean {
  if (name === undefined) return value !== undefined;
  if (Array.isArray(value)) return value.some((each) => hasMember(each, [name, ...rest]));
  if (typeof value !== 'object' || value === null) return false;
  const inside = name === '*' ? Object.values(value) : [(value as Readonly<Record<string, unknown>>)[name]];
  return inside.some((each) => hasMember(each, rest));
}
