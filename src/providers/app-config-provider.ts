import { getOrMake } from '../base/get-or-make';
import type { AppConfigDataClient, GetLatestConfigurationCommandOutput } from '@aws-sdk/client-appconfigdata';
import { classifyAwsError, refusalOf } from '../aws/aws-errors';
import { callAws } from '../aws/call-aws';
import { importAppConfig } from '../aws/optional-packages';
import { wholeAnswer } from '../aws/pages';
import { hidden, hideFields } from '../base/hidden';
import { type Directory } from '../directory/directory';
import { decodeNumber } from '../item/decimal';
import { DirectoryItem } from '../item/directory-item';
import { DirectoryListing } from '../item/directory-listing';
import { type ConfigValue, isPlainObject, parseJson } from '../item/value';
import { AwsProvider, type AwsProviderOptions } from './aws-provider';
import { type ListingOutcome, type ReadSession } from './provider';

/** Where the provider reads, and the kind of its configuration profiles. */
export interface AppConfigProviderOptions extends AwsProviderOptions {
  /** Configuration profile of a directory that names none (`/orders/prod`). Default: `settings`. */
  readonly profile?: string;
  /**
   * Whether the profiles are feature flags: the value of a flag is whether it is enabled, and its attributes are settings of their
   * own, `checkout.limit`. Default: false.
   */
  readonly featureFlags?: boolean;
  /** Whether the values are secrets, as those of a profile that AppConfig reads from Secrets Manager. Default: false. */
  readonly secret?: boolean;
}

const defaultProfile = 'settings';
/** Source: https://docs.aws.amazon.com/appconfig/2019-10-09/APIReference/API_appconfigdata_StartConfigurationSession.html */
const longestIdentifier = 128;
/** Default interval between two polls, **seconds**. */
const usualIntervalSeconds = 60;

/** Identifies a deployed configuration. */
interface Profile {
  readonly ApplicationIdentifier: string;
  readonly EnvironmentIdentifier: string;
  readonly ConfigurationProfileIdentifier: string;
}

/** The last result of a session, and its next poll. */
interface PolledConfiguration {
  /** Token of the next poll; valid for one request. */
  readonly token: string;
  /** When the service allows the next poll, **milliseconds** since the Unix epoch. */
  readonly nextPollAtMs: number;
  readonly values: Values;
  readonly version: string | undefined;
}

type Values = Readonly<Record<string, ConfigValue>>;

/**
 * Reads AWS AppConfig: the deployed configuration of an application, an environment and a profile, in JSON or YAML.
 *
 * The first part of a directory is the application, the second the environment, the rest the profile: `/orders/prod` is the
 * profile `settings` of the environment `prod` of `orders`; `/orders/prod/limits` its profile `limits`. Needs the optional
 * package `@aws-sdk/client-appconfigdata`.
 * Source: https://docs.aws.amazon.com/appconfig/2019-10-09/APIReference/API_appconfigdata_GetLatestConfiguration.html
 */
export class AppConfigProvider extends AwsProvider {
  static readonly dependencyName: string = 'AppConfigProvider';

  override readonly name = 'appconfig';
  override readonly holdsOnlySecrets: boolean;

  /** Sessions by client and path. They are not part of a memory: each token may be used only once. */
  private readonly sessions = hidden(new WeakMap<object, Map<string, PolledConfiguration>>());
  private readonly profile: string;
  private readonly featureFlags: boolean;

  /** @throws InvalidSettingsError for an unknown option. */
  constructor(options: AppConfigProviderOptions = {}) {
    super(options, { profile: true, featureFlags: true, secret: true });
    hideFields(this, 'sessions');
    this.profile = options.profile ?? defaultProfile;
    this.featureFlags = options.featureFlags ?? false;
    this.holdsOnlySecrets = options.secret ?? false;
  }

  protected override get cacheNameParts(): readonly string[] {
    const profile = this.profile === defaultProfile ? [] : [`profile=${this.profile}`];
    return [...profile, ...(this.featureFlags ? ['flags'] : [])];
  }

  override async readDirectory(directory: Directory, session: ReadSession): Promise<ListingOutcome> {
    const profile = profileOf(directory, this.profile);
    if (profile === undefined) return new DirectoryListing(directory, []);
    const client = (await this.clientsFor(session).appConfig(session.settings)) as AppConfigDataClient;
    const sessions = getOrMake(this.sessions(), client, () => new Map<string, PolledConfiguration>());
    const known = sessions.get(directory.path);
    if (known !== undefined && session.nowMs() < known.nextPollAtMs) return this.listingOf(directory, known);
    // Removed while its token is in use: a concurrent read opens another session.
    sessions.delete(directory.path);
    try {
      const polled = await callAws(client, () => this.poll(client, profile, session, known));
      sessions.set(directory.path, polled);
      return this.listingOf(directory, polled);
    } catch (error) {
      if (classifyAwsError(error) === 'not-found') return new DirectoryListing(directory, []);
      const actions = 'appconfig:StartConfigurationSession and appconfig:GetLatestConfiguration';
      const refusal = refusalOf(error, `allow ${actions} on the configuration profile of ${directory.path}`);
      if (refusal === undefined) throw error;
      return refusal;
    }
  }

  override async warm(session: ReadSession): Promise<void> {
    await Promise.all([importAppConfig(), this.clientsFor(session).appConfig(session.settings)]);
  }

  /** Polls in a session, or in a new one where its token has expired: tokens are valid for 24 hours. */
  private async poll(
    client: AppConfigDataClient,
    profile: Profile,
    session: ReadSession,
    known: PolledConfiguration | undefined,
  ): Promise<PolledConfiguration> {
    const { GetLatestConfigurationCommand, StartConfigurationSessionCommand } = await importAppConfig();
    const options = { abortSignal: session.signal };
    const latest = async (token: string | undefined): Promise<GetLatestConfigurationCommandOutput> =>
      wholeAnswer(await client.send(new GetLatestConfigurationCommand({ ConfigurationToken: token }), options));
    const begin = async (): Promise<GetLatestConfigurationCommandOutput> => {
      const started = await client.send(new StartConfigurationSessionCommand(profile), options);
      return latest(started.InitialConfigurationToken);
    };
    if (known === undefined) return this.polledFrom(await begin(), session, undefined);
    try {
      return await this.polledFrom(await latest(known.token), session, known);
    } catch (error) {
      if (classifyAwsError(error) !== 'bad-request') throw error;
      return this.polledFrom(await begin(), session, undefined);
    }
  }

  private async polledFrom(
    answer: GetLatestConfigurationCommandOutput,
    session: ReadSession,
    known: PolledConfiguration | undefined,
  ): Promise<PolledConfiguration> {
    const { Configuration: content, ContentType: type = '', NextPollConfigurationToken: token, VersionLabel } = answer;
    if (token === undefined) throw new Error('The answer of the service has no token for the next poll.');
    const intervalSeconds = answer.NextPollIntervalInSeconds ?? usualIntervalSeconds;
    const next = { token, nextPollAtMs: session.nowMs() + intervalSeconds * 1000 };
    // An empty configuration, which the SDK gives as null, means that the last one is still deployed.
    if ((content?.length ?? 0) === 0) {
      if (known === undefined)
        throw new Error('The answer of the service has no configuration, although a session began.');
      return { ...next, values: known.values, version: known.version };
    }
    const parsed = await parse(new TextDecoder().decode(content), type);
    return { ...next, values: this.featureFlags ? valuesOfFlags(parsed) : parsed, version: VersionLabel };
  }

  private listingOf(directory: Directory, { values, version }: PolledConfiguration): DirectoryListing {
    const { cacheName, holdsOnlySecrets: secret, name: source } = this;
    const items = Object.entries(values).map(
      ([name, value]) => new DirectoryItem({ name, value, directory, source, cacheName, secret, version }),
    );
    return new DirectoryListing(directory, items);
  }
}

/** @returns `undefined` for a directory without an environment, and for one with a name that AppConfig has none of. */
function profileOf({ env, service }: Directory, profile: string): Profile | undefined {
  const [environment = '', ...rest] = env?.split('/') ?? [];
  if (environment === '') return undefined;
  const named: Profile = {
    ApplicationIdentifier: service,
    EnvironmentIdentifier: environment,
    ConfigurationProfileIdentifier: rest.length === 0 ? profile : rest.join('/'),
  };
  return Object.values(named).every(({ length }) => length <= longestIdentifier) ? named : undefined;
}

/** Parses a configuration. @throws Error without its content, which errors of parsers quote. */
async function parse(text: string, contentType: string): Promise<Values> {
  const parsed = /\bjson\b/i.test(contentType) ? valueOfJson(text) : await parseYaml(text, contentType);
  if (typeof parsed === 'object' && parsed !== null && isPlainObject(parsed)) return parsed;
  throw new Error('The configuration is not understood: expected a map of names and values.');
}

function valueOfJson(text: string): ConfigValue {
  const parsed = parseJson(text);
  if ('value' in parsed) return parsed.value;
  const problem = 'isTooDeep' in parsed ? parsed.wrong : 'not valid JSON';
  throw new Error(`The configuration is not understood: it is ${problem}.`);
}

async function parseYaml(text: string, contentType: string): Promise<unknown> {
  if (!/ya?ml/i.test(contentType)) {
    throw new Error(`The configuration is not understood: its content type is ${contentType}, not JSON or YAML.`);
  }
  const { parse: parseText } = await import('yaml');
  const exact = (_: unknown, value: unknown): unknown =>
    typeof value === 'bigint' ? decodeNumber(String(value)) : value;
  try {
    return parseText(text, exact, { intAsBigInt: true, logLevel: 'error' });
  } catch {
    throw new Error('The configuration is not understood: it is not valid YAML.');
  }
}

/** Source: https://docs.aws.amazon.com/appconfig/latest/userguide/appconfig-type-reference-feature-flags.html */
function valuesOfFlags(flags: Values): Values {
  const entries = Object.entries(flags).flatMap(([name, flag]) => {
    if (typeof flag !== 'object' || flag === null || !isPlainObject(flag)) {
      throw new Error('The configuration is not understood: a feature flag is a map with "enabled".');
    }
    const { enabled, ...attributes } = flag as Values;
    if (typeof enabled !== 'boolean') {
      throw new Error('The configuration is not understood: "enabled" of a feature flag is true or false.');
    }
    const settings = Object.entries(attributes).map(([attribute, value]) => [`${name}.${attribute}`, value] as const);
    return [[name, enabled] as const, ...settings];
  });
  return Object.fromEntries(entries);
}
