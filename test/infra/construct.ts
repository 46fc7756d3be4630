import { type Stack } from 'aws-cdk-lib';
import { Table } from 'aws-cdk-lib/aws-dynamodb';
import { ManagedPolicy } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { ChangeHandler, type ConfigReader, ConfigTables } from '../../src/cdk/index';
import { evaluate, type EvaluatedResources, type Place } from './cloudformation';
import { synthesize } from './synthesize';

/** Ways to deploy that the construct and its counterparts have in common. */
export interface Deployment {
  readonly cacheTableName?: string;
  readonly configTableName?: string;
  /** Both tables exist. */
  readonly isExisting?: boolean;
  /** Stream of an existing configuration table. */
  readonly streamArn?: string;
  readonly keyArn?: string;
  readonly topicArn?: string;
  readonly logRetentionDays?: number;
  /** The cache table has the index by name. */
  readonly nameIndex?: boolean;
  readonly sharedDirectories?: readonly string[];
  readonly pathPrefixes?: readonly string[];
}

/** The deployments that the counterparts are compared in. */
export const deployments: readonly (readonly [string, Deployment])[] = [
  ['with defaults', {}],
  [
    'with names, a key, a topic and logs of a week',
    {
      cacheTableName: 'cache',
      configTableName: 'settings',
      keyArn: 'arn:aws:kms:eu-west-1:111122223333:key/tables',
      topicArn: 'arn:aws:sns:eu-west-1:111122223333:alarms',
      logRetentionDays: 7,
    },
  ],
  ['with an index and shared directories', { nameIndex: true, sharedDirectories: ['/a/b', '/c/d'] }],
  ['with path prefixes', { pathPrefixes: ['/orders', '/billing/eu'] }],
  ['with tables that exist', { isExisting: true }],
  [
    'with tables that exist, and a stream',
    {
      isExisting: true,
      streamArn: 'arn:aws:dynamodb:eu-west-1:111122223333:table/global-all-config/stream/2026-01-01T00:00:00.000',
    },
  ],
];

/** Gives the resources that the construct makes, by the names they have in the template of CloudFormation. */
export function resourcesOfConstruct(deployment: Deployment = {}, place?: Place): EvaluatedResources {
  const { template } = synthesize((stack) => makeAll(stack, deployment));
  return evaluate(template, { rename: plainName, ...(place !== undefined && { place }) });
}

/** Gives the statements that the construct grants to a reader. */
export function grantedStatements(reader: ConfigReader, deployment: Deployment = {}): unknown {
  const { template } = synthesize((stack) => {
    tablesOf(stack, deployment).grantRead(new ManagedPolicy(stack, 'Policy'), reader);
  });
  const { PolicyDocument } = evaluate(template, { rename: plainName }).get('Policy')?.Properties ?? {};
  return (PolicyDocument as { readonly Statement: unknown }).Statement;
}

/** Puts tables and handler into a stack. */
export function makeAll(stack: Stack, deployment: Deployment): void {
  const { topicArn, logRetentionDays, sharedDirectories, pathPrefixes } = deployment;
  new ChangeHandler(stack, 'Changes', {
    tables: tablesOf(stack, deployment),
    code: Code.fromInline('exports.handler = () => undefined;'),
    ...(sharedDirectories !== undefined && { sharedDirectories }),
    ...(pathPrefixes !== undefined && { pathPrefixes }),
    ...(topicArn !== undefined && { alarmAction: { bind: () => ({ alarmActionArn: topicArn }) } }),
    ...(logRetentionDays !== undefined && { logRetention: logRetentionDays }),
  });
}

function tablesOf(stack: Stack, deployment: Deployment): ConfigTables {
  const { cacheTableName, configTableName, isExisting, streamArn: tableStreamArn, keyArn, nameIndex } = deployment;
  if (isExisting === true) {
    const tableName = configTableName ?? 'global-all-config';
    return new ConfigTables(stack, 'Config', {
      cacheTable: Table.fromTableName(stack, 'Cache', cacheTableName ?? 'global-all-configCache'),
      configTable: Table.fromTableAttributes(stack, 'Settings', {
        tableName,
        ...(tableStreamArn !== undefined && { tableStreamArn }),
      }),
    });
  }
  return new ConfigTables(stack, 'Config', {
    ...(nameIndex !== undefined && { nameIndex }),
    ...(cacheTableName !== undefined && { cacheTableName }),
    ...(configTableName !== undefined && { configTableName }),
    ...(keyArn !== undefined && { encryptionKey: Key.fromKeyArn(stack, 'Key', keyArn) }),
  });
}

/** Takes from a logical id what the tree of constructs has added to it. */
function plainName(logicalId: string): string {
  return logicalId
    .replace(/^(Config(?=C)|Changes(?!Late)(Queues|Alarms)?(?=[A-Z]\w+))/, '')
    .replace(/[0-9A-F]{8}$/, '');
}
