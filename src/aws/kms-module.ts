import type * as Kms from '@aws-sdk/client-kms';
import { state } from '../di/state';
import { InvalidSettingsError } from '../errors';

/** What of the package `@aws-sdk/client-kms` is used; its types may be missing, because the package is an optional one. */
export type KmsModule = Readonly<Record<'KMSClient' | 'DecryptCommand' | 'GenerateDataKeyCommand', unknown>>;

/** Not a literal of the import below: bundlers would warn wherever the optional package is not installed. */
const packageName = ['@aws-sdk', 'client-kms'].join('/');

/**
 * Names the module of the KMS client, for `cacheKmsKeyId` in a bundle: bundlers do not see that the library imports it.
 *
 * Outside of bundles there is no need: the package is imported when it is needed.
 *
 * @param module - `import * as kms from '@aws-sdk/client-kms'`.
 * @throws InvalidSettingsError for another module.
 */
export function provideKms(module: KmsModule): void {
  const { DecryptCommand, GenerateDataKeyCommand, KMSClient } = module;
  if ([DecryptCommand, GenerateDataKeyCommand, KMSClient].some((each) => typeof each !== 'function')) {
    throw new InvalidSettingsError('provideKms()', 'expected the module @aws-sdk/client-kms.');
  }
  state.kms = module;
}

/**
 * Loads the KMS client, an optional package.
 *
 * @throws InvalidSettingsError when it is not installed.
 * @internal Not in the declarations, which must compile where the package is not installed.
 */
export async function importKms(): Promise<typeof Kms> {
  if (state.kms !== undefined) return state.kms as typeof Kms;
  try {
    return (await import(/* webpackIgnore: true */ /* @vite-ignore */ packageName)) as typeof Kms;
  } catch (error) {
    const problem =
      'needs the package @aws-sdk/client-kms: npm install @aws-sdk/client-kms, and in a bundle call provideKms()';
    throw new InvalidSettingsError('cacheKmsKeyId', problem, { cause: error });
  }
}
