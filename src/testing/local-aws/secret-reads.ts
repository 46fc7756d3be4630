import { epochSeconds } from './arn';
import { type Fields, flagField, integerField, requireText, textField } from './fields';
import { type Page, pageOf } from './paging';
import { invalidParameter, secretFilter } from './secret-filter';
import { type Secret, type SecretStore } from './secret-store';
import { type SecretVersion, versionsToStages } from './secret-versions';
import { type Operation, type Operations } from './service';
import { accessDenied, ServiceError } from './service-error';

/** The operations of Secrets Manager that read one secret, or list them. */
export function secretReads(store: SecretStore): Operations {
  return new Map<string, Operation>([
    ['ListSecrets', (fields) => listSecrets(store, fields)],
    ['DescribeSecret', (fields) => describeSecret(store, fields)],
    ['GetSecretValue', (fields) => getSecretValue(store, fields)],
  ]);
}

/** Answers `GetSecretValue`. */
export function getSecretValue(store: SecretStore, fields: Fields): Fields {
  const id = requireText(fields, 'SecretId');
  const secret = store.require(id);
  if (secret.denied === true) throw accessDenied('secretsmanager:GetSecretValue', secret.arn);
  const version = findVersion(store.requireLive(id), textField(fields, 'VersionId'), textField(fields, 'VersionStage'));
  return {
    ARN: secret.arn,
    Name: secret.name,
    VersionId: version.id,
    ...('text' in version.content ? { SecretString: version.content.text } : { SecretBinary: version.content.binary }),
    VersionStages: version.stages,
    CreatedDate: epochSeconds(version.createdAtMs),
  };
}

/** One page of the secrets a listing shows, in the order in which they were created. */
export function listedSecrets(store: SecretStore, fields: Fields, most: number): Page<Secret> {
  const passes = secretFilter(fields);
  const deletedToo = flagField(fields, 'IncludePlannedDeletion');
  const size = integerField(fields, 'MaxResults') ?? most;
  if (size < 1 || size > most) throw invalidParameter(`MaxResults is ${size}; 1 to ${most} are allowed.`);
  const shown = store.all.filter(
    (each) => each.listed !== false && (deletedToo || each.deletionAtMs === undefined) && passes(each),
  );
  const invalid = () => new ServiceError('InvalidNextTokenException', 'The specified token is not valid.');
  return pageOf(
    textField(fields, 'SortOrder') === 'desc' ? shown.reverse() : shown,
    size,
    textField(fields, 'NextToken'),
    invalid,
  );
}

function listSecrets(store: SecretStore, fields: Fields): Fields {
  const { items, nextToken } = listedSecrets(store, fields, 100);
  return {
    SecretList: items.map((each) => ({ ...facts(each), SecretVersionsToStages: versionsToStages(each.versions) })),
    NextToken: nextToken,
  };
}

function describeSecret(store: SecretStore, fields: Fields): Fields {
  const secret = store.require(requireText(fields, 'SecretId'));
  return { ...facts(secret), VersionIdsToStages: versionsToStages(secret.versions) };
}

function facts(secret: Secret): Fields {
  const { deletionAtMs, nextRotationAtMs } = secret;
  return {
    ARN: secret.arn,
    Name: secret.name,
    Description: secret.description,
    KmsKeyId: secret.kmsKeyId,
    Tags: secret.tags,
    RotationEnabled: secret.rotationEnabled,
    NextRotationDate: nextRotationAtMs === undefined ? undefined : epochSeconds(nextRotationAtMs),
    CreatedDate: epochSeconds(secret.createdAtMs),
    LastChangedDate: epochSeconds(secret.changedAtMs),
    DeletedDate: deletionAtMs === undefined ? undefined : epochSeconds(deletionAtMs),
  };
}

function findVersion(secret: Secret, id: string | undefined, stage: string | undefined): SecretVersion {
  const wantedStage = stage ?? (id === undefined ? 'AWSCURRENT' : undefined);
  const found = secret.versions.find(
    (each) => (id === undefined || each.id === id) && (wantedStage === undefined || each.stages.includes(wantedStage)),
  );
  if (found !== undefined) return found;
  const wanted = id === undefined ? `staging label: ${wantedStage}` : `VersionId: ${id}`;
  throw new ServiceError(
    'ResourceNotFoundException',
    `Secrets Manager can't find the specified secret value for ${wanted}`,
  );
}
