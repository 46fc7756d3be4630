import { type Fields, fieldsListField, requireText, textListField } from './fields';
import { type Secret } from './secret-store';
import { ServiceError } from './service-error';

const mostFilters = 10;
const mostValues = 10;

/**
 * Reads the `Filters` of a request: a secret passes when it passes each, and a filter when one of its values fits.
 *
 * A value that begins with `!` fits when the rest does not. `name` is a case-sensitive prefix, `description` an
 * insensitive one; the other keys of the real service are not implemented.
 *
 * @throws ServiceError `InvalidParameterException` for more than 10 filters or values, and for other keys.
 */
export function secretFilter(fields: Fields): (secret: Secret) => boolean {
  const filters = fieldsListField(fields, 'Filters');
  if (filters.length > mostFilters) throw invalidParameter(`Filters has more than ${mostFilters} members.`);
  const checks = filters.map(oneFilter);
  return (secret) => checks.every((passes) => passes(secret));
}

/** The request breaks a constraint of the operation. */
export function invalidParameter(message: string): ServiceError {
  return new ServiceError('InvalidParameterException', message);
}

function oneFilter(filter: Fields): (secret: Secret) => boolean {
  const key = requireText(filter, 'Key');
  const values = textListField(filter, 'Values') ?? [];
  if (values.length < 1 || values.length > mostValues) {
    throw invalidParameter(`The filter ${key} has ${values.length} values; 1 to ${mostValues} are allowed.`);
  }
  if (key !== 'name' && key !== 'description') {
    throw invalidParameter(`The local AWS does not know the filter key ${key}; it knows name and description.`);
  }
  return (secret) => values.some((value) => fits(secret, key, value));
}

function fits(secret: Secret, key: 'name' | 'description', value: string): boolean {
  if (value.startsWith('!')) return !fits(secret, key, value.slice(1));
  if (key === 'name') return secret.name.startsWith(value);
  return (secret.description ?? '').toLowerCase().startsWith(value.toLowerCase());
}
