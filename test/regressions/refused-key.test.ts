import { AwsClients, Config, Context, Logger } from '../../src/index';
import { startLocalAws } from '../../src/local-aws/local-aws';

describe('a SecureString whose key may not be used', () => {
  it('does not hide its neighbours, is skipped, and is reported by name', async () => {
    const aws = await startLocalAws({
      seed: {
        ssm: {
          '/orders/prod/PLAIN': 'plain',
          '/orders/prod/TOKEN': { value: 'hidden', type: 'SecureString', keyDenied: true },
          '/orders/all/TOKEN': 'lower',
        },
      },
    });
    const warnings: Readonly<Record<string, unknown>>[] = [];
    const ignore = (): void => undefined;
    const warn = (line: Readonly<Record<string, unknown>>): void => void warnings.push(line);
    const clients = new AwsClients({
      endpoint: aws.url,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
    const root = Context.createRoot([
      clients,
      new Logger({ trace: ignore, debug: ignore, info: ignore, warn, error: ignore }),
      new Config({ service: 'orders', environment: 'prod', cacher: null }),
    ]);

    const values = await root.run(() => Promise.all(['PLAIN', 'TOKEN'].map((name) => Config.grab().get(name))));

    await root.run(() => Config.grab().close());
    await aws.close();
    expect(values).toEqual(['plain', 'lower']);
    expect(warnings).toMatchObject([
      { event: 'provider.refused', provider: 'ssm', directory: '/orders/prod', name: 'token' },
    ]);
    expect(warnings[0]?.['remedy']).toContain('kms:Decrypt');
  });
});
