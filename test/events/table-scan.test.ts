import { scanPartitions } from '../../src/events/table-scan';
import { CacheWorld } from './cache-world';

let world: CacheWorld;
let sleeps: number[];

beforeEach(() => {
  world = new CacheWorld();
  sleeps = [];
});

function session() {
  return {
    client: world.dynamo.client,
    table: 'global-all-configCache',
    nowMs: () => world.clock.nowMs(),
    random: () => 0,
    sleep: (ms: number) => {
      sleeps.push(ms);
      world.clock.advance(ms / 1000);
      return Promise.resolve();
    },
  };
}

/** Reads the table; gives what came at once, as `partition: number of rows`, and the positions. */
async function scan(unitsPerSecond = 1_000_000, from?: Parameters<typeof scanPartitions>[1]['from']) {
  const steps: string[][] = [];
  const positions = [];
  for await (const { partitions, position } of scanPartitions(session(), { unitsPerSecond, from })) {
    steps.push(partitions.map(({ environ, rows }) => `${environ}: ${rows.length}`));
    positions.push(position);
  }
  return { steps, positions };
}

describe('scanPartitions', () => {
  beforeEach(async () => {
    for (const environ of ['/a/prod', '/b/prod', '/c/prod'])
      for (const name of ['x', 'y', 'z']) await world.plain(name, { environ });
  });

  it.each([1, 2, 3, 4, 5, 8, 9, 100])('gives each partition whole, by pages of %s rows', async (rows) => {
    world.dynamo.scanPageRows = rows;

    const { steps } = await scan();

    expect(steps.flat()).toEqual(['/a/prod: 3', '/b/prod: 3', '/c/prod: 3']);
    expect(world.count('Scan')).toBe(Math.ceil(9 / rows));
  });

  it('can be taken up behind each partition', async () => {
    world.dynamo.scanPageRows = 2;
    const { positions } = await scan();
    const known = positions.filter((each) => each !== undefined);
    expect(known.length).toBeGreaterThan(2);

    for (const position of known) {
      const { steps } = await scan(1_000_000, position);
      const done = ['/a/prod', '/b/prod', '/c/prod'].indexOf(position['app_key']?.S ?? '') + 1;
      expect(steps.flat()).toEqual(['/a/prod: 3', '/b/prod: 3', '/c/prod: 3'].slice(done));
    }
  });

  it('leaves out what is of no service', async () => {
    await world.dynamo.plant({
      app_key: { S: '~xcon|scan' },
      name_key: { S: '~xcon|scan' },
      real_name: { S: '~xcon-scan' },
    });

    expect((await scan()).steps.flat()).toHaveLength(3);
  });

  it('asks for no values, neither plain nor sealed', async () => {
    const asked: string[] = [];
    const send = world.dynamo.send.bind(world.dynamo);
    world.dynamo.send = (command) => {
      asked.push(JSON.stringify(command.input));
      return send(command);
    };

    await scan();

    expect(asked.join()).toContain('real_name');
    expect(asked.join()).not.toMatch(/"value"|xcon_sealed|xcon_ref|original_name/);
  });

  it('takes no more read units a second than it may, on average', async () => {
    world.dynamo.scanPageRows = 1;
    world.dynamo.scanPageUnits = 50;
    const began = world.clock.nowMs();

    await scan(100);

    expect(world.count('Scan')).toBe(9);
    expect(world.clock.nowMs() - began).toBe((8 * 50 * 1000) / 100);
    expect(sleeps).toEqual(Array(8).fill(500));
  });

  it('is done with an empty table after one page', async () => {
    world = new CacheWorld();

    expect((await scan()).steps).toEqual([[]]);
  });

  it('has nothing to wait for when units are not reported', async () => {
    world.dynamo.scanPageRows = 1;
    world.dynamo.scanPageUnits = 0;

    await scan(1);

    expect(sleeps).toEqual([]);
  });
});
