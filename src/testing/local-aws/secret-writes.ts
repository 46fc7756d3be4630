import { type Fields, missingMember, requireText, textField, textListField } from './fields';
import { serializationError, ServiceError, validationError } from './service-error';
import { invalidParameter } from './secret-filter';
import { type Secret, type SecretStore } from './secret-store';
import { isSameContent, moveStage, type SecretContent, type SecretVersion } from './secret-versions';
import { type Operation, type Operations } from './service';

/** The operations of Secrets Manager that create secrets and give them versions. */
export function secretWrites(store: SecretStore): Operations {
  return new Map<string, Operation>([
    ['CreateSecret', (fields) => createSecret(store, fields)],
    ['PutSecretValue', (fields) => putSecretValue(store, fields)],
    ['UpdateSecret', (fields) => updateSecret(store, fields)],
    ['UpdateSecretVersionStage', (fields) => updateSecretVersionStage(store, fields)],
  ]);
}

function createSecret(store: SecretStore, fields: Fields): Fields {
  const name = requireText(fields, 'Name');
  if (!/^[\w/+=.@!-]{1,512}$/.test(name)) {
    throw validationError(
      'Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!',
    );
  }
  const content = contentOf(fields);
  const token = textField(fields, 'ClientRequestToken');
  const former = store.find(name);
  if (former !== undefined) return repeated(former, token, content);
  const tags = fields['Tags'];
  const secret = store.create(name, { ...described(fields), ...(Array.isArray(tags) ? { tags } : {}) });
  const versions = content === undefined ? [] : store.versionsWith(secret, content, token);
  return outcome(store.update(secret, { versions }, 'CreateSecret'), versions.at(-1));
}

/** A repeated request is answered as the first was; anything else is a conflict. */
function repeated(former: Secret, token: string | undefined, content: SecretContent | undefined): Fields {
  if (former.deletionAtMs !== undefined) {
    throw new ServiceError(
      'InvalidRequestException',
      "You can't create this secret because a secret with this name is already scheduled for deletion.",
    );
  }
  const same = former.versions.find(({ id }) => id === token);
  if (same !== undefined && content !== undefined && isSameContent(same.content, content)) return outcome(former, same);
  throw new ServiceError(
    'ResourceExistsException',
    `The operation failed because the secret ${former.name} already exists.`,
  );
}

function putSecretValue(store: SecretStore, fields: Fields): Fields {
  const secret = store.requireLive(requireText(fields, 'SecretId'));
  const content = contentOf(fields);
  if (content === undefined) throw invalidParameter('You must provide either SecretString or SecretBinary.');
  const stages = textListField(fields, 'VersionStages');
  return addContent(store, secret, content, fields, { stages, operation: 'PutSecretValue' });
}

function updateSecret(store: SecretStore, fields: Fields): Fields {
  const secret = store.requireLive(requireText(fields, 'SecretId'));
  const content = contentOf(fields);
  if (content !== undefined) return addContent(store, secret, content, fields, { operation: 'UpdateSecret' });
  return outcome(store.update(secret, described(fields), 'UpdateSecret'), undefined);
}

function addContent(
  store: SecretStore,
  secret: Secret,
  content: SecretContent,
  fields: Fields,
  how: { readonly stages?: readonly string[] | undefined; readonly operation: string },
): Fields {
  const token = textField(fields, 'ClientRequestToken');
  const same = token === undefined ? undefined : secret.versions.find(({ id }) => id === token);
  if (same !== undefined && isSameContent(same.content, content)) return outcome(secret, same);
  if (same !== undefined) {
    throw new ServiceError(
      'ResourceExistsException',
      "You can't use ClientRequestToken of a version that exists with another content.",
    );
  }
  const versions = store.versionsWith(secret, content, token, how.stages);
  return outcome(store.update(secret, { ...described(fields), versions }, how.operation), versions.at(-1));
}

function updateSecretVersionStage(store: SecretStore, fields: Fields): Fields {
  const secret = store.requireLive(requireText(fields, 'SecretId'));
  const stage = requireText(fields, 'VersionStage');
  const to = textField(fields, 'MoveToVersionId');
  const from = textField(fields, 'RemoveFromVersionId');
  const holder = secret.versions.find(({ stages }) => stages.includes(stage));
  if (to === undefined && from === undefined) throw missingMember('MoveToVersionId');
  if (to !== undefined && !secret.versions.some(({ id }) => id === to)) {
    throw new ServiceError('ResourceNotFoundException', `Secrets Manager can't find the specified version: ${to}`);
  }
  if (holder !== undefined && holder.id !== to && holder.id !== from) {
    throw invalidParameter(`The staging label ${stage} is attached to another version than RemoveFromVersionId says.`);
  }
  const versions = moveStage(secret.versions, stage, to ?? '');
  return outcome(store.update(secret, { versions }, 'UpdateSecretVersionStage'), undefined);
}

function contentOf(fields: Fields): SecretContent | undefined {
  const text = textField(fields, 'SecretString');
  const binary = textField(fields, 'SecretBinary');
  if (text !== undefined && binary !== undefined) {
    throw invalidParameter("You can't provide both SecretString and SecretBinary.");
  }
  if (binary === undefined) return text === undefined ? undefined : { text };
  if (Buffer.from(binary, 'base64').toString('base64') !== binary) {
    throw serializationError('SecretBinary is not base64');
  }
  return { binary };
}

function described(fields: Fields) {
  const description = textField(fields, 'Description');
  const kmsKeyId = textField(fields, 'KmsKeyId');
  return {
    ...(description === undefined ? {} : { description }),
    ...(kmsKeyId === undefined ? {} : { kmsKeyId }),
  };
}

function outcome({ arn, name }: Secret, version: SecretVersion | undefined): Fields {
  return { ARN: arn, Name: name, VersionId: version?.id, VersionStages: version?.stages };
}
