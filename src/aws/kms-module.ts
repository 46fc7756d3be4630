import type * as Kms from '@aws-sdk/client-kms';
import { InvalidSettingsError } from '../errors';

/**
 * Loads the KMS client, an optional package.
 *
 * @throws InvalidSettingsError when it is not installed.
 */
export async function importKms(): Promise<typeof Kms> {
  try {
    return await import('@aws-sdk/client-kms');
  } catch (error) {
    const problem = 'needs the package @aws-sdk/client-kms: npm install @aws-sdk/client-kms';
    throw new InvalidSettingsError('cacheKmsKeyId', problem, { cause: error });
  }
}
