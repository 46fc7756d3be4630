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
 * Events that tell of a change at a source, by the name of their rule.
 *
 * A name that does not begin with a slash is in no directory.
 * Sources: https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-cwe.html,
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/monitoring-eventbridge.html,
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/event-detail-secret-label-updated-secretsmanager.html
 */
export const changePatterns: Readonly<Record<string, EventPattern>> = {
  ParameterChanges: {
    source: ['aws.ssm'],
    detailType: ['Parameter Store Change'],
    detail: { name: [{ prefix: '/' }, { prefix: 'arn:' }] },
  },
  SecretCalls: {
    source: ['aws.secretsmanager'],
    detailType: ['AWS API Call via CloudTrail', 'AWS Service Event via CloudTrail'],
    detail: { eventSource: ['secretsmanager.amazonaws.com'], eventName: secretCalls },
  },
  SecretLabels: {
    source: ['aws.secretsmanager'],
    detailType: ['Secret Label Updated'],
    detail: { name: [{ prefix: '/' }], labelUpdated: ['AWSCURRENT'] },
  },
};

/** Makes the rules that send changes to a target. */
export function changeRules(scope: Construct, target: IRuleTarget): readonly Rule[] {
  return Object.entries(changePatterns).map(
    ([id, eventPattern]) => new Rule(scope, id, { eventPattern, targets: [target] }),
  );
}
