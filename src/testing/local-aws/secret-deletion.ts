import { epochSeconds, secretArn } from './arn';
import { type Fields, flagField, integerField, requireText } from './fields';
import { invalidParameter } from './secret-filter';
import { type SecretStore } from './secret-store';
import { type Operation, type Operations } from './service';

const dayMs = 86_400_000;

/** `DeleteSecret`, at once or after a recovery window, and `RestoreSecret`. */
export function secretDeletion(store: SecretStore): Operations {
  return new Map<string, Operation>([
    ['DeleteSecret', (fields) => deleteSecret(store, fields)],
    ['RestoreSecret', (fields) => restoreSecret(store, fields)],
  ]);
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
