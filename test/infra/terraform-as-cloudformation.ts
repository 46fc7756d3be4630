import { type Instance } from './terraform';

/** What CloudFormation calls what Terraform makes: by its address there, the name of the resource here. */
const names: Readonly<Record<string, string>> = {
  'aws_dynamodb_table.cache[0]': 'CacheTable',
  'aws_dynamodb_table.config[0]': 'ConfigTable',
  'aws_sqs_queue.failures': 'Failures',
  'aws_sqs_queue.changes': 'Changes',
  'aws_sqs_queue_policy.from_rules[failures]': 'FailuresPolicy',
  'aws_sqs_queue_policy.from_rules[changes]': 'ChangesPolicy',
  'aws_cloudwatch_event_rule.change[parameter-changes]': 'ParameterChanges',
  'aws_cloudwatch_event_rule.change[secret-calls]': 'SecretCalls',
  'aws_cloudwatch_event_rule.change[secret-labels]': 'SecretLabels',
  'aws_cloudwatch_log_group.handler': 'Logs',
  'aws_iam_role.handler': 'Role',
  'aws_lambda_function.handler': 'Handler',
  'aws_lambda_event_source_mapping.from_queue': 'FromQueue',
  'aws_lambda_event_source_mapping.from_stream[0]': 'FromStream',
  'aws_cloudwatch_metric_alarm.failures_kept': 'FailuresKept',
  'aws_cloudwatch_metric_alarm.handler_errors': 'HandlerErrors',
  'aws_cloudwatch_metric_alarm.changes_late': 'ChangesLate',
  'aws_cloudwatch_metric_alarm.stream_late[0]': 'StreamLate',
  'aws_cloudwatch_metric_alarm.changes_lost[parameter-changes]': 'ParameterChangesLost',
  'aws_cloudwatch_metric_alarm.changes_lost[secret-calls]': 'SecretCallsLost',
  'aws_cloudwatch_metric_alarm.changes_lost[secret-labels]': 'SecretLabelsLost',
};

/** Attributes of resources that both can refer to. */
const attributes: Readonly<Record<string, string>> = {
  arn: 'Arn',
  stream_arn: 'StreamArn',
  url: 'Ref',
  function_name: 'Ref',
};

type Properties = Readonly<Record<string, unknown>>;

/** Gives what Terraform makes as CloudFormation would say it, by name. What it does not know how to say is an error. */
export function asCloudFormation(instances: readonly Instance[]): Readonly<Record<string, unknown>> {
  const whole = instances.filter(({ type }) => !(type in parts));
  return Object.fromEntries(
    whole.map((instance) => {
      const name = names[instance.address];
      const say = wholes[instance.type];
      if (name === undefined || say === undefined) throw new Error(`Nobody knows ${instance.address}.`);
      const all = instances.filter(({ type, attributes: its }) => {
        return parts[type] !== undefined && JSON.stringify(its[parts[type]]).includes(`<${instance.address}.`);
      });
      return [
        name,
        referring(
          compact(
            say(
              instance.attributes,
              all.map((each) => each.attributes),
            ),
          ),
        ),
      ] as const;
    }),
  );
}

/** Resources that are part of another in CloudFormation, with the attribute that says of which. */
const parts: Readonly<Record<string, string>> = { aws_cloudwatch_event_target: 'rule', aws_iam_role_policy: 'role' };

const wholes: Readonly<Record<string, (its: Properties, its_parts: readonly Properties[]) => Properties>> = {
  aws_dynamodb_table: (its) => ({
    TableName: its['name'],
    BillingMode: its['billing_mode'],
    AttributeDefinitions: blocks(its, 'attribute').map(({ name, type }) => ({
      AttributeName: name,
      AttributeType: type,
    })),
    KeySchema: [
      { AttributeName: its['hash_key'], KeyType: 'HASH' },
      { AttributeName: its['range_key'], KeyType: 'RANGE' },
    ],
    GlobalSecondaryIndexes: listed(blocks(its, 'global_secondary_index').map(indexOf)),
    TimeToLiveSpecification: block(its, 'ttl', ({ attribute_name: name, enabled }) => ({
      AttributeName: name,
      Enabled: enabled,
    })),
    PointInTimeRecoverySpecification: block(its, 'point_in_time_recovery', ({ enabled }) => ({
      PointInTimeRecoveryEnabled: enabled,
    })),
    DeletionProtectionEnabled: its['deletion_protection_enabled'],
    StreamSpecification: its['stream_enabled'] === true ? { StreamViewType: its['stream_view_type'] } : undefined,
    SSESpecification: block(its, 'server_side_encryption', ({ enabled, kms_key_arn: key }) => ({
      SSEEnabled: enabled,
      SSEType: 'KMS',
      KMSMasterKeyId: key,
    })),
  }),
  aws_sqs_queue: (its) => ({
    MessageRetentionPeriod: its['message_retention_seconds'],
    SqsManagedSseEnabled: its['sqs_managed_sse_enabled'],
    VisibilityTimeout: its['visibility_timeout_seconds'],
    RedrivePolicy: json(its['redrive_policy']),
  }),
  aws_sqs_queue_policy: (its) => ({ Queues: [its['queue_url']], PolicyDocument: json(its['policy']) }),
  aws_cloudwatch_event_rule: (its, targets) => ({
    State: 'ENABLED',
    EventPattern: json(its['event_pattern']),
    Targets: targets.map((target, index) => ({
      Id: `Target${index}`,
      Arn: target['arn'],
      RetryPolicy: block(target, 'retry_policy', (policy) => ({
        MaximumEventAgeInSeconds: policy['maximum_event_age_in_seconds'],
        MaximumRetryAttempts: policy['maximum_retry_attempts'],
      })),
      DeadLetterConfig: block(target, 'dead_letter_config', ({ arn }) => ({ Arn: arn })),
    })),
  }),
  aws_cloudwatch_log_group: (its) => ({ RetentionInDays: its['retention_in_days'] }),
  aws_iam_role: (its, policies) => ({
    AssumeRolePolicyDocument: json(its['assume_role_policy']),
    Policies: policies.map(({ name, policy }) => ({ PolicyName: name, PolicyDocument: json(policy) })),
  }),
  aws_lambda_function: (its) => ({
    Description: its['description'],
    Runtime: its['runtime'],
    Architectures: its['architectures'],
    Handler: its['handler'],
    MemorySize: its['memory_size'],
    Timeout: its['timeout'],
    Environment: block(its, 'environment', ({ variables }) => ({ Variables: variables })),
    Role: its['role'],
    LoggingConfig: block(its, 'logging_config', ({ log_group: group }) => ({ LogGroup: group })),
  }),
  aws_lambda_event_source_mapping: (its) => ({
    FunctionName: its['function_name'],
    EventSourceArn: its['event_source_arn'],
    BatchSize: its['batch_size'],
    MaximumBatchingWindowInSeconds: its['maximum_batching_window_in_seconds'],
    FunctionResponseTypes: its['function_response_types'],
    StartingPosition: its['starting_position'],
    MaximumRetryAttempts: its['maximum_retry_attempts'],
    MaximumRecordAgeInSeconds: its['maximum_record_age_in_seconds'],
    BisectBatchOnFunctionError: its['bisect_batch_on_function_error'],
    ScalingConfig: block(its, 'scaling_config', ({ maximum_concurrency: most }) => ({ MaximumConcurrency: most })),
    DestinationConfig: block(its, 'destination_config', (config) => ({
      OnFailure: block(config, 'on_failure', ({ destination_arn: arn }) => ({ Destination: arn })),
    })),
  }),
  aws_cloudwatch_metric_alarm: (its) => ({
    AlarmDescription: its['alarm_description'],
    Namespace: its['namespace'],
    MetricName: its['metric_name'],
    Dimensions: Object.entries(its['dimensions'] as object).map(([Name, Value]: [string, unknown]) => ({
      Name,
      Value,
    })),
    Statistic: its['statistic'],
    Period: its['period'],
    EvaluationPeriods: its['evaluation_periods'],
    ComparisonOperator: its['comparison_operator'],
    Threshold: its['threshold'],
    TreatMissingData: its['treat_missing_data'],
    AlarmActions: listed(its['alarm_actions'] as unknown[]),
  }),
};

function indexOf(its: Properties): Properties {
  return {
    IndexName: its['name'],
    KeySchema: [
      { AttributeName: its['hash_key'], KeyType: 'HASH' },
      { AttributeName: its['range_key'], KeyType: 'RANGE' },
    ],
    Projection: { ProjectionType: its['projection_type'], NonKeyAttributes: its['non_key_attributes'] },
  };
}

/** Gives a list that has something in it. */
function listed(list: readonly unknown[]): readonly unknown[] | undefined {
  return list.length === 0 ? undefined : list;
}

function blocks(its: Properties, name: string): readonly Properties[] {
  return (its[name] ?? []) as readonly Properties[];
}

function block(its: Properties, name: string, say: (block: Properties) => Properties): Properties | undefined {
  const [first] = blocks(its, name);
  return first && say(first);
}

function json(text: unknown): unknown {
  return text === undefined ? undefined : JSON.parse(text as string);
}

function compact(properties: Properties): Properties {
  return Object.fromEntries(Object.entries(properties).filter(([, each]) => each !== undefined));
}

/** Says references to resources as CloudFormation does. */
function referring(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(/<(\w+\.\w+(?:\[[\w-]+\])?)\.(\w+)>(:\*$)?/g, reference);
  if (Array.isArray(value)) return value.map(referring);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, referring(each)]));
}

function reference(text: string, address: string, attribute: string): string {
  const name = names[address];
  // What a queue is called is an attribute there, and what identifies a group of logs; the ARN of that ends in a wildcard.
  const named = address.startsWith('aws_sqs_queue.') ? 'QueueName' : 'Ref';
  return name === undefined ? text : `<${name}.${attribute === 'name' ? named : (attributes[attribute] ?? attribute)}>`;
}
