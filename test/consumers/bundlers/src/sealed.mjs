// Seals cached secrets with a KMS key: the package of its client is named by the service.
import * as kms from '@aws-sdk/client-kms';
import { config, DynamoCacher, provideKms, provideOperations } from 'xcon';

provideKms(kms);
// Of the cacher, a bundle has clear(), entries() and ensureCacheTable() where they are provided.
provideOperations();

export async function handler() {
  await DynamoCacher.grab().ensureCacheTable();
  const password = await config.get('DB_PASSWORD');
  await config.flush();
  const rows = await DynamoCacher.grab().entries();
  await config.close();
  return { password, sealed: rows.some(({ kind }) => kind === 'sealed') };
}
