// Loaded at once, so that the first change does not wait for packages.
import '@aws-sdk/client-dynamodb';
import { createChangeHandler } from '../../src/events/index';
import { DynamoCacher } from '../../src/index';
import { type LocalAwsCall, startLocalAws } from '../../src/local-aws/local-aws';
import { FleetProcess } from '../cache/fleet-process';
import { parameterEvent } from '../events/fixtures/parameter-store';

/**
 * Gives the requests of the handler of changes: two services have looked something up, which changes for one of them, and
 * then for both.
 */
export async function recordChanges(nameIndex: boolean): Promise<readonly LocalAwsCall[]> {
  const ssm = { '/orders/prod/db_host': 'one', '/global/all/region': 'eu-west-1' };
  const aws = await startLocalAws({ seed: { ssm } });
  const services = ['orders', 'billing'].map((service) => new FleetProcess(aws, { settings: { service } }));
  try {
    await services[0]?.run(() => DynamoCacher.grab().ensureCacheTable({ index: nameIndex }));
    for (const each of services) {
      await each.values(['db_host', 'region']);
      await each.flush();
    }
    aws.calls.clear();
    const handler = createChangeHandler({ index: nameIndex });
    const follow = (name: string) => services[0]?.run(() => handler(parameterEvent('Update', name)));
    await follow('/orders/prod/db_host');
    await follow('/global/all/region');
    const left = await aws.rows('global-all-configCache');
    expect(left.filter((row) => row['real_name']?.S === 'region')).toEqual([]);
    return [...aws.calls.all];
  } finally {
    await Promise.all(services.map((each) => each.close()));
    await aws.close();
  }
}
