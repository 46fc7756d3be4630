import { AwsClients } from '../aws/aws-clients';
import { Context } from '../di/context';
import { EnvProvider } from '../providers/env-provider';
import { XconSettings } from '../settings/xcon-settings';

/** Signs what goes to a local AWS, and spares the SDK its search for credentials, which would leave the machine. */
const credentials = { accessKeyId: 'xcon-tests-not-a-real-key', secretAccessKey: 'xcon-tests-not-a-real-secret' };

/**
 * Makes the context that tests begin with: nothing in it is shared, environment variables are the only source, there is
 * no cacher, the service is `testing` and the environment `unit`.
 *
 * A test may say otherwise: `xconSettings.service = 'orders'`, or a Config with providers.
 */
export function createTestRoot(): Context {
  const settings = { service: 'testing', environment: 'unit', providers: [EnvProvider], disableDefaultCacher: true };
  return Context.createRoot([new XconSettings(settings), new AwsClients(new LocalClientOptions())]);
}

/** Read when a client is made: a test may set the region before that. */
class LocalClientOptions {
  readonly credentials = credentials;

  get region(): string {
    return process.env['AWS_REGION'] ?? 'us-east-1';
  }
}
