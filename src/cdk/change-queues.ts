import { Duration } from 'aws-cdk-lib';
import { type IRuleTarget, type Rule } from 'aws-cdk-lib/aws-events';
import { Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

/** How long the handler may take for a batch, **seconds**. */
export const handlerTimeoutSeconds = 30;

/** How often a change is received before it is moved to the failures queue. */
const mostReceives = 5;

/**
 * How long EventBridge tries to deliver: by default a day, without an alarm.
 *
 * Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html
 */
const retryPolicy = { maximumEventAgeInSeconds: 3600, maximumRetryAttempts: 185 };

/**
 * The queue of changes, so that a burst of them is followed together, and the queue for changes that could not be followed.
 */
export class ChangeQueues extends Construct {
  /** Changes to follow. */
  readonly changes: Queue;
  /** Changes that could not be followed, kept for 14 days. */
  readonly failures: Queue;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.failures = new Queue(this, 'Failures', {
      encryption: QueueEncryption.SQS_MANAGED,
      retentionPeriod: Duration.days(14),
    });
    this.changes = new Queue(this, 'Changes', {
      encryption: QueueEncryption.SQS_MANAGED,
      // Lambda recommends six times the timeout of the function.
      visibilityTimeout: Duration.seconds(handlerTimeoutSeconds * 6),
      deadLetterQueue: { queue: this.failures, maxReceiveCount: mostReceives },
    });
  }

  /** Where rules send events. What cannot be delivered within an hour goes to the failures queue. */
  get target(): IRuleTarget {
    const { changes, failures } = this;
    const deadLetterConfig = { arn: failures.queueArn };
    return { bind: () => ({ arn: changes.queueArn, retryPolicy, deadLetterConfig }) };
  }

  /** Allows rules, and no other sender, to send to the queues. */
  admit(rules: readonly Rule[]): void {
    for (const queue of [this.changes, this.failures]) {
      queue.addToResourcePolicy(
        new PolicyStatement({
          sid: 'SendChanges',
          effect: Effect.ALLOW,
          principals: [new ServicePrincipal('events.amazonaws.com')],
          actions: ['sqs:SendMessage'],
          resources: [queue.queueArn],
          conditions: { ArnEquals: { 'aws:SourceArn': rules.map(({ ruleArn }) => ruleArn) } },
        }),
      );
    }
  }
}
