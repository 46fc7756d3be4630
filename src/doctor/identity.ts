import { type AwsClientLike } from '../aws/aws-clients';
import { remedyOf } from '../aws/aws-errors';
import { callerIdentity, type CallerIdentity, stsEndpoint } from '../aws/caller-identity';
import { describeError } from '../base/describe-error';
import { durationText } from '../base/time';
import { type Check, type CheckSession, inTime } from './diagnosis';

/** Credentials that end so soon are worth a note, **milliseconds**. */
const soonMs = 15 * 60_000;

/** What calls are signed with, without what must not be shown. */
export interface FoundCredentials {
  /** When they end, **milliseconds** since the Unix epoch; `undefined`: never. */
  readonly expiresAtMs: number | undefined;
}

/** Where calls go, and with what they are signed; `undefined` for what there is none of. */
export interface Footing {
  readonly checks: readonly Check[];
  readonly region: string | undefined;
  readonly credentials: FoundCredentials | undefined;
}

/** Checks that there are a region and credentials, without which nothing can be asked. */
export async function footingOf(client: AwsClientLike, { limitMs, nowMs }: CheckSession): Promise<Footing> {
  const region = await inTime(limitMs, async () => client.config.region()).catch((error: unknown) => ({ error }));
  const credentials = await inTime(limitMs, async () => client.config.credentials()).catch((error: unknown) => ({
    error,
  }));
  const checks = [
    typeof region === 'string'
      ? check('region', 'ok', region, { region })
      : problem('region', describeError(region.error), remedyOf(region.error, 'set AWS_REGION')),
  ];
  const isFound = 'accessKeyId' in credentials;
  const expiresAtMs = isFound ? credentials.expiration?.getTime() : undefined;
  if (isFound) checks.push(expiryCheck(expiresAtMs, nowMs()));
  else {
    const remedy = 'give the process credentials: a role, AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY';
    checks.push(problem('credentials', describeError(credentials.error), remedyOf(credentials.error, remedy)));
  }
  return {
    checks,
    region: typeof region === 'string' ? region : undefined,
    credentials: isFound ? { expiresAtMs } : undefined,
  };
}

/** Checks who the credentials belong to, by asking STS. @param ssm - Address of Parameter Store, from which that of STS follows. */
export async function callerCheck(
  client: AwsClientLike,
  { region, ssm }: { readonly region: string; readonly ssm: string | undefined },
  { limitMs, nowMs }: CheckSession,
): Promise<{ readonly check: Check; readonly caller: CallerIdentity | undefined }> {
  const endpoint = stsEndpoint(ssm ?? `https://ssm.${region}.amazonaws.com`, region);
  try {
    const caller = await inTime(limitMs, (signal) => callerIdentity(client, { endpoint, nowMs: nowMs(), signal }));
    return { caller, check: check('caller', 'ok', caller.arn, { account: caller.account, arn: caller.arn }) };
  } catch (error) {
    const remedy = remedyOf(error, `make ${endpoint} reachable; it needs no permission`);
    return { caller: undefined, check: problem('caller', describeError(error), remedy) };
  }
}

function expiryCheck(expiresAtMs: number | undefined, nowMs: number): Check {
  if (expiresAtMs === undefined) return check('credentials', 'ok', 'found, without an end');
  const facts = { expiresAt: new Date(expiresAtMs).toISOString() };
  const leftMs = expiresAtMs - nowMs;
  if (leftMs <= 0) {
    return { ...problem('credentials', `ended at ${facts.expiresAt}`, 'renew the credentials of the process'), facts };
  }
  const result = `end in ${durationText(leftMs)}, at ${facts.expiresAt}`;
  return check('credentials', leftMs < soonMs ? 'note' : 'ok', result, facts);
}

function check(subject: string, state: Check['state'], result: string, facts?: Check['facts']): Check {
  return { area: 'identity', subject, state, result, ...(facts !== undefined && { facts }) };
}

function problem(subject: string, result: string, remedy: string): Check {
  return { ...check(subject, 'problem', result), remedy };
}
