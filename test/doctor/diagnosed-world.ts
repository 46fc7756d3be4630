import manifest from '../../package.json';
import { diagnose, type DiagnosedConfig } from '../../src/doctor/diagnose';
import { type Check, type Diagnosis } from '../../src/doctor/diagnosis';
import {
  AwsClients,
  Clock,
  Config,
  type ConfigOptions,
  DynamoCacher,
  DynamoProvider,
  EnvProvider,
  SecretsProvider,
  SsmProvider,
  XconSettings,
} from '../../src/index';
import { type LocalAwsOptions } from '../../src/local-aws/local-aws';
import { type SettingsValues } from '../../src/settings/settings-values';
import { AwsWorld } from '../end-to-end/world';

/** Values that no output may have. */
export const canaries = ['canary-of-a-parameter', 'canary-of-a-secure-string', 'canary-of-a-secret', 'canary-of-a-row'];

const [parameter = '', secureString = '', secret = '', value = ''] = canaries;

/** What the sources of `orders` in `prod` hold. */
export const seed = {
  ssm: {
    '/orders/prod/DB_HOST': parameter,
    '/orders/prod/SMTP_URL': { type: 'SecureString', value: secureString },
    '/global/all/REGION': parameter,
  },
  secrets: { '/orders/prod/DB_PASSWORD': secret, '/global/all/PAY_TOKEN': secret },
  tables: {
    'global-all-config': { rows: [{ app_key: '/orders/all', name_key: 'retry', value }] },
    'global-all-configCache': { ttl: 'ttl' },
  },
} satisfies LocalAwsOptions['seed'];

/** How a diagnosis is made. */
export interface DiagnosisOptions {
  readonly config?: ConfigOptions;
  readonly clients?: AwsClients;
  readonly with?: Partial<DiagnosedConfig>;
}

/** Starts a world whose settings and sources have nothing wrong with them. */
export function startWorld(settings: Partial<SettingsValues> = {}): Promise<AwsWorld> {
  return AwsWorld.start({ seed }, { service: 'orders', environment: 'prod', ...settings });
}

/** Makes a diagnosis in a world, as `xcon doctor` does. */
export function diagnosed(world: AwsWorld, options: DiagnosisOptions = {}): Promise<Diagnosis> {
  const providers = [new EnvProvider({ HOME: parameter }), SsmProvider, SecretsProvider, DynamoProvider];
  const more = options.clients === undefined ? [] : [options.clients];
  return world.run(async () => {
    const config = new Config({ providers, cacher: DynamoCacher, ...options.config });
    const { service, environment } = { service: config.resolvedService, environment: config.resolvedEnvironment };
    const clock = Clock.grab();
    return diagnose({
      ...{ service, environment, partition: `/${service}/${environment}` },
      directories: config.directoryChain.directories,
      providers: config.providerChain.providers,
      cacher: config.resolvedCacher,
      settings: XconSettings.grab().resolve(),
      clients: AwsClients.grab(),
      nowMs: () => clock.nowMs(),
      random: () => 0.5,
      versions: {
        xcon: manifest.version,
        node: process.versions.node,
        nodeRange: manifest.engines.node,
        sdkRanges: manifest.dependencies,
        manifestOf: (name) => import(`${name}/package.json`) as Promise<{ version: string }>,
      },
      ...options.with,
    });
  }, more);
}

/** Gives the checks that are not well, in short. */
export function wrong({ checks }: Diagnosis): readonly string[] {
  return checks
    .filter(({ state }) => state !== 'ok')
    .map(({ state, subject, result }) => `${state} ${subject}: ${result}`);
}

/** Gives the check of a subject. */
export function checkOf({ checks }: Diagnosis, subject: string): Check {
  const found = checks.find((each) => each.subject === subject);
  if (found === undefined) throw new Error(`There is no check of ${subject}.`);
  return found;
}
