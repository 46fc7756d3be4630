import { type Config, defineSettings, setting } from '../../src/index';
import { rejection } from '../chain/doubles';
import { AwsWorld, ordersConfig } from './world';

let world: AwsWorld;

afterEach(() => world.close());

const seed = { ssm: { '/orders/prod/x': 'found', '/orders/all/y': 'too' }, secrets: { '/orders/prod/s': 'secret' } };

it('a load that is aborted rejects with the reason of its signal, and ends no other wait', async () => {
  world = await AwsWorld.start({ seed, latencyMs: 1000 });
  const controller = new AbortController();
  const reason = new Error('enough');

  const [aborted, other, single] = await world.run(async () => {
    const config = ordersConfig();
    const loads = [config.load(['x', 'y', 's'], { signal: controller.signal }), config.load(['x', 'y', 's'])] as const;
    const one = config.get('s');
    const aborting = rejection(() => loads[0]);
    await world.asked(1);
    controller.abort(reason);
    return [await aborting, await loads[1], await one] as const;
  });

  expect(aborted).toBe(reason);
  expect([other.get('x'), other.get('y'), other.get('s'), single]).toEqual(['found', 'too', 'secret', 'secret']);
  expect(world.aws.calls.count('ListSecrets')).toBe(1);
  expect(world.aws.calls.count('GetSecretValue')).toBe(1);
});

it.each<[string, readonly string[]]>([
  ['names', ['x', 'y']],
  ['no names', []],
])('a load of %s whose signal is already aborted sends no request', async (_, names) => {
  world = await AwsWorld.start({ seed });
  const reason = new Error('enough');

  const error = await world.run(() =>
    rejection(() => ordersConfig().load(names, { signal: AbortSignal.abort(reason) })),
  );

  expect(error).toBe(reason);
  expect(world.aws.calls.count()).toBe(0);
});

it.each<[string, (config: Config, signal: AbortSignal) => Promise<unknown>]>([
  ['get', (config, signal) => config.get('x', undefined, { signal })],
  ['explain', (config, signal) => config.explain('x', { signal })],
  ['explain of many names', (config, signal) => config.explain(['x', 'y'], { signal })],
  ['has', (config, signal) => config.has('x', { signal })],
  ['health', (config, signal) => config.health({ probe: true, signal })],
  ['explain of declared settings', (_, signal) => defineSettings({ x: setting() }).explain({ signal })],
])('%s is ended by its signal, before it begins and while it waits', async (_, ask) => {
  world = await AwsWorld.start({ seed, latencyMs: 300 });
  const reason = new Error('enough');

  await world.run(async () => {
    const config = ordersConfig();
    const early = await config.run(() => rejection(() => ask(config, AbortSignal.abort(reason))));
    const asked = world.aws.calls.count();
    const controller = new AbortController();
    const waiting = config.run(() => rejection(() => ask(config, controller.signal)));
    await new Promise(setImmediate);
    controller.abort(reason);

    expect([early, await waiting]).toEqual([reason, reason]);
    expect(asked).toBe(0);
  });
});

it('a read that an aborted lookup has started is used by the next one', async () => {
  world = await AwsWorld.start({ seed, latencyMs: 1000 });
  const controller = new AbortController();

  await world.run(async () => {
    const config = ordersConfig();
    const aborted = rejection(() => config.get('x', undefined, { signal: controller.signal }));
    await world.asked(1);
    controller.abort();
    await aborted;

    expect(await config.get('x')).toBe('found');
  });

  expect(await world.answered(5)).toBe(5);
});

it('an aborted lookup does not count as a failure of a source', async () => {
  world = await AwsWorld.start({ seed, faults: [{ target: '.', hang: true }] });
  const controller = new AbortController();

  const health = await world.run(async () => {
    const config = ordersConfig();
    const aborted = rejection(() => config.get('x', undefined, { signal: controller.signal }));
    await world.asked(1);
    controller.abort();
    await aborted;
    return config.health();
  });

  expect(health.ok).toBe(true);
});
