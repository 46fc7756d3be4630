import { decode, decodeProviders } from './decode';
import { UnknownFormError } from './form';
import { readProperty, type Target } from './target';
import { isJsonObject, type Json, type JsonObject } from './vector';

/** How a lookup is to be made, as the library takes it. */
export interface LookupOptions {
  readonly fresh?: boolean;
  readonly skipProviders?: boolean;
}

/**
 * Calls a method that a vector names.
 *
 * Options that name a parameter (`addExport {service}`) go to its place; the others are how a lookup is to be made. A
 * method that is none here, but whose property is (`getExportsByService`), reads the property.
 *
 * @throws UnknownFormError when there is neither, or for an option that the method does not know.
 */
export function callMethod(target: Target, method: string, args: readonly Json[], options: JsonObject): unknown {
  const name = Object.hasOwn(renamed, method) ? (renamed[method] ?? method) : method;
  const found: unknown = Reflect.get(target, name, target);
  if (typeof found !== 'function') return readProperty(target, propertyOfGetter(method));
  return Reflect.apply(found, target, argumentsOf(name, args, options)) as unknown;
}

/**
 * Turns the options of a lookup into the library's.
 *
 * @returns `undefined` when there are none.
 */
export function lookupOptions(options: JsonObject | undefined): LookupOptions | undefined {
  if (options === undefined) return undefined;
  const { ignoreLocalCaches, skipProviders, ...others } = options;
  const unknown = Object.keys(others);
  if (unknown.length > 0) throw new UnknownFormError(`Unknown options: ${unknown.join(', ')}.`);
  return {
    ...(ignoreLocalCaches === undefined ? {} : { fresh: Boolean(ignoreLocalCaches) }),
    ...(skipProviders === undefined ? {} : { skipProviders: Boolean(skipProviders) }),
  };
}

/** Methods of the original that have another name here. */
const renamed: Readonly<Record<string, string>> = { getBool: 'getBoolean', getValue: 'get' };

/** Names of the parameters of methods, in order. */
const parameters: Readonly<Record<string, readonly string[]>> = {
  addDirectory: ['directory'],
  addProvider: ['provider'],
  addExport: ['service'],
  setExports: ['services'],
  setOverride: ['name', 'value'],
  getOverride: ['name'],
  removeOverride: ['name'],
  setDefault: ['name', 'value'],
  getDefault: ['name'],
  removeDefault: ['name'],
  get: ['name', 'default', 'lookup'],
  getBoolean: ['name', 'default', 'lookup'],
  getItem: ['name', 'lookup'],
};

function argumentsOf(method: string, args: readonly Json[], options: JsonObject): readonly unknown[] {
  const names = parameters[method] ?? [];
  const given = args.map((each, index) => decodeArgument(names[index], each));
  const lookup: Record<string, Json> = {};
  for (const [option, value] of Object.entries(options)) {
    const place = names.indexOf(option);
    if (place === -1) lookup[option] = value;
    else given[place] = decodeArgument(option, value);
  }
  if (Object.keys(lookup).length === 0) return given;
  const place = names.indexOf('lookup');
  if (place === -1) throw new UnknownFormError(`Unknown options of ${method}: ${Object.keys(lookup).join(', ')}.`);
  given[place] = lookupOptions(lookup);
  return Array.from(given);
}

function decodeArgument(parameter: string | undefined, json: Json): unknown {
  if (parameter === 'lookup' && isJsonObject(json)) return lookupOptions(json);
  return parameter === 'provider' ? decodeProviders(json) : decode(json);
}

function propertyOfGetter(method: string): string {
  const [, first = '', rest = ''] = /^get([A-Z])(.*)$/.exec(method) ?? [];
  if (first === '') throw new UnknownFormError(`No method "${method}".`);
  return `${first.toLowerCase()}${rest}`;
}
