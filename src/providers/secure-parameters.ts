import type { Parameter, SSMClient } from '@aws-sdk/client-ssm';
import { classifyAwsError, describeAwsError } from '../aws/aws-errors';
import { type DirectoryItem } from '../item/directory-item';
import { Unavailable, type UnreadSecret } from '../item/directory-listing';
import { type SecretOutcome } from './provider';

/** Most names that `GetParameters` takes. */
const maxNames = 10;

/** Makes the item of a parameter; `undefined` when it is not what was asked for. */
type Pick = (secret: UnreadSecret, parameter: Parameter) => DirectoryItem | undefined;

/**
 * Reads secure strings by name, ten a call, in one round; one by one where a call is refused because of one key.
 *
 * @param connecting - The client to read with.
 * @returns A promise per exact name.
 * Source: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameters.html
 */
export function readParameters(
  connecting: Promise<SSMClient>,
  secrets: readonly UnreadSecret[],
  pick: Pick,
): ReadonlyMap<string, Promise<SecretOutcome>> {
  const started = new Map<string, Promise<SecretOutcome>>();
  for (let start = 0; start < secrets.length; start += maxNames) {
    const batch = secrets.slice(start, start + maxNames);
    const read = readBatch(connecting, batch, pick);
    for (const each of batch)
      started.set(
        each.exactName,
        read.then((outcomeOf) => outcomeOf(each)),
      );
  }
  return started;
}

async function readBatch(
  connecting: Promise<SSMClient>,
  secrets: readonly UnreadSecret[],
  pick: Pick,
): Promise<(secret: UnreadSecret) => SecretOutcome | Promise<SecretOutcome>> {
  const client = await connecting;
  const { GetParametersCommand } = await import('@aws-sdk/client-ssm');
  const input = { Names: secrets.map(({ exactName }) => exactName), WithDecryption: true };
  try {
    await client.config.region();
    const { Parameters: parameters = [] } = await client.send(new GetParametersCommand(input));
    const byName = new Map(parameters.map((each) => [each.Name, each]));
    return (secret) => {
      const parameter = byName.get(secret.exactName);
      return parameter && pick(secret, parameter);
    };
  } catch (error) {
    if (classifyAwsError(error) !== 'not-permitted') throw error;
    const reason = describeAwsError(error);
    const remedy = `allow ssm:GetParameters on arn:aws:ssm:*:*:parameter${secrets[0]?.exactName ?? ''}, and kms:Decrypt on its key`;
    if (secrets.length === 1) return () => new Unavailable(reason, remedy);
    return async (secret) => (await readBatch(connecting, [secret], pick))(secret);
  }
}
