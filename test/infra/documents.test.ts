import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { CfnTaskDefinition, type CfnTaskDefinitionProps } from 'aws-cdk-lib/aws-ecs';
import ts from 'typescript';
import { policyOptionNames } from '../../src/iam/policy-options';
import { blocksOf, readDocument, root, tablesOf } from '../docs/documents';
import { parse } from './hcl2json';
import { parseTemplate, readInfra } from './cloudformation';
import { TerraformModule } from './terraform';

const options = readDocument('docs/reference/deployment-options.md');

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

describe('the tables of docs/reference/deployment-options.md', () => {
  const rows = tablesOf(options, ['What', 'AWS CDK']).flat();

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

    const known = files.flatMap((text) => [...text.matchAll(/self:custom\.xcon\.(\w+)/g)].map(([, name = '']) => name));
    expect(namesIn(rows, 4)).toEqual(sorted(known));
  });
});

describe('docs/guides/deploying.md', () => {
  const blocks = blocksOf(readDocument('docs/guides/deploying.md'));

  test('gives the modules of Terraform variables that they have', async () => {
    const [{ code = '' } = {}] = blocks.filter(({ info }) => info === 'hcl');
    const { module = {} } = (await parse('main.tf', code)) as Calls;
    const calls = Object.values(module).flat();

    expect(calls).toHaveLength(2);
    for (const { source, ...given } of calls) {
      const { variables } = await TerraformModule.read(String(source).replace('./node_modules/xcon/infra/', ''));
      expect(Object.keys(given).filter((name) => !variables.includes(name))).toEqual([]);
    }
  });

  test('gives the template of a policy parameters that it has', () => {
    const given = blocks.flatMap(({ code }) =>
      [...code.matchAll(/--parameter-overrides (.*)/g)].map(([, text = '']) => text),
    );
    const { Parameters = {} } = parseTemplate(readInfra('cloudformation/service-policy.yaml'));

    expect(given.length).toBeGreaterThan(0);
    const names = given.flatMap((text) => text.split(' ').map((each) => each.split('=')[0] ?? ''));
    expect(names.filter((name) => !(name in Parameters))).toEqual([]);
  });

  test('includes snippets of Serverless that the package has, with options that they read', () => {
    const yaml = blocks.filter(({ info }) => info === 'yaml').map(({ code }) => code);
    const included = yaml.flatMap((code) => [
      ...code.matchAll(/node_modules\/xcon\/infra\/(serverless\/[\w-]+\.yml)/g),
    ]);
    const given = yaml.flatMap((code) => [
      ...(/^ {2}xcon:\n((?: {4}.*\n)+)/m.exec(code)?.[1] ?? '').matchAll(/^ {4}(\w+):/gm),
    ]);

    expect(included.length).toBeGreaterThan(3);
    expect(() => included.map(([, file = '']) => readInfra(file))).not.toThrow();
    const known = namesIn(tablesOf(options, ['What', 'AWS CDK']).flat(), 4);
    expect(given.length).toBeGreaterThan(0);
    expect(given.map(([, name = '']) => name).filter((name) => !known.includes(name))).toEqual([]);
  });
});

interface Calls {
  readonly module?: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;
}

describe('docs/guides/ecs-and-eks.md', () => {
  test('shows a task definition of which CloudFormation takes every member', () => {
    const [{ code = '' } = {}] = blocksOf(readDocument('docs/guides/ecs-and-eks.md')).filter(
      ({ info }) => info === 'json',
    );
    const given = JSON.parse(code) as CfnTaskDefinitionProps;
    const stack = new Stack(new App(), 'Orders');
    new CfnTaskDefinition(stack, 'Task', given);

    const made = Template.fromStack(stack).toJSON() as { Resources: { Task: { Properties: object } } };
    expect(inCapitals(given)).toEqual(made.Resources.Task.Properties);
  });
});

/** Gives data with the names of members as CloudFormation writes them. */
function inCapitals(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inCapitals);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name.replace(/^./, (first) => first.toUpperCase()), inCapitals(each)]),
  );
}
