import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SSMClient } from '@aws-sdk/client-ssm';
import { type AwsClientLike } from '../aws/aws-clients';
import { openConnection, type PingAnswer } from '../aws/open-connection';
import { describeError } from '../base/describe-error';
import { type Check, type CheckSession, inTime } from './diagnosis';

/** The clients whose endpoints are looked at; those of services that are not asked are left out. */
export interface PingedClients {
  readonly ssm?: SSMClient | undefined;
  readonly secretsManager?: SecretsManagerClient | undefined;
  readonly dynamo?: DynamoDBClient | undefined;
}

/** What an endpoint answered, and by which clock. */
export interface EndpointAnswer {
  readonly subject: string;
  readonly check: Check;
  /** Its address; `undefined` when it did not answer. */
  readonly endpoint: string | undefined;
  /** How far the clock of this machine is ahead of its clock, **milliseconds**; `undefined` when its answer has no time. */
  readonly aheadMs: number | undefined;
}

/** Difference of clocks that is measured at all, **milliseconds**: the time of an answer has whole seconds. */
const measurableMs = 2000;
/**
 * Greatest difference of clocks with which a signature is accepted, **milliseconds**.
 *
 * Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html
 */
const acceptedMs = 5 * 60_000;

/** Checks that the endpoints of the services answer, and how fast: two pings each, the second on an open connection. */
export async function endpointChecks(
  clients: PingedClients,
  session: CheckSession,
): Promise<readonly EndpointAnswer[]> {
  const { ssm, secretsManager, dynamo } = clients;
  const answers = [
    ssm &&
      ping('ssm', ssm, session, async () => {
        const { GetParametersByPathCommand } = await import('@aws-sdk/client-ssm');
        return new GetParametersByPathCommand({ Path: '/' });
      }),
    secretsManager &&
      ping('secrets', secretsManager, session, async () => {
        const { ListSecretsCommand } = await import('@aws-sdk/client-secrets-manager');
        return new ListSecretsCommand({});
      }),
    dynamo &&
      ping('dynamo', dynamo, session, async () => {
        const { ListTablesCommand } = await import('@aws-sdk/client-dynamodb');
        return new ListTablesCommand({});
      }),
  ];
  return Promise.all(answers.filter((each) => each !== undefined));
}

/** Checks the clock of this machine by those of the services. @param answers - Those that came. */
export function clockCheck(answers: readonly EndpointAnswer[]): Check {
  const check = { area: 'identity', subject: 'clock' } as const;
  const measured = answers.map(({ aheadMs }) => aheadMs).filter((each) => each !== undefined);
  const [first] = measured.toSorted((one, other) => Math.abs(one) - Math.abs(other));
  if (first === undefined) return { ...check, state: 'skipped', result: 'no endpoint gave the time' };
  const facts = { aheadMs: Math.round(first) };
  if (Math.abs(first) <= measurableMs) {
    return { ...check, facts, state: 'ok', result: `within ${measurableMs / 1000} s of the services` };
  }
  const result = `${Math.round(Math.abs(first) / 1000)} s ${first > 0 ? 'ahead of' : 'behind'} the services`;
  const remedy = 'synchronize the clock of the machine (NTP)';
  return { ...check, facts, result, remedy, state: Math.abs(first) > acceptedMs ? 'problem' : 'note' };
}

async function ping(
  subject: string,
  client: AwsClientLike,
  { limitMs, nowMs }: CheckSession,
  command: () => Promise<Parameters<typeof openConnection>[1]>,
): Promise<EndpointAnswer> {
  try {
    const { first, second, startedMs } = await inTime(limitMs, async (signal) => {
      const opened = await openConnection(client, await command(), signal);
      const start = nowMs();
      return { first: opened, startedMs: start, second: await openConnection(client, await command(), signal) };
    });
    if (first === undefined || second === undefined) throw new Error('the client sends nothing');
    const facts = {
      endpoint: second.endpoint,
      connectMs: Math.round(first.elapsedMs),
      latencyMs: Math.round(second.elapsedMs),
    };
    const result = `${facts.endpoint}  ${facts.latencyMs} ms`;
    const check: Check = { area: 'endpoint', subject, state: 'ok', result, facts };
    return { subject, check, endpoint: second.endpoint, aheadMs: aheadOf(second, startedMs) };
  } catch (error) {
    const remedy = 'check the network, AWS_ENDPOINT_URL, and the proxy or VPC endpoint of the process';
    const check: Check = { area: 'endpoint', subject, state: 'problem', result: describeError(error), remedy };
    return { subject, check, endpoint: undefined, aheadMs: undefined };
  }
}

/** The time of an answer is cut to whole seconds: on average, it is half a second later than it says. */
function aheadOf({ date, elapsedMs }: PingAnswer, startedMs: number): number | undefined {
  const theirsMs = Date.parse(date ?? '') + 500;
  return Number.isNaN(theirsMs) ? undefined : startedMs + elapsedMs / 2 - theirsMs;
}
