import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AwsClients,
  Config,
  type ConfigOptions,
  ConfigNotFoundError,
  EnvProvider,
  ProviderError,
  Unavailable,
} from '../../../src/index';
import { type Held, item, MapProvider, rejection, secretItem, StubCacher, unread } from '../../chain/doubles';
import { withoutVariables, World } from '../doubles';
import { testKey } from '../../base/test-key';

withoutVariables();

const key = testKey(7).toString('base64');
const start = '2030-01-01T00:00:00.000Z';
const refusal = new Unavailable('AccessDenied: no', 'allow it');
let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xcon-recall-'));
  file = join(folder, 'answers');
});

afterEach(() => rm(folder, { recursive: true }));

interface Process {
  readonly world: World;
  readonly config: Config;
}

/** A process that has read nothing yet; `sources` may change while it runs. */
function processOf(sources: Record<string, Held>, options: ConfigOptions = {}, service = 'orders'): Process {
  const world = new World({ service, lastKnownGood: { file, key } });
  const held = Object.fromEntries(['/a', '/b'].map((path) => [path, () => sources[path] ?? {}]));
  const secrets = { '/a/s': secretItem('s', 'hunter2') };
  const config = new Config({
    directories: ['/a', '/b'],
    providers: [new EnvProvider({ from_env: 'env' }), new MapProvider({ held, secrets })],
    cacher: null,
    ...options,
  });
  return { world, config };
}

const down = (): Record<string, Held> => ({ '/a': new Error('down'), '/b': new Error('down') });

/** Runs a process that finds these names, and ends. */
async function runBefore(sources: Record<string, Held>, ...names: readonly string[]): Promise<void> {
  const { world, config } = processOf(sources);
  await world.run(async () => {
    await config.load(names);
    await config.flush();
  });
}

describe('a cold start while sources fail', () => {
  it('gives the answers of the previous process, marks them as stale, and warns once', async () => {
    await runBefore({ '/a': { x: 'upper' }, '/b': { x: 'lower', y: { deep: [1] } } }, 'X', 'y', 'missing');
    const { world, config } = processOf(down(), { defaults: { missing: 'default' } });

    await world.run(async () => {
      world.clock.advanceMs(60_000);
      const item = await config.getItem('x');

      expect(item).toMatchObject({ value: 'upper', stale: true, staleSince: start, source: 'map', cacheable: false });
      expect(item.directory.path).toBe('/a');
      expect(await config.get('Y')).toEqual({ deep: [1] });
      expect(await config.get('missing')).toBe('default');
      expect(await config.get('from_env')).toBe('env');
    });

    expect(world.log.warnings('last-good.given')).toMatchObject([{ file, goodAt: start, ageSeconds: 60 }]);
  });

  it('still fails for names that were never looked up', async () => {
    await runBefore({ '/a': { x: 1, y: 2 } }, 'x');
    const { world, config } = processOf(down());

    const error = await rejection(() => world.run(() => config.get('y')));

    expect(error).toBeInstanceOf(ProviderError);
    expect(error.message).toContain('down');
  });

  it('is healthy as long as every lookup has its answer', async () => {
    await runBefore({ '/a': { x: 1 } }, 'x');
    const sources = down();
    const { world, config } = processOf(sources);

    await world.run(async () => {
      await config.get('x');
      const held = await config.health({ probe: true });
      await rejection(() => config.get('never asked'));
      const missed = await config.health();
      Object.assign(sources, { '/a': { x: 1 }, '/b': {} });
      world.clock.advanceMs(1000);
      await config.get('x');
      Object.assign(sources, down());
      world.clock.advanceMs(2 * 3600_000);
      await config.get('x');

      expect([held.ok, missed.ok]).toEqual([true, false]);
      expect(held.providers.at(-1)).toMatchObject({ state: 'failing' });
      expect((await config.health()).ok).toBe(true);
    });
  });

  it('gives undefined for a name that was missing', async () => {
    await runBefore({}, 'x');
    const { world, config } = processOf(down());

    const error = await rejection(() => world.run(() => config.require('x')));

    expect(error).toBeInstanceOf(ConfigNotFoundError);
    expect(error.message).toContain('lastKnownGood (known to be missing, stale)');
  });

  it('gives current values as soon as the sources can be read', async () => {
    await runBefore({ '/a': { x: 'old' } }, 'x');
    const sources = down();
    const { world, config } = processOf(sources);

    await world.run(async () => {
      const before = await config.get('x');
      Object.assign(sources, { '/a': { x: 'new' }, '/b': {} });

      expect(before).toBe('old');
      expect(await config.getItem('x')).toMatchObject({ value: 'new', stale: false });
    });
  });

  it('marks secrets as such, and shows them nowhere', async () => {
    await runBefore({ '/a': [unread('s')] }, 's');
    const { world, config } = processOf(down());

    const item = await world.run(() => config.getItem('s'));

    expect(item).toMatchObject({ value: 'hunter2', secret: true, stale: true });
    expect((await readFile(file)).includes('hunter2')).toBe(false);
    expect(JSON.stringify(world.log.lines)).not.toContain('hunter2');
  });

  it('is explained', async () => {
    await runBefore({ '/a': { x: 'old' } }, 'x');
    const { world, config } = processOf(down(), { defaults: { x: 'default', missing: 'default' } });

    const [x, missing] = await world.run(() => Promise.all(['x', 'missing'].map((name) => config.explain(name))));

    expect(x?.winner).toMatchObject({ provider: 'lastKnownGood', directory: '/a', value: 'old', stale: true });
    expect(x?.places.at(-1)).toMatchObject({ provider: 'default', outcome: 'shadowed' });
    expect(missing?.winner).toBeUndefined();
  });

  it('of another service, or with other providers or clients, does not use the file', async () => {
    await runBefore({ '/a': { x: 1 } }, 'x');
    const foreign = processOf(down(), {}, 'billing');
    const narrower = processOf(down(), { directories: ['/a'] });
    const mine = processOf(down());

    await foreign.world.run(() => rejection(() => foreign.config.get('x')));
    await narrower.world.run(() => rejection(() => narrower.config.get('x')));
    const others = await mine.world.run(async () => {
      await mine.config.get('x');
      return new AwsClients().run(() => rejection(() => mine.config.get('x')));
    });

    expect(others).toBeInstanceOf(ProviderError);
    expect(foreign.world.log.warnings('last-good.refused')).toMatchObject([
      { reason: 'it belongs to another service or environment' },
    ]);
    expect(narrower.world.log.warnings('last-good.refused')).toHaveLength(1);
  });

  it('ignores a damaged file', async () => {
    await writeFile(file, 'no such file', { mode: 0o600 });
    const { world, config } = processOf(down());

    expect(await rejection(() => world.run(() => config.get('x')))).toBeInstanceOf(ProviderError);
    expect(world.log.warnings('last-good.refused')).toMatchObject([
      { file, reason: 'it is damaged, or not a file of last known good answers' },
    ]);
  });
});

describe('a cold start where a place is not permitted any more', () => {
  it('gives the former value of that place, and current values of other places', async () => {
    await runBefore({ '/a': { x: 'upper' }, '/b': { x: 'lower', y: 'old' } }, 'x', 'y');
    const { world, config } = processOf({ '/a': refusal, '/b': { x: 'lower', y: 'new' } });

    await world.run(async () => {
      expect(await config.getItem('x')).toMatchObject({ value: 'upper', stale: true });
      expect(await config.getItem('y')).toMatchObject({ value: 'new', stale: false });
      expect((await config.explain('x')).places.map(({ provider, outcome }) => `${provider} ${outcome}`)).toEqual([
        'override absent',
        'env absent',
        'map not permitted',
        'map shadowed',
        'lastKnownGood found',
        'default absent',
      ]);
    });
  });

  it('saves neither values found below it nor absences', async () => {
    await runBefore({ '/a': { x: 'upper' } }, 'x');
    const { world, config } = processOf({ '/a': refusal, '/b': { y: 'lower' } });
    await world.run(async () => {
      expect(await config.get('y')).toBe('lower');
      await config.load(['x', 'z']);
      await config.flush();
    });
    const next = processOf({ '/a': new Error('down'), '/b': { y: 'lower' } });

    await next.world.run(async () => {
      expect(await next.config.get('x')).toBe('upper');
      expect(await rejection(() => next.config.get('y'))).toBeInstanceOf(ProviderError);
      expect(await rejection(() => next.config.get('z'))).toBeInstanceOf(ProviderError);
    });
  });
});

describe('what is written', () => {
  it('has nothing found at or behind a provider that is not cacheable', async () => {
    const variables = new EnvProvider({ late: 'old' });
    const held = { '/a': { x: 1 }, '/b': { y: 2 } };
    const providers = [new MapProvider({ held }), variables];
    const { world, config } = processOf({}, { providers });
    await world.run(async () => {
      await config.load(['x', 'y', 'late']);
      await config.flush();
    });
    const next = processOf({}, { providers: [new MapProvider({ held: down() }), new EnvProvider({})] });

    await next.world.run(async () => {
      expect(await next.config.get('x')).toBe(1);
      expect(await rejection(() => next.config.get('y'))).toBeInstanceOf(ProviderError);
      expect(await rejection(() => next.config.get('late'))).toBeInstanceOf(ProviderError);
    });
  });

  it('has nothing found below a stale place', async () => {
    const sources: Record<string, Held> = { '/a': {}, '/b': { y: 'lower' } };
    const { world, config } = processOf(sources);
    await world.run(async () => {
      await config.get('x');
      sources['/a'] = new Error('down');
      await config.refresh();
      expect(await config.getItem('y')).toMatchObject({ value: 'lower' });
      await config.flush();
    });
    const next = processOf(down());

    expect(await rejection(() => next.world.run(() => next.config.get('y')))).toBeInstanceOf(ProviderError);
  });

  it('has nothing that does not come from the sources, and nothing stale', async () => {
    await runBefore({ '/a': { x: 'old' } }, 'x');
    const before = await readFile(file);
    const { world, config } = processOf(down(), { overrides: { over: 1 } });
    await world.run(async () => {
      await config.load(['over', 'from_env', 'x']);
      await config.flush();
    });

    expect((await readFile(file)).equals(before)).toBe(true);
  });

  it('never replaces what a process has read later', async () => {
    const sources: Record<string, Held> = { '/a': { x: 'old', y: 1 } };
    const early = processOf(sources);
    const late = processOf(sources);
    const remembered = await early.world.run(async () => {
      await early.config.get('y');
      sources['/a'] = { x: 'new', y: 1 };
      late.world.clock.advanceMs(300_000);
      await late.world.run(async () => {
        await late.config.get('x');
        await late.config.flush();
      });
      early.world.clock.advanceMs(600_000);
      const value = await early.config.get('x');
      await early.config.flush();
      return value;
    });

    const next = processOf(down());
    next.world.clock.advanceMs(700_000);
    const recalled = await next.world.run(() => next.config.getItem('x'));

    expect(remembered).toBe('old');
    expect(recalled).toMatchObject({ value: 'new', staleSince: '2030-01-01T00:05:00.000Z' });
  });

  it('has the time at which the sources gave an answer of the cache table', async () => {
    const readAtMs = Date.parse(start) - 60_000;
    const cacher = new StubCacher({
      x: { kind: 'found', item: item('x', 'cached'), readAtMs },
      gone: { kind: 'absent', readAtMs },
    });
    const { world, config } = processOf({}, { cacher });
    await world.run(async () => {
      await config.load(['x', 'gone']);
      await config.flush();
    });

    const next = processOf(down());
    await next.world.run(async () => {
      const staleSince = '2029-12-31T23:59:00.000Z';
      expect(await next.config.getItem('x')).toMatchObject({ value: 'cached', staleSince });
      expect(await next.config.has('gone')).toBe(false);
    });
  });

  it('is not made without the setting', async () => {
    const { config } = processOf({ '/a': { x: 1 } });
    await new World().run(async () => {
      await config.get('x');
      await config.close();
    });

    expect(await readdir(folder)).toEqual([]);
  });

  it('is written when the Config is closed', async () => {
    const { world, config } = processOf({ '/a': { x: 1 } });
    await world.run(async () => {
      await config.get('x');
      await config.close();
    });

    expect(await readdir(folder)).toEqual(['answers']);
  });
});
