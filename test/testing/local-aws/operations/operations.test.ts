import { type LocalAwsCall } from '../../../../src/testing/local-aws/local-aws';
import { dynamoOperations } from '../../../../src/testing/local-aws/dynamo';
import { kmsOperations } from '../../../../src/testing/local-aws/kms';
import { secretsManagerOperations } from '../../../../src/testing/local-aws/secrets-manager';
import { type Operations } from '../../../../src/testing/local-aws/service';
import { ssmOperations } from '../../../../src/testing/local-aws/ssm';
import { readDocument, tableOf } from '../../../docs/documents';
import { dynamoCases } from './dynamo-tables';
import { kmsCases } from './kms';
import { secretsManagerCases } from './secrets-manager';
import { ssmCases } from './ssm';
import { type ServiceCases, World } from './world';

// Some cases ask a hundred times, one after the other.
/** A row of a table in `docs/local-aws.md`. */
interface Row {
  readonly operation: string;
  readonly source: string;
  readonly members: readonly string[];
  readonly errors: readonly string[];
}

const page = readDocument('docs/local-aws.md');
const reference = 'https://docs.aws.amazon.com';
const unused = undefined as never;

describe.each<[string, ServiceCases, Operations, string]>([
  ['SSM', ssmCases, ssmOperations(unused), `${reference}/systems-manager/latest/APIReference`],
  [
    'Secrets Manager',
    secretsManagerCases,
    secretsManagerOperations(unused),
    `${reference}/secretsmanager/latest/apireference`,
  ],
  ['DynamoDB', dynamoCases, dynamoOperations(unused, unused), `${reference}/amazondynamodb/latest/APIReference`],
  ['KMS', kmsCases, kmsOperations(unused), `${reference}/kms/latest/APIReference`],
])('The table of %s', (service, { seed, cases }, operations, source) => {
  const rows = tableOf(page, [`${service} operation`, 'Members honoured', 'Errors']).map(readRow);

  it('has a row for each operation there is, and each row has a case', () => {
    const listed = rows.map(({ operation }) => operation);

    expect(listed.toSorted()).toEqual([...operations.keys()].toSorted());
    expect(listed.toSorted()).toEqual(Object.keys(cases).toSorted());
  });

  it.each(rows)('says of $operation what the SDK client meets', async ({ operation, members, errors, ...row }) => {
    const world = await World.start(seed);
    try {
      await cases[operation]?.(world);

      const calls = world.aws.calls.of(operation);
      expect(membersOf(calls)).toEqual(members.toSorted());
      expect(errorsOf(calls)).toEqual(errors.toSorted());
      expect(row.source).toBe(`${source}/API_${operation}.html`);
    } finally {
      await world.close();
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

function membersOf(calls: readonly LocalAwsCall[]): readonly string[] {
  return [...new Set(calls.flatMap(({ body }) => Object.keys(body ?? {})))].sort();
}

function errorsOf(calls: readonly LocalAwsCall[]): readonly string[] {
  return [...new Set(calls.flatMap(({ error }) => error ?? []))].sort();
}
