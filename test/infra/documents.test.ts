import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { changeHandlerPolicy } from '../../src/iam/change-handler-policy';
import { leastPrivilegePolicy } from '../../src/iam/least-privilege-policy';
import { type PolicyDocument } from '../../src/iam/policy-document';
import { type PolicyOptions, policyOptionNames } from '../../src/iam/policy-options';
import { blocksOf, type Document, readDocument, root, tableOf } from '../docs/documents';
import { parseTemplate, readInfra } from './cloudformation';
import { TerraformModule } from './terraform';

const orders: PolicyOptions = { region: 'REGION', account: 'ACCOUNT', service: 'orders', environment: 'prod' };
const deploying = readDocument('docs/guides/deploying.md');

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

/** Gives what is marked as code in the cells of a column; a cell of the table helper has lost its marks if it is one name. */
function namesIn(rows: readonly (readonly string[])[], column: number): readonly string[] {
  const cells = rows.filter(([what = '']) => !what.startsWith('**')).map((cells) => cells[column] ?? '');
  const names = cells.flatMap((cell) =>
    cell.includes('`') ? [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name) : [cell],
  );
  return [...new Set(names.filter((name) => name !== undefined && /^\w+$/.test(name)) as string[])].sort();
}

/** Gives the names of the members of interfaces of a source file. */
function membersOf(file: string, ...interfaces: readonly string[]): readonly string[] {
  const path = join(root, 'src', file);
  const { statements } = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
  const declared = statements.filter(ts.isInterfaceDeclaration).filter(({ name }) => interfaces.includes(name.text));
  return declared.flatMap(({ members }) => members.map((member) => member.name?.getText() ?? ''));
}

function sorted(names: readonly string[]): readonly string[] {
  return [...new Set(names)].sort();
}

describe('the table of options in docs/guides/deploying.md', () => {
  const rows = tableOf(deploying, ['What', 'AWS CDK']);

  test('has the options of the constructs', () => {
    const props = [
      ...membersOf('cdk/config-tables.ts', 'ConfigTablesProps'),
      ...membersOf('cdk/change-handler.ts', 'ChangeHandlerProps').filter((name) => name !== 'tables'),
      ...Object.keys(policyOptionNames),
    ];

    expect(namesIn(rows, 1)).toEqual(sorted(props));
  });

  test('has the parameters of the templates', () => {
    const templates = ['template.yaml', 'service-policy.yaml'].map((file) =>
      parseTemplate(readInfra(`cloudformation/${file}`)),
    );

    expect(namesIn(rows, 2)).toEqual(sorted(templates.flatMap(({ Parameters }) => Object.keys(Parameters ?? {}))));
  });

  test('has the variables of the modules', async () => {
    const modules = await Promise.all(
      ['terraform', 'terraform/service-policy'].map((folder) => TerraformModule.read(folder)),
    );

    expect(namesIn(rows, 3)).toEqual(sorted(modules.flatMap((each) => each.variables)));
  });

  test('has the options of the snippets', () => {
    const files = readdirSync(join(root, 'infra/serverless')).map((file) => readInfra(`serverless/${file}`));

    const options = files.flatMap((text) =>
      [...text.matchAll(/self:custom\.xcon\.(\w+)/g)].map(([, name = '']) => name),
    );
    expect(namesIn(rows, 4)).toEqual(sorted(options));
  });
});

describe('docs/guides/deploying.md', () => {
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

test('docs/explanation/caching.md shows the statements of the cache table that the library makes', () => {
  const policy = leastPrivilegePolicy({
    ...orders,
    providers: [],
    cacheKmsKeyArn: 'arn:aws:kms:REGION:ACCOUNT:key/KEY',
  });

  expect(policyIn(readDocument('docs/explanation/caching.md'))).toEqual(policy);
});

test('docs/reference/providers.md says of each action of a source what it is for', () => {
  const told = tableOf(readDocument('docs/reference/providers.md'), ['Provider', 'Action']).map(([, action]) => action);

  const policy = leastPrivilegePolicy({
    ...orders,
    providers: [
      'ssm',
      'secrets',
      'dynamo',
      'appconfig',
      { provider: 'ssm', roleArn: 'arn:aws:iam::ACCOUNT:role/ROLE' },
    ],
    kmsKeyArns: ['arn:aws:kms:REGION:ACCOUNT:key/KEY'],
  });
  const sources = policy.Statement.filter(({ Sid }) => Sid !== 'UseCacheTable');
  expect(actionsIn(told)).toEqual(actionsOf({ ...policy, Statement: sources }));
});
