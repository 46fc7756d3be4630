import { type Fields, fieldsListField, requireText, textField, textListField } from './fields';
import { isUnder } from './parameter-name';
import { type Parameter } from './parameter-store';
import { ServiceError } from './service-error';

/** Filters of one request together: a parameter passes when it passes each. */
export type ParameterFilter = (parameter: Parameter) => boolean;

/**
 * Reads the `ParameterFilters` of a request.
 *
 * @param keys - Keys the operation knows; `Name`, `Type`, `Label` and `Path` are implemented.
 * @throws ServiceError `InvalidFilterKey` for another key, `InvalidFilterOption` for an unknown option.
 */
export function parameterFilter(fields: Fields, keys: readonly string[]): ParameterFilter {
  const filters = fieldsListField(fields, 'ParameterFilters').map((each) => oneFilter(each, keys));
  return (parameter) => filters.every((passes) => passes(parameter));
}

function oneFilter(filter: Fields, keys: readonly string[]): ParameterFilter {
  const key = requireText(filter, 'Key');
  const values = textListField(filter, 'Values') ?? [];
  const option = textField(filter, 'Option') ?? (key === 'Path' ? 'OneLevel' : 'Equals');
  if (!keys.includes(key)) {
    throw new ServiceError('InvalidFilterKey', `The following filter key is not valid: ${key}. Valid: ${keys.join()}.`);
  }
  if (key === 'Path') {
    const recursive = option === 'Recursive';
    if (!recursive && option !== 'OneLevel') throw invalidOption(key, option);
    return ({ name }) => values.some((path) => isUnder(name, path.endsWith('/') ? path : `${path}/`, recursive));
  }
  const matches = matcher(key, option);
  return (parameter) => textsOf(parameter, key).some((text) => values.some((value) => matches(text, value)));
}

function matcher(key: string, option: string): (text: string, value: string) => boolean {
  if (option === 'Equals') return (text, value) => text === value;
  if (key === 'Name' && option === 'BeginsWith') return (text, value) => text.startsWith(value);
  if (key === 'Name' && option === 'Contains') return (text, value) => text.includes(value);
  throw invalidOption(key, option);
}

function textsOf(parameter: Parameter, key: string): readonly string[] {
  if (key === 'Name') return [parameter.name];
  if (key === 'Type') return [parameter.type];
  return parameter.latest.labels;
}

function invalidOption(key: string, option: string): ServiceError {
  return new ServiceError('InvalidFilterOption', `The filter option ${option} is not valid for the key ${key}.`);
}
