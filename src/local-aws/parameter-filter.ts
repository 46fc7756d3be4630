import { type Fields, fieldsListField, requireText, textField, textListField } from './fields';
import { isUnder } from './parameter-name';
import { type Parameter, type ParameterVersion } from './parameter-store';
import { ServiceError, validationError } from './service-error';

/**
 * Filters of one request together.
 *
 * @returns The versions of a parameter that pass each: of a filter by label those that have it, else the latest.
 */
export type ParameterFilter = (parameter: Parameter) => readonly ParameterVersion[];

type VersionFilter = (version: ParameterVersion, parameter: Parameter) => boolean;

/**
 * Valid keys of each operation, with their options, the default one first.
 *
 * Source: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ParameterStringFilter.html
 */
const keysOf = {
  DescribeParameters: {
    Name: ['Equals', 'BeginsWith', 'Contains'],
    Type: ['Equals', 'BeginsWith'],
    KeyId: ['Equals', 'BeginsWith'],
    Path: ['OneLevel', 'Recursive'],
    Tier: ['Equals', 'BeginsWith'],
    DataType: ['Equals', 'BeginsWith'],
    tag: ['Equals', 'BeginsWith'],
  },
  GetParametersByPath: { Type: ['Equals', 'BeginsWith'], KeyId: ['Equals', 'BeginsWith'], Label: ['Equals'] },
} as const;

const mostValues = 50;

/**
 * Reads the `ParameterFilters` of a request.
 *
 * @throws ServiceError `InvalidFilterKey`, `InvalidFilterOption`, `InvalidFilterValue`, or `ValidationException` for a
 * key that is there twice.
 */
export function parameterFilter(fields: Fields, operation: keyof typeof keysOf): ParameterFilter {
  const given = fieldsListField(fields, 'ParameterFilters');
  const keys = given.map((each) => requireText(each, 'Key'));
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  if (twice !== undefined) {
    throw validationError(
      `The following filters are duplicated in the request: ${twice}. A request can contain only one instance of a ` +
        'specific filter.',
    );
  }
  const filters = given.map((each) => oneFilter(each, operation));
  const byLabel = keys.includes('Label');
  return (parameter) =>
    (byLabel ? parameter.versions : [parameter.latest]).filter((version) =>
      filters.every((passes) => passes(version, parameter)),
    );
}

function oneFilter(filter: Fields, operation: keyof typeof keysOf): VersionFilter {
  const key = requireText(filter, 'Key');
  const values = textListField(filter, 'Values') ?? [];
  const kind = key.startsWith('tag:') && key.length > 'tag:'.length ? 'tag' : key === 'tag' ? '' : key;
  const known: Readonly<Record<string, readonly string[]>> = keysOf[operation];
  const options = Object.hasOwn(known, kind) ? known[kind] : undefined;
  if (options === undefined) {
    const valid = Object.keys(known).map((each) => (each === 'tag' ? 'tag:<key>' : each));
    throw new ServiceError('InvalidFilterKey', `The filter key ${key} is not valid. Valid: ${valid.join(', ')}.`);
  }
  const option = textField(filter, 'Option') ?? `${options[0]}`;
  if (!options.includes(option)) {
    throw new ServiceError(
      'InvalidFilterOption',
      `The filter option ${option} is not valid for the key ${key}. Valid: ${options.join(', ')}.`,
    );
  }
  // A filter of a tag without values matches any value.
  if ((values.length < 1 && kind !== 'tag') || values.length > mostValues) {
    throw new ServiceError(
      'InvalidFilterValue',
      `The filter ${key} has ${values.length} values; 1 to ${mostValues} are allowed.`,
    );
  }
  if (kind === 'Path') return pathFilter(values, option === 'Recursive');
  if (kind === 'tag') return tagFilter(key.slice('tag:'.length), values, option);
  return (version, parameter) => textsOf(version, parameter, kind).some((text) => matchesAny(text, values, option));
}

function pathFilter(values: readonly string[], recursive: boolean): VersionFilter {
  const paths = values.map((path) => (path.endsWith('/') ? path : `${path}/`));
  return (_, { name }) => paths.some((path) => isUnder(name, path, recursive));
}

function tagFilter(key: string, values: readonly string[], option: string): VersionFilter {
  return (_, { tags }) => {
    const value = tags.get(key);
    return value !== undefined && (values.length === 0 || matchesAny(value, values, option));
  };
}

function matchesAny(text: string, values: readonly string[], option: string): boolean {
  if (option === 'BeginsWith') return values.some((value) => text.startsWith(value));
  if (option === 'Contains') return values.some((value) => text.includes(value));
  return values.includes(text);
}

function textsOf(version: ParameterVersion, { name, type }: Parameter, key: string): readonly string[] {
  if (key === 'Name') return [name];
  if (key === 'Type') return [type];
  if (key === 'KeyId') return version.keyId === undefined ? [] : [version.keyId];
  if (key === 'Tier') return [version.tier ?? 'Standard'];
  return key === 'DataType' ? ['text'] : version.labels;
}
