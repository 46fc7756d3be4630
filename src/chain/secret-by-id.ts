import { Directory } from '../directory/directory';
import { type UnreadSecret } from '../item/directory-listing';
import { type Provider } from '../providers/provider';
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
  const { provider, secret } = secretById(providers, name, secretId);
  const behind = provider === undefined ? [] : [provider];
  return walk(
    placesOf([noDirectory], [...providers.leading, ...behind]),
    (place) => (place.provider === provider ? reader.readSecret(provider, secret) : reader.read(place, name)),
    trace,
  );
}

/**
 * Gives what a secret is to be read from, and by what.
 *
 * @param name - Lower-cased.
 */
export function secretById(
  providers: ProviderChain,
  name: string,
  secretId: string,
): { readonly provider: Provider | undefined; readonly secret: UnreadSecret } {
  const provider = providers.walked.find((each) => each.name === providerName);
  const directory = noDirectory;
  return { provider, secret: { kind: 'unread', name, exactName: secretId, directory, nextRotationMs: undefined } };
}
