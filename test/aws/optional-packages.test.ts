import * as appConfig from '@aws-sdk/client-appconfigdata';
import * as kms from '@aws-sdk/client-kms';
import { importAppConfig, importKms, provideAppConfig, provideKms } from '../../src/aws/optional-packages';
import { state } from '../../src/di/state';

afterEach(() => {
  delete state.kms;
  delete state.appConfig;
});

describe('importKms', () => {
  afterEach(() => jest.dontMock('@aws-sdk/client-kms'));

  it('loads the client', async () => {
    expect((await importKms()).KMSClient).toBe(kms.KMSClient);
  });

  it('gives the module that was provided', async () => {
    class KMSClient {}
    provideKms({ ...kms, KMSClient });

    expect((await importKms()).KMSClient).toBe(KMSClient);
  });

  it('says what to install when the package is missing', async () => {
    const missing = Object.assign(new Error("Cannot find module '@aws-sdk/client-kms'"), { code: 'MODULE_NOT_FOUND' });
    let reading: Promise<unknown> = Promise.resolve();

    await jest.isolateModulesAsync(async () => {
      jest.doMock('@aws-sdk/client-kms', () => {
        throw missing;
      });
      reading = (await import('../../src/aws/optional-packages')).importKms();
      await reading.catch(() => undefined);
    });

    await expect(reading).rejects.toMatchObject({
      name: 'InvalidSettingsError',
      message:
        'cacheKmsKeyId: needs the package @aws-sdk/client-kms: npm install @aws-sdk/client-kms, and in a bundle call provideKms()',
      cause: missing,
    });
  });
});

test('provideKms refuses another module', () => {
  expect(() => provideKms({ KMSClient: kms.KMSClient, DecryptCommand: undefined, GenerateDataKeyCommand: 5 })).toThrow(
    'provideKms(): expected the module @aws-sdk/client-kms.',
  );
});

describe('importAppConfig', () => {
  it('loads the client, unless its module was provided', async () => {
    class AppConfigDataClient {}

    expect((await importAppConfig()).AppConfigDataClient).toBe(appConfig.AppConfigDataClient);
    provideAppConfig({ ...appConfig, AppConfigDataClient });
    expect((await importAppConfig()).AppConfigDataClient).toBe(AppConfigDataClient);
  });
});

test('provideAppConfig refuses another module', () => {
  expect(() => provideAppConfig(kms as never)).toThrow(
    'provideAppConfig(): expected the module @aws-sdk/client-appconfigdata.',
  );
});
