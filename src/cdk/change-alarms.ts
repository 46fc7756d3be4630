import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  type IAlarmAction,
  type IMetric,
  Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { type Rule } from 'aws-cdk-lib/aws-events';
import { type Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { type ChangeQueues } from './change-queues';

const period = Duration.minutes(5);

/** How late a change may be followed before an alarm, **seconds**. */
const latestSeconds = 300;

/** What is watched. */
export interface ChangeAlarmsProps {
  readonly queues: ChangeQueues;
  readonly rules: readonly Rule[];
  readonly handler: LambdaFunction;
  /** Whether the handler reads a stream. */
  readonly isStreaming: boolean;
  /** Action of the alarms; absent: none. */
  readonly action?: IAlarmAction;
}

/** Alarms for changes that are not followed: in the failures queue, lost, failing, or late. */
export class ChangeAlarms extends Construct {
  constructor(scope: Construct, id: string, { queues, rules, handler, isStreaming, action }: ChangeAlarmsProps) {
    super(scope, id);
    const { changes, failures } = queues;
    const maximum = { period, statistic: 'Maximum' };
    const kept = failures.metricApproximateNumberOfMessagesVisible(maximum);
    const late = changes.metricApproximateAgeOfOldestMessage(maximum);
    const streamLate = handler.metric('IteratorAge', maximum);
    const alarms = [
      this.above(0, kept, 'FailuresKept', 'Changes could not be followed and are kept aside'),
      this.above(
        0,
        handler.metricErrors({ period, statistic: 'Sum' }),
        'HandlerErrors',
        'The handler of changes fails',
      ),
      this.above(latestSeconds, late, 'ChangesLate', 'Changes wait for longer than five minutes'),
    ];
    const lostText = 'EventBridge can deliver changes to neither queue';
    alarms.push(...rules.map((rule) => this.above(0, lostMetric(rule), `${rule.node.id}Lost`, lostText)));
    const streamText = 'Changes of the configuration table wait for longer than five minutes';
    if (isStreaming) alarms.push(this.above(latestSeconds * 1000, streamLate, 'StreamLate', streamText));
    if (action !== undefined) for (const each of alarms) each.addAlarmAction(action);
  }

  private above(threshold: number, metric: IMetric, id: string, alarmDescription: string): Alarm {
    return new Alarm(this, id, {
      alarmDescription,
      metric,
      threshold,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }
}

/** Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html */
function lostMetric({ ruleName }: Rule): Metric {
  return new Metric({
    namespace: 'AWS/Events',
    metricName: 'InvocationsFailedToBeSentToDlq',
    dimensionsMap: { RuleName: ruleName },
    statistic: 'Sum',
    period,
  });
}
