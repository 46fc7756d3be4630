import {
  Default,
  type Dependency,
  Directory,
  DirectoryListing,
  DynamoCacher,
  DynamoProvider,
  EnvProvider,
  SecretsProvider,
  SsmProvider,
} from '../../src/index';
import { numberOf } from './decimal';
import { UnknownFormError } from './form';
import { isJsonObject, type Json, type JsonObject, textOf } from './vector';

/** The providers by their short names. */
export const providerClasses = {
  env: EnvProvider,
  ssm: SsmProvider,
  secrets: SecretsProvider,
  dynamo: DynamoProvider,
} as const;

/** The providers and the cacher by their short names. */
export const namedClasses = { ...providerClasses, cacher: DynamoCacher } as const;

/** Whether something is the short name of a provider. */
export function isProviderName(name: unknown): name is keyof typeof providerClasses {
  return typeof name === 'string' && Object.hasOwn(providerClasses, name);
}

function isClassName(name: unknown): name is keyof typeof namedClasses {
  return typeof name === 'string' && Object.hasOwn(namedClasses, name);
}

/**
 * Turns an argument of a vector into what the library is given.
 *
 * @throws UnknownFormError for a form that is not known.
 */
export function decode(json: Json): unknown {
  if (json === '$Default') return Default;
  if (Array.isArray(json)) return json.map((each: Json) => decode(each));
  if (!isJsonObject(json)) return json;
  const marker = Object.keys(json).find((key) => key.startsWith('$'));
  return marker === undefined ? decodeMembers(json) : decodeMarked(marker, json[marker] as Json);
}

/** Turns an argument that is a provider, or a list of them, into what the library is given: bare short names count too. */
export function decodeProviders(json: Json): unknown {
  if (Array.isArray(json)) return json.map((each: Json) => decodeProviders(each));
  return isClassName(json) ? namedClasses[json] : decode(json);
}

/** Turns an argument that is a cacher into what the library is given. */
export function decodeCacher(json: Json): unknown {
  return json === 'dynamo' ? DynamoCacher : decode(json);
}

/** Turns the value of a property, a setting or an option of a Config into what the library is given. */
export function decodeNamed(name: string, json: Json): unknown {
  if (name === 'providers') return decodeProviders(json);
  if (name === 'cacher') return decodeCacher(json);
  return decode(json);
}

/** Turns the properties, settings or options of a Config into what the library is given. */
export function decodeAllNamed(json: JsonObject): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(json).map(([name, each]) => [name, decodeNamed(name, each)]));
}

/**
 * Makes a Directory of the options of a vector.
 *
 * @param options - `path`, or `service`, `env` and `isExport`; `isPathFormat: false` lets braces mean themselves.
 */
export function makeDirectory(options: JsonObject): Directory {
  const { isPathFormat, ...parts } = withoutNulls(options);
  const unknown = Object.keys(parts).filter((key) => !['path', 'service', 'env', 'isExport'].includes(key));
  if (unknown.length > 0) throw new UnknownFormError(`Unknown options of a Directory: ${unknown.join(', ')}.`);
  if (isPathFormat !== false) return new Directory(parts);
  if (typeof parts['path'] === 'string') return Directory.literal(parts['path']);
  throw new UnknownFormError('A Directory that is no path format is made of a path.');
}

/**
 * Makes a provider, or a cacher.
 *
 * @param provider - Its short name, or a form.
 * @param args - Arguments of the constructor: a list of them, or the first one. An empty object is none.
 */
export function makeProvider(provider: Json, args: Json): Dependency {
  const found = decodeProviders(provider) as new (...args: readonly unknown[]) => Dependency;
  if (typeof found !== 'function') throw new UnknownFormError(`Unknown provider: ${JSON.stringify(provider)}.`);
  if (Array.isArray(args)) return new found(...args.map((each: Json) => decode(each)));
  return isJsonObject(args) && Object.keys(args).length === 0 ? new found() : new found(decode(onlyMember(args)));
}

/** Turns a directory of a vector (a path, or a form) into what the library is given. */
export function decodeDirectory(json: Json): Directory {
  return Directory.from(decode(json) as Directory | string);
}

function decodeMembers(json: JsonObject): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(json).map(([key, each]) => [key, decode(each)]));
}

function decodeMarked(marker: string, json: Json): unknown {
  switch (marker) {
    case '$provider':
      if (!isClassName(json)) throw new UnknownFormError(`Unknown provider: ${JSON.stringify(json)}.`);
      return namedClasses[json];
    case '$directory':
      return isJsonObject(json) ? makeDirectory(json) : decodeDirectory(json);
    case '$listing':
      return makeListing(json as JsonObject);
    case '$num':
      return numberOf(textOf(json));
    case '$bytes':
      return Uint8Array.from(Buffer.from(textOf(json), 'base64'));
    case '$set':
      return new Set((json as readonly Json[]).map((each) => decode(each)));
    default:
      throw new UnknownFormError(`Unknown form in an argument: ${marker}.`);
  }
}

/** Makes a listing of names and values, or of `{directory, items}`, where the items are such a map or a list of `{name, value}`. */
function makeListing(json: JsonObject): DirectoryListing {
  const inFull = isJsonObject(json['items']) || Array.isArray(json['items']);
  const directory = inFull && 'directory' in json ? decodeDirectory(json['directory'] ?? null) : listingDirectory;
  const items = inFull ? (json['items'] ?? null) : json;
  const values = isJsonObject(items) ? items : Object.fromEntries((items as readonly JsonObject[]).map(nameAndValue));
  return DirectoryListing.of(directory, 'listing', decodeMembers(values) as Parameters<typeof DirectoryListing.of>[2]);
}

/** Takes the one argument out of `{envVars: {...}}`; anything else is the argument itself. */
function onlyMember(args: Json): Json {
  if (!isJsonObject(args)) return args;
  const [[name = '', member] = [], ...others] = Object.entries(args);
  return others.length === 0 && !name.startsWith('$') && isJsonObject(member) ? member : args;
}

/** In vectors, `null` means an option that is not given. */
function withoutNulls(options: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(options).filter(([, each]) => each !== null));
}

const listingDirectory = Directory.literal('/_listing');

function nameAndValue(item: JsonObject): [string, Json] {
  if (typeof item['name'] !== 'string') throw new UnknownFormError('An item of a listing has no name.');
  return [item['name'], item['value'] ?? null];
}
