import { epochSeconds, secretArn } from './arn';
import {
  constraint,
  type Fields,
  flagField,
  integerField,
  missingMember,
  mostTags,
  requireText,
  requireTexts,
  tagsField,
  textField,
  textListField,
} from './fields';
import {
  dayMs,
  invalidParameter,
  isSameContent,
  mostStages,
  mostVersions,
  moveStage,
  type Secret,
  type SecretContent,
  type SecretStore,
  type SecretVersion,
} from './secret-store';
import { type Operations, operationsOf } from './service';
import { serializationError, ServiceError, validationError } from './service-error';

/** Bytes of a value. Source: https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html */
const mostBytes = 65_536;

/** The operations of Secrets Manager that change something. */
export function secretWrites(store: SecretStore): Operations {
  const content = 'SecretString SecretBinary ClientRequestToken';
  return operationsOf({
    CreateSecret: [`Name ${content} Description KmsKeyId Tags.Key Tags.Value`, (fields) => createSecret(store, fields)],
    PutSecretValue: [`SecretId ${content} VersionStages`, (fields) => putSecretValue(store, fields)],
    UpdateSecret: [`SecretId ${content} Description KmsKeyId`, (fields) => updateSecret(store, fields)],
    UpdateSecretVersionStage: [
      'SecretId VersionStage MoveToVersionId RemoveFromVersionId',
      (fields) => updateSecretVersionStage(store, fields),
    ],
    DeleteSecret: ['SecretId RecoveryWindowInDays ForceDeleteWithoutRecovery', (fields) => deleteSecret(store, fields)],
    RestoreSecret: ['SecretId', (fields) => restoreSecret(store, fields)],
    TagResource: ['SecretId Tags.Key Tags.Value', (fields) => tagResource(store, fields)],
    UntagResource: ['SecretId TagKeys', (fields) => untagResource(store, fields)],
  });
}

function createSecret(store: SecretStore, fields: Fields): Fields {
  const name = requireText(fields, 'Name');
  if (!/^[\w/+=.@!-]{1,512}$/.test(name)) {
    throw validationError(
      'Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!',
    );
  }
  const content = contentOf(fields);
  const token = tokenOf(fields);
  const tags = tagsField(fields);
  checkTagCount(tags);
  const former = store.find(name);
  if (former !== undefined) return repeated(former, token, content);
  const secret = store.create(name, { ...described(fields), tags: tags.size === 0 ? undefined : tags });
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
  tokenOf(fields);
  return outcome(store.update(secret, described(fields), 'UpdateSecret'), undefined);
}

function addContent(
  store: SecretStore,
  secret: Secret,
  content: SecretContent,
  fields: Fields,
  how: { readonly stages?: readonly string[] | undefined; readonly operation: string },
): Fields {
  const token = tokenOf(fields);
  const same = token === undefined ? undefined : secret.versions.find(({ id }) => id === token);
  if (same !== undefined && isSameContent(same.content, content)) return outcome(secret, same);
  if (same !== undefined) {
    throw new ServiceError(
      'ResourceExistsException',
      "You can't use ClientRequestToken of a version that exists with another content.",
    );
  }
  const versions = store.versionsWith(secret, content, token, how.stages);
  checkQuotas(versions);
  return outcome(store.update(secret, { ...described(fields), versions }, how.operation), versions.at(-1));
}

/**
 * Moves, adds or removes a staging label.
 *
 * Source: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecretVersionStage.html
 */
function updateSecretVersionStage(store: SecretStore, fields: Fields): Fields {
  const secret = store.requireLive(requireText(fields, 'SecretId'));
  const stage = requireText(fields, 'VersionStage');
  const to = textField(fields, 'MoveToVersionId');
  const from = textField(fields, 'RemoveFromVersionId');
  if (to === undefined && from === undefined) throw missingMember('MoveToVersionId');
  const unknown = [to, from].find((each) => each !== undefined && !secret.versions.some(({ id }) => id === each));
  if (unknown !== undefined) {
    throw new ServiceError('ResourceNotFoundException', `Secrets Manager can't find the specified version: ${unknown}`);
  }
  const holder = secret.versions.find(({ stages }) => stages.includes(stage));
  if (from === undefined ? holder !== undefined && holder.id !== to : holder?.id !== from) {
    throw invalidParameter(
      holder === undefined
        ? `The staging label ${stage} is attached to no version: leave RemoveFromVersionId out.`
        : `The staging label ${stage} is attached to version ${holder.id}: name it in RemoveFromVersionId.`,
    );
  }
  if (stage === 'AWSCURRENT' && to === undefined) {
    throw invalidParameter(
      "You can only move staging label AWSCURRENT to a different secret version. It can't be completely removed.",
    );
  }
  const versions = moveStage(secret.versions, stage, to ?? '');
  checkQuotas(versions);
  return outcome(store.update(secret, { versions }, 'UpdateSecretVersionStage'), undefined);
}

function checkQuotas(versions: readonly SecretVersion[]): void {
  if (versions.length > mostVersions) {
    throw new ServiceError('LimitExceededException', `A secret can have about ${mostVersions} versions.`);
  }
  if (versions.flatMap(({ stages }) => stages).length > mostStages) {
    throw new ServiceError('LimitExceededException', `The versions of a secret can have ${mostStages} staging labels.`);
  }
}

function deleteSecret(store: SecretStore, fields: Fields): Fields {
  const id = requireText(fields, 'SecretId');
  const force = flagField(fields, 'ForceDeleteWithoutRecovery');
  const days = integerField(fields, 'RecoveryWindowInDays');
  if (force && days !== undefined) {
    throw invalidParameter("You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.");
  }
  if (days !== undefined && (days < 7 || days > 30)) {
    throw invalidParameter('RecoveryWindowInDays must be between 7 and 30 days (inclusive).');
  }
  if (force) return deleteAtOnce(store, id);
  const secret = store.requireLive(id);
  const deletionAtMs = store.nowMs + (days ?? 30) * dayMs;
  store.update(secret, { deletionAtMs }, 'DeleteSecret');
  return { ARN: secret.arn, Name: secret.name, DeletionDate: epochSeconds(deletionAtMs) };
}

/** The real service answers as if it had deleted something even when there is no such secret. */
function deleteAtOnce(store: SecretStore, id: string): Fields {
  const secret = store.find(id);
  if (secret !== undefined) store.remove(secret);
  return { ARN: secret?.arn ?? secretArn(id), Name: secret?.name ?? id, DeletionDate: epochSeconds(store.nowMs) };
}

function restoreSecret(store: SecretStore, fields: Fields): Fields {
  const secret = store.require(requireText(fields, 'SecretId'));
  store.update(secret, { deletionAtMs: undefined }, 'RestoreSecret');
  return { ARN: secret.arn, Name: secret.name };
}

function tagResource(store: SecretStore, fields: Fields): Fields {
  const secret = store.requireLive(requireText(fields, 'SecretId'));
  if ((fields['Tags'] ?? undefined) === undefined) throw missingMember('Tags');
  const tags = new Map([...(secret.tags ?? []), ...tagsField(fields)]);
  checkTagCount(tags);
  store.update(secret, { tags }, 'TagResource');
  return {};
}

function untagResource(store: SecretStore, fields: Fields): Fields {
  const secret = store.requireLive(requireText(fields, 'SecretId'));
  const gone = requireTexts(fields, 'TagKeys', Infinity);
  const tags = new Map([...(secret.tags ?? [])].filter(([key]) => !gone.includes(key)));
  store.update(secret, { tags }, 'UntagResource');
  return {};
}

function checkTagCount(tags: ReadonlyMap<string, string>): void {
  if (tags.size > mostTags) throw invalidParameter(`A secret can have at most ${mostTags} tags.`);
}

function contentOf(fields: Fields): SecretContent | undefined {
  const text = textField(fields, 'SecretString');
  const binary = textField(fields, 'SecretBinary');
  if (text !== undefined && binary !== undefined) {
    throw invalidParameter("You can't provide both SecretString and SecretBinary.");
  }
  const bytes = binary === undefined ? undefined : Buffer.from(binary, 'base64');
  if (bytes !== undefined && bytes.toString('base64') !== binary) {
    throw serializationError('SecretBinary is not base64');
  }
  if ((bytes?.length ?? Buffer.byteLength(text ?? '')) > mostBytes) {
    const member = bytes === undefined ? 'secretString' : 'secretBinary';
    throw constraint(`Value at '${member}'`, `Member must have length less than or equal to ${mostBytes}`);
  }
  if (binary !== undefined) return { binary };
  return text === undefined ? undefined : { text };
}

/** Gives the token of a request, which becomes the id of the version. */
function tokenOf(fields: Fields): string | undefined {
  const token = textField(fields, 'ClientRequestToken');
  if (token === undefined || (token.length >= 32 && token.length <= 64)) return token;
  throw constraint("Value at 'clientRequestToken'", 'Member must have length between 32 and 64, inclusive');
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
