import { type EvaluatedResources, type Resource } from './cloudformation';

/**
 * Limits of IAM: **characters** without white space, and numbers.
 *
 * Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */
const limits = {
  managedPolicy: 6144,
  /** Of all inline policies together. */
  inline: { Roles: 10_240, Users: 2048, Groups: 5120 },
  /** Managed policies of one role, user or group. */
  managedPolicies: 10,
};

/** **Characters**. Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
const longestEventPattern = 2048;

type Kind = keyof typeof limits.inline;
const kinds = Object.keys(limits.inline) as readonly Kind[];

interface Statement {
  readonly Sid?: string;
  readonly Action?: unknown;
  readonly Resource?: unknown;
}

/**
 * Gives what the services would refuse of resources: ids of statements, sizes and numbers of policies, patterns of events.
 *
 * For whatever is made with CloudFormation, and for what can be said in its words.
 */
export function beyondLimits(resources: EvaluatedResources): readonly string[] {
  return [...resources]
    .flatMap(([name, resource]) => [
      ...policiesOf(resource).flatMap((policy) => faultsOf(name, policy)),
      ...sizeFaults(name, resource),
      ...patternFaults(name, resource),
    ])
    .concat(attachmentFaults(resources));
}

/** Gives the documents of all policies in a resource: of identities, of queues, inline ones of roles. */
function policiesOf({ Properties }: Resource): readonly unknown[] {
  const inline = (Properties['Policies'] ?? []) as readonly { readonly PolicyDocument: unknown }[];
  return [Properties['PolicyDocument'], ...inline.map(({ PolicyDocument }) => PolicyDocument)].filter(
    (each) => each !== undefined,
  );
}

/** Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_sid.html */
function faultsOf(name: string, policy: unknown): readonly string[] {
  const { Statement: statements } = policy as { readonly Statement: readonly Statement[] };
  const sids = statements.flatMap(({ Sid }) => Sid ?? []);
  return [
    ...sids
      .filter((sid, index) => sids.indexOf(sid) !== index)
      .map((sid) => `${name}: two statements are called ${sid}`),
    ...sids.filter((sid) => !/^[A-Za-z0-9]+$/.test(sid)).map((sid) => `${name}: ${sid} is no id of a statement`),
    ...statements
      .filter(({ Action, Resource: resource }) =>
        [Action, resource].some((each) => each === undefined || isEmpty(each)),
      )
      .map(({ Sid = '' }) => `${name}: the statement ${Sid} allows nothing`),
    ...statements
      .flatMap(({ Resource: resource }) => listOf(resource))
      .filter((each) => each !== '*' && !/^(arn:[^:]+:[^:]+:[^:]*:[^:]*:.+|<.+>)$/.test(String(each)))
      .map((each) => `${name}: ${String(each)} is no ARN`),
  ];
}

function sizeFaults(name: string, { Type, Properties }: Resource): readonly string[] {
  if (Type !== 'AWS::IAM::ManagedPolicy') return [];
  const characters = sizeOf(Properties['PolicyDocument']);
  return characters > limits.managedPolicy ? [`${name}: a managed policy of ${characters} characters`] : [];
}

function patternFaults(name: string, { Type, Properties }: Resource): readonly string[] {
  if (Type !== 'AWS::Events::Rule') return [];
  const characters = sizeOf(Properties['EventPattern']);
  return characters > longestEventPattern ? [`${name}: a pattern of ${characters} characters`] : [];
}

/** Adds up what is attached to each identity, by the identity or by the policy. */
function attachmentFaults(resources: EvaluatedResources): readonly string[] {
  const inline = new Map<string, number>();
  const managed = new Map<string, number>();
  const add = (sums: Map<string, number>, kind: Kind, who: unknown, amount: number): void => {
    const key = `${kind} ${String(who)}`;
    sums.set(key, (sums.get(key) ?? 0) + amount);
  };
  for (const [name, { Type, Properties }] of resources) {
    for (const kind of kinds) {
      for (const each of listOf(Properties[kind] ?? [])) {
        if (Type === 'AWS::IAM::Policy') add(inline, kind, each, sizeOf(Properties['PolicyDocument']));
        if (Type === 'AWS::IAM::ManagedPolicy') add(managed, kind, each, 1);
      }
    }
    const own = /^AWS::IAM::(Role|User|Group)$/.exec(Type)?.[1];
    if (own === undefined) continue;
    for (const policy of policiesOf({ Type, Properties: { Policies: Properties['Policies'] } })) {
      add(inline, `${own}s` as Kind, `<${name}.Ref>`, sizeOf(policy));
    }
    add(managed, `${own}s` as Kind, `<${name}.Ref>`, listOf(Properties['ManagedPolicyArns'] ?? []).length);
  }
  const tooLarge = [...inline].filter(([key, sum]) => sum > limits.inline[key.split(' ')[0] as Kind]);
  const tooMany = [...managed].filter(([, sum]) => sum > limits.managedPolicies);
  return [
    ...tooLarge.map(([key, sum]) => `${key}: inline policies of ${sum} characters`),
    ...tooMany.map(([key, sum]) => `${key}: ${sum} managed policies`),
  ];
}

function sizeOf(value: unknown): number {
  return JSON.stringify(value).length;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [value];
}

function isEmpty(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}
