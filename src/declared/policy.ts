import { idOf } from '../config/lookup-options';
import { type LookupScope } from '../config/lookup-scope';
import { InvalidSettingsError } from '../errors';
import { checkOptions } from '../options';
import { arnOf, type PolicyPlace } from '../iam/arn';
import { leastPrivilegePolicy } from '../iam/least-privilege-policy';
import { type PolicyDocument } from '../iam/policy-document';
import { fittingPolicy, managedPolicyCharacters, policyCharacters, splitPolicy } from '../iam/policy-size';
import { type PolicyOptions, type PolicySource } from '../iam/policy-options';
import { isPolicyProvider, type PolicyProvider } from '../iam/policy-providers';
import { type AwsProvider } from '../providers/aws-provider';
import { type Provider } from '../providers/provider';
import { type Declaration } from './declaration';

/** What a policy needs beside declarations: where the service runs, and which keys it uses. */
export interface SettingsPolicyOptions
  extends PolicyPlace, Pick<PolicyOptions, 'kmsKeyArns' | 'cacheKmsKeyArn' | 'tableKmsKeyArns' | 'appConfigArns'> {
  /**
   * Whether each name is allowed on its own. `false`: all names of the directories, in a shorter policy. Absent: each name, as
   * long as the policy fits a managed policy (6,144 characters); else all names of the directories, of parameters if that is
   * enough and they are listed, with a warning in the log.
   */
  readonly exactNames?: boolean;
}

const policyOptionNames: Readonly<Record<keyof SettingsPolicyOptions, true>> = {
  exactNames: true,
  partition: true,
  region: true,
  account: true,
  kmsKeyArns: true,
  cacheKmsKeyArn: true,
  tableKmsKeyArns: true,
  appConfigArns: true,
};

/**
 * Gives the least policy that loads declared settings: their names in the directories, at the providers and in the partition
 * of the cache table that a scope has.
 *
 * @throws InvalidSettingsError for a region, account or partition that is no text, or empty; when the key that seals cached
 * secrets is given by its alias: a policy needs its ARN; when `exactNames` is true and the policy is too long.
 */
export function settingsPolicy(
  declarations: readonly Declaration[],
  scope: LookupScope,
  options: SettingsPolicyOptions,
): PolicyDocument {
  const policyOptions = policyOptionsOf('settings.policy()', declarations, scope, options);
  const { policy, widened } = fittingPolicy(policyOptions);
  if (widened === undefined) return policy;
  const names = policyOptions.names?.length ?? 0;
  const characters = policyCharacters(leastPrivilegePolicy(policyOptions));
  if (options.exactNames === true) {
    throw new InvalidSettingsError(
      'settings.policy() option exactNames',
      `with ${names} names one by one the policy has ${characters} characters, and a managed policy holds ` +
        `${managedPolicyCharacters}. Take policies(), which gives several, or leave exactNames out to allow all names of the ` +
        'directories.',
    );
  }
  scope.logger.warn('settings.policy-widened', { widened, names, characters, most: managedPolicyCharacters });
  return policy;
}

/**
 * Gives the least policies that load declared settings: each fits a managed policy, and together they allow each name on its own.
 *
 * @throws InvalidSettingsError as {@link settingsPolicy} does, but for the length.
 */
export function settingsPolicies(
  declarations: readonly Declaration[],
  scope: LookupScope,
  options: SettingsPolicyOptions,
): readonly PolicyDocument[] {
  return splitPolicy(leastPrivilegePolicy(policyOptionsOf('settings.policies()', declarations, scope, options)));
}

function policyOptionsOf(
  where: string,
  declarations: readonly Declaration[],
  scope: LookupScope,
  given: SettingsPolicyOptions,
): PolicyOptions {
  checkOptions(where, given, policyOptionNames);
  checkPlace(given);
  const { exactNames = true, ...options } = given;
  const { directories, environ, environment, providers, service, settings, strategy } = scope;
  const names = unique(declarations.flatMap((each) => (idOf(each) === undefined ? each.name : [])));
  const isCached = scope.isCached && names.length > 0;
  const policyOptions: PolicyOptions = {
    ...options,
    service,
    environment,
    directories: directories.directories,
    providers: providers.walked.flatMap(sourceOf),
    strategy,
    names: exactNames || names.length === 0 ? names : undefined,
    secretIds: unique(declarations.flatMap(({ secretId }) => secretId ?? [])),
    parameterIds: unique(declarations.flatMap(({ parameterId }) => parameterId ?? [])),
    configTable: settings.configTable,
    cacheTable: isCached ? settings.cacheTable : null,
    cacheSecrets: settings.cacheSecrets,
    environ: scope.isCached ? environ : undefined,
    cacheKmsKeyArn: isCached ? sealingKeyArn(scope, options) : undefined,
  };
  return {
    ...policyOptions,
    otherStatements: providers.providers.flatMap((each) => each.policyStatements(policyOptions)),
  };
}

/** Gives where a provider of the library reads; nothing for others, which give their own statements. */
function sourceOf(provider: Provider): readonly (PolicyProvider | PolicySource)[] {
  if (!isPolicyProvider(provider.name)) return [];
  const { ownPlace } = provider as Partial<Pick<AwsProvider, 'ownPlace'>>;
  return [ownPlace === undefined ? provider.name : { provider: provider.name, ...ownPlace }];
}

function sealingKeyArn(
  { settings }: LookupScope,
  { cacheKmsKeyArn, ...place }: SettingsPolicyOptions,
): string | undefined {
  const { cacheKmsKeyId: id, cacheSecrets } = settings;
  if (cacheKmsKeyArn !== undefined) return cacheKmsKeyArn;
  if (id === undefined || cacheSecrets !== 'encrypt') return undefined;
  if (/(^|:)alias\//.test(id)) {
    throw new InvalidSettingsError('cacheKmsKeyId', 'is an alias; give policy() the ARN of its key: cacheKmsKeyArn.');
  }
  return id.startsWith('arn:') ? id : arnOf(place, 'kms', `key/${id}`);
}

/** Rejects empty texts: an ARN with an empty region would allow nothing, without an error. */
function checkPlace({ region, account, partition }: PolicyPlace): void {
  for (const [name, value] of Object.entries<unknown>({ region, account, partition })) {
    if (value === undefined || (typeof value === 'string' && value !== '')) continue;
    throw new InvalidSettingsError(
      'policy',
      `expected a text as "${name}"; leave it out for ${name === 'partition' ? 'aws' : 'any'}.`,
    );
  }
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}
