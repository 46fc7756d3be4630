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
  'aws_cloudwatch_event_rule.change[parameter-expirations]': 'ParameterExpirations',
  'aws_cloudwatch_event_rule.change[secret-calls]': 'SecretCalls',
  'aws_cloudwatch_event_rule.change[secret-labels]': 'SecretLabels',
  'aws_cloudwatch_log_group.handler': 'Logs',
  'aws_iam_role.handler': 'Role',
  'aws_lambda_function.handler': 'Handler',
  'aws_lambda_event_source_mapping.from_queue': 'FromQueue',
  'aws_lambda_event_source_mapping.from_stream[0]': 'FromStream',
  'aws_cloudwatch_metric_alarm.following[failures-kept]': 'FailuresKept',
  'aws_cloudwatch_metric_alarm.following[handler-errors]': 'HandlerErrors',
  'aws_cloudwatch_metric_alarm.following[changes-late]': 'ChangesLate',
  'aws_cloudwatch_metric_alarm.following[stream-late]': 'StreamLate',
  'aws_cloudwatch_metric_alarm.changes_lost[parameter-changes]': 'ParameterChangesLost',
  'aws_cloudwatch_metric_alarm.changes_lost[parameter-expirations]': 'ParameterExpirationsLost',
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
      if (name === undefined || say === undefined) throw new Error(`There is no counterpart of ${instance.address}.`);
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

/** What is named otherwise in CloudFormation, or has no counterpart there: an order of things, or a name that is made there. */
const renames: Readonly<Record<string, string | undefined>> = {
  DependsOn: undefined,
  Name: undefined,
  NamePrefix: undefined,
  AlarmName: undefined,
  Filename: undefined,
  SourceCodeHash: undefined,
  LogFormat: undefined,
  DestinationArn: 'Destination',
  MessageRetentionSeconds: 'MessageRetentionPeriod',
  VisibilityTimeoutSeconds: 'VisibilityTimeout',
};

const wholes: Readonly<Record<string, (its: Properties, its_parts: readonly Properties[]) => Properties>> = {
  aws_dynamodb_table: (its) => ({
    TableName: its['name'],
    BillingMode: its['billing_mode'],
    AttributeDefinitions: blocks(its, 'attribute').map(({ name, type }) => ({
      AttributeName: name,
      AttributeType: type,
    })),
    KeySchema: keysOf(its),
    GlobalSecondaryIndexes: listed(blocks(its, 'global_secondary_index').map(indexOf)),
    TimeToLiveSpecification: block(its, 'ttl', renamed),
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
  aws_sqs_queue: (its) => ({ ...renamed(its), RedrivePolicy: json(its['redrive_policy']) }),
  aws_sqs_queue_policy: (its) => ({ Queues: [its['queue_url']], PolicyDocument: json(its['policy']) }),
  aws_cloudwatch_event_rule: (its, targets) => ({
    State: 'ENABLED',
    EventPattern: json(its['event_pattern']),
    Targets: targets.map((target, index) => compact({ ...renamed(target), Rule: undefined, Id: `Target${index}` })),
  }),
  aws_cloudwatch_log_group: renamed,
  aws_iam_role: (its, policies) => ({
    AssumeRolePolicyDocument: json(its['assume_role_policy']),
    Policies: policies.map(({ name, policy }) => ({ PolicyName: name, PolicyDocument: json(policy) })),
  }),
  aws_lambda_function: (its) => ({ ...renamed(its), FunctionName: undefined }),
  aws_lambda_event_source_mapping: renamed,
  aws_cloudwatch_metric_alarm: (its) => ({
    ...renamed(its),
    Dimensions: Object.entries(its['dimensions'] as object).map(([Name, Value]: [string, unknown]) => ({
      Name,
      Value,
    })),
    AlarmActions: listed(its['alarm_actions'] as unknown[]),
  }),
};

/** Gives attributes by their names in CloudFormation: `batch_size` is `BatchSize`. A block is an object there. */
function renamed(its: Properties): Properties {
  const entries = Object.entries(its).map(([name, value]) => {
    const pascal = name.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
    const key = pascal in renames ? renames[pascal] : pascal;
    const [first] = Array.isArray(value) ? (value as readonly unknown[]) : [];
    const isBlock = typeof first === 'object' && first !== null;
    return [key, isBlock ? renamed(first as Properties) : value] as const;
  });
  return Object.fromEntries(entries.filter((entry): entry is [string, unknown] => entry[0] !== undefined));
}

function keysOf(its: Properties): readonly Properties[] {
  return [
    { AttributeName: its['hash_key'], KeyType: 'HASH' },
    { AttributeName: its['range_key'], KeyType: 'RANGE' },
  ];
}

function indexOf(its: Properties): Properties {
  return {
    IndexName: its['name'],
    KeySchema: keysOf(its),
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
