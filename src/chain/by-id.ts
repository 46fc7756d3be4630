import { Directory } from '../directory/directory';
import { unreadSecret, type UnreadSecret } from '../item/directory-listing';
import { type IdOption } from '../providers/access';
import { type Provider } from '../providers/provider';
import { type PlaceReader } from './place-reader';
import { type ProviderChain } from './provider-chain';
import { type LookupTrace, placesOf, walk, type WalkResult } from './walk';

/** A setting that is read by its full name instead of being looked up in directories. */
export interface SettingId {
  /** Option of the lookup that gave the full name; the provider with this `idOption` reads it. */
  readonly option: IdOption;
  /** Full name of the secret or parameter, or ARN of the secret. */
  readonly id: string;
}

/** Marks secrets that are in no directory. */
const noDirectory = Directory.literal('/_id');

/**
 * Finds a setting by its full name: at the leading providers by its name, then at the provider of the id.
 *
 * No directory is listed, and only the memory of this process caches the answer.
 *
 * @param exact - Name of the setting in the caller's case.
 * @throws ProviderError when the walk reaches a source that failed.
 */
export async function findById(
  { providers, reader }: { readonly providers: ProviderChain; readonly reader: PlaceReader },
  exact: string,
  id: SettingId,
  trace: LookupTrace,
): Promise<WalkResult> {
  const name = exact.toLowerCase();
  const { provider, setting } = settingById(providers, name, id);
  const behind = provider === undefined ? [] : [provider];
  return walk(
    placesOf([setting.directory], [...providers.leading, ...behind]),
    (place) => (place.provider === provider ? reader.readSecret(provider, setting) : reader.read(place, name)),
    trace,
  );
}

/**
 * Gives the provider that reads a setting with an id, and the entry to read.
 *
 * @param name - Lower-cased.
 */
export function settingById(
  providers: ProviderChain,
  name: string,
  { option, id }: SettingId,
): { readonly provider: Provider | undefined; readonly setting: UnreadSecret } {
  const provider = providers.walked.find(({ idOption }) => idOption === option);
  const directory = option === 'parameterId' ? directoryOf(id) : noDirectory;
  return { provider, setting: unreadSecret(directory, id, name) };
}

/** The directory that a parameter is in. @param id - Full name: `/shared/x`. */
function directoryOf(id: string): Directory {
  return Directory.literal(id.slice(0, id.lastIndexOf('/')));
}
