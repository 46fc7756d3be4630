import { logLookup, lookUp } from '../../src/config/lookup';
import { LookupScope } from '../../src/config/lookup-scope';
import { Config, Context, Logger, ProviderError, Unavailable } from '../../src/index';
import {
  envOf,
  gate,
  type Held,
  MapProvider,
  RecordedLog,
  rejection,
  secretItem,
  StubCacher,
  unread,
} from '../chain/doubles';
import { withoutVariables, World } from './doubles';

withoutVariables();

const scopeOf = (config: Config): LookupScope => LookupScope.of(Context.current(), config, []);
const configOf = (held: Held | (() => Promise<Held>), cacher: StubCacher | null = null): Config => {
  const secrets = { '/a/s': secretItem('s', 'hunter2') };
  const providers = [envOf({ both: 'env' }), new MapProvider({ name: 'ssm', held: { '/a': held }, secrets })];
  return new Config({
    directories: ['/a'],
    providers,
    cacher,
    service: 'orders',
    overrides: { over: 1 },
    defaults: { under: 2, both: 2 },
  });
};
const look = (config: Config, name: string, skipProviders = false) => lookUp(scopeOf(config), name, { skipProviders });
const placesIn = (attempts: readonly { provider: string; outcome: string }[]): string =>
  attempts.map(({ provider, outcome }) => `${provider} ${outcome}`).join(', ');

let world: World;

beforeEach(() => {
  world = new World();
});

afterEach(() => world.end());

describe('the places of a lookup', () => {
  it.each([
    ['over', 1, 'override found'],
    ['both', 'env', 'env found'],
    ['x', 'source', 'env absent, ssm found'],
    ['under', 2, 'env absent, ssm absent, default found'],
    ['missing', null, 'env absent, ssm absent, default absent'],
  ])('for %s are listed in order', (name, value, places) =>
    world.run(async () => {
      const { item, attempts } = await look(configOf({ x: 'source' }), name);

      expect(item.value).toBe(value);
      expect(placesIn(attempts)).toBe(places);
    }),
  );

  it('are overrides and defaults alone when providers are skipped', () =>
    world.run(async () => {
      const { item, attempts } = await look(configOf({ both: 'source' }), 'both', true);

      expect(item.value).toBe(2);
      expect(placesIn(attempts)).toBe('default found');
    }));
});

describe('a lookup that takes longer than its budget', () => {
  beforeEach(() => {
    world = new World({ lookupBudgetMs: 20 });
  });

  const messageOf = (config: Config, name = 'x') => rejection(() => look(config, name));

  it('fails with what it was waiting for: provider and directory', () =>
    world.run(async () => {
      const error = await messageOf(configOf(() => gate<Held>().promise));

      expect(error).toBeInstanceOf(ProviderError);
      expect(error).toMatchObject({ provider: 'ssm', code: 'PROVIDER_FAILED' });
      expect(error.message).toBe(
        'Provider "ssm" failed: no answer within lookupBudgetMs (20 ms) for "x"; it was waiting for ssm /a',
      );
    }));

  it('fails with the cacher when that does not answer', () =>
    world.run(async () => {
      const cacher = new StubCacher({ x: () => gate<never>().promise });

      const error = await messageOf(configOf({}, cacher));

      expect(error).toMatchObject({ provider: 'cacher' });
      expect(error.message).toContain('it was waiting for cacher');
    }));

  it('gives no default: that would be a lower place than the one that did not answer', () =>
    world.run(async () => {
      await expect(
        look(
          configOf(() => gate<Held>().promise),
          'under',
        ),
      ).rejects.toBeInstanceOf(ProviderError);
    }));

  it('leaves the pending read to the next lookup', () =>
    world.run(async () => {
      const held = gate<Held>();
      const config = configOf(() => held.promise);
      const scope = scopeOf(config);

      await rejection(() => lookUp(scope, 'x', {}));
      held.open({ x: 'late' });
      const { item } = await lookUp(scope, 'x', {});

      expect(item.value).toBe('late');
    }));
});

describe('a lookup whose time is up', () => {
  const minute = 60_000;

  beforeEach(() => {
    world = new World({ lookupBudgetMs: 1000 });
  });

  it('gives the last value, marked as stale', () =>
    world.run(async () => {
      const answers: Promise<Held>[] = [Promise.resolve({ x: 'last' }), gate<Held>().promise];
      const config = configOf(() => answers.shift() ?? Promise.resolve({}));
      const [first, missing] = [await look(config, 'x'), await look(config, 'missing')];
      world.localCache.reset();
      world.clock.advanceMs(minute);

      const { item, attempts } = await look(config, 'x');
      const none = await look(config, 'missing');

      expect([first.item.stale, item.stale, item.value]).toEqual([false, true, 'last']);
      expect(attempts.map(({ provider, stale }) => [provider, stale])).toEqual([
        ['env', undefined],
        ['ssm', true],
      ]);
      expect(placesIn(none.attempts)).toBe(placesIn(missing.attempts));
      expect(world.log.warnings('provider.stale')).toHaveLength(1);
    }));

  it('gives what is in memory when only the cacher does not answer', () =>
    world.run(async () => {
      const cacher = new StubCacher({ y: () => gate<never>().promise });
      const config = configOf({ x: 1, y: 2 }, cacher);
      await look(config, 'x');

      const { item } = await look(config, 'y');

      expect([item.value, item.stale]).toEqual([2, false]);
    }));

  it('reads no secret', () =>
    world.run(async () => {
      const cacher = new StubCacher({ s: () => gate<never>().promise });
      const config = configOf([unread('s')], cacher);
      await look(config, 'missing');

      expect(await rejection(() => look(config, 's'))).toBeInstanceOf(ProviderError);
    }));
});

describe('the log of a lookup', () => {
  const linesOf = async (name: string, held: Held): Promise<RecordedLog> =>
    world.run(async () => {
      const log = new RecordedLog();
      logLookup(log.logger(), await look(configOf(held), name));
      return log;
    });

  it('says at debug level where a name was found, and everything that was asked', async () => {
    const log = await linesOf('x', { x: 'value' });

    expect(log.lines).toEqual([
      {
        level: 'debug',
        message: 'lookup.hit',
        fields: {
          event: 'lookup.hit',
          name: 'x',
          source: 'ssm',
          directory: '/a',
          places: ['env:/_environmental absent', 'ssm:/a found'],
        },
      },
    ]);
  });

  it('says that it was found nowhere', async () => {
    const log = await linesOf('missing', new Unavailable('AccessDenied', 'allow it'));

    expect(log.lines.map(({ message, fields }) => [message, fields['places']])).toEqual([
      ['lookup.miss', ['env:/_environmental absent', 'ssm:/a not permitted', 'default: absent']],
    ]);
  });

  it('never says a value', async () => {
    const log = await linesOf('s', [unread('s')]);

    expect(log.lines).toHaveLength(1);
    expect(JSON.stringify(log.lines)).not.toContain('hunter2');
  });

  it('is not built when the level is disabled', async () => {
    await world.run(async () => {
      const log = new RecordedLog();
      const logger = new Logger({ ...log, isLevelEnabled: () => false });

      logLookup(logger, await look(configOf({}), 'x'));

      expect(log.lines).toEqual([]);
    });
  });
});
