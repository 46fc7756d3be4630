import { type Fields, integerField, textListField } from './fields';
import { invalidParameter } from './secret-filter';
import { getSecretValue, listedSecrets } from './secret-reads';
import { type SecretStore } from './secret-store';
import { type Operation, type Operations } from './service';
import { ServiceError } from './service-error';

const mostIds = 20;

/** `BatchGetSecretValue`: by ids or by filters, with an error for each secret that cannot be read. */
export function secretBatch(store: SecretStore): Operations {
  return new Map<string, Operation>([['BatchGetSecretValue', (fields) => batchGetSecretValue(store, fields)]]);
}

function batchGetSecretValue(store: SecretStore, fields: Fields): Fields {
  const ids = textListField(fields, 'SecretIdList');
  const byFilters = (fields['Filters'] ?? undefined) !== undefined;
  if ((ids !== undefined) === byFilters) {
    throw invalidParameter('Either SecretIdList or Filters must be given, and not both.');
  }
  if (ids === undefined) {
    const { items, nextToken } = listedSecrets(store, fields, mostIds);
    return {
      ...readAll(
        store,
        items.map(({ name }) => name),
      ),
      NextToken: nextToken,
    };
  }
  if (ids.length < 1 || ids.length > mostIds) {
    throw invalidParameter(`SecretIdList has ${ids.length} members; 1 to ${mostIds} are allowed.`);
  }
  if (integerField(fields, 'MaxResults') !== undefined) {
    throw invalidParameter('MaxResults is only allowed with Filters.');
  }
  return readAll(store, ids);
}

function readAll(store: SecretStore, ids: readonly string[]): Fields {
  const answers = ids.map((id) => readOne(store, id));
  return {
    SecretValues: answers.flatMap((each) => ('value' in each ? [each.value] : [])),
    Errors: answers.flatMap((each) => ('error' in each ? [each.error] : [])),
  };
}

function readOne(store: SecretStore, id: string): { readonly value: Fields } | { readonly error: Fields } {
  try {
    return { value: getSecretValue(store, { SecretId: id }) };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return { error: { SecretId: id, ErrorCode: error.type, Message: error.message } };
  }
}
