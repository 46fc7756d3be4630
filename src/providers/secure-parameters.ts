import { getOrMake } from '../base/get-or-make';
import type { Parameter, SSMClient } from '@aws-sdk/client-ssm';
import { classifyAwsError, refusalOf } from '../aws/aws-errors';
import { batchesOf, promisesOf } from '../aws/batches';
import { callAws } from '../aws/call-aws';
import { listOf, wholeAnswer } from '../aws/pages';
import { type DirectoryItem } from '../item/directory-item';
import { type UnreadSecret } from '../item/directory-listing';
import { type SecretOutcome } from './provider';

/** Most names that `GetParameters` takes. */
const maxNames = 10;
/** Valid names of parameters. */
export const parameterName = /^[/A-Za-z0-9_.-]+$/;
/**
 * Longest name of a parameter. The service adds the ARN of the account to it, and takes 2,048 characters of both.
 * Source: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html
 */
const longestName = 1011;

/** Whether a parameter can have a full name. */
export function isParameterName(name: string): boolean {
  return parameterName.test(name) && name.length <= longestName;
}

/** How secure strings are read. */
export interface ParameterReading {
  /** The client to read with. */
  readonly connecting: Promise<SSMClient>;
  readonly signal: AbortSignal;
  /** Label of the versions to read; absent: the latest. */
  readonly label?: string | undefined;
  /** Makes the item of a parameter. @throws Error when its value is missing. */
  readonly itemOf: (secret: UnreadSecret, parameter: Parameter) => DirectoryItem;
}

/**
 * Reads parameters by name, ten a call, in one round; one by one where a call is refused, which may be because of one key or
 * one name.
 *
 * @returns A promise per exact name.
 * Source: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameters.html
 */
export function readParameters(
  reading: ParameterReading,
  secrets: readonly UnreadSecret[],
): ReadonlyMap<string, Promise<SecretOutcome>> {
  const started = new Map<string, Promise<SecretOutcome>>();
  const exactNameOf = ({ exactName }: UnreadSecret): string => exactName;
  for (const batch of callsOf(secrets)) {
    for (const [name, outcome] of promisesOf(batch, exactNameOf, readBatch(reading, batch))) started.set(name, outcome);
  }
  for (const { exactName } of secrets) if (!started.has(exactName)) started.set(exactName, Promise.resolve(undefined));
  return started;
}

/** Groups names into calls: ten at most, of one directory each, so that a refused directory does not affect others. */
function callsOf(secrets: readonly UnreadSecret[]): readonly (readonly UnreadSecret[])[] {
  const byDirectory = new Map<string, UnreadSecret[]>();
  for (const each of secrets) {
    // An invalid name would fail the whole call.
    if (!isParameterName(each.exactName)) continue;
    getOrMake(byDirectory, each.directory.path, () => []).push(each);
  }
  return [...byDirectory.values()].flatMap((all) => batchesOf(all, maxNames));
}

async function readBatch(
  reading: ParameterReading,
  secrets: readonly UnreadSecret[],
): Promise<(secret: UnreadSecret) => SecretOutcome | Promise<SecretOutcome>> {
  const { connecting, itemOf, label, signal } = reading;
  const selector = label === undefined ? '' : `:${label}`;
  const client = await connecting;
  const { GetParametersCommand } = await import('@aws-sdk/client-ssm');
  const command = new GetParametersCommand({
    Names: secrets.map(({ exactName }) => `${exactName}${selector}`),
    WithDecryption: true,
  });
  try {
    const answer = wholeAnswer(await callAws(client, () => client.send(command, { abortSignal: signal })));
    const byName = new Map(listOf(answer.Parameters).map((each) => [each.Name, each]));
    const absent = new Set(answer.InvalidParameters);
    return (secret) => {
      const parameter = byName.get(secret.exactName);
      if (parameter !== undefined) return itemOf(secret, parameter);
      if (absent.has(`${secret.exactName}${selector}`)) return undefined;
      throw new Error(`The answer of the service is not understood: it leaves out ${secret.exactName}.`);
    };
  } catch (error) {
    const [{ exactName } = { exactName: '' }] = secrets;
    const grant = `allow ssm:GetParameters on arn:aws:ssm:*:*:parameter${exactName}, and kms:Decrypt on its key`;
    const refusal = refusalOf(error, grant);
    if (refusal?.isOfClients === true) return () => refusal;
    if (secrets.length > 1 && (refusal !== undefined || classifyAwsError(error) === 'bad-request')) {
      return async (secret) => (await readBatch(reading, [secret]))(secret);
    }
    if (refusal === undefined) throw error;
    return () => refusal;
  }
}
