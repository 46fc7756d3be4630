import { AwsWorld, ordersConfig } from './world';

let world: AwsWorld;

const parametersOf = (count: number): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`/orders/prod/p${index}`, `${index}`]));
const secretsOf = (count: number, path = '/orders/prod'): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`${path}/s${index}`, `secret ${index}`]));

afterEach(() => world.close());

/** The first round of the service `orders` in `prod`: all it lists. */
const listings = [...Array<string>(4).fill('GetParametersByPath'), 'ListSecrets'];

/** Waits for so many requests; gives how often each operation was called. */
const counts = async (total: number): Promise<Readonly<Record<string, number>>> => {
  await world.answered(total);
  const operations = world.aws.calls.all.map(({ operation }) => operation);
  return Object.fromEntries([...new Set(operations)].sort().map((each) => [each, world.aws.calls.count(each)]));
};

describe('a cold lookup', () => {
  it('asks SSM for each of four directories and Secrets Manager once, all in one round', async () => {
    world = await AwsWorld.start({ seed: { ssm: { '/global/all/db_host': 'db.internal' } } });

    const { value, rounds } = await world.inRounds([5], () => ordersConfig().get('DB_HOST'));

    expect(value).toBe('db.internal');
    expect(rounds).toEqual([listings]);
    expect(
      world.aws.calls
        .of('GetParametersByPath')
        .map(({ body }) => (body as { Path: string }).Path)
        .sort(),
    ).toEqual(['/global/all', '/global/prod', '/orders/all', '/orders/prod']);
  });

  it('filters the secrets it lists to its directories', async () => {
    world = await AwsWorld.start({ seed: { secrets: { '/elsewhere/x': 'no' } } });

    await world.run(() => ordersConfig().get('x'));

    const [list] = world.aws.calls.of('ListSecrets');
    expect((list?.body as { Filters: unknown }).Filters).toEqual([
      { Key: 'name', Values: ['/orders/prod/', '/orders/all/', '/global/prod/', '/global/all/'] },
    ]);
  });

  it('takes a second round for a secret, and reads no other', async () => {
    world = await AwsWorld.start({ seed: { secrets: secretsOf(5) } });

    const { value, rounds } = await world.inRounds([5, 1], () => ordersConfig().get('s3'));

    expect(value).toBe('secret 3');
    expect(rounds).toEqual([listings, ['GetSecretValue']]);
  });

  it('reads no secret that something above it shadows', async () => {
    world = await AwsWorld.start({
      seed: {
        ssm: { '/orders/prod/x': 'parameter' },
        secrets: { '/orders/prod/x': 'secret', '/orders/all/x': 'secret' },
      },
    });

    expect(await world.run(() => ordersConfig().get('x'))).toBe('parameter');
    expect(world.aws.calls.count('GetSecretValue')).toBe(0);
  });

  it('finds secrets and parameters in exactly their directory, whatever the case of the name', async () => {
    world = await AwsWorld.start({
      seed: {
        ssm: { '/orders/prod/deeper/x': 'no', '/orders/PROD/x': 'no', '/orders/prod/Mixed_Case': 'yes' },
        secrets: { '/orders/prod/deeper/y': 'no', '/orders/prodigy/y': 'no', '/orders/prod/Token': 'yes' },
      },
    });

    const values = await world.run(() =>
      Promise.all(['x', 'MIXED_CASE', 'y', 'TOKEN'].map((name) => ordersConfig().get(name))),
    );

    expect(values).toEqual([undefined, 'yes', undefined, 'yes']);
  });

  it('takes one round more for each page of ten parameters', async () => {
    world = await AwsWorld.start({ seed: { ssm: parametersOf(25) } });

    const { value, rounds } = await world.inRounds([5, 1, 1], () => ordersConfig().get('p24'));

    expect(value).toBe('24');
    expect(rounds).toEqual([listings, ['GetParametersByPath'], ['GetParametersByPath']]);
  });

  it('asks nothing more for what it has seen, found or not', async () => {
    world = await AwsWorld.start({ seed: { ssm: parametersOf(2), secrets: secretsOf(1) } });

    await world.run(async () => {
      const config = ordersConfig();
      await config.get('s0');
      const before = world.aws.calls.count();
      for (const name of ['p0', 'P1', 's0', 'missing', 'missing']) await config.get(name);

      expect(world.aws.calls.count()).toBe(before);
    });
  });

  it('asks no source for an override, a variable, or with providers skipped', async () => {
    world = await AwsWorld.start();

    await world.run(async () => {
      await ordersConfig({ overrides: { x: 1 } }).get('x');
      await ordersConfig().get('x', undefined, { skipProviders: true });
    });

    expect(world.aws.calls.count()).toBe(0);
  });
});

describe('many lookups at the same time', () => {
  it('share one plan: two rounds for fifty names, ten of them secrets', async () => {
    world = await AwsWorld.start({ seed: { ssm: parametersOf(10), secrets: secretsOf(10) } });
    const names = Array.from({ length: 50 }, (_, index) => ['p', 's', 'missing'][index % 3] + `${index % 10}`);

    const { value: values, rounds } = await world.inRounds([5, 1], () => {
      const config = ordersConfig();
      return Promise.all(names.map((name) => config.get(name)));
    });

    expect(values.slice(0, 4)).toEqual(['0', 'secret 1', undefined, '3']);
    expect(rounds).toEqual([listings, ['BatchGetSecretValue']]);
  });

  it('are one load: the same requests, the same rounds', async () => {
    world = await AwsWorld.start({ seed: { ssm: parametersOf(10), secrets: secretsOf(10) } });
    const names = Array.from({ length: 10 }, (_, index) => [`p${index}`, `s${index}`]).flat();

    const { value: now, rounds } = await world.inRounds([5, 1], () => ordersConfig().load(names));

    expect(names.map((name) => now.get(name))).toEqual(
      names.map((_, index) => (index % 2 === 0 ? `${index / 2}` : `secret ${(index - 1) / 2}`)),
    );
    expect(rounds).toEqual([listings, ['BatchGetSecretValue']]);
  });

  it('read three secrets one by one, in parallel', async () => {
    world = await AwsWorld.start({ seed: { secrets: secretsOf(3) } });

    const names = ['s0', 's1', 's2'] as const;
    const { value: now, rounds } = await world.inRounds([5, 3], () => ordersConfig().load(names));

    expect(names.map((name) => now.get(name))).toEqual(['secret 0', 'secret 1', 'secret 2']);
    expect(rounds).toEqual([listings, Array(3).fill('GetSecretValue')]);
  });

  it.each([
    [5, 5, 0],
    [6, 0, 1],
    [20, 0, 1],
    [21, 0, 2],
  ])('read %i secrets with %i single calls and %i batches', async (count, singles, batches) => {
    world = await AwsWorld.start({ seed: { secrets: secretsOf(count) } });
    const names = Array.from({ length: count }, (_, index) => `s${index}`);

    const { value: now, rounds } = await world.inRounds([5, singles + batches], () => ordersConfig().load(names));

    const values = [
      ...Array<string>(batches).fill('BatchGetSecretValue'),
      ...Array<string>(singles).fill('GetSecretValue'),
    ];
    expect(now.get(`s${count - 1}`)).toBe(`secret ${count - 1}`);
    expect(rounds).toEqual([listings, values]);
  });

  it('put secrets of several directories into one batch', async () => {
    const secrets = { ...secretsOf(4), ...secretsOf(8, '/global/all') };
    world = await AwsWorld.start({ seed: { secrets } });
    const names = Array.from({ length: 8 }, (_, index) => `s${index}`);

    const now = await world.run(() => ordersConfig().load(names));

    expect(names.map((name) => now.getItem(name).directory.path)).toEqual([
      ...Array.from({ length: 4 }, () => '/orders/prod'),
      ...Array.from({ length: 4 }, () => '/global/all'),
    ]);
    expect(await counts(6)).toEqual({ BatchGetSecretValue: 1, GetParametersByPath: 4, ListSecrets: 1 });
  });

  it('of different Configs with the same sources ask once, too', async () => {
    world = await AwsWorld.start({ seed: { ssm: parametersOf(2) } });

    const values = await world.run(() => Promise.all(['p0', 'p1', 'nowhere'].map((name) => ordersConfig().get(name))));

    expect(values).toEqual(['0', '1', undefined]);
    expect(await counts(5)).toEqual({ GetParametersByPath: 4, ListSecrets: 1 });
  });
});

describe('the walk', () => {
  it('takes the first directory, then the first provider, then the default', async () => {
    world = await AwsWorld.start({
      seed: {
        ssm: { '/orders/all/both': 'ssm, lower directory', '/orders/prod/same': 'ssm' },
        secrets: { '/orders/prod/both': 'secret, upper directory', '/orders/prod/same': 'secret' },
      },
    });

    const values = await world.run(async () => {
      const config = ordersConfig({ defaults: { none: 'default' } });
      return [await config.get('both'), await config.get('same'), await config.get('none')];
    });

    expect(values).toEqual(['secret, upper directory', 'ssm', 'default']);
  });

  it('ends with the exports of other services', async () => {
    world = await AwsWorld.start({ seed: { ssm: { '/billing/export/prod/url': 'https://billing' } } });

    const item = await world.run(() => ordersConfig({ exports: ['billing'] }).getItem('URL'));

    expect([item.value, item.directory.path]).toEqual(['https://billing', '/billing/export/prod']);
    expect(world.aws.calls.count('GetParametersByPath')).toBe(5);
    expect(world.aws.calls.count('ListSecrets')).toBe(1);
  });

  it('keeps strings exactly as they are stored, and binary secrets binary', async () => {
    world = await AwsWorld.start({
      seed: {
        ssm: { '/orders/prod/text': '  {"a": 1}\n', '/orders/prod/secure': { value: '007', type: 'SecureString' } },
        secrets: { '/orders/prod/empty': '', '/orders/prod/bytes': { binary: 'AAEC/w==' } },
      },
    });

    const now = await world.run(() => ordersConfig().load(['text', 'secure', 'empty', 'bytes']));

    expect([now.get('text'), now.get('secure'), now.get('empty')]).toEqual(['  {"a": 1}\n', '007', '']);
    expect(now.get('bytes')).toEqual(new Uint8Array([0, 1, 2, 255]));
    expect(now.getItem('secure').secret).toBe(true);
    expect(now.getItem('text').secret).toBe(false);
  });
});
