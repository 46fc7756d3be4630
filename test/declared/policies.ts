import {
  AwsClients,
  Config,
  type ConfigOptions,
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
import { isolated } from '../chain/doubles';
import { ordersSettings } from './orders-settings';

/** How a service is told to look up its settings. */
export interface Told {
  readonly shape?: SettingsShape;
  readonly settings?: Partial<SettingsValues>;
  readonly config?: ConfigOptions;
  readonly options?: SettingsPolicyOptions;
}

const place = { region: 'eu-west-1', account: '111122223333' };
const key = (id: string): string => `arn:aws:kms:eu-west-1:111122223333:key/${id}`;

/** The policies that golden files show, by their names. */
export const policies: Readonly<Record<string, Told>> = {
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
export function policyOf({ shape = ordersSettings, settings, config, options = place }: Told = {}): PolicyDocument {
  const orders = new XconSettings({ service: 'orders', environment: 'prod', ...settings });
  return isolated([orders, new EnvProvider({}), new Config(config)], () => defineSettings(shape).policy(options));
}
