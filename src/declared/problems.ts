import { printable } from '../base/printable';
import { type Config } from '../config/config';
import { ConfigError, isShared, nameErrors, type SearchedPlace, sharedService } from '../errors';
import { xconSettings } from '../settings/xcon-settings';
import { type Declaration } from './declaration';

/** What is wrong with one declared setting; never its value. */
export interface SettingsProblem {
  /** Keys that lead to it in the declaration, joined by dots: `db.host`. */
  readonly key: string;
  /** Name that was looked up. */
  readonly name: string;
  /** Kind of the problem. */
  readonly reason: ProblemReason;
  /** What is wrong, in one line. */
  readonly message: string;
  /** Where the value came from; absent when there is none. */
  readonly origin?: ValueOrigin | undefined;
  /** Every place that was searched, in order; absent when there is a value. */
  readonly places?: readonly SearchedPlace[] | undefined;
  /** A command that sets a value; absent when there is none that would help. */
  readonly fix?: string | undefined;
  /** Error of the source; absent when none failed. */
  readonly cause?: unknown;
}

/**
 * Kinds of problems: there is no value; the schema refuses it; it comes from a place that the declaration does not allow; a
 * source failed.
 */
export type ProblemReason = 'missing' | 'invalid' | 'misplaced' | 'failed';

/** Where a value came from. */
export interface ValueOrigin {
  /** Short name of the provider, `override` or `default`. */
  readonly source: string;
  /** Path of the directory; absent for a source that has none. */
  readonly directory?: string | undefined;
}

/**
 * Declared settings that are missing or invalid; for the settings of the library itself, see `InvalidSettingsError`.
 *
 * One error has all problems. The message has a line for each, and below it the command that would help; `problems` has the same
 * for programs.
 */
export class SettingsValidationError extends ConfigError {
  override readonly name = 'SettingsValidationError';
  readonly code = 'SETTINGS_INVALID';
  /** What is wrong, in the order of the declaration. Not listed with the fields of the error: the message has all of it. */
  declare readonly problems: readonly SettingsProblem[];

  /**
   * @param problems - What is wrong.
   * @param count - How many settings are declared.
   */
  constructor(problems: readonly SettingsProblem[], count: number) {
    const cause = problems.find((each) => each.cause !== undefined)?.cause;
    super(messageOf(problems, count), cause === undefined ? undefined : { cause });
    Object.defineProperty(this, 'problems', { value: Object.freeze([...problems]), enumerable: false });
  }

  /** Gives the problems, without the errors of sources. */
  override toJSON(): Readonly<Record<string, unknown>> {
    const { name, code, message, problems } = this;
    return { name, code, message, problems: problems.map((each) => ({ ...each, cause: undefined })) };
  }
}

nameErrors({ SettingsValidationError });

/** Makes the problem of a setting. */
export function problemWith(
  { key, name }: Declaration,
  reason: ProblemReason,
  message: string,
  facts: Pick<SettingsProblem, 'origin' | 'places' | 'fix' | 'cause'> = {},
): SettingsProblem {
  const known = Object.entries(facts).filter(([, fact]) => fact !== undefined);
  return Object.freeze({ key, name, reason, message: printable(message), ...Object.fromEntries(known) });
}

/** Where a value is best put, in this order: a secret, and any other setting. */
const bestSources = { secret: ['secrets', 'ssm', 'env'], setting: ['ssm', 'dynamo', 'secrets', 'env'] } as const;

type Source = (typeof bestSources)[keyof typeof bestSources][number];

/**
 * Gives the command that sets a value where the declaration allows one, in the first directory of the chain that is the
 * service's own. Without a service, it is the command that names one: a directory that all services share is never suggested.
 *
 * @returns `undefined` when there is no such place.
 */
export function commandToSet(declaration: Declaration, config: Config): string | undefined {
  const { name, secretId, parameterId } = declaration;
  const source = sourceFor(declaration, config);
  if (source === undefined) return undefined;
  if (source === 'env') return `export ${name}=VALUE`;
  if (secretId !== undefined) return createSecret(secretId, declaration);
  if (parameterId !== undefined) return putParameter(parameterId, declaration);
  const directory = directoryFor(declaration, config);
  if (directory === undefined) return config.resolvedService === sharedService ? nameTheService : undefined;
  const exactName = `${directory}/${name}`;
  if (source === 'secrets') return createSecret(exactName, declaration);
  if (source === 'dynamo') return putRow(directory, name);
  return putParameter(exactName, declaration);
}

function sourceFor({ kind, secretId, parameterId, sources }: Declaration, config: Config): Source | undefined {
  const names = new Set(config.providerChain.providers.map((each) => each.name));
  const ofId: readonly Source[] | undefined =
    secretId !== undefined ? ['secrets', 'env'] : parameterId !== undefined ? ['ssm', 'env'] : undefined;
  const possible = ofId ?? bestSources[kind];
  const { onlyEnvProvider } = xconSettings;
  return possible.find((each) => names.has(each) && (onlyEnvProvider || sources?.includes(each) !== false));
}

function directoryFor({ directories }: Declaration, config: Config): string | undefined {
  const chain = config.directoryChain.directories.map(({ path }) => path);
  const variables = { service: config.resolvedService, environment: config.resolvedEnvironment };
  const allowed = directories?.map((each) => each.resolve(variables).path);
  return chain.find((path) => allowed?.includes(path) !== false && !isShared(path));
}

const nameTheService = 'export APP_NAME=SERVICE # without it, only directories that all services share are searched';

/** Beginning of the names of secrets that other services create and manage. */
const managed = /^(arn:|[a-z-]+!)/;

function putParameter(exactName: string, declaration: Declaration): string {
  const type = declaration.kind === 'secret' ? 'SecureString' : 'String';
  return `aws ssm put-parameter --name ${quoted(exactName)} --type ${type} --value ${valueOf(declaration)}`;
}

function createSecret(id: string, declaration: Declaration): string {
  if (managed.test(id)) return `aws secretsmanager describe-secret --secret-id ${quoted(id)}`;
  return `aws secretsmanager create-secret --name ${quoted(id)} --secret-string ${valueOf(declaration)}`;
}

function putRow(directory: string, name: string): string {
  const row = { app_key: { S: directory }, name_key: { S: name }, value: { S: 'VALUE' } };
  return `aws dynamodb put-item --table-name ${quoted(xconSettings.configTable)} --item ${quoted(JSON.stringify(row))}`;
}

function valueOf({ jsonField }: Declaration): string {
  return jsonField === undefined ? 'VALUE' : quoted(JSON.stringify({ [jsonField]: 'VALUE' }));
}

/** Quotes a text that has characters with a meaning for a shell. */
function quoted(text: string): string {
  return /^[\w/.@+=:-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

function messageOf(problems: readonly SettingsProblem[], count: number): readonly string[] {
  const lines = problems.flatMap(({ key, name, message, fix }) => [
    `  ${key} (${name}): ${message}`,
    ...(fix === undefined ? [] : [`    ${fix}`]),
  ]);
  const remedies = new Set(problems.flatMap(({ places = [] }) => places.flatMap(({ remedy }) => remedy ?? [])));
  const refused = remedies.size === 0 ? [] : ['', '  May be in a place that cannot be read. To read it:'];
  return [
    `${problems.length} of ${count} declared settings cannot be used.`,
    '',
    ...lines,
    ...refused,
    ...[...remedies].map((remedy) => `    ${remedy}`),
    '',
  ];
}
