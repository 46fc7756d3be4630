import { epochSeconds } from './arn';
import {
  type Fields,
  fieldsListField,
  flagField,
  integerField,
  missingMember,
  requireText,
  tagList,
  textField,
  textListField,
} from './fields';
import { type Page, pageOf } from './paging';
import { invalidParameter, type Secret, type SecretStore, type SecretVersion, versionsToStages } from './secret-store';
import { type Operations, operationsOf } from './service';
import { accessDenied, ServiceError } from './service-error';

/** Most ids of one `BatchGetSecretValue`. */
const mostIds = 20;
const mostFilters = 10;
const mostValues = 10;

/** The operations of Secrets Manager that change nothing. */
export function secretReads(store: SecretStore): Operations {
  const filters = 'Filters.Key Filters.Values';
  return operationsOf({
    ListSecrets: [
      `${filters} MaxResults NextToken SortBy SortOrder IncludePlannedDeletion`,
      (fields) => listSecrets(store, fields),
    ],
    ListSecretVersionIds: [
      'SecretId MaxResults NextToken IncludeDeprecated',
      (fields) => listSecretVersionIds(store, fields),
    ],
    DescribeSecret: ['SecretId', (fields) => describeSecret(store, fields)],
    GetSecretValue: ['SecretId VersionId VersionStage', (fields) => getSecretValue(store, fields)],
    BatchGetSecretValue: [
      `SecretIdList ${filters} MaxResults NextToken`,
      (fields) => batchGetSecretValue(store, fields),
    ],
  });
}

function getSecretValue(store: SecretStore, fields: Fields): Fields {
  const id = requireText(fields, 'SecretId');
  const secret = store.require(id);
  if (secret.denied === true) throw accessDenied('secretsmanager:GetSecretValue', secret.arn);
  const version = findVersion(store.requireLive(id), textField(fields, 'VersionId'), textField(fields, 'VersionStage'));
  store.recordAccess(secret);
  return {
    ARN: secret.arn,
    Name: secret.name,
    VersionId: version.id,
    ...('text' in version.content ? { SecretString: version.content.text } : { SecretBinary: version.content.binary }),
    VersionStages: version.stages,
    CreatedDate: epochSeconds(version.createdAtMs),
  };
}

/** One page of the secrets a listing shows. */
function listedSecrets(store: SecretStore, fields: Fields, most: number): Page<Secret> {
  const passes = secretFilter(fields);
  const deletedToo = flagField(fields, 'IncludePlannedDeletion');
  const shown = store.all.filter(
    (each) => each.listed !== false && (deletedToo || each.deletionAtMs === undefined) && passes(each),
  );
  const sorted = shown.toSorted(sortOrders[choiceOf(fields, 'SortBy', sortKeys) ?? 'created-date']);
  if (choiceOf(fields, 'SortOrder', ['asc', 'desc']) === 'desc') sorted.reverse();
  return page(sorted, fields, most);
}

/** Secrets of one moment stay in the order in which they were created. */
const sortOrders = {
  'created-date': () => 0,
  'last-accessed-date': (one: Secret, other: Secret) => (one.accessedAtMs ?? 0) - (other.accessedAtMs ?? 0),
  'last-changed-date': (one: Secret, other: Secret) => one.changedAtMs - other.changedAtMs,
  name: (one: Secret, other: Secret) => (one.name < other.name ? -1 : 1),
} as const;
const sortKeys = Object.keys(sortOrders) as (keyof typeof sortOrders)[];

function page<T>(all: readonly T[], fields: Fields, most: number): Page<T> {
  const size = integerField(fields, 'MaxResults') ?? most;
  if (size < 1 || size > most) throw invalidParameter(`MaxResults is ${size}; 1 to ${most} are allowed.`);
  const invalid = () => new ServiceError('InvalidNextTokenException', 'The specified token is not valid.');
  return pageOf(all, size, textField(fields, 'NextToken'), invalid);
}

function listSecrets(store: SecretStore, fields: Fields): Fields {
  const { items, nextToken } = listedSecrets(store, fields, 100);
  return {
    SecretList: items.map((each) => ({
      ...propertiesOf(each),
      SecretVersionsToStages: versionsToStages(each.versions),
    })),
    NextToken: nextToken,
  };
}

function describeSecret(store: SecretStore, fields: Fields): Fields {
  const secret = store.require(requireText(fields, 'SecretId'));
  return { ...propertiesOf(secret), VersionIdsToStages: versionsToStages(secret.versions) };
}

function propertiesOf(secret: Secret): Fields {
  const { deletionAtMs, nextRotationAtMs } = secret;
  return {
    ARN: secret.arn,
    Name: secret.name,
    Description: secret.description,
    KmsKeyId: secret.kmsKeyId,
    Tags: secret.tags === undefined ? undefined : tagList(secret.tags),
    RotationEnabled: secret.rotationEnabled,
    NextRotationDate: nextRotationAtMs === undefined ? undefined : epochSeconds(nextRotationAtMs),
    CreatedDate: epochSeconds(secret.createdAtMs),
    LastChangedDate: epochSeconds(secret.changedAtMs),
    LastAccessedDate: secret.accessedAtMs === undefined ? undefined : epochSeconds(secret.accessedAtMs),
    DeletedDate: deletionAtMs === undefined ? undefined : epochSeconds(deletionAtMs),
  };
}

function listSecretVersionIds(store: SecretStore, fields: Fields): Fields {
  const secret = store.require(requireText(fields, 'SecretId'));
  const deprecatedToo = flagField(fields, 'IncludeDeprecated');
  const shown = secret.versions.filter(({ stages }) => deprecatedToo || stages.length > 0);
  const { items, nextToken } = page(shown, fields, 100);
  return {
    ARN: secret.arn,
    Name: secret.name,
    Versions: items.map(({ id, stages, createdAtMs }) => ({
      VersionId: id,
      VersionStages: stages,
      CreatedDate: epochSeconds(createdAtMs),
      KmsKeyIds: [secret.kmsKeyId ?? 'DefaultEncryptionKey'],
    })),
    NextToken: nextToken,
  };
}

function findVersion(secret: Secret, id: string | undefined, stage: string | undefined): SecretVersion {
  const wantedStage = stage ?? (id === undefined ? 'AWSCURRENT' : undefined);
  const found = secret.versions.find(
    (each) => (id === undefined || each.id === id) && (wantedStage === undefined || each.stages.includes(wantedStage)),
  );
  if (found !== undefined) return found;
  if (stage !== undefined && secret.versions.some((each) => each.id === id)) {
    throw new ServiceError(
      'InvalidRequestException',
      'You provided a VersionStage that is not associated to the provided VersionId.',
    );
  }
  const wanted = id === undefined ? `staging label: ${wantedStage}` : `VersionId: ${id}`;
  throw new ServiceError(
    'ResourceNotFoundException',
    `Secrets Manager can't find the specified secret value for ${wanted}`,
  );
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

/**
 * Reads the `Filters` of a request: a secret passes when it passes each, and a filter when one of its values fits.
 *
 * A value that begins with `!` fits when the rest does not. Secrets of the local AWS have neither a primary region nor an owning service:
 * these keys are rejected.
 *
 * Source: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_Filter.html
 *
 * @throws ServiceError `InvalidParameterException` for more than 10 filters or values, and for other keys.
 */
function secretFilter(fields: Fields): (secret: Secret) => boolean {
  const filters = fieldsListField(fields, 'Filters');
  if (filters.length > mostFilters) throw invalidParameter(`Filters has more than ${mostFilters} members.`);
  const checks = filters.map(oneFilter);
  return (secret) => checks.every((passes) => passes(secret));
}

function oneFilter(filter: Fields): (secret: Secret) => boolean {
  const key = choiceOf(filter, 'Key', filterKeys);
  if (key === undefined) throw missingMember('Key');
  const values = textListField(filter, 'Values') ?? [];
  if (values.length < 1 || values.length > mostValues) {
    throw invalidParameter(`The filter ${key} has ${values.length} values; 1 to ${mostValues} are allowed.`);
  }
  const fits = filtersByKey[key];
  return (secret) =>
    values.some((value) => (value.startsWith('!') ? !fits(secret, value.slice(1)) : fits(secret, value)));
}

const filtersByKey = {
  name: ({ name }: Secret, value: string) => name.startsWith(value),
  description: ({ description = '' }: Secret, value: string) =>
    description.toLowerCase().startsWith(value.toLowerCase()),
  'tag-key': ({ tags }: Secret, value: string) => [...(tags?.keys() ?? [])].some((key) => key.startsWith(value)),
  'tag-value': ({ tags }: Secret, value: string) => [...(tags?.values() ?? [])].some((each) => each.startsWith(value)),
  all: (secret: Secret, value: string) => {
    const found = wordsOf([secret.name, secret.description ?? '', ...[...(secret.tags ?? [])].flat()]);
    return wordsOf([value]).every((word) => found.some((each) => each.startsWith(word)));
  },
} as const;
const filterKeys = Object.keys(filtersByKey) as (keyof typeof filtersByKey)[];

function wordsOf(texts: readonly string[]): readonly string[] {
  return texts.flatMap((text) => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []);
}

/** Gives a member that is one of a few, as this service refuses others. */
function choiceOf<T extends string>(fields: Fields, name: string, allowed: readonly T[]): T | undefined {
  const value = textField(fields, name);
  const found = allowed.find((each) => each === value);
  if (value === undefined || found !== undefined) return found;
  throw invalidParameter(`This ${name} is unknown; known: ${allowed.join(', ')}.`);
}
