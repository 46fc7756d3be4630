import { Cacher, Config, type Directory, DirectoryListing, Provider } from '../../src/index';
import { withoutVariables, World } from './doubles';

withoutVariables();

/** A source whose `warm` a test defines. */
class Source extends Provider {
  warmed = 0;

  constructor(
    override readonly name: string,
    private readonly ready: () => Promise<void>,
  ) {
    super();
  }

  override readDirectory(directory: Directory): Promise<DirectoryListing> {
    return Promise.resolve(DirectoryListing.of(directory, this.name, { a: 1 }));
  }

  override warm(): Promise<void> {
    this.warmed += 1;
    return this.ready();
  }
}

const failures = (world: World): readonly unknown[] =>
  world.log.lines
    .map(({ fields }) => fields)
    .filter(({ event }) => event === 'warm.failed')
    .map(({ provider, reason }) => [provider, reason]);

describe('warm', () => {
  it('warms each provider of the chain, and reads nothing', async () => {
    const world = new World();
    const sources = ['one', 'two'].map((name) => new Source(name, () => Promise.resolve()));
    const reading = sources.map((each) => jest.spyOn(each, 'readDirectory'));

    await world.run(() => new Config({ service: 'orders', providers: sources, cacher: null }).warm());

    expect(sources.map(({ warmed }) => warmed)).toEqual([1, 1]);
    expect(reading.flatMap(({ mock }) => mock.calls)).toEqual([]);
  });

  it('does not fail when a provider cannot be warmed: it logs that at debug level', async () => {
    const world = new World({ logLevel: 'debug' });
    const broken = new Source('broken', () => Promise.reject(new TypeError('no such host')));

    const value = await world.run(async () => {
      const config = new Config({ service: 'orders', providers: [broken], cacher: null });
      await config.warm();
      return config.get('a');
    });

    expect(value).toBe(1);
    expect(failures(world)).toEqual([['broken', 'TypeError: no such host']]);
  });

  it('does not wait longer than a lookup', async () => {
    const world = new World({ logLevel: 'debug', lookupBudgetMs: 20 });
    const hanging = new Source('hanging', () => new Promise(() => undefined));

    await world.run(() => new Config({ service: 'orders', providers: [hanging], cacher: null }).warm());

    expect(failures(world)).toEqual([['hanging', 'Error: not ready within lookupBudgetMs (20 ms)']]);
  });

  it('warms the cacher as well', async () => {
    const world = new World();
    const source = new Source('one', () => Promise.resolve());
    const cacher = Object.create(Cacher.prototype) as Cacher;
    const warming = jest.spyOn(cacher, 'warm');

    await world.run(() => new Config({ service: 'orders', providers: [source], cacher }).warm());

    expect(warming).toHaveBeenCalledTimes(1);
  });
});
