/** Requests a second, by IAM action; `*` for all others. */
export type CallRates = Readonly<Record<string, number>>;

/** The setting that says how fast Parameter Store may be written. */
export interface WriteRateSetting {
  /** Calls a second that change Parameter Store. */
  readonly ssmWritesPerSecond: number;
}

/** Actions that change Parameter Store. */
export const parameterWrites = ['ssm:PutParameter', 'ssm:DeleteParameter', 'ssm:AddTagsToResource'] as const;

/**
 * What services take of an account. Parameter Store does not say how often its parameters may be described.
 *
 * Sources: https://docs.aws.amazon.com/general/latest/gr/ssm.html#limits_ssm (throughput),
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html,
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html#on-demand-capacity-mode-initial
 */
const usual: CallRates = {
  'ssm:DescribeParameters': 5,
  'ssm:GetParameters': 30,
  'dynamodb:BatchGetItem': 100,
  'dynamodb:DeleteItem': 1000,
  'dynamodb:PutItem': 1000,
  'dynamodb:Query': 100,
  'dynamodb:UpdateItem': 1000,
};
/** Of an action that has no rate of its own: what Parameter Store takes of its reads together, and Secrets Manager of each write. */
const otherRate = 40;

/**
 * Gives how many calls of an action are made a second.
 *
 * @param given - What was asked for; it counts before what is usual.
 */
export function rateOf(action: string, { ssmWritesPerSecond }: WriteRateSetting, given: CallRates = {}): number {
  const writes: readonly string[] = parameterWrites;
  const known = writes.includes(action) ? ssmWritesPerSecond : usual[action];
  return given[action] ?? given['*'] ?? known ?? otherRate;
}
