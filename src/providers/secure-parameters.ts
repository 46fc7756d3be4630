import type { Parameter, SSMClient } from '@aws-sdk/client-ssm';
import { classifyAwsError, remedyOf } from '../aws/aws-errors';
import { describeError } from '../base/describe-error';
import { batchesOf, promisesOf } from '../aws/batches';
import { listOf } from '../aws/pages';
import { type DirectoryItem } from '../item/directory-item';
import { Unavailable, type UnreadSecret } from '../item/directory-listing';
import { type SecretOutcome } from './provider';

/** Most names that `GetParameters` takes. */
const maxNames = 10;
/** Names that a parameter can have. */
export const parameterName = /^[/A-Za-z0-9_.-]+$/;

/** How secure strings are read. */
export interface ParameterReading {
  /** The client to read with. */
  readonly connecting: Promise<SSMClient>;
  readonly signal: AbortSignal;
  /** Makes the item of a parameter; `undefined` when it is not what was asked for. */
  readonly pick: (secret: UnreadSecret, parameter: Parameter) => DirectoryItem | undefined;
}

/**
 * Reads parameters by name, ten a call, in one round; one by one where a call is refused because of one key.
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

/** Parts names into calls: ten at most, of one directory each, so that one refused directory refuses no other. */
function callsOf(secrets: readonly UnreadSecret[]): readonly (readonly UnreadSecret[])[] {
  const byDirectory = new Map<string, UnreadSecret[]>();
  for (const each of secrets) {
    // One name that cannot be fails the whole call, and no parameter has it.
    if (!parameterName.test(each.exactName)) continue;
    byDirectory.set(each.directory.path, [...(byDirectory.get(each.directory.path) ?? []), each]);
  }
  return [...byDirectory.values()].flatMap((all) => batchesOf(all, maxNames));
}

async function readBatch(
  reading: ParameterReading,
  secrets: readonly UnreadSecret[],
): Promise<(secret: UnreadSecret) => SecretOutcome | Promise<SecretOutcome>> {
  const { connecting, pick, signal } = reading;
  const client = await connecting;
  const { GetParametersCommand } = await import('@aws-sdk/client-ssm');
  const input = { Names: secrets.map(({ exactName }) => exactName), WithDecryption: true };
  try {
    await client.config.region();
    const { Parameters: parameters } = await client.send(new GetParametersCommand(input), { abortSignal: signal });
    const byName = new Map(listOf(parameters).map((each) => [each.Name, each]));
    return (secret) => {
      const parameter = byName.get(secret.exactName);
      return parameter && pick(secret, parameter);
    };
  } catch (error) {
    if (classifyAwsError(error) !== 'not-permitted') throw error;
    const reason = describeError(error);
    const remedy = `allow ssm:GetParameters on arn:aws:ssm:*:*:parameter${secrets[0]?.exactName ?? ''}, and kms:Decrypt on its key`;
    if (secrets.length === 1) return () => new Unavailable(reason, remedyOf(error, remedy));
    return async (secret) => (await readBatch(reading, [secret]))(secret);
  }
}
