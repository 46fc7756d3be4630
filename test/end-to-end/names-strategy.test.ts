import { Config, EnvProvider, SecretsProvider, SsmProvider, type XconSettings } from '../../src/index';
import { type LocalAws, startLocalAws } from '../../src/local-aws/local-aws';
import { inLocalProcess } from '../setup/local-process';
import { RoundGate } from './round-gate';
import { fc } from '../setup/fast-check';

const table = 'global-all-configCache';
let aws: LocalAws;

beforeEach(async () => {
  aws = await startLocalAws({ seed: { tables: { [table]: { rows: [] } } } });
});

afterEach(() => aws.close());

/** Runs as a process of its own, of the service `orders` in `prod`. */
function inProcess<T>(
  settings: ConstructorParameters<typeof XconSettings>[0],
  fn: () => Promise<T>,
  endpoint = aws.url,
): Promise<T> {
  return inLocalProcess(endpoint, { service: 'orders', environment: 'prod', ...settings }, fn, [new EnvProvider({})]);
}

function load(names: readonly string[]): () => Promise<readonly unknown[]> {
  return async () => {
    const snapshot = await Config.grab().load(names);
    return names.map((name) => snapshot.get(name));
  };
}

/** One by one, because names in a snapshot are case-insensitive. */
function get(names: readonly string[]): () => Promise<readonly unknown[]> {
  return () => Promise.all(names.map((name) => Config.grab().get(name)));
}

const byName = { strategy: 'names', disableDefaultCacher: true } as const;

describe("strategy 'names'", () => {
  it('reads 20 of 400 parameters in one round, and lists nothing', async () => {
    const names = Array.from({ length: 400 }, (_, index) => `P${index}`);
    await aws.seed({ ssm: Object.fromEntries(names.map((name) => [`/orders/prod/${name}`, `value of ${name}`])) });
    const gate = await RoundGate.open(aws.url, [8], /^GetParameter/);

    const values = await inProcess(byName, load(names.slice(0, 20)), gate.url);

    await gate.close();
    expect(values).toEqual(names.slice(0, 20).map((name) => `value of ${name}`));
    expect(gate.rounds).toEqual([Array(8).fill('GetParameters')]);
    expect(aws.calls.count(/ByPath|ListSecrets/)).toBe(0);
  });

  it('distinguishes names by case, with and without the cache', async () => {
    await aws.seed({ ssm: { '/orders/prod/DB_HOST': 'here' } });
    const cached = { strategy: 'names', refreshLease: false } as const;

    const first = await inProcess(cached, get(['DB_HOST', 'db_host']));
    aws.calls.clear();
    const second = await inProcess(cached, get(['db_host', 'DB_HOST']));

    expect(first).toEqual(['here', undefined]);
    expect(second).toEqual([undefined, 'here']);
    expect(aws.calls.all.map(({ operation }) => operation)).toEqual(['Query']);
  });

  it('keeps its rows apart from those of listings', async () => {
    await aws.seed({ ssm: { '/orders/prod/DB_HOST': 'here' } });
    await inProcess({ strategy: 'names' }, get(['DB_HOST', 'nothing']));
    const rows = (await aws.rows(table)).filter((row) => row['xcon_owner'] === undefined);

    const providers = rows.map((row) => row['cache_concat_provider_names']?.S);

    expect(new Set(providers)).toEqual(new Set(['ssm|secrets|names']));
  });

  it('asks for no name that a parameter cannot have', async () => {
    const values = await inProcess(byName, load(['what is this?']));

    expect(values).toEqual([undefined]);
    expect(aws.calls.count('GetParameters')).toBe(0);
  });

  it('reads on in the next directory where one is refused, and caches nothing below it', async () => {
    await aws.seed({ ssm: { '/orders/all/REFUSED_ABOVE': 'below' } });
    aws.setFaults([{ target: 'GetParameters$', body: '/orders/prod/', type: 'AccessDeniedException' }]);

    const values = await inProcess({ strategy: 'names', refreshLease: false }, load(['REFUSED_ABOVE']));

    aws.setFaults([]);
    expect(values).toEqual(['below']);
    expect(await aws.rows(table)).toEqual([]);
  });

  it('gives what listings give for names in exactly the case stored', async () => {
    const directories = ['/orders/prod', '/orders/all', '/global/prod', '/global/all'];
    const name = fc.constantFrom('A', 'b', 'C_1', 'd.e', 'F-g');
    const place = fc.record({ directory: fc.constantFrom(...directories), name, secret: fc.boolean() });
    let world = 0;

    await fc.assert(
      fc.asyncProperty(
        fc.array(place, { maxLength: 12 }),
        fc.array(name, { minLength: 1, maxLength: 5 }),
        async (places, asked) => {
          world += 1;
          const service = `svc${world}`;
          const pathOf = (each: { directory: string; name: string }): string =>
            `${each.directory.replace('/orders', `/${service}`).replace('/global', `/g${world}`)}/${each.name}`;
          const seedOf = (secret: boolean) =>
            Object.fromEntries(
              places
                .filter((each) => each.secret === secret)
                .map((each) => [pathOf(each), `v${pathOf(each)}${secret}`]),
            );
          await aws.seed({ ssm: seedOf(false), secrets: seedOf(true) });
          const config = () =>
            new Config({
              directories: directories.map((directory) => pathOf({ directory, name: '' }).slice(0, -1)),
              providers: [SsmProvider, SecretsProvider],
            });

          const listed = await inProcess({ disableDefaultCacher: true }, () => config().run(load(asked)));
          const named = await inProcess(byName, () => config().run(load(asked)));

          expect(named).toEqual(listed);
        },
      ),
      { numRuns: 40 },
    );
  });
});
