import * as kms from '@aws-sdk/client-kms';
import { importKms } from '../../src/aws/kms-module';

describe('importKms', () => {
  afterEach(() => jest.dontMock('@aws-sdk/client-kms'));

  it('loads the client', async () => {
    expect((await importKms()).KMSClient).toBe(kms.KMSClient);
  });

  it('says what to install when the package is not there', async () => {
    const missing = Object.assign(new Error("Cannot find module '@aws-sdk/client-kms'"), { code: 'MODULE_NOT_FOUND' });
    let reading: Promise<unknown> = Promise.resolve();

    await jest.isolateModulesAsync(async () => {
      jest.doMock('@aws-sdk/client-kms', () => {
        throw missing;
      });
      reading = (await import('../../src/aws/kms-module')).importKms();
      await reading.catch(() => undefined);
    });

    await expect(reading).rejects.toMatchObject({
      name: 'InvalidSettingsError',
      message: 'cacheKmsKeyId: needs the package @aws-sdk/client-kms: npm install @aws-sdk/client-kms',
      cause: missing,
    });
  });
});
