import * as xcon from 'xcon';
import { brandClass } from '../../src/base/brand-class';

class Base {
  readonly own = true;
}

class Derived extends Base {}

brandClass(Base, 'CopiesTestBase');

/** Loads the package as a runner does that resets modules: with classes of its own. */
function otherCopy(): typeof xcon {
  let copy: typeof xcon | undefined;
  jest.isolateModules(() => {
    copy = jest.requireActual<typeof xcon>('xcon');
  });
  if (copy === undefined) throw new Error('The copy was not loaded.');
  return copy;
}

describe('brandClass', () => {
  it('keeps what instanceof says of a class and its subclasses', () => {
    expect(new Base()).toBeInstanceOf(Base);
    expect(new Derived()).toBeInstanceOf(Base);
    expect(new Derived()).toBeInstanceOf(Derived);
    expect(new Base() instanceof Derived).toBe(false);
    expect(Derived.prototype instanceof Base).toBe(true);
  });

  it.each([undefined, null, 'text', 5, {}, [], () => 1])('does not accept %p as an instance', (other) => {
    expect(other instanceof (Base as new () => unknown)).toBe(false);
  });

  it('adds nothing that is seen in an instance', () => {
    expect({ ...new Base() }).toEqual({ own: true });
    expect(Reflect.ownKeys(new Base())).toEqual(['own']);
  });

  it('accepts instances of the class with the same name in another copy', () => {
    const { Other } = { Other: class extends Object {} };
    brandClass(Other, 'CopiesTestBase');

    expect(new Other()).toBeInstanceOf(Base);
    expect(new Other() instanceof Derived).toBe(false);
  });
});

describe('another copy of the package', () => {
  const { EnvProvider, Provider, SsmProvider } = xcon;

  class Listed extends SsmProvider {
    override async readDirectory(directory: xcon.Directory): Promise<xcon.ListingOutcome> {
      await Promise.resolve();
      if (directory.path === '/orders/all') return new xcon.Unavailable('HTTP 403', 'ask');
      return this.listing(directory, directory.path === '/orders/prod' ? { A: 'ssm' } : {});
    }
  }

  it('has classes of its own', () => {
    const copy = otherCopy();

    expect(copy.SsmProvider).not.toBe(SsmProvider);
    expect(new EnvProvider()).toBeInstanceOf(copy.Provider);
    expect(new copy.EnvProvider()).toBeInstanceOf(Provider);
    expect(new copy.EnvProvider()).not.toBeInstanceOf(copy.SsmProvider);
  });

  it('accepts providers, directories and dependencies of this copy', async () => {
    const copy = otherCopy();
    const directories = [new xcon.Directory({ path: '/orders/all' }), new xcon.Directory({ path: '/orders/prod' })];
    const config = new copy.Config({ directories, providers: [new EnvProvider({ B: 'env' }), Listed], cacher: null });
    const settings = new xcon.XconSettings({ logLevel: 'silent' });

    const seen = await xcon.Context.createRoot([settings]).run(async () => [
      await config.get('A'),
      await config.get('B'),
      await config.get('C'),
      (await config.explain('A')).places.map(({ outcome }) => outcome),
    ]);

    expect(seen).toEqual(['ssm', 'env', undefined, ['absent', 'absent', 'not permitted', 'found', 'absent']]);
  });

  it('accepts settings that this copy has declared, and reveals its secrets', async () => {
    const copy = otherCopy();
    const declared = copy.defineSettings({ db: { host: xcon.setting('A'), password: xcon.secret('B') } });
    const config = new copy.Config({ providers: [new EnvProvider({ A: 'host', B: 'x' })], cacher: null });

    const { db } = await config.run(() => declared.load());
    const used = await config.run(() => declared.withSecret('db.password', (value) => value));

    expect([db.host, used]).toEqual(['host', 'x']);
    expect(db.password).toBeInstanceOf(xcon.Secret);
    expect(db.password).toEqual(new xcon.Secret('x'));
    expect(db.password).not.toEqual(new xcon.Secret('y'));
  });
});
