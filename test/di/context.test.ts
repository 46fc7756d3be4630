import { setImmediate } from 'node:timers/promises';
import { Context, Dependency, type Scope, withDependencies } from '../../src/di/context';
import { state } from '../../src/di/state';
import { ContextError } from '../../src/errors';

class Counter extends Dependency {
  static made = 0;

  constructor(readonly label = 'made') {
    super();
    Counter.made += 1;
  }
}

class Other extends Dependency {}

const scopes: Scope[] = [];

/** Enters, and makes sure that the test leaves nothing entered. */
function enter(context: Context): Scope {
  const scope = context.enter();
  scopes.push(scope);
  return scope;
}

beforeEach(() => {
  Counter.made = 0;
});

afterEach(() => {
  for (const scope of scopes.splice(0).reverse()) scope.exit();
});

describe('what the process as a whole uses', () => {
  const ofRoot = new Counter('root');
  const entered = new Counter('entered');
  const inside = new Counter('inside');

  it('is that of the root, whatever replaces it for some code', () => {
    const context = Context.createRoot([ofRoot]).child([inside]);

    expect(context.resolveForProcess(Counter)).toBe(ofRoot);
    expect(Context.createRoot().child([inside]).resolveForProcess(Counter).label).toBe('made');
  });

  it('is that of the outermost context that was entered, where the root has none', () => {
    const outer = Context.createRoot().child([entered]);
    const inner = outer.child([inside]);
    enter(outer);
    enter(inner);

    expect(inner.resolveForProcess(Counter)).toBe(entered);
    expect(inner.child([]).resolveForProcess(Counter)).toBe(entered);
  });
});

describe('the current context', () => {
  it('is the root when nothing was run or entered, and stays the same', () => {
    const current = Context.current();

    expect(current.parent).toBeUndefined();
    expect(current.root).toBe(current);
    expect(Context.current()).toBe(current);
  });

  it('is the one of the innermost run(), also after an await', async () => {
    const outer = Context.createRoot();
    const inner = outer.child([]);
    const seen: Context[] = [];

    await outer.run(async () => {
      seen.push(Context.current());
      await inner.run(async () => {
        await setImmediate();
        seen.push(Context.current());
      });
      seen.push(Context.current());
    });

    expect(seen.map((each) => (each === outer ? 'outer' : each === inner ? 'inner' : 'other'))).toEqual([
      'outer',
      'inner',
      'outer',
    ]);
  });

  it('is the one that was entered last', () => {
    const first = Context.createRoot();
    const second = first.child([]);

    enter(first);
    const whileFirst = Context.current();
    const scope = enter(second);
    const whileSecond = Context.current();
    scope.exit();

    expect(whileFirst).toBe(first);
    expect(whileSecond).toBe(second);
    expect(Context.current()).toBe(first);
  });

  it('is the one of run() where both are active', () => {
    const entered = Context.createRoot();
    const running = Context.createRoot();
    enter(entered);

    expect(running.run(() => Context.current())).toBe(running);
    expect(Context.current()).toBe(entered);
  });

  it('is the entered one in code that began before it was entered', async () => {
    const entered = Context.createRoot();
    const begun = setImmediate().then(() => Context.current());

    enter(entered);

    expect(await begun).toBe(entered);
  });
});

describe('run', () => {
  it('gives back what was current when the function throws or rejects', async () => {
    const root = Context.createRoot();
    const child = root.child([]);

    const seen = await root.run(async () => {
      const fail = (): never => {
        throw new Error('inside');
      };
      expect(() => child.run(fail)).toThrow('inside');
      await expect(child.run(() => Promise.reject(new Error('later')))).rejects.toThrow('later');
      return Context.current();
    });

    expect(seen).toBe(root);
  });
});

describe('enter', () => {
  it('must be left in reverse order', () => {
    const first = enter(Context.createRoot());
    const second = enter(Context.createRoot());

    expect(() => first.exit()).toThrow(ContextError);
    expect(() => first.exit()).toThrow(
      'Contexts must be left in reverse order: something entered later has not been left.',
    );

    second.exit();
    expect(() => first.exit()).not.toThrow();
  });

  it('may be left twice', () => {
    const outer = Context.createRoot();
    enter(outer);
    const scope = enter(Context.createRoot());

    scope.exit();
    scope.exit();

    expect(Context.current()).toBe(outer);
  });

  it('may be left together with what was entered after it', () => {
    const outer = Context.createRoot();
    enter(outer);
    const scope = enter(Context.createRoot());
    const later = enter(Context.createRoot());

    scope.exit({ andLater: true });

    expect(Context.current()).toBe(outer);
    expect(() => later.exit()).not.toThrow();
    expect(Context.current()).toBe(outer);
  });

  it('is left at the end of a using block', () => {
    const context = Context.createRoot();
    const before = Context.current();

    {
      using scope = context.enter();
      expect(scope).toBeDefined();
      expect(Context.current()).toBe(context);
    }

    expect(Context.current()).toBe(before);
  });

  it('is an error inside run(), and changes nothing', () => {
    const context = Context.createRoot();
    const before = Context.current();

    expect(() => context.run(() => Context.createRoot().enter())).toThrow(ContextError);
    expect(() => context.run(() => Context.createRoot().enter())).toThrow(
      'enter() has no effect inside run(): use run() there, or enter before it.',
    );
    expect(Context.current()).toBe(before);
  });

  it('lets a run() inside build on what was entered', () => {
    const mine = new Counter('entered');
    enter(Context.createRoot().child([mine]));

    const [counter, other] = withDependencies([new Other()], () => [Counter.grab(), Other.grab()]);

    expect(counter).toBe(mine);
    expect(other).not.toBe(Other.grab());
  });
});

describe('resolve', () => {
  it('makes a dependency once, in the root, when it is first asked for', () => {
    const root = Context.createRoot();
    const [left, right] = [root.child([new Other()]), root.child([])];

    expect(Counter.made).toBe(0);
    const fromLeft = left.resolve(Counter);

    expect(right.resolve(Counter)).toBe(fromLeft);
    expect(root.resolve(Counter)).toBe(fromLeft);
    expect(Counter.made).toBe(1);
  });

  it('gives the nearest replacement', () => {
    const [outer, inner] = [new Counter('outer'), new Counter('inner')];
    const context = Context.createRoot().child([outer]);

    expect(context.child([inner]).child([]).resolve(Counter)).toBe(inner);
    expect(context.child([]).resolve(Counter)).toBe(outer);
  });

  it('leaves the outer one alone, though it was asked for first inside', () => {
    const mine = new Counter('inside');
    const root = Context.createRoot();

    const inside = root.child([mine]).resolve(Counter);

    expect(inside).toBe(mine);
    expect(root.resolve(Counter)).not.toBe(mine);
  });

  it('gives the last of two replacements of one kind', () => {
    const [first, last] = [new Counter('first'), new Counter('last')];

    expect(Context.createRoot([first, last]).resolve(Counter)).toBe(last);
  });
});

describe('resolveAll', () => {
  it('lists those of a class from here outwards, the root last', () => {
    const [outer, inner] = [new Counter('outer'), new Counter('inner')];
    const root = Context.createRoot();

    const all = root.child([outer]).child([new Other()]).child([inner]).resolveAll(Counter);

    expect(all.map(({ label }) => label)).toEqual(['inner', 'outer', 'made']);
    expect(all[2]).toBe(root.resolve(Counter));
  });

  it('lists each once', () => {
    const mine = new Counter('mine');
    const context = Context.createRoot([mine]).child([mine]).child([mine]);

    expect(context.resolveAll(Counter)).toEqual([mine]);
    expect(Counter.made).toBe(1);
  });
});

describe('createRoot', () => {
  it('shares nothing with other roots', () => {
    const [first, second] = [Context.createRoot(), Context.createRoot()];

    expect(first.resolve(Counter)).not.toBe(second.resolve(Counter));
    expect(first.resolve(Counter)).not.toBe(Context.current().resolve(Counter));
    expect(first.child([]).root).toBe(first);
    expect(first.child([]).child([]).parent?.parent).toBe(first);
  });

  it('uses the dependencies that it is given in place of the ones it would make', () => {
    const mine = new Counter('given');

    const root = Context.createRoot([mine]);

    expect(root.resolve(Counter)).toBe(mine);
    expect(root.child([]).resolveAll(Counter)).toEqual([mine]);
  });
});

describe('withDependencies', () => {
  it('replaces each in its class and leaves the others', async () => {
    const root = Context.createRoot();
    const [counter, other] = [new Counter('replaced'), new Other()];

    const seen = await root.run(() =>
      withDependencies([counter], async () => {
        await setImmediate();
        return withDependencies([other], () => [Counter.grab(), Other.grab()]);
      }),
    );

    expect(seen[0]).toBe(counter);
    expect(seen[1]).toBe(other);
    expect(root.resolve(Other)).not.toBe(other);
  });
});

describe('two copies of the package', () => {
  it('share what is run and what is entered', async () => {
    const context = Context.createRoot();
    await jest.isolateModulesAsync(async () => {
      const copy = await import('../../src/di/context');
      const entered = enter(context);

      expect(copy.Context).not.toBe(Context);
      expect(copy.Context.current()).toBe(context);
      expect(Context.createRoot().run(() => copy.Context.current())).not.toBe(context);

      entered.exit();
      expect(copy.Context.current()).toBe(Context.current());
    });
  });

  it('agree on the dependencies that have a name', async () => {
    const { Clock } = await import('../../src/di/clock');
    const clock = new Clock();
    await jest.isolateModulesAsync(async () => {
      const copy = await import('../../src/di/clock');

      const grabbed = Context.createRoot([clock]).run(() => copy.Clock.grab());

      expect(copy.Clock).not.toBe(Clock);
      expect(grabbed).toBe(clock);
    });
  });
});

describe('outside of any run()', () => {
  class Made extends Dependency {
    readonly madeIn = Context.current();
  }

  it('makes dependencies, and runs what is shared, without AsyncLocalStorage', () => {
    const running = jest.spyOn(state.storage, 'run');
    const root = Context.current();

    const made = root.resolve(Made);
    const ranIn = root.runShared(() => Context.current());

    expect([made.madeIn, ranIn]).toEqual([root, root]);
    expect(running).not.toHaveBeenCalled();
    running.mockRestore();
  });

  it('makes a dependency of the root with the root as current context, whatever has been entered', () => {
    const root = Context.createRoot();
    const scope = root.child([]).enter();

    const made = Context.current().resolve(Made);
    scope.exit();

    expect(made.madeIn).toBe(root);
  });

  it('leaves what has been entered for what is shared', () => {
    const root = Context.createRoot();
    const child = root.child([]);
    const scope = child.enter();

    const ranIn = child.runShared(() => Context.current());
    scope.exit();

    expect(ranIn).toBe(root);
  });
});
