import { config, type ConfigValue, Directory, DirectoryItem, DirectoryListing, Provider } from '../../../src/index';
import { type LocalAws } from '../../../src/local-aws/local-aws';
import { FleetProcess } from '../fleet-process';
import { readPartition } from '../properties/python-reader';
import { rowsOf, startOrdersAws } from './orders-aws';
import { table } from '../rows';

let aws: LocalAws;

beforeEach(async () => {
  aws = await startOrdersAws();
});

afterEach(() => aws.close());

interface Given {
  readonly name: string;
  readonly value?: ConfigValue;
  readonly ttl?: number;
  readonly directory?: Directory;
}

class Listed extends Provider {
  constructor(
    override readonly name: string,
    private readonly given: readonly Given[],
  ) {
    super();
  }

  override readDirectory(directory: Directory): Promise<DirectoryListing> {
    const items = this.given.map((each) => new DirectoryItem({ value: 'x', directory, source: this.name, ...each }));
    return Promise.resolve(new DirectoryListing(directory, items));
  }
}

function startWith(...providers: readonly Provider[]): FleetProcess {
  return new FleetProcess(aws, { config: { directories: ['/orders/prod'], providers } });
}

test.each<[string, Given]>([
  ['no name', { name: '' }],
  ['a directory with braces', { name: 'odd', directory: Directory.literal('/{x}') }],
])('an item of a provider with %s is not cached: the Python library could read nothing any more', async (_, odd) => {
  const process = startWith(new Listed('mine', [odd, { name: 'good' }]));
  await process.get('good');
  await process.close();

  const rows = await aws.rows(table);
  expect(() => readPartition(rows)).not.toThrow();
  expect(await rowsOf(aws, 'good')).toHaveLength(1);
});

test.each<[string, Given]>([
  ['an end that is no number', { name: 'odd', ttl: Number.NaN }],
  ['a set of equal numbers', { name: 'odd', value: new Set([1, 1n]) }],
])('an item with %s keeps no other from being cached', async (_, odd) => {
  const process = startWith(new Listed('mine', [odd, { name: 'good' }]));
  await process.get('good');
  await process.close();

  expect(await rowsOf(aws, 'good')).toHaveLength(1);
  expect(process.log.events).toEqual([]);
});

test('a provider whose name has a separator in it is not taken for two', async () => {
  const joined = startWith(new Listed('m|n', [{ name: 'a', value: 'joined' }]));
  await joined.get('a');
  await joined.close();
  const parted = startWith(new Listed('m', [{ name: 'a', value: 'parted' }]), new Listed('n', []));

  expect(await parted.get('a')).toBe('parted');
  await parted.close();
});

test('an early refresh reads no secrets that the process was not asked for', async () => {
  const filling = new FleetProcess(aws);
  await filling.values(['token', 'db_host']);
  await filling.close();
  aws.calls.clear();
  const { startMs, TestClock, TestRandom } = await import('../doubles');
  const clock = new TestClock(startMs + 11.5 * 3600 * 1000);
  const process = new FleetProcess(aws, { clock, random: new TestRandom(0.9) });
  await process.get('db_host');
  await process.flush();

  expect(aws.calls.count(/GetSecretValue/)).toBe(0);
  await process.close();
});

test('an explanation ends no lease that nothing was refreshed under', async () => {
  const process = new FleetProcess(aws);
  await process.run(() => config.explain('db_host'));
  await process.flush();

  expect(await rowsOf(aws, '~xcon-lease')).toEqual([]);
  await process.close();
});
