import { AwsClients, Config, Context, type Dependency, Logger, XconSettings } from '../../src/index';
import { patience } from './patience';

const ignore = (): void => undefined;
const silent = { trace: ignore, debug: ignore, info: ignore, warn: ignore, error: ignore };

/** The AWS clients of a process that asks a local AWS, once for each call. */
export function localClients(endpoint: string): AwsClients {
  return new AwsClients({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
}

/** Runs a function as a process of its own, which asks a local AWS and is closed afterwards. */
export async function inLocalProcess<T>(
  endpoint: string,
  settings: ConstructorParameters<typeof XconSettings>[0],
  fn: () => Promise<T>,
  dependencies: readonly Dependency[] = [],
): Promise<T> {
  const given = new XconSettings({ ...patience, ...settings });
  const root = Context.createRoot([localClients(endpoint), new Logger(silent), given, ...dependencies]);
  return root.run(async () => {
    try {
      return await fn();
    } finally {
      await Config.grab().close();
    }
  });
}
