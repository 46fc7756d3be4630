import 'reflect-metadata';
import { container as globalContainer, inject, injectable } from 'tsyringe';
import { createContainer, registerAll, registerDependencies } from '../../src/di/container';
import { Context, Dependency } from '../../src/di/context';

class Settings extends Dependency {
  constructor(readonly label = 'made') {
    super();
  }
}

class Unknown extends Dependency {
  constructor(readonly label = 'made by tsyringe') {
    super();
  }
}

@injectable()
class OrderService {
  constructor(@inject(Settings) readonly settings: Settings) {}
}

@injectable()
class Shop {
  constructor(@inject(OrderService) readonly orders: OrderService) {}
}

registerDependencies([Settings]);

afterEach(() => globalContainer.reset());

describe('the container of a context', () => {
  it('gives classes that inject a dependency the one of the context', () => {
    const mine = new Settings('mine');
    const context = Context.createRoot([mine]);

    expect(context.container.resolve(OrderService).settings).toBe(mine);
    expect(context.container.resolve(Shop).orders.settings).toBe(mine);
    expect(context.container.resolve(Settings)).toBe(mine);
  });

  it('is made once', () => {
    const context = Context.createRoot();

    expect(context.container).toBe(context.container);
  });

  it('gives the dependency of a child in the child and of the parent in the parent, whichever is asked first', () => {
    const [outer, inner] = [new Settings('outer'), new Settings('inner')];
    const parent = Context.createRoot([outer]);
    const child = parent.child([inner]);

    expect(child.container.resolve(OrderService).settings).toBe(inner);
    expect(parent.container.resolve(OrderService).settings).toBe(outer);
    expect(child.container.resolve(OrderService).settings).toBe(inner);
  });

  it('gives a child without a replacement the dependency of its parent', () => {
    const outer = new Settings('outer');

    const child = Context.createRoot([outer]).child([]);

    expect(child.container.resolve(OrderService).settings).toBe(outer);
  });

  it('resolves what the user registered in the container of the parent, and in the global one', () => {
    const parent = Context.createRoot();
    globalContainer.registerInstance('region', 'eu-west-1');
    parent.container.registerInstance('stage', 'prod');

    const child = parent.child([]);

    expect(child.container.resolve('region')).toBe('eu-west-1');
    expect(child.container.resolve('stage')).toBe('prod');
  });

  it('registers nothing in the global container', () => {
    Context.createRoot().container.resolve(OrderService);

    expect(globalContainer.isRegistered(Settings)).toBe(false);
  });

  it('works after the user resets or clears the global container', () => {
    const mine = new Settings('mine');
    const context = Context.createRoot([mine]);
    const before = context.container.resolve(OrderService);

    globalContainer.clearInstances();
    const afterClear = context.container.resolve(OrderService);
    globalContainer.reset();
    const afterReset = context.container.resolve(OrderService);

    expect([before, afterClear, afterReset].map(({ settings }) => settings)).toEqual([mine, mine, mine]);
  });

  it('keeps the dependencies of the library when it is reset, and loses what the user registered', () => {
    const mine = new Settings('mine');
    const { container } = Context.createRoot([mine]);
    container.registerInstance('stage', 'prod');

    container.reset();

    expect(container.isRegistered('stage')).toBe(false);
    expect(container.resolve(OrderService).settings).toBe(mine);
  });

  it('works after the user clears its instances', () => {
    const mine = new Settings('mine');
    const context = Context.createRoot([mine]);
    context.container.resolve(OrderService);

    context.container.clearInstances();

    expect(context.container.resolve(OrderService).settings).toBe(mine);
  });
});

describe('createContainer', () => {
  it('is a child of its parent, in which known dependencies are resolved again each time', () => {
    let count = 0;
    const parent = globalContainer.createChildContainer();
    parent.registerInstance('stage', 'prod');

    const container = createContainer(parent, () => new Settings(`number ${(count += 1)}`));

    expect(container.resolve('stage')).toBe('prod');
    expect(container.resolve(Settings).label).toBe('number 1');
    expect(container.resolve(Settings).label).toBe('number 2');
  });
});

describe('registerDependencies', () => {
  it('registers a class in the containers that are created later', () => {
    const mine = new Unknown('mine');
    const [before, after] = [Context.createRoot([mine]), Context.createRoot([mine])];

    const unknown = before.container.resolve(Unknown);
    registerDependencies([Unknown]);

    expect(unknown.label).toBe('made by tsyringe');
    expect(after.container.resolve(Unknown)).toBe(mine);
  });
});

describe('registerAll', () => {
  it('asks for a dependency only when it is resolved', () => {
    const resolve = jest.fn(() => new Settings());
    const container = globalContainer.createChildContainer();

    registerAll(container, resolve);
    expect(resolve).not.toHaveBeenCalled();
    container.resolve(Settings);

    expect(resolve).toHaveBeenCalledWith(Settings);
  });
});
