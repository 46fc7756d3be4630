import { Annotations } from 'aws-cdk-lib';
import { type EventPattern, type IRuleTarget, Rule } from 'aws-cdk-lib/aws-events';
import { type Construct } from 'constructs';

/** Calls and service events of Secrets Manager after which a secret may have another value, or be there or not. */
const secretCalls = [
  'CreateSecret',
  'UpdateSecret',
  'PutSecretValue',
  'UpdateSecretVersionStage',
  'DeleteSecret',
  'RestoreSecret',
  'RotateSecret',
  'RotationSucceeded',
];

/**
 * Longest pattern of a rule, **characters** of JSON.
 *
 * Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
 */
export const longestPattern = 2048;

/**
 * Gives the patterns of events about changes at sources, by the name of their rule.
 *
 * A name that does not begin with a slash is in no directory. A parameter or secret that an event names by its ARN alone is
 * sent whatever its path is: only a pattern with several wildcards could decide, and the handler filters as well.
 * Sources: https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-cwe.html,
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/monitoring-eventbridge.html,
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/event-detail-secret-label-updated-secretsmanager.html,
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 *
 * @param pathPrefixes - Paths at and below which the directories of services are; `/global` is always among them. Absent: any.
 */
export function changePatterns(pathPrefixes?: readonly string[]): Readonly<Record<string, EventPattern>> {
  const paths = pathPrefixes === undefined ? [] : [...new Set(['/global', ...pathPrefixes])];
  const ours = pathPrefixes === undefined ? [{ prefix: '/' }] : paths.map((path) => ({ prefix: `${path}/` }));
  const oursOrArn = [...ours, { prefix: 'arn:' }];
  const absent = { exists: false };
  return {
    ParameterChanges: {
      source: ['aws.ssm'],
      detailType: ['Parameter Store Change'],
      detail: { name: oursOrArn },
    },
    ParameterExpirations: {
      source: ['aws.ssm'],
      detailType: ['Parameter Store Policy Action'],
      detail: { 'parameter-name': oursOrArn, 'policy-type': ['Expiration'] },
    },
    SecretCalls: {
      source: ['aws.secretsmanager'],
      detailType: ['AWS API Call via CloudTrail', 'AWS Service Event via CloudTrail'],
      detail: {
        eventSource: ['secretsmanager.amazonaws.com'],
        eventName: secretCalls,
        ...(pathPrefixes !== undefined && {
          requestParameters: { name: [...ours, absent], secretId: [...oursOrArn, absent] },
        }),
      },
    },
    SecretLabels: {
      source: ['aws.secretsmanager'],
      detailType: ['Secret Label Updated'],
      detail: { name: ours, labelUpdated: ['AWSCURRENT'] },
    },
  };
}

/**
 * Makes the rules that send changes to a target.
 *
 * A rule with so many prefixes that EventBridge would refuse its pattern is made without them, with a warning: then the
 * handler alone leaves what is elsewhere.
 */
export function changeRules(scope: Construct, target: IRuleTarget, pathPrefixes?: readonly string[]): readonly Rule[] {
  const everywhere = changePatterns();
  return Object.entries(changePatterns(pathPrefixes)).map(([id, pattern]) => {
    const { length } = JSON.stringify(pattern);
    if (length <= longestPattern) return new Rule(scope, id, { eventPattern: pattern, targets: [target] });
    Annotations.of(scope).addWarningV2(
      `xcon:${id}`,
      `The rule ${id} does not filter by path: with all pathPrefixes its pattern has ${length} characters, and EventBridge ` +
        `takes ${longestPattern}. The handler filters. Give fewer or shorter prefixes to spare its calls.`,
    );
    return new Rule(scope, id, { eventPattern: everywhere[id] ?? pattern, targets: [target] });
  });
}
