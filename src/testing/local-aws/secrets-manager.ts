import { secretBatch } from './secret-batch';
import { secretDeletion } from './secret-deletion';
import { secretReads } from './secret-reads';
import { type SecretStore } from './secret-store';
import { secretWrites } from './secret-writes';
import { type Operations } from './service';

/** The operations of Secrets Manager. */
export function secretsManagerOperations(store: SecretStore): Operations {
  return new Map([...secretReads(store), ...secretBatch(store), ...secretWrites(store), ...secretDeletion(store)]);
}
