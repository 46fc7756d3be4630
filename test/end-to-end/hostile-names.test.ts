import { inspect } from 'node:util';
import {
  type Config,
  defineSettings,
  DynamoCacher,
  DynamoProvider,
  EnvProvider,
  InvalidNameError,
  isConfigError,
  SecretsProvider,
  setting,
  SsmProvider,
  xconSettings,
} from '../../src/index';
import { AwsWorld, ordersConfig } from './world';

/** Names as an attacker, or a mistake, may give them; each is one that no source holds. */
const names: Readonly<Record<string, string>> = {
  'a new line': 'a\nb',
  'controls of a terminal': 'a\u001b[31mb\u0007',
  'C1 controls': 'a\u0085b\u009b',
  'direction marks': 'a\u202eb\u2066c',
  'separators of lines': 'a\u2028b\u2029c',
  'half of a surrogate pair': 'a\ud800b',
  'a zero byte': 'a\0b',
  'a name of objects': '__proto__',
  constructor: 'constructor',
  'an own name of maps': 'hasOwnProperty',
  'the separator of sort keys': 'x|+|/orders/prod|+|ssm',
  'the key of a lease': '~xcon|lease|0',
  'a placeholder': '{service}',
  'a wildcard': '*',
  'an attribute expression': '#name = :value',
  markup: '<img src=x onerror=alert(1)>',
  'an interpolation': '${process.env.SECRET}',
  spaces: '  x  ',
  'a version of a parameter': 'x:1',
  'many characters': 'n'.repeat(2048),
  'many characters of four bytes': '\u{1F600}'.repeat(1024),
  'too many characters': 'n'.repeat(2049),
  'a full name': '/orders/prod/x',
  'a parent directory': '../prod/x',
  nothing: '',
};

const methods: Readonly<Record<string, (config: Config, name: string) => unknown>> = {
  get: (config, name) => config.get(name),
  'get with a fallback': (config, name) => config.get(name, 'fallback'),
  require: (config, name) => config.require(name),
  getString: (config, name) => config.getString(name),
  requireString: (config, name) => config.requireString(name),
  getNumber: (config, name) => config.getNumber(name),
  requireNumber: (config, name) => config.requireNumber(name),
  getBoolean: (config, name) => config.getBoolean(name),
  requireBoolean: (config, name) => config.requireBoolean(name),
  getJson: (config, name) => config.getJson(name),
  requireJson: (config, name) => config.requireJson(name),
  getItem: (config, name) => config.getItem(name),
  requireItem: (config, name) => config.requireItem(name),
  has: (config, name) => config.has(name),
  load: (config, name) => config.load(['x', name]),
  'require of a snapshot': async (config, name) => (await config.load([name])).require(name),
  'a name that a snapshot has not': async (config, name) => (await config.load(['x'])).get(name as 'x'),
  explain: async (config, name) => {
    const explanation = await config.explain(name);
    return [explanation.toString(), explanation.toHtml()];
  },
  'explain of many': async (config, name) => String(await config.explain(['x', name])),
  setOverride: (config, name) => config.setOverride(name, 'value'),
  getOverride: (config, name) => config.getOverride(name),
  removeOverride: (config, name) => config.removeOverride(name),
  setDefault: (config, name) => config.setDefault(name, 'value'),
  getDefault: (config, name) => config.getDefault(name),
  removeDefault: (config, name) => config.removeDefault(name),
  'declared settings': (_, name) => defineSettings({ one: setting(name), two: setting('x') }).load(),
  'clear of one name': (_, name) => DynamoCacher.grab().clear({ environ: '/orders/prod', name }),
};

/** What would begin a line, steer a terminal, or turn a line around; tables and pages have line ends of their own. */
const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

let world: AwsWorld;

afterEach(() => world.close());

/** Calls a method. @returns What is wrong with how it ends; `undefined` when it gives something, or an error of the library. */
async function problemOf(call: () => unknown): Promise<string | undefined> {
  try {
    await call();
    return undefined;
  } catch (error) {
    if (!isConfigError(error)) return `threw ${inspect(error)}`;
    const lines = error.message.split('\n');
    return lines.some((line) => unprintable.test(line)) ? `said ${JSON.stringify(error.message)}` : undefined;
  }
}

describe.each(['listing', 'names'] as const)('with the strategy %s, a name that is hostile', (strategy) => {
  it('is missing or refused by every method, in printable words, and leaves other names alone', async () => {
    const rows = [{ app_key: '/orders/prod', name_key: 'y', value: 'from a row' }];
    world = await AwsWorld.start({
      seed: {
        ssm: { '/orders/prod/x': 'found' },
        tables: { 'global-all-config': { rows }, 'global-all-configCache': { rows: [] } },
      },
    });
    const problems: string[] = [];
    let found: unknown;
    await world.run(async () => {
      xconSettings.service = 'orders';
      const providers = [new EnvProvider({}), SsmProvider, SecretsProvider, DynamoProvider];
      const config = ordersConfig({ providers, cacher: DynamoCacher, strategy });
      for (const [kind, name] of Object.entries(names)) {
        for (const [method, call] of Object.entries(methods)) {
          const problem = await problemOf(() => config.run(() => call(config, name)));
          if (problem !== undefined) problems.push(`${method} of ${kind}: ${problem}`);
        }
      }
      for (const [kind, name] of Object.entries(names)) {
        await config.refresh();
        const beside = await config
          .run(() => config.load(['x', name]))
          .then(
            (snapshot) => snapshot.get('x'),
            (error: unknown) => (error instanceof InvalidNameError ? 'found' : error),
          );
        if (beside !== 'found') problems.push(`x beside ${kind}: ${inspect(beside)}`);
      }
      await config.refresh();
      const snapshot = await config.load(['x', 'y']);
      found = [snapshot.get('x'), snapshot.get('y')];
      await config.flush();
    });

    expect(problems).toEqual([]);
    expect(found).toEqual(['found', 'from a row']);
    expect(world.aws.calls.count('BatchWriteItem')).toBeGreaterThan(0);
    const logged = world.log.lines.map((line) => JSON.stringify(line)).filter((line) => unprintable.test(line));
    expect(logged).toEqual([]);
    expect(Object.keys({})).toEqual([]);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});
