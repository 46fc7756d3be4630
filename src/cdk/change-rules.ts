import { Annotations } from 'aws-cdk-lib';
import { type EventPattern, type IRuleTarget, Rule } from 'aws-cdk-lib/aws-events';
import { type Construct } from 'constructs';
import {
  currentLabel,
  deletingPolicy,
  labelDetailType,
  parameterDetailType,
  parameterPolicyDetailType,
  secretCalls,
  trailDetailTypes,
} from '../events/source-events';

/**
 * Longest pattern of a rule, **characters** of JSON.
 *
 * Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
 */
export const longestPattern = 2048;

/**
 * Gives the patterns of events about changes at sources, by the name of their rule.
 *
 * A name without a leading slash is in no directory. A parameter or secret that an event names only by its ARN matches whatever its path:
 * only a pattern with several wildcards could decide, and the handler filters as well.
 * Sources: https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-cwe.html,
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/monitoring-eventbridge.html,
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/event-detail-secret-label-updated-secretsmanager.html,
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 *
 * @param pathPrefixes - Paths at and below which the directories of services are; `/global` is always among them. Absent: any.
 */
export function changePatterns(pathPrefixes?: readonly string[]): Readonly<Record<string, EventPattern>> {
  const paths = pathPrefixes === undefined ? [] : [...new Set(['/global', ...pathPrefixes])];
  const included = pathPrefixes === undefined ? [{ prefix: '/' }] : paths.map((path) => ({ prefix: `${path}/` }));
  const includedOrArn = [...included, { prefix: 'arn:' }];
  const absent = { exists: false };
  return {
    ParameterChanges: {
      source: ['aws.ssm'],
      detailType: [parameterDetailType],
      detail: { name: includedOrArn },
    },
    ParameterExpirations: {
      source: ['aws.ssm'],
      detailType: [parameterPolicyDetailType],
      detail: { 'parameter-name': includedOrArn, 'policy-type': [deletingPolicy] },
    },
    SecretCalls: {
      source: ['aws.secretsmanager'],
      detailType: trailDetailTypes,
      detail: {
        eventSource: ['secretsmanager.amazonaws.com'],
        eventName: [...secretCalls],
        ...(pathPrefixes !== undefined && {
          requestParameters: { name: [...included, absent], secretId: [...includedOrArn, absent] },
        }),
      },
    },
    SecretLabels: {
      source: ['aws.secretsmanager'],
      detailType: [labelDetailType],
      detail: { name: included, labelUpdated: [currentLabel] },
    },
  };
}

/**
 * Makes the rules that send changes to a target.
 *
 * A rule with so many prefixes that EventBridge would reject its pattern is made without them, with a warning: then only the handler
 * filters by path.
 */
export function changeRules(scope: Construct, target: IRuleTarget, pathPrefixes?: readonly string[]): readonly Rule[] {
  const everywhere = changePatterns();
  return Object.entries(changePatterns(pathPrefixes)).map(([id, pattern]) => {
    const { length } = JSON.stringify(pattern);
    if (length <= longestPattern) return new Rule(scope, id, { eventPattern: pattern, targets: [target] });
    Annotations.of(scope).addWarningV2(
      `xcon:${id}`,
      `The rule ${id} does not filter by path: with all pathPrefixes its pattern has ${length} characters, and EventBridge ` +
        `takes ${longestPattern}. The handler filters. Give fewer or shorter prefixes to reduce its invocations.`,
    );
    return new Rule(scope, id, { eventPattern: everywhere[id] ?? pattern, targets: [target] });
  });
}
