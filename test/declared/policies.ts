import {
  AwsClients,
  Config,
  type ConfigOptions,
  Context,
  Default,
  DynamoProvider,
  EnvProvider,
  SecretsProvider,
  type SettingsValues,
  SsmProvider,
  XconSettings,
} from '../../src/index';
import { type PolicyDocument } from '../../src/iam/policy-document';
import { LookupScope } from '../../src/config/lookup-scope';
import { declarationsOf } from '../../src/declared/declare';
import { type SettingsPolicyOptions, settingsPolicy } from '../../src/declared/settings-policy';
import { secret } from '../../src/declared/secret-setting';
import { setting } from '../../src/declared/setting';
import { type SettingsShape } from '../../src/declared/settings-shape';
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
  return isolated([orders, new EnvProvider({}), new Config(config)], () => {
    const context = Context.current();
    const scope = LookupScope.of<Config>(context, Config.grab(), context.resolveAll(Config));
    return settingsPolicy(declarationsOf(shape), scope, options);
  });
}
