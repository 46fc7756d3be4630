import { config, defineSettings, secret, SettingsValidationError } from '../../../src/index';
import { type LocalAws } from '../../../src/testing/local-aws/local-aws';
import { FleetProcess } from '../fleet-process';
import { table } from '../rows';
import { rowsOf, startOrdersAws } from './orders-aws';

let aws: LocalAws;
let started: FleetProcess[];

beforeEach(async () => {
  aws = await startOrdersAws();
  started = [];
});

afterEach(async () => {
  await Promise.all(started.map((each) => each.close()));
  await aws.close();
});

function startProcess(): FleetProcess {
  const process = new FleetProcess(aws);
  started.push(process);
  return process;
}

describe('a secret that was read by its id', () => {
  const byId = { secretId: '/orders/all/password' };
  const readById = (process: FleetProcess) => process.run(() => config.getItem('anything', byId));

  test('is written under the directory that a lookup finds it in', async () => {
    const process = startProcess();
    expect((await readById(process)).directory.path).toBe('/_id');

    const found = await process.item('password');
    await process.flush();

    expect(found.directory.path).toBe('/orders/all');
    expect((await rowsOf(aws, 'password')).map((row) => row['real_directory']?.S)).toEqual(['/orders/all']);
    expect((await aws.rows(table)).map((row) => row['real_directory']?.S)).not.toContain('/_id');
  });

  test('is still read by its id after a lookup has found it', async () => {
    const process = startProcess();
    await process.item('password');

    expect((await readById(process)).directory.path).toBe('/_id');
  });

  test('passes no limit of directories, in this process nor in others', async () => {
    const declared = () => defineSettings({ PASSWORD: secret({ directories: ['/orders/prod'] }) });
    const first = startProcess();
    await readById(first);

    await expect(first.run(() => declared().load())).rejects.toThrow(SettingsValidationError);
    await first.flush();
    await expect(startProcess().run(() => declared().load())).rejects.toThrow(SettingsValidationError);
  });
});
