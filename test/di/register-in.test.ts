import 'reflect-metadata';
import { setImmediate } from 'node:timers/promises';
import { container as globalContainer, type DependencyContainer, inject, injectable } from 'tsyringe';
import { registerDependencies } from '../../src/di/container';
import { Context, Dependency, registerIn, withDependencies } from '../../src/di/context';

class Settings extends Dependency {
  constructor(readonly label = 'made') {
    super();
  }
}

@injectable()
class OrderService {
  constructor(@inject(Settings) readonly settings: Settings) {}
}

registerDependencies([Settings]);

let container: DependencyContainer;

beforeEach(() => {
  container = globalContainer.createChildContainer();
  registerIn(container);
});

describe('registerIn', () => {
  it('gives classes that inject a dependency the one that is current at that moment', async () => {
    const [first, second] = [new Settings('first'), new Settings('second')];
    const resolveLater = async (): Promise<Settings> => {
      await setImmediate();
      return container.resolve(OrderService).settings;
    };

    const seen = await Promise.all([first, second].map((each) => withDependencies([each], resolveLater)));

    expect(seen).toEqual([first, second]);
    expect(container.resolve(OrderService).settings).toBe(Context.current().resolve(Settings));
  });

  it('serves the children of the container', () => {
    const mine = new Settings('mine');

    const settings = mine.run(() => container.createChildContainer().resolve(OrderService).settings);

    expect(settings).toBe(mine);
  });
});
