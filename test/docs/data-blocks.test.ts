import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { builtInKinds, parseEntryFile } from 'xcon/entries';
import { parseAllDocuments } from 'yaml';
import { parseXconFile } from '../../src/cli/xcon-file';
import { isAllowed, type SimulatedPolicy } from '../iam/policy-simulator';
import { type Block, blocksOf, documents, readDocument, root } from './documents';

/** A mapping, as a file of YAML has it. */
type Data = Readonly<Record<string, unknown>>;

const blocks = documents().flatMap(blocksOf);
const ofKind = (kind: string): readonly (readonly [string, Block])[] =>
  blocks.filter(({ info }) => info.split(' ')[0] === kind).map((block) => [block.place, block]);
const policies = ofKind('json').filter(([, { code }]) => code.includes('"Statement"'));
const yaml = ofKind('yaml');
const workflows = yaml.filter(([, { code }]) => /^(jobs|steps|- run|- uses|permissions):?/m.test(code));
const manifests = yaml.filter(([, { code }]) => code.startsWith('apiVersion:'));
const xconFiles = yaml.filter(([, { code }]) => /^(entries|declaration|providers):/m.test(code));

describe('A block of JSON', () => {
  it.each(ofKind('json'))('%s can be parsed', (_, { code }) => {
    expect(JSON.parse(code)).toEqual(expect.anything());
  });
});

describe('A block of YAML', () => {
  it.each(yaml)('%s can be parsed', (_, { code }) => {
    expect(documentsIn(code).flatMap(({ errors }) => errors.map(({ message }) => message))).toEqual([]);
  });

  it.each(yaml)('%s names files of the package that exist', (_, { code }) => {
    const files = [...code.matchAll(/node_modules\/xcon\/([\w./-]+)/g)].map(([, path = '']) => path);

    expect(files.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });
});

describe('A policy', () => {
  it.each(policies)('%s has the form of one', (_, { code }) => {
    const { Version, Statement, ...others } = JSON.parse(code) as { Version: string; Statement: readonly Data[] };

    expect([Version, others]).toEqual(['2012-10-17', {}]);
    for (const { Sid, Effect, Action, Resource, Principal, Condition, ...rest } of Statement) {
      expect([Effect, rest]).toEqual(['Allow', {}]);
      expect([Sid ?? '', ...listOf(Action)].filter((each) => !/^(\w*|[a-z-]+:[A-Z]\w+)$/.test(String(each)))).toEqual(
        [],
      );
      expect([Resource, Principal].filter((each) => each === undefined)).toHaveLength(1);
      expect(listOf(Resource).filter((each) => !/^(\*|arn:aws:[a-z]+:.*)$/.test(String(each)))).toEqual([]);
      expect(Object.keys(Condition ?? {}).filter((each) => !/^(ForAllValues:)?String|^Null$/.test(each))).toEqual([]);
    }
  });

  it('lets the role of a service read a role of another account, and no other', () => {
    const [trust, use] = blocksOf(readDocument('docs/guides/accounts-and-regions.md'))
      .filter(({ info }) => info === 'json')
      .map(({ code }) => JSON.parse(code) as SimulatedPolicy & { readonly Statement: readonly Data[] });
    const assume = (resource: string) => ({ action: 'sts:AssumeRole', resource, context: {} });
    const [trusted] = trust?.Statement ?? [];
    if (use === undefined) throw new Error('The page has no second policy.');

    expect(trusted).toMatchObject({
      Action: 'sts:AssumeRole',
      Principal: { AWS: 'arn:aws:iam::444455556666:role/orders-prod' },
    });
    expect(isAllowed(use, assume('arn:aws:iam::111122223333:role/config-reader'))).toBe(true);
    expect(isAllowed(use, assume('arn:aws:iam::111122223333:role/admin'))).toBe(false);
  });

  it.each([
    ['ssm:GetParametersByPath', 'ssm:REGION:ACCOUNT:parameter/orders/prod', true],
    ['ssm:GetParametersByPath', 'ssm:REGION:ACCOUNT:parameter/billing/prod', false],
    ['ssm:GetParameters', 'ssm:REGION:ACCOUNT:parameter/global/all/LEVEL', true],
    ['secretsmanager:GetSecretValue', 'secretsmanager:REGION:ACCOUNT:secret:/orders/prod/KEY-AbCd12', true],
    ['secretsmanager:GetSecretValue', 'secretsmanager:REGION:ACCOUNT:secret:/billing/prod/KEY-AbCd12', false],
    ['dynamodb:Scan', 'dynamodb:REGION:ACCOUNT:table/global-all-configCache', false],
  ])('of a service allows %s on %s: %s', (action, resource, expected) => {
    const [block] = blocksOf(readDocument('docs/reference/iam.md')).filter(({ info }) => info === 'json');
    const policy = JSON.parse(block?.code ?? '') as SimulatedPolicy;

    expect(isAllowed(policy, { action, resource: `arn:aws:${resource}`, context: {} })).toBe(expected);
  });
});

describe('A workflow of GitHub Actions', () => {
  it.each(workflows)('%s has steps that use an action of a version, or run commands', (_, { code }) => {
    const [document] = documentsIn(code);
    const steps = stepsIn(document?.toJS() as unknown);

    expect(steps.length).toBeGreaterThan(0);
    for (const { uses, run, with: given, env, ...rest } of steps) {
      expect(rest).toEqual({});
      expect([uses, run].filter((each) => each === undefined)).toHaveLength(1);
      if (uses !== undefined) expect(uses).toMatch(/^[\w-]+\/[\w-]+@v\d+$/);
      expect([given ?? {}, env ?? {}].every((each) => typeof each === 'object')).toBe(true);
    }
  });

  it.each(workflows.filter(([, { code }]) => /^jobs:/m.test(code)))(
    '%s has jobs, triggers and permissions',
    (_, { code }) => {
      const workflow = documentsIn(code)[0]?.toJS() as Data;
      const jobs = Object.values(workflow['jobs'] as Record<string, Data>);

      expect(
        Object.keys(workflow).filter((each) => !['name', 'on', 'permissions', 'env', 'jobs'].includes(each)),
      ).toEqual([]);
      expect(jobs.every((job) => job['runs-on'] === 'ubuntu-latest')).toBe(true);
      const contexts = [...code.matchAll(/\$\{\{ (\w+)\./g)].map(([, context]) => context);
      expect(contexts.filter((each) => !['github', 'secrets', 'vars', 'env'].includes(each ?? ''))).toEqual([]);
      const triggers = Object.keys(workflow['on'] as Data);
      const tested = [...code.matchAll(/github\.event_name == '(\w+)'/g)].map(([, name]) => name);
      expect(tested.toSorted()).toEqual(triggers.toSorted());
    },
  );
});

describe('A manifest of Kubernetes', () => {
  it.each(manifests)('%s deploys pods with a service account that it defines', (_, { code }) => {
    const objects = documentsIn(code).map((each) => each.toJS() as Manifest);
    const account = objects.find(({ kind }) => kind === 'ServiceAccount');
    const deployment = objects.find(({ kind }) => kind === 'Deployment');
    const pod = deployment?.spec?.template;

    expect(objects.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`)).toEqual([
      'v1 ServiceAccount',
      'apps/v1 Deployment',
    ]);
    expect(pod?.spec.serviceAccountName).toBe(account?.metadata.name);
    expect(pod?.metadata.labels).toEqual(deployment?.spec?.selector.matchLabels);
    expect(pod?.spec.containers.flatMap(({ env }) => env.map(({ name }) => name))).toEqual([
      'APP_NAME',
      'APP_ENV',
      'AWS_REGION',
    ]);
    expect(Object.keys(account?.metadata.annotations ?? {})).toEqual(['eks.amazonaws.com/role-arn']);
  });
});

describe('A file xcon.yaml', () => {
  it.each(xconFiles)('%s has keys and entries that are valid', async (_, { code }) => {
    await expect(parseXconFile('/project/xcon.yaml', code)).resolves.toMatchObject({ service: 'orders' });

    if (!/^entries:/m.test(code)) return;
    const { diagnostics } = parseEntryFile(code, { path: 'xcon.yaml', kinds: builtInKinds });
    expect(diagnostics).toEqual([]);
  });
});

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly annotations?: Data };
  readonly spec?: {
    readonly selector: { readonly matchLabels: Data };
    readonly template: {
      readonly metadata: { readonly labels: Data };
      readonly spec: {
        readonly serviceAccountName: string;
        readonly containers: readonly { readonly env: readonly { readonly name: string }[] }[];
      };
    };
  };
}

/** Tags of CloudFormation are no errors. */
function documentsIn(code: string) {
  const documents = parseAllDocuments(code, { customTags: [{ tag: '!Ref', resolve: (text: string) => text }] });
  return Array.isArray(documents) ? documents : [];
}

/** Gives the steps of all jobs, or those of a part of a workflow. */
function stepsIn(data: unknown): readonly Data[] {
  if (Array.isArray(data)) return data as readonly Data[];
  if (typeof data !== 'object' || data === null) return [];
  const { jobs, steps } = data as { readonly jobs?: Record<string, Data>; readonly steps?: readonly Data[] };
  return steps ?? Object.values(jobs ?? {}).flatMap((job) => stepsIn(job));
}

function listOf(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
