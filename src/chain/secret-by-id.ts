import { Directory } from '../directory/directory';
import { type PlaceReader } from './place-reader';
import { type ProviderChain } from './provider-chain';
import { type LookupTrace, placesOf, walk, type WalkResult } from './walk';

/** Whose secrets have ids: Secrets Manager's. */
const providerName = 'secrets';
/** Stands for the directory of a secret that is in none. */
const noDirectory = Directory.literal('/_id');

/**
 * Finds a secret by its id: the providers in front are asked for the name, then Secrets Manager for the id.
 *
 * No directory is listed and nothing cached but in the memory of this process.
 *
 * @param exact - Name of the setting, as asked.
 * @param secretId - Full name or ARN of the secret.
 * @throws ProviderError when the walk gets to a source that failed.
 */
export async function findSecretById(
  { providers, reader }: { readonly providers: ProviderChain; readonly reader: PlaceReader },
  { exact, secretId }: { readonly exact: string; readonly secretId: string },
  trace: LookupTrace,
): Promise<WalkResult> {
  const name = exact.toLowerCase();
  const provider = providers.walked.find((each) => each.name === providerName);
  const secret = {
    kind: 'unread' as const,
    name,
    exactName: secretId,
    directory: noDirectory,
    nextRotationMs: undefined,
  };
  const behind = provider === undefined ? [] : [provider];
  return walk(
    placesOf([noDirectory], [...providers.leading, ...behind]),
    (place) => (place.provider === provider ? reader.readSecret(provider, secret) : reader.read(place, name)),
    trace,
  );
}
