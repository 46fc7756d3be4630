import type * as AppConfigData from '@aws-sdk/client-appconfigdata';
import type * as Kms from '@aws-sdk/client-kms';
import type * as CredentialProviders from '@aws-sdk/credential-providers';
import { state } from '../di/state';
import { InvalidSettingsError } from '../errors';

/** The used part of the package `@aws-sdk/client-kms`, whose types may be missing: the package is optional. */
export type KmsModule = Readonly<Record<'KMSClient' | 'DecryptCommand' | 'GenerateDataKeyCommand', unknown>>;

/** The used part of the package `@aws-sdk/client-appconfigdata`, whose types may be missing: the package is optional. */
export type AppConfigModule = Readonly<
  Record<'AppConfigDataClient' | 'StartConfigurationSessionCommand' | 'GetLatestConfigurationCommand', unknown>
>;

/**
 * Provides the module of the KMS client, for `cacheKmsKeyId` in a bundle: bundlers do not see that the library imports it.
 *
 * Not needed outside of bundles, where the package is imported on first use.
 *
 * @param module - `import * as kms from '@aws-sdk/client-kms'`.
 * @throws InvalidSettingsError for another module.
 */
export function provideKms(module: KmsModule): void {
  const { DecryptCommand, GenerateDataKeyCommand, KMSClient } = module;
  check('provideKms()', 'client-kms', [DecryptCommand, GenerateDataKeyCommand, KMSClient]);
  state.kms = module;
}

/**
 * Provides the module of the AppConfig client, for `AppConfigProvider` in a bundle: bundlers do not see that the library imports it.
 *
 * Not needed outside of bundles, where the package is imported on first use.
 *
 * @param module - `import * as appConfig from '@aws-sdk/client-appconfigdata'`.
 * @throws InvalidSettingsError for another module.
 */
export function provideAppConfig(module: AppConfigModule): void {
  const { AppConfigDataClient, GetLatestConfigurationCommand, StartConfigurationSessionCommand } = module;
  const used = [AppConfigDataClient, GetLatestConfigurationCommand, StartConfigurationSessionCommand];
  check('provideAppConfig()', 'client-appconfigdata', used);
  state.appConfig = module;
}

/**
 * Loads the KMS client, an optional package.
 *
 * @throws InvalidSettingsError when it is not installed.
 * @internal Not in the declarations, which must compile where the package is not installed.
 */
export function importKms(): Promise<typeof Kms> {
  return load('cacheKmsKeyId', 'client-kms', { provided: state.kms, remedy: 'call provideKms()' });
}

/**
 * Loads the client of AppConfigData, an optional package.
 *
 * @throws InvalidSettingsError when it is not installed.
 * @internal Not in the declarations, which must compile where the package is not installed.
 */
export function importAppConfig(): Promise<typeof AppConfigData> {
  const instead = { provided: state.appConfig, remedy: 'call provideAppConfig()' };
  return load('AppConfigProvider', 'client-appconfigdata', instead);
}

/**
 * Loads the credential providers, an optional package.
 *
 * @throws InvalidSettingsError when it is not installed.
 * @internal Not in the declarations, which must compile where the package is not installed.
 */
export function importCredentialProviders(): Promise<typeof CredentialProviders> {
  const instead = { provided: undefined, remedy: 'give the provider clients whose credentials assume the role' };
  return load('roleArn', 'credential-providers', instead);
}

function check(where: string, name: string, used: readonly unknown[]): void {
  if (used.every((each) => typeof each === 'function')) return;
  throw new InvalidSettingsError(where, `expected the module @aws-sdk/${name}.`);
}

/**
 * @param user - What needs the package, for the error.
 * @param instead - The module that was provided, and how to do without the import in a bundle.
 */
async function load<T extends object>(
  user: string,
  name: string,
  { provided, remedy }: { readonly provided: object | undefined; readonly remedy: string },
): Promise<T> {
  if (provided !== undefined) return provided as T;
  // Not a literal of the import: bundlers would warn wherever the optional package is not installed.
  const packageName = ['@aws-sdk', name].join('/');
  try {
    return (await import(/* webpackIgnore: true */ /* @vite-ignore */ packageName)) as T;
  } catch (error) {
    const problem = `needs the package ${packageName}: npm install ${packageName}, and in a bundle ${remedy}`;
    throw new InvalidSettingsError(user, problem, { cause: error });
  }
}
