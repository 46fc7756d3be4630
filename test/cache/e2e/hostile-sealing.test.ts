import { type AttributeMap } from '../../../src/aws/attribute-value';
import { type LocalAws } from '../../../src/testing/local-aws/local-aws';
import { type SettingsValues } from '../../../src/settings/settings-values';
import { xconSettings } from '../../../src/index';
import { FleetProcess } from '../fleet-process';
import { cacheKey } from '../rows';
import { putRows, rowsOf, startOrdersAws } from './orders-aws';

const cacheKeys = [Buffer.alloc(32, 1).toString('base64')];
const sealing: Partial<SettingsValues> = { cacheSecrets: 'encrypt', cacheKeys };
let aws: LocalAws;
let started: FleetProcess[];

beforeEach(async () => {
  aws = await startOrdersAws();
  started = [];
});

afterEach(async () => {
  aws.setFaults([]);
  await Promise.all(started.map((each) => each.close()));
  await aws.close();
});

function startProcess(settings: Partial<SettingsValues> = sealing): FleetProcess {
  const process = new FleetProcess(aws, { settings });
  started.push(process);
  return process;
}

async function sealedRowOf(name: string): Promise<AttributeMap> {
  const row = (await rowsOf(aws, name)).find((each) => each['xcon_sealed'] !== undefined);
  if (row === undefined) throw new Error(`There is no sealed row of ${name}.`);
  return row;
}

test.each<[string, AttributeMap, string]>([
  ['another name', { real_name: { S: 'greeting' } }, '/orders/prod|/orders/all|/global/prod|/global/all'],
  ['another chain', { xcon_chain: { S: cacheKey('/orders/all', 'ssm|secrets').chainHash } }, '/orders/all'],
])('a sealed row that says it is of %s is not used for it', async (_, edited, paths) => {
  const process = startProcess();
  await process.get('token');
  await process.close();
  await putRows(aws, [{ ...(await sealedRowOf('token')), ...edited }]);
  const other = new FleetProcess(aws, { settings: sealing, config: { directories: paths.split('|') } });
  started.push(other);
  const name = edited['real_name']?.S ?? 'token';

  expect(await other.get(name)).toBeUndefined();
  expect(other.log.events).toEqual(['cache.sealed-row-refused']);
});

test('keys that are set while the process runs are used', async () => {
  const process = startProcess({});
  await process.get('db_host');
  process.run(() => {
    xconSettings.cacheKeys = cacheKeys;
    xconSettings.cacheSecrets = 'encrypt';
  });

  await process.get('token');
  await process.flush();

  expect(process.log.events).toEqual([]);
  expect(await sealedRowOf('token')).toBeDefined();
});
