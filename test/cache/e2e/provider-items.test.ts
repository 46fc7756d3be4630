import { config, type ConfigValue, Directory, DirectoryItem, DirectoryListing, Provider } from '../../../src/index';
import { startMs, TestClock, TestRandom } from '../doubles';
import { type FleetProcess } from '../fleet-process';
import { readPartition } from '../properties/python-reader';
import { rowsOf } from './orders-aws';
import { withOrdersFleet } from './orders-fleet';
import { table } from '../rows';

const orders = withOrdersFleet();

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
  return orders.start({ config: { directories: ['/orders/prod'], providers } });
}

test.each<[string, Given]>([
  ['no name', { name: '' }],
  ['a directory with braces', { name: 'odd', directory: Directory.literal('/{x}') }],
])(
  'an item of a provider with %s is not cached, because the Python library could not read the partition',
  async (_, odd) => {
    const process = startWith(new Listed('mine', [odd, { name: 'good' }]));
    await process.get('good');
    await process.close();

    const rows = await orders.aws.rows(table);
    expect(() => readPartition(rows)).not.toThrow();
    expect(await rowsOf(orders.aws, 'good')).toHaveLength(1);
  },
);

test.each<[string, Given]>([
  ['an end that is no number', { name: 'odd', ttl: Number.NaN }],
  ['a set of equal numbers', { name: 'odd', value: new Set([1, 1n]) }],
])('an item with %s does not prevent others from being cached', async (_, odd) => {
  const process = startWith(new Listed('mine', [odd, { name: 'good' }]));
  await process.get('good');
  await process.close();

  expect(await rowsOf(orders.aws, 'good')).toHaveLength(1);
  expect(process.log.events).toEqual([]);
});

test('a provider whose name contains the separator is not mistaken for two', async () => {
  const joined = startWith(new Listed('m|n', [{ name: 'a', value: 'joined' }]));
  await joined.get('a');
  await joined.close();
  const parted = startWith(new Listed('m', [{ name: 'a', value: 'parted' }]), new Listed('n', []));

  expect(await parted.get('a')).toBe('parted');
  await parted.close();
});

test('an early refresh reads no secrets that no lookup of the process asked for', async () => {
  const filling = orders.start();
  await filling.values(['token', 'db_host']);
  await filling.close();
  orders.aws.calls.clear();
  const clock = new TestClock(startMs + 11.5 * 3600 * 1000);
  const process = orders.start({ clock, random: new TestRandom(0.9) });
  await process.get('db_host');
  await process.flush();

  expect(orders.aws.calls.count(/GetSecretValue/)).toBe(0);
  await process.close();
});

test('an explanation leaves no lease behind', async () => {
  const process = orders.start();
  await process.run(() => config.explain('db_host'));
  await process.flush();

  expect(await rowsOf(orders.aws, '~xcon-lease')).toEqual([]);
  await process.close();
});
