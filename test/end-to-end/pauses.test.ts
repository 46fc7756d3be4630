import { ProviderError, SecretsProvider, SsmProvider } from '../../src/index';
import { type LocalAwsFault } from '../../src/local-aws/local-aws';
import { rejection, StoppedClock } from '../chain/doubles';
import { AwsWorld, ordersConfig } from './world';

let world: AwsWorld;
let clock: StoppedClock;

beforeEach(() => {
  clock = new StoppedClock();
});

afterEach(() => world.close());

const inWorld = <T>(fn: () => T): T => world.run(fn, [clock]);
const failing = (path: string): LocalAwsFault => ({ target: 'ByPath', body: `"${path}"`, status: 500 });
const seed = { ssm: { '/orders/prod/x': 'found' } };

describe('a source that fails', () => {
  it('is asked again by the next lookup once, and then not until the pause is over', async () => {
    world = await AwsWorld.start({ faults: [failing('/orders/prod')] });

    await inWorld(async () => {
      const config = ordersConfig({ providers: [SsmProvider], directories: ['/orders/prod'] });
      const errors = [];
      for (let lookup = 0; lookup < 20; lookup += 1) errors.push(await rejection(() => config.get(`name${lookup}`)));
      const asked = world.aws.calls.count();
      clock.advanceMs(1000);
      await rejection(() => config.get('x'));

      expect(asked).toBe(2);
      expect(world.aws.calls.count()).toBe(3);
      expect(errors.every((error) => error instanceof ProviderError)).toBe(true);
      expect(errors[1]?.message).toContain('InternalFailure (planned fault)');
      expect(errors[19]?.message).toMatch(
        /^Provider "ssm" failed for \/orders\/prod: InternalFailure .* \(a moment ago; not read again yet\)$/,
      );
      expect((errors[19]?.cause as Error).name).toBe('InternalFailure');
    });
  });

  it('is asked twice by five hundred callers who try again and again at the same time', async () => {
    world = await AwsWorld.start({ faults: [{ target: '.', status: 500 }], latencyMs: 5 });

    await inWorld(async () => {
      const config = ordersConfig({ providers: [SsmProvider], directories: ['/orders/prod'] });
      const tryOften = async (): Promise<void> => {
        for (let tries = 0; tries < 10; tries += 1) await rejection(() => config.get('x'));
      };
      await Promise.all(Array.from({ length: 500 }, tryOften));
    });

    expect(world.aws.calls.count()).toBe(2);
  });

  it('is asked as often as the SDK retries, and no more', async () => {
    world = await AwsWorld.start({ faults: [failing('/orders/prod')] });
    const clients = world.makeClients({ maxAttempts: 3 });

    await world.run(
      () => rejection(() => ordersConfig({ providers: [SsmProvider], directories: ['/orders/prod'] }).get('x')),
      [clock, clients],
    );

    expect(world.aws.calls.count()).toBe(3);
  });

  it('is asked again after the pause, and gives its values', async () => {
    world = await AwsWorld.start({ seed, faults: [failing('/orders/prod')] });

    await inWorld(async () => {
      const config = ordersConfig();
      for (let lookup = 0; lookup < 3; lookup += 1) await rejection(() => config.get('x'));
      world.aws.setFaults([]);
      const during = await rejection(() => config.get('x'));
      clock.advanceMs(1000);

      expect(during).toBeInstanceOf(ProviderError);
      expect(await config.get('x')).toBe('found');
    });
  });

  it('is not asked within the pause by refresh() or a fresh lookup either', async () => {
    world = await AwsWorld.start({ faults: [failing('/orders/prod')] });

    await inWorld(async () => {
      const config = ordersConfig({ providers: [SsmProvider], directories: ['/orders/prod'] });
      for (let lookup = 0; lookup < 2; lookup += 1) await rejection(() => config.get('x'));
      await config.refresh();
      await rejection(() => config.get('x'));
      await rejection(() => config.get('x', undefined, { fresh: true }));
    });

    expect(world.aws.calls.count()).toBe(2);
  });

  it('is asked by every lookup when failurePauseMs is 0', async () => {
    world = await AwsWorld.start({ faults: [failing('/orders/prod')] }, { failurePauseMs: 0 });

    await inWorld(async () => {
      const config = ordersConfig({ providers: [SsmProvider], directories: ['/orders/prod'] });
      for (let lookup = 0; lookup < 5; lookup += 1) await rejection(() => config.get('x'));
    });

    expect(world.aws.calls.count()).toBe(5);
  });

  it('below the answers is not asked in advance by each of them', async () => {
    world = await AwsWorld.start({ seed, faults: [failing('/orders/all')] });

    await inWorld(async () => {
      const config = ordersConfig({ providers: [SsmProvider] });
      await config.get('x');
      await world.answered(4);
      for (let lookup = 0; lookup < 10; lookup += 1) await config.get('x'.toUpperCase(), undefined, {});

      expect(world.aws.calls.count()).toBe(4);
    });
  });

  it('leaves other sources alone', async () => {
    world = await AwsWorld.start({
      seed: { secrets: { '/orders/prod/token': 'secret' } },
      faults: [{ target: 'ByPath', status: 500 }],
    });

    await inWorld(async () => {
      const config = ordersConfig({ directories: ['/orders/prod'] });
      for (let lookup = 0; lookup < 4; lookup += 1) await rejection(() => config.get('x'));

      expect(await ordersConfig({ providers: [SecretsProvider] }).get('token')).toBe('secret');
    });
  });
});

describe('by exact name', () => {
  it('a source that fails for several names is asked for no other until the pause is over', async () => {
    world = await AwsWorld.start({ faults: [{ target: '.', status: 500 }] });

    await inWorld(async () => {
      const config = ordersConfig({ strategy: 'names', providers: [SsmProvider], directories: ['/orders/prod'] });
      for (let lookup = 0; lookup < 20; lookup += 1) await rejection(() => config.get(`name${lookup}`));
      const asked = world.aws.calls.count();
      clock.advanceMs(1000);
      await rejection(() => config.get('another'));

      expect([asked, world.aws.calls.count()]).toEqual([2, 3]);
    });
  });

  it('one secret that cannot be read keeps no other from being read', async () => {
    const secrets = { '/orders/prod/bad': 'x', '/orders/prod/good': 'value', '/orders/prod/other': 'value' };
    const fault = { target: '^GetSecretValue', body: '/bad', type: 'DecryptionFailure' };
    world = await AwsWorld.start({ seed: { secrets }, faults: [fault] });

    await inWorld(async () => {
      const config = ordersConfig();
      for (let lookup = 0; lookup < 4; lookup += 1) await rejection(() => config.get('bad'));

      expect(await config.get('good')).toBe('value');
      expect(await rejection(() => config.get('bad'))).toBeInstanceOf(ProviderError);
      expect(await config.get('other')).toBe('value');
    });
  });
});
