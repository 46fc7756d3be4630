import { z } from 'zod';
import {
  Config,
  type ConfigOptions,
  defineSettings,
  DirectoryItem,
  type Explanation,
  type ExplanationSet,
  secret,
  setting,
  type SettingsShape,
  SettingsValidationError,
  Unavailable,
} from '../../src/index';
import { directory, envOf, type Held, isolated, MapProvider, RecordedLog, rejection, unread } from '../chain/doubles';
import { withoutVariables, World } from '../config/doubles';

withoutVariables();

type Holdings = Readonly<Record<string, Held>>;

interface Given {
  readonly held?: Holdings;
  readonly secrets?: MapProvider;
  readonly config?: ConfigOptions;
}

/** Runs something with `ssm` and `secrets` over two directories. */
function within<T>({ held = {}, secrets = new MapProvider({ name: 'secrets' }), config = {} }: Given, fn: () => T): T {
  const ssm = new MapProvider({ name: 'ssm', held });
  const chain = { directories: ['/a', '/b'], providers: [envOf({}), ssm, secrets], cacher: null, service: 'orders' };
  return new World().run(fn, [new Config({ ...chain, ...config })]);
}

function explain(shape: SettingsShape, given: Given = {}): Promise<ExplanationSet> {
  return within(given, () => defineSettings(shape).explain());
}

async function explainOne(shape: SettingsShape, given: Given = {}): Promise<Explanation> {
  const [first] = await explain(shape, given);
  if (first === undefined) throw new Error('Nothing was explained.');
  return first;
}

function holding(values: Readonly<Record<string, string>>): MapProvider {
  const secrets = Object.fromEntries(
    Object.entries(values).map(([exactName, value]) => {
      const name = exactName.slice(exactName.lastIndexOf('/') + 1);
      const place = { directory: directory('/a'), source: 'secrets', secret: true, exactName, version: '7' };
      return [exactName, new DirectoryItem({ name, value, ...place })];
    }),
  );
  return new MapProvider({ name: 'secrets', held: { '/a': [unread('db_password')] }, secrets });
}

describe('each declared setting', () => {
  it('is explained under its name and its key, in the order declared', async () => {
    const explanations = await explain({ host: setting('DB_HOST'), db: { size: setting({ optional: true }) } });

    expect([...explanations].map(({ name, key }) => [name, key])).toEqual([
      ['DB_HOST', 'host'],
      ['DB_SIZE', 'db.size'],
    ]);
    expect(explanations.title).toBe('orders in all');
  });

  it('has its winner, and what that shadows', async () => {
    const held = { '/a': { db_host: 'upper' }, '/b': { db_host: 'lower' } };

    const { winner, shadows, problem } = await explainOne({ host: setting('DB_HOST') }, { held });

    expect(winner).toMatchObject({ provider: 'ssm', directory: '/a', value: 'upper' });
    expect(shadows).toMatchObject([{ directory: '/b', value: 'lower' }]);
    expect(problem).toBeUndefined();
  });

  it('that is a secret is masked wherever it comes from', async () => {
    const shape = { plain: secret('PLAIN', { default: 'hunter2' }) };

    const explanations = await explain(shape, {
      held: { '/a': { plain: 'hunter2' } },
      config: { overrides: { plain: 'hunter2' } },
    });

    const said = [JSON.stringify(explanations), String(explanations), explanations.toHtml()].join();
    expect(said).toContain('********');
    expect(said).not.toContain('hunter2');
  });

  it('has the places that were refused, and the one that failed', async () => {
    const refusal = new Unavailable('AccessDenied', 'allow ssm:GetParametersByPath on /a');

    const { refusals, failure, problem } = await explainOne(
      { x: setting('X', { default: 'unused' }) },
      { held: { '/a': refusal, '/b': new Error('down') } },
    );

    expect(refusals).toMatchObject([{ provider: 'ssm', directory: '/a', remedy: refusal.remedy }]);
    expect(failure).toMatchObject({ provider: 'ssm', directory: '/b' });
    expect(problem).toBeUndefined();
  });

  it('has a problem exactly where load has one', async () => {
    const shape = {
      missing: setting('MISSING'),
      size: setting('SIZE', z.coerce.number()),
      token: setting('TOKEN', z.coerce.number()),
      placed: setting('PLACED', { sources: ['secrets'] }),
      low: setting('LOW', { directories: ['/b'] }),
      field: secret('FIELD', { json: 'password' }),
      empty: setting('EMPTY', { emptyAsMissing: true }),
      good: setting('GOOD'),
    };
    const held = { '/a': { size: 'many', token: 'hunter2', placed: 'x', low: 'x', field: '{}', empty: '', good: 'x' } };

    const [explanations, error] = await within({ held }, async () => {
      const declared = defineSettings(shape);
      return [await declared.explain(), await rejection(() => declared.load())] as const;
    });
    const invalidKeys = [...explanations].filter(({ problem }) => problem !== undefined).map(({ key }) => key);

    expect(error).toBeInstanceOf(SettingsValidationError);
    expect(invalidKeys).toEqual((error as SettingsValidationError).problems.map(({ key }) => key));
    expect(invalidKeys).toHaveLength(7);
    expect(explanations.find('PLACED')?.problem).toBe('from ssm in /a, and may come from secrets only');
    expect(explanations.find('MISSING')?.problem).toBe('it is required, and missing');
    expect(JSON.stringify(explanations)).not.toContain('hunter2');
  });
});

describe('a default of the declaration', () => {
  it('is the last place, and the winner where nothing is found', async () => {
    const { places, winner, problem } = await explainOne({ x: setting('X', { default: 'declared' }) });

    expect(places.at(-1)).toEqual({ provider: 'declared', outcome: 'found', value: 'declared' });
    expect(winner).toBe(places.at(-1));
    expect(problem).toBeUndefined();
  });

  it('is shadowed by what is found', async () => {
    const { winner, shadows } = await explainOne(
      { x: setting('X', { default: 'd' }) },
      { held: { '/b': { x: 'found' } } },
    );

    expect(winner?.value).toBe('found');
    expect(shadows).toEqual([{ provider: 'declared', outcome: 'shadowed', value: 'd' }]);
  });

  it('may be the one of the schema', async () => {
    expect((await explainOne({ x: setting('X', z.number().default(10)) })).winner).toMatchObject({ value: '10' });
  });

  it('wins over an empty text that counts as none', async () => {
    const shape = { x: setting('X', { default: 'd', emptyAsMissing: true }) };

    const { winner, places } = await explainOne(shape, { held: { '/a': { x: '' } } });

    expect(winner).toMatchObject({ provider: 'declared', value: 'd' });
    expect(places.find(({ directory: path }) => path === '/a')).toMatchObject({
      outcome: 'shadowed',
      reason: 'it counts as none',
    });
  });

  it('is absent for a setting that may be missing', async () => {
    const { winner, places, problem } = await explainOne({ x: setting('X', { optional: true }) });

    expect([winner, problem]).toEqual([undefined, undefined]);
    expect(places.at(-1)?.provider).toBe('default');
  });
});

describe('a secret with an id', () => {
  const login = secret('DB_LOGIN', { id: 'rds!db-1', json: 'password' });
  const stored = () => holding({ 'rds!db-1': '{"password":"hunter2"}' });

  it('is read by its id alone', async () => {
    const secrets = stored();

    const { places, winner } = await explainOne({ login }, { secrets });

    expect(places.map(({ provider, directory: path, outcome }) => [provider, path, outcome])).toEqual([
      ['override', undefined, 'absent'],
      ['env', '/_environmental', 'absent'],
      ['secrets', 'rds!db-1', 'found'],
      ['default', undefined, 'absent'],
    ]);
    expect(winner).toMatchObject({ value: '********', version: '7' });
    expect(secrets.listed).toEqual([]);
  });

  it('is not read behind the answer', async () => {
    const secrets = stored();

    const { winner } = await explainOne({ login }, { secrets, config: { overrides: { db_login: 'x' } } });

    expect(winner?.provider).toBe('override');
    expect(secrets.secretCalls).toEqual([]);
  });

  it('of which two fields are declared is read once, and named by key', async () => {
    const secrets = stored();
    const shape = { user: secret('DB_LOGIN', { id: 'rds!db-1', json: 'user', optional: true }), password: login };

    const explanations = await explain(shape, { secrets });

    expect(secrets.secretCalls).toEqual([['rds!db-1']]);
    expect(String(explanations)).toMatch(/^! {2}DB_LOGIN \(user\) +secrets rds!db-1/);
    expect(String(explanations)).toMatch(/^> {2}DB_LOGIN \(password\) +secrets rds!db-1/m);
    expect(explanations.toHtml()).toContain('it has no field &#34;user&#34;');
  });
});

it('has what cannot be loaded in every form', async () => {
  const explanation = await explainOne({ x: setting('X') });

  expect(String(explanation)).toMatch(/^X: not found\nIt cannot be loaded: it is required, and missing\n/);
  expect(explanation.toHtml()).toContain('It cannot be loaded: it is required, and missing.');
  expect(JSON.parse(JSON.stringify(explanation))).toMatchObject({ key: 'x', problem: 'it is required, and missing' });
});

it('neither logs anything nor changes what a load finds', async () => {
  const log = new RecordedLog();
  const ssm = new MapProvider({ name: 'ssm', held: { '/a': { x: 'found' } } });
  const config = new Config({ directories: ['/a'], providers: [ssm], cacher: null });

  const loaded = await isolated([log.logger(), config], async () => {
    const declared = defineSettings({ x: setting('X') });
    await declared.explain();
    return declared.load();
  });

  expect(loaded.x).toBe('found');
  expect(ssm.listed).toEqual(['/a']);
  expect(log.lines.filter(({ level }) => level !== 'debug')).toEqual([]);
});
