// Loaded at once, so that the first lookup does not wait for packages.
import '@aws-sdk/client-dynamodb';
import '@aws-sdk/client-kms';
import '@aws-sdk/client-secrets-manager';
import '@aws-sdk/client-ssm';
import { config, type ConfigOptions, type ConfigValue, Default, DynamoCacher, DynamoProvider } from '../../src/index';
import { type SettingsValues } from '../../src/settings/settings-values';
import { type LocalAws, type LocalAwsCall, startLocalAws } from '../../src/local-aws/local-aws';
import { FleetProcess } from '../cache/fleet-process';
import { type Account } from './iam-requests';

/** Tables of the account. */
export const cacheTable = 'global-all-configCache';
export const configTable = 'global-all-config';
const secretNames = ['token', 'key_a', 'key_b', 'key_c', 'key_d', 'key_e', 'key_f'];
/** Names that are looked up; one of them is nowhere. */
export const names = ['db_host', 'pool_size', 'region', 'license', 'retry', 'rate', 'absent', ...secretNames];
/** What of the account IAM needs to know. */
export const account: Account = {
  secureStrings: ['/orders/all/license'],
  secrets: secretNames.map((name) => `/orders/prod/${name}`),
  key: 'customer-key',
};
/** What some of the names are in the directories of every service. */
const found: readonly ConfigValue[] = ['db.internal', { times: 5 }, 'canary-license', 'canary-key_f'];

function startAws(): Promise<LocalAws> {
  return startLocalAws({
    seed: {
      ssm: {
        '/orders/prod/db_host': 'db.internal',
        '/orders/all/license': { value: 'canary-license', type: 'SecureString' },
        '/global/all/region': 'eu-west-1',
        '/billing/export/prod/rate': '7',
      },
      secrets: Object.fromEntries(secretNames.map((name) => [`/orders/prod/${name}`, `canary-${name}`])),
      tables: {
        [cacheTable]: { rows: [] },
        [configTable]: { rows: [{ app_key: '/global/prod', name_key: 'retry', value: { times: 5 } }] },
      },
    },
  });
}

/**
 * Gives the requests of processes that look everything up in a local AWS: two start cold at once, one warm; one watches,
 * lists the cache and clears it; one starts cold again.
 *
 * @param foundElsewhere - Values that they have to find in directories of their own, besides.
 */
export async function recordLookups(
  settings: Partial<SettingsValues>,
  options: ConfigOptions = {},
  foundElsewhere: readonly ConfigValue[] = [],
): Promise<readonly LocalAwsCall[]> {
  const aws = await startAws();
  const processes: FleetProcess[] = [];
  const start = (): FleetProcess => {
    const process = new FleetProcess(aws, { settings, config: { ...options, providers: [Default, DynamoProvider] } });
    processes.push(process);
    return process;
  };
  try {
    await play(start, settings.disableDefaultCacher !== true, [...found, ...foundElsewhere]);
    expect(processes.flatMap(({ log }) => log.events)).toEqual([]);
    return aws.calls.all;
  } finally {
    await Promise.all(processes.map((each) => each.close()));
    await aws.close();
  }
}

async function play(start: () => FleetProcess, isCached: boolean, expected: readonly ConfigValue[]): Promise<void> {
  const load = (process: FleetProcess) => loadAll(process, expected);
  await Promise.all([load(start()), load(start())]);
  const warm = await load(start());
  await warm.run(async () => {
    const watch = await config.watch({ everySeconds: 3600 });
    await config.explain('db_host');
    await config.refresh({ pastCache: true });
    await config.get('db_host');
    watch.close();
  });
  if (isCached) {
    await warm.run(() => DynamoCacher.grab().entries());
    await warm.run(() => DynamoCacher.grab().clear({ name: 'db_host' }));
    await warm.run(() => DynamoCacher.grab().clear());
  }
  await load(start());
}

async function loadAll(process: FleetProcess, expected: readonly ConfigValue[]): Promise<FleetProcess> {
  expect(await process.values(names)).toEqual(expect.arrayContaining(expected));
  await process.flush();
  return process;
}
