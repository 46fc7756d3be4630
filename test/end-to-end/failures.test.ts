import { type Config, LocalCache, ProviderError } from '../../src/index';
import { type LocalAwsFault } from '../../src/local-aws/local-aws';
import { rejection } from '../chain/doubles';
import { AwsWorld, ordersConfig, unhandledDuring } from './world';

let world: AwsWorld;

afterEach(() => world.close());

const failing = (target: string, path: string): LocalAwsFault => ({
  target,
  body: `"${path}"`,
  status: 500,
  type: 'InternalServerError',
});
const causeOf = (error: Error): Error => error.cause as Error;

describe('an error', () => {
  it('below the answer never fails a lookup, and leaves no unhandled rejection', async () => {
    const seed = { ssm: { '/orders/prod/x': 'found' } };
    const faults = [failing('GetParametersByPath', '/global/all'), failing('ListSecrets', 'name')];
    world = await AwsWorld.start({ seed, faults });

    const unhandled = await unhandledDuring(() =>
      world.run(async () => {
        expect(await ordersConfig().get('x')).toBe('found');
        await world.answered(5);
      }),
    );

    expect(unhandled).toEqual([]);
    expect(world.aws.calls.all.filter(({ outcome }) => outcome === 'fault')).toHaveLength(2);
  });

  it('above the answer fails the lookup: nothing of lower priority is given in its place', async () => {
    const seed = { ssm: { '/global/all/x': 'lower' } };
    world = await AwsWorld.start({ seed, faults: [failing('GetParametersByPath', '/orders/all')] });

    await world.run(async () => {
      const config = ordersConfig({ defaults: { x: 'default' } });

      for (const lookUp of [() => config.get('x'), () => config.get('x', 'fallback'), () => config.getItem('x')]) {
        const error = await rejection(lookUp);

        expect(error).toBeInstanceOf(ProviderError);
        expect(error).toMatchObject({ provider: 'ssm', directory: '/orders/all', code: 'PROVIDER_FAILED' });
        expect(causeOf(error).name).toBe('InternalServerError');
      }
    });
  });

  it('says provider, directory, and what the service answered', async () => {
    world = await AwsWorld.start({ faults: [{ target: 'ListSecrets', status: 503, message: 'try later' }] });

    const error = await rejection(() => world.run(() => ordersConfig().get('x')));

    expect(error.message).toBe('Provider "secrets" failed for /orders/prod: ServiceUnavailable (HTTP 503): try later');
  });

  it('is forgotten: the next lookup asks again, and only what failed', async () => {
    const seed = { ssm: { '/orders/prod/x': 'found' } };
    world = await AwsWorld.start({ seed, faults: [{ ...failing('GetParametersByPath', '/orders/prod'), times: 1 }] });

    await world.run(async () => {
      const config = ordersConfig();
      await rejection(() => config.get('x'));
      const before = await world.answered(5);

      expect(await config.get('x')).toBe('found');
      expect(world.aws.calls.count() - before).toBe(1);
    });
  });

  it('is one of the secret that was read, not of the others', async () => {
    const secrets = { '/orders/prod/good': 'value', '/orders/prod/bad': 'value' };
    const faults = [{ target: '^GetSecretValue', body: 'bad', status: 500, times: 1 }];
    world = await AwsWorld.start({ seed: { secrets }, faults });

    await world.run(async () => {
      const config = ordersConfig();
      const [good, bad] = await Promise.allSettled([config.get('good'), config.get('bad')]);
      const again = await config.get('bad');

      expect(good).toEqual({ status: 'fulfilled', value: 'value' });
      expect(bad).toMatchObject({ status: 'rejected', reason: { provider: 'secrets', directory: '/orders/prod' } });
      expect(again).toBe('value');
    });
  });

  it.each<[string, LocalAwsFault, string]>([
    [
      'throttling',
      { target: 'ByPath', type: 'ThrottlingException', status: 400, message: 'Rate exceeded' },
      'ThrottlingException',
    ],
    ['a reset connection', { target: 'ByPath', dropConn: true }, 'TimeoutError|ECONNRESET|Error'],
    ['an answer that is not JSON', { target: 'ByPath', raw: { body: '<html>hunter2' } }, 'SyntaxError'],
    [
      'an answer that was cut off',
      { target: 'ByPath', raw: { body: '{"Parameters": [{"Value": "hunter2' } },
      'SyntaxError',
    ],
    ['a service that repeats its pages', { target: 'ByPath', endlessToken: true }, 'Error'],
  ])('of %s fails the lookup and is not remembered', async (_, fault, name) => {
    world = await AwsWorld.start({ seed: { ssm: { '/orders/prod/x': 'found' } }, faults: [fault] });

    await world.run(async () => {
      const config = ordersConfig();
      const error = await rejection(() => config.get('x'));
      world.aws.setFaults([]);

      expect(error).toBeInstanceOf(ProviderError);
      expect(causeOf(error).name).toMatch(new RegExp(`^(${name})$`));
      expect(`${error.stack ?? ''} ${causeOf(error).stack ?? ''}`).not.toContain('hunter2');
      expect(await config.get('x')).toBe('found');
    });
  });
});

describe('a service that does not answer', () => {
  const hanging = (path: string): LocalAwsFault => ({ target: 'ByPath', body: `"${path}"`, hang: true });

  it('does not hold a lookup up whose answer lies above it', async () => {
    world = await AwsWorld.start({ seed: { ssm: { '/orders/prod/x': 'found' } }, faults: [hanging('/orders/all')] });

    expect(await world.run(() => ordersConfig().get('x'))).toBe('found');
  });

  it('ends an attempt with requestTimeoutMs, and is asked again by the next lookup', async () => {
    const seed = { ssm: { '/orders/all/x': 'found' } };
    const settings = { requestTimeoutMs: 2000 };
    world = await AwsWorld.start({ seed, faults: [{ ...hanging('/orders/all'), times: 1 }] }, settings);

    await world.run(async () => {
      const config = ordersConfig();
      const error = await rejection(() => config.get('x'));

      expect(error).toMatchObject({ provider: 'ssm', directory: '/orders/all' });
      expect(causeOf(error).name).toBe('TimeoutError');
      expect(await config.get('x')).toBe('found');
    });
  });
});

describe('lookups that overlap', () => {
  it('ask nothing twice, whether they find something or not', async () => {
    world = await AwsWorld.start({ latencyMs: 1000, seed: { ssm: { '/orders/prod/x': 'found' } } });

    const values = await world.run(async () => {
      const config = ordersConfig();
      const first = Array.from({ length: 10 }, () => config.get('x'));
      await world.asked(1);
      return Promise.all([...first, ...Array.from({ length: 10 }, () => config.get('missing'))]);
    });

    expect(values).toEqual([...Array.from({ length: 10 }, () => 'found'), ...Array.from({ length: 10 })]);
    expect(await world.answered(5)).toBe(5);
  });

  it('with a reset do not mix: what was read before fills no memory', async () => {
    world = await AwsWorld.start({ latencyMs: 1000, seed: { ssm: { '/orders/prod/x': 'old' } } });

    await world.run(async () => {
      const config: Config = ordersConfig();
      const old = config.get('x');
      await world.asked(5);
      await config.refresh();
      const fresh = config.get('x');
      await Promise.all([old, fresh]);
      const calls = await world.answered(10);
      await config.get('x');

      expect(calls).toBe(10);
      expect(world.aws.calls.count()).toBe(10);
    });
  });
});

describe('processes with other credentials', () => {
  it('never read the listings of the context around them', async () => {
    world = await AwsWorld.start({ seed: { ssm: { '/orders/prod/x': 'mine' } } });
    const other = await AwsWorld.start({ seed: { ssm: { '/orders/prod/x': 'theirs' } } });

    const values = await world.run(async () => {
      const config = ordersConfig();
      const outer = await config.get('x');
      const inner = await ordersConfig().run(() => other.clients.run(() => config.get('x')));
      return [outer, inner, await config.get('x')];
    });
    const asked = [await world.answered(5), await other.answered(5)];
    await other.close();

    expect(values).toEqual(['mine', 'theirs', 'mine']);
    expect(asked).toEqual([5, 5]);
  });

  it('share nothing either while both are reading', async () => {
    world = await AwsWorld.start({ seed: { secrets: { '/orders/prod/x': 'mine' } } });
    const other = await AwsWorld.start({ seed: { secrets: { '/orders/prod/x': 'theirs' } } });

    const values = await world.run(() => {
      const config = ordersConfig();
      return Promise.all([config.get('x'), other.clients.run(() => config.get('x')), config.get('x')]);
    });
    await other.close();

    expect(values).toEqual(['mine', 'theirs', 'mine']);
  });

  it('start empty with a LocalCache of their own, and leave the outer one alone', async () => {
    world = await AwsWorld.start({ seed: { ssm: { '/orders/prod/x': 'old' } } });

    const values = await world.run(async () => {
      const config = ordersConfig();
      const outer = await config.get('x');
      world.aws.putParameter('/orders/prod/x', 'new');
      const inner = await new LocalCache().run(() => config.get('x'));
      return [outer, inner, await config.get('x')];
    });

    expect(values).toEqual(['old', 'new', 'old']);
  });
});
