import { config, type ConfigValue, type Directory, type ListingOutcome, Provider } from '../../src/index';
import { FleetProcess } from '../cache/fleet-process';
import { CacheWorld } from './cache-world';
import { parameterEvent } from './fixtures/parameter-store';

const directories = ['/orders/prod', '/global/all'];
let world: CacheWorld;
let values: Record<string, string>;
let reads: string[];
let processes: readonly FleetProcess[];

/** Holds given values in `/orders/prod`, and counts its reads. */
class CountingSource extends Provider {
  override readonly name = 'source';

  override readDirectory(directory: Directory): Promise<ListingOutcome> {
    reads.push(directory.path);
    return Promise.resolve(this.listing(directory, directory.path === '/orders/prod' ? values : {}));
  }
}

beforeEach(async () => {
  world = new CacheWorld();
  values = { A: 'old', B: 'old' };
  reads = [];
  processes = Array.from({ length: 10 }, () => {
    const providers = [new CountingSource()];
    return new FleetProcess(undefined, {
      clock: world.clock,
      clients: { dynamo: world.dynamo.client },
      config: { providers, directories },
    });
  });
  await askAll('A', 'B');
  reads = [];
});

afterEach(() => Promise.all(processes.map((each) => each.close())));

/** Asks all processes for names at the same time. */
async function askAll(...names: readonly string[]): Promise<readonly (readonly (ConfigValue | undefined)[])[]> {
  const answers = await Promise.all(processes.map((each) => each.values(names)));
  await Promise.all(processes.map((each) => each.flush()));
  return answers;
}

/** Changes a name, and lets all see it. */
async function change(name: string, value: string): Promise<void> {
  values[name] = value;
  await world.handle(parameterEvent('Update', `/orders/prod/${name}`));
  await Promise.all(processes.map((each) => each.run(() => config.refresh())));
}

it('one process reads the sources for all, after each change, however soon the next one comes', async () => {
  for (const value of ['new', 'newer', 'newest']) {
    await change('A', value);

    expect(await askAll('A', 'B')).toEqual(Array(10).fill([value, 'old']));
    expect(reads.sort()).toEqual([...directories].sort());
    reads = [];
  }
});

it('no process reads the sources for names that have not changed', async () => {
  await change('A', 'new');

  expect(await askAll('B')).toEqual(Array(10).fill(['old']));
  expect(reads).toEqual([]);
});

it('a name that changed long ago is looked up without waiting for another process', async () => {
  await change('A', 'new');
  world.clock.advance(120);
  world.dynamo.operations.length = 0;

  expect(await processes[0]?.get('A')).toBe('new');
  expect(world.count('PutItem')).toBe(0);
});
