import { Aws, Duration, RemovalPolicy, Stack, Token, TokenComparison } from 'aws-cdk-lib';
import { type IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import { PolicyDocument, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  Code,
  EventSourceMapping,
  type EventSourceMappingOptions,
  Function as LambdaFunction,
  Runtime,
  StartingPosition,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { Directory } from '../directory/directory';
import { InvalidSettingsError } from '../errors';
import { placeOfTable } from '../iam/arn';
import { changeHandlerPolicy } from '../iam/change-handler-policy';
import { checkOptions } from '../options';
import { ChangeAlarms } from './change-alarms';
import { ChangeQueues, handlerTimeoutSeconds } from './change-queues';
import { changeRules } from './change-rules';
import { type ConfigTables, nameOrArn } from './config-tables';
import { handlerFolder } from './handler-folder';
import { MaskedTokens } from './masked-tokens';

const propNames: Readonly<Record<keyof ChangeHandlerProps, true>> = {
  tables: true,
  sharedDirectories: true,
  pathPrefixes: true,
  alarmAction: true,
  logRetention: true,
  code: true,
};

/** How changes are followed. */
export interface ChangeHandlerProps {
  /** The cache table, and the configuration table whose changes are followed. */
  readonly tables: ConfigTables;
  /** Directories with the path of one service in one environment that other services use, too. Default: none. */
  readonly sharedDirectories?: readonly string[];
  /**
   * Paths at and below which the directories of services are: `['/orders', '/billing']`; `/global` is always among them. Rules and
   * handler ignore changes elsewhere. Absent: anywhere.
   */
  readonly pathPrefixes?: readonly string[];
  /** Action of the alarms, such as `new SnsAction(topic)`. Absent: none. */
  readonly alarmAction?: IAlarmAction;
  /** How long logs are kept. Default: a month. */
  readonly logRetention?: RetentionDays;
  /** Code of the function. Default: what the package ships. */
  readonly code?: Code;
}

/**
 * Follows changes at the sources: drops the rows of the cache table that a change may affect, for processes that start, and raises the
 * generation of their partitions, for processes that watch.
 *
 * One is enough for an account and region.
 */
export class ChangeHandler extends Construct {
  /** The function. */
  readonly handler: LambdaFunction;
  /** The queues that changes come in, and are kept in when they cannot be followed. */
  readonly queues: ChangeQueues;

  /** @throws InvalidSettingsError for an option that is unknown or invalid; InvalidDirectoryError for an invalid path. */
  constructor(scope: Construct, id: string, props: ChangeHandlerProps) {
    super(scope, id);
    checkOptions('new ChangeHandler()', props, propNames);
    const { tables, alarmAction, pathPrefixes } = props;
    const stream = tables.configTable?.tableStreamArn;
    this.queues = new ChangeQueues(this, 'Queues');
    const rules = changeRules(this, this.queues.target, pathPrefixes?.map(pathOf));
    this.queues.admit(rules);
    this.handler = this.makeHandler(props);
    new EventSourceMapping(this, 'FromQueue', { target: this.handler, ...fromQueue(this.queues) });
    if (stream !== undefined) {
      new EventSourceMapping(this, 'FromStream', { target: this.handler, ...fromStream(stream, this.queues) });
    }
    new ChangeAlarms(this, 'Alarms', {
      queues: this.queues,
      rules,
      handler: this.handler,
      isStreaming: stream !== undefined,
      ...(alarmAction !== undefined && { action: alarmAction }),
    });
  }

  private makeHandler(props: ChangeHandlerProps): LambdaFunction {
    const { tables, sharedDirectories = [], pathPrefixes, logRetention = RetentionDays.ONE_MONTH, code } = props;
    const logGroup = new LogGroup(this, 'Logs', { retention: logRetention, removalPolicy: RemovalPolicy.DESTROY });
    const cacheTable = nameOrArn(this, tables.cacheTable);
    checkRegion(this, cacheTable);
    const tokens = new MaskedTokens('new ChangeHandler()');
    const policyOptions = {
      partition: Aws.PARTITION,
      region: Aws.REGION,
      account: Aws.ACCOUNT_ID,
      cacheTable,
      nameIndex: tables.nameIndex,
      changesQueueArn: this.queues.changes.queueArn,
      failuresQueueArn: this.queues.failures.queueArn,
      streamArn: tables.configTable?.tableStreamArn,
      logGroupArn: logGroup.logGroupArn,
      tableKmsKeyArns: tables.keyArns,
    };
    const policy = tokens.unmask(changeHandlerPolicy(tokens.mask(policyOptions, () => 'text')));
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: { FollowChanges: PolicyDocument.fromJson(policy) },
    });
    return new LambdaFunction(this, 'Handler', {
      description: 'Drops rows of the configuration cache when their sources change',
      runtime: Runtime.NODEJS_22_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code: code ?? Code.fromAsset(handlerFolder()),
      memorySize: 256,
      timeout: Duration.seconds(handlerTimeoutSeconds),
      environment: {
        XCON_CACHE_TABLE: cacheTable,
        ...(tables.configTable !== undefined && { XCON_CONFIG_TABLE: tables.configTable.tableName }),
        CACHE_INDEX: `${tables.nameIndex}`,
        SHARED_DIRECTORIES: sharedDirectories.map(pathOf).join(','),
        ...(pathPrefixes !== undefined && { PATH_PREFIXES: ['/global', ...pathPrefixes.map(pathOf)].join(',') }),
      },
      role,
      logGroup,
    });
  }
}

/** @throws InvalidSettingsError for a table of another region: the handler works in its own. */
function checkRegion(scope: Construct, cacheTable: string): void {
  const { region = '' } = placeOfTable({}, cacheTable);
  const own = Stack.of(scope).region;
  if (region === '' || Token.compareStrings(region, own) !== TokenComparison.DIFFERENT) return;
  throw new InvalidSettingsError(
    'new ChangeHandler() option tables',
    `the cache table is in ${region}, and the handler in ${own}: put it into a stack of the region of the table.`,
  );
}

/** Checks a path that may be a token. @throws InvalidDirectoryError for an invalid path. */
function pathOf(path: string): string {
  return Token.isUnresolved(path) ? path : Directory.literal(path).path;
}

/** Batching window of a second, so that a burst is followed together. */
const window = { maxBatchingWindow: Duration.seconds(1), reportBatchItemFailures: true };

/** Source: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html */
function fromQueue({ changes }: ChangeQueues): EventSourceMappingOptions {
  return { ...window, eventSourceArn: changes.queueArn, batchSize: 500, maxConcurrency: 2 };
}

/** Source: https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-eventsourcemapping.html */
function fromStream(stream: string, { failures }: ChangeQueues): EventSourceMappingOptions {
  return {
    ...window,
    eventSourceArn: stream,
    batchSize: 500,
    startingPosition: StartingPosition.TRIM_HORIZON,
    bisectBatchOnError: true,
    retryAttempts: 5,
    maxRecordAge: Duration.hours(1),
    onFailure: { bind: () => ({ destination: failures.queueArn }) },
  };
}
