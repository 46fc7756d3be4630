import { setImmediate } from 'node:timers/promises';
import { Context, Dependency } from '../../src/di/context';

class Greeter extends Dependency {
  private readonly sent: string[] = [];
  volume = 1;

  constructor(private readonly word = 'hello') {
    super();
  }

  get count(): number {
    return this.sent.length;
  }

  greet(name: string): string {
    this.sent.push(name);
    return `${this.word} ${name}`;
  }
}

class FrenchGreeter extends Greeter {
  constructor() {
    super('bonjour');
  }
}

let root: Context;

beforeEach(() => {
  root = Context.createRoot();
});

describe('grab', () => {
  it('gives the current one, made once when first asked for', () => {
    const [first, second] = root.run(() => [Greeter.grab(), Greeter.grab()]);

    expect(first).toBeInstanceOf(Greeter);
    expect(second).toBe(first);
  });

  it('gives a subclass that replaces its parent', () => {
    const french = new FrenchGreeter();

    const grabbed = root.run(() => french.run(() => Greeter.grab()));

    expect(grabbed).toBe(french);
  });
});

describe('run', () => {
  it('makes it the current one of its kind in everything that is called or awaited', async () => {
    const mine = new Greeter('hi');

    const grabbed = await root.run(() =>
      mine.run(async () => {
        await setImmediate();
        return Greeter.grab();
      }),
    );

    expect(grabbed).toBe(mine);
    expect(root.run(() => Greeter.grab())).not.toBe(mine);
  });

  it('nests, the innermost winning', () => {
    const outer = new Greeter('outer');
    const inner = new Greeter('inner');

    const seen = outer.run(() => [Greeter.grab(), inner.run(() => Greeter.grab()), Greeter.grab()]);

    expect(seen).toEqual([outer, inner, outer]);
    expect(seen[1]).toBe(inner);
  });
});

describe('enter', () => {
  it('makes it the current one of its kind until the scope is left', () => {
    const mine = new Greeter('hi');

    const scope = mine.enter();
    const during = Greeter.grab();
    scope.exit();

    expect(during).toBe(mine);
    expect(Greeter.grab()).not.toBe(mine);
  });
});

describe('proxy', () => {
  it('acts as whichever one is current when it is used', () => {
    const proxy = Greeter.proxy();
    const english = new Greeter('hello');
    const french = new FrenchGreeter();

    const greetings = [english, french].map((each) => each.run(() => proxy.greet('Ada')));

    expect(greetings).toEqual(['hello Ada', 'bonjour Ada']);
    expect([english.count, french.count]).toEqual([1, 1]);
  });

  it('reads and writes the properties of the current one', () => {
    const proxy = Greeter.proxy();
    const mine = new Greeter();

    mine.run(() => {
      proxy.greet('Ada');
      proxy.volume = 11;
    });

    expect(mine.volume).toBe(11);
    expect(mine.run(() => [proxy.volume, proxy.count])).toEqual([11, 1]);
    expect(new Greeter().run(() => proxy.volume)).toBe(1);
  });

  it('refuses to write what the current one only reads', () => {
    const proxy = Greeter.proxy();

    expect(() => root.run(() => Object.assign(proxy, { count: 5 }))).toThrow(TypeError);
  });

  it('is an instance of the class and has its properties', () => {
    const proxy = Greeter.proxy();

    root.run(() => {
      expect(proxy).toBeInstanceOf(Greeter);
      expect(proxy).not.toBeInstanceOf(FrenchGreeter);
      expect('greet' in proxy).toBe(true);
      expect('shout' in proxy).toBe(false);
    });
  });

  it('keeps methods bound to the one that was current when they were taken', () => {
    const proxy = Greeter.proxy();

    const greet = new FrenchGreeter().run<(name: string) => string>(() => Reflect.get(proxy, 'greet'));

    expect(greet('Ada')).toBe('bonjour Ada');
  });

  it('can be returned from an async function', async () => {
    const proxy = Greeter.proxy();

    const awaited = await root.run(() => Promise.resolve(proxy));

    expect(awaited).toBe(proxy);
  });
});
