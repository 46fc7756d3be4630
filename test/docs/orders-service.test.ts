import 'reflect-metadata';
import { setImmediate } from 'node:timers/promises';
import { container, type DependencyContainer, inject, Lifecycle, scoped, singleton } from 'tsyringe';
import { AwsClients, Config, Context, registerIn, withDependencies } from 'xcon';
import { type LocalAws, startLocalAws } from 'xcon/testing';
import { orderService } from '../../docs/examples/orders-service/main';
import { OrderService } from '../../docs/examples/orders-service/order-service';
import { OrderStore } from '../../docs/examples/orders-service/order-store';
import { PriceList } from '../../docs/examples/orders-service/price-list';
import { placeAndForget, placeAtHalfPrice } from '../../docs/examples/orders-service/replacing';

const lines = [
  { priceCents: 1000, count: 2 },
  { priceCents: 500, count: 1 },
];

class ForgetfulStore extends OrderStore {
  override async put(): Promise<void> {}
}

const before = { ...process.env };
let aws: LocalAws;
let context: Context;

beforeEach(async () => {
  aws = await startLocalAws({
    seed: {
      ssm: {
        '/orders/prod/ORDERS_TABLE': 'orders',
        '/orders/prod/DISCOUNT_PERCENT': '10',
        '/billing/prod/DISCOUNT_PERCENT': '20',
      },
      tables: { orders: { hashKey: 'id', rangeKey: null }, 'global-all-configCache': {} },
    },
  });
  Object.assign(process.env, aws.environment, { APP_NAME: 'orders', APP_ENV: 'prod' });
  context = Context.createRoot();
});

afterEach(async () => {
  await context.run(() => Config.grab().close());
  await aws.close();
  for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
  Object.assign(process.env, before);
});

const stored = async () => (await aws.rows('orders')).map(({ id, total_cents: total }) => [id?.S, total?.N]).sort();
/** Adds up in a context: with a class that its container makes. */
const totalIn = (each: Context) => each.run(() => total(each.container));
const total = (from: DependencyContainer) => from.resolve(PriceList).totalCents(lines);

describe('the service of the examples', () => {
  it('works with nothing replaced', async () => {
    const totalCents = await context.run(() => orderService().place('a', lines));

    expect(totalCents).toBe(2250);
    expect(await stored()).toEqual([['a', '2250']]);
    expect(await context.run(() => context.container.resolve(OrderStore).findTotalCents('a'))).toBe(2250);
    expect(await context.run(() => context.container.resolve(OrderStore).findTotalCents('b'))).toBeUndefined();
  });

  it('works with one dependency replaced by withDependencies', async () => {
    const totals = await context.run(async () => [
      await placeAtHalfPrice('a', lines),
      await orderService().place('b', lines),
    ]);

    expect(totals).toEqual([1250, 2250]);
    expect(await stored()).toEqual([
      ['a', '1250'],
      ['b', '2250'],
    ]);
  });

  it('works with another of the library replaced by withDependencies', async () => {
    const other = await startLocalAws({ seed: { tables: { orders: { hashKey: 'id', rangeKey: null } } } });
    const credentials = { accessKeyId: 'not-a-real-key', secretAccessKey: 'not-a-real-secret' };
    const clients = new AwsClients({ endpoint: other.url, region: 'us-east-1', credentials });
    const settings = new Config({ overrides: { ORDERS_TABLE: 'orders', DISCOUNT_PERCENT: 0 } });

    await context.run(() => withDependencies([clients, settings], () => orderService().place('a', lines)));

    expect(await stored()).toEqual([]);
    expect(await other.rows('orders')).toEqual([{ id: { S: 'a' }, total_cents: { N: '2500' } }]);
    await clients.close();
    await other.close();
  });

  it("works with one class replaced in the user's own container", async () => {
    const totalCents = await context.run(() => placeAndForget('a', lines));

    expect(totalCents).toBe(2250);
    expect(await stored()).toEqual([]);
  });

  it('works with one class replaced in a child of the container of a context', async () => {
    const own = context.container.createChildContainer();
    own.register(OrderStore, { useClass: ForgetfulStore });

    const totals = await context.run(async () => [
      await own.resolve(OrderService).place('a', lines),
      await orderService().place('b', lines),
    ]);

    expect(totals).toEqual([2250, 2250]);
    expect(await stored()).toEqual([['b', '2250']]);
  });
});

describe('two services in one process', () => {
  const orders = () => new Config({ service: 'orders' });
  const billing = () => new Config({ service: 'billing' });

  it('stay apart, each in the container of its context, also when they run at the same time', async () => {
    const [first, second] = [context.child([orders()]), context.child([billing()])];

    const totals = await Promise.all([first, second, first, second].map(totalIn));

    expect(totals).toEqual([2250, 2000, 2250, 2000]);
  });

  it("stay apart in one container of the user's, which resolves to the current context", async () => {
    const own = container.createChildContainer();
    registerIn(own);

    const totals = await context.run(() =>
      Promise.all(
        [orders(), billing()].map((each) =>
          each.run(async () => {
            await setImmediate();
            return total(own);
          }),
        ),
      ),
    );

    expect(totals).toEqual([2250, 2000]);
  });

  // Declared where they are used: `container.reset()`, below, forgets what was declared before it.
  it('stay apart in classes of which each container has one', async () => {
    @scoped(Lifecycle.ContainerScoped)
    class Desk {
      constructor(@inject(PriceList) readonly prices: PriceList) {}
    }

    const [first, second] = [context.child([orders()]), context.child([billing()])];

    const desks = [first, second, first].map((each) => each.container.resolve(Desk));
    const totals = await context.run(() => Promise.all(desks.map(({ prices }) => prices.totalCents(lines))));

    expect(desks[0]).toBe(desks[2]);
    expect(totals).toEqual([2250, 2000, 2250]);
  });

  it('share a class that was declared after their containers', () => {
    const [first, second] = [context.child([orders()]), context.child([billing()])];
    const containers = [first, second].map((each) => each.container);

    @scoped(Lifecycle.ContainerScoped)
    class Late {}

    expect(containers[0]?.resolve(Late)).toBe(containers[1]?.resolve(Late));
  });

  it('share a singleton, which keeps the Config of the one that was first', () => {
    @singleton()
    class Office {
      constructor(@inject(Config) readonly config: Config) {}
    }

    const [first, second] = [orders(), billing()];

    const offices = [first, second].map((each) => context.child([each]).container.resolve(Office));

    expect(offices[0]).toBe(offices[1]);
    expect(offices[1]?.config).toBe(first);
    container.clearInstances();
  });
});

describe("what the user does to containers of the user's", () => {
  const discounted = new Config({ overrides: { DISCOUNT_PERCENT: 40 } });
  let own: DependencyContainer;

  beforeEach(() => {
    own = container.createChildContainer();
    registerIn(own);
  });

  it.each<[string, () => void]>([
    ['container.reset()', () => container.reset()],
    ['container.clearInstances()', () => container.clearInstances()],
    ['own.reset()', () => own.reset()],
    ['own.clearInstances()', () => own.clearInstances()],
  ])('%s leaves the containers of contexts as they are', async (_, disturb) => {
    const child = context.child([discounted]);
    const totals = () => Promise.all([context, child].map(totalIn));
    const first = await totals();

    disturb();

    expect(first).toEqual([2250, 1500]);
    expect(await totals()).toEqual(first);
    expect(await totalIn(context.child([discounted]))).toBe(1500);
    expect(await totalIn(Context.createRoot([discounted]))).toBe(1500);
  });

  it('own.clearInstances() keeps what was registered in it', async () => {
    own.clearInstances();

    expect(await context.child([discounted]).run(() => total(own))).toBe(1500);
  });

  it('own.reset() asks for registerIn() once more', async () => {
    own.reset();
    registerIn(own);

    expect(await context.child([discounted]).run(() => total(own))).toBe(1500);
    expect(await context.run(() => total(own))).toBe(2250);
  });
});
