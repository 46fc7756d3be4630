import { settingsPolicies, settingsPolicy } from '../../src/declared/policy';
import {
  AwsClients,
  Config,
  type ConfigOptions,
  type DeclaredSettings,
  Default,
  defineSettings,
  DynamoProvider,
  EnvProvider,
  type PolicyDocument,
  secret,
  SecretsProvider,
  setting,
  type SettingsPolicyOptions,
  type SettingsShape,
  type SettingsValues,
  SsmProvider,
  XconSettings,
} from '../../src/index';
import { RecordedLog } from '../cache/doubles';
import { isolated } from '../chain/doubles';
import { ordersSettings } from './orders-settings';

/** How a service looks up its settings. */
export interface PolicyCase {
  readonly shape?: SettingsShape;
  readonly settings?: Partial<SettingsValues>;
  readonly config?: ConfigOptions;
  readonly options?: SettingsPolicyOptions;
  /** Takes what is logged. */
  readonly log?: RecordedLog;
}

const place = { region: 'eu-west-1', account: '111122223333' };
const key = (id: string): string => `arn:aws:kms:eu-west-1:111122223333:key/${id}`;

/** The policies that golden files show, by their names. */
export const policies: Readonly<Record<string, PolicyCase>> = {
  listing: {},
  names: { settings: { strategy: 'names' } },
  sealed: {
    shape: { dbHost: setting('DB_HOST'), dbPassword: secret('DB_PASSWORD') },
    settings: { cacheSecrets: 'encrypt', cacheKmsKeyId: 'sealing-key', cacheTable: 'cache' },
    options: { ...place, kmsKeyArns: [key('sources')], tableKmsKeyArns: [key('tables')] },
  },
  elsewhere: {
    shape: { dbHost: setting('DB_HOST'), login: secret('LOGIN', { id: 'rds!db-1234' }) },
    settings: { configTable: 'settings' },
    config: {
      cacher: null,
      directories: ['/shared/{environment}', Default],
      providers: [
        EnvProvider,
        SsmProvider,
        new SsmProvider({ region: 'us-east-1' }),
        new SecretsProvider({ clients: new AwsClients(), cacheName: 'secrets@other' }),
        DynamoProvider,
      ],
    },
    options: { ...place, partition: 'aws-us-gov' },
  },
};

/** Gives the policy of the service `orders` in `prod`. */
export function policyOf(given: PolicyCase = {}): PolicyDocument {
  return inService(given, ({ declarations }, options) =>
    settingsPolicy(declarations, Config.scopeOf(Config.grab()), options),
  );
}

/** Gives the policies of the same service that each fit a managed policy. */
export function policiesOf(given: PolicyCase = {}): readonly PolicyDocument[] {
  return inService(given, ({ declarations }, options) =>
    settingsPolicies(declarations, Config.scopeOf(Config.grab()), options),
  );
}

function inService<T>(
  { shape = ordersSettings, settings, config, options = place, log = new RecordedLog() }: PolicyCase,
  give: (declared: DeclaredSettings<SettingsShape>, options: SettingsPolicyOptions) => T,
): T {
  const orders = new XconSettings({ service: 'orders', environment: 'prod', ...settings });
  return isolated([orders, new EnvProvider({}), new Config(config), log.logger()], () =>
    give(defineSettings(shape), options),
  );
}
