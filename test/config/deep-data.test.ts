import { decodeAttribute, encodeAttribute } from '../../src/aws/attribute-value';
import {
  config,
  Config,
  type ConfigValue,
  Context,
  defineSettings,
  EnvProvider,
  InvalidValueError,
  LocalCache,
  ProviderError,
  secret,
  Secret,
  setting,
  type StandardSchema,
  XconSettings,
} from '../../src/index';
import { mostLevels } from '../../src/item/value';
import { fakeProvider } from '../../src/testing/index';
import { LocalAwsError } from '../../src/local-aws/local-aws-error';
import { checkSeed } from '../../src/local-aws/check-seed';
import { rejection } from '../chain/doubles';
import { withoutVariables } from './doubles';

withoutVariables();

/** Maps in lists in maps ... around a text. */
function nested(levels: number): ConfigValue {
  let value: ConfigValue = 'hunter2';
  for (let level = 0; level < levels; level += 1) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}

function containingItself(): ConfigValue {
  const value: Record<string, unknown> = {};
  value['a'] = [value, value, { b: value }];
  return value as unknown as ConfigValue;
}

function jsonOf(levels: number): string {
  return `${'['.repeat(levels)}"hunter2"${']'.repeat(levels)}`;
}

const tooDeep: readonly (readonly [string, ConfigValue])[] = [
  ['one level too many', nested(mostLevels + 1)],
  ['2,000 levels', nested(2000)],
  ['100,000 levels', nested(100_000)],
  ['itself', containingItself()],
];
const anyJson: StandardSchema = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value) => (typeof value === 'string' ? { issues: [{ message: 'a text' }] } : { value }),
  },
};

/** Runs something as a process with environment variables. */
function inside<T>(variables: Readonly<Record<string, string>>, run: () => T): T {
  const settings = new XconSettings({ service: 'orders', environment: 'prod' });
  return Context.createRoot([settings, new EnvProvider(variables), new LocalCache()]).run(run);
}

function thrown(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

describe.each(tooDeep)('a value that has %s', (_, value) => {
  it.each<[string, () => unknown]>([
    ['an override', () => new Config({ overrides: { x: value } })],
    ['an override that is set', () => new Config().setOverride('x', value)],
    ['a default', () => new Config({ defaults: { x: value } })],
    ['a default that is set', () => new Config().setDefault('x', value)],
    ['a default of the settings', () => new XconSettings({ defaults: { x: value } })],
    ['a default of a declared setting', () => defineSettings({ x: setting({ default: value as string }) })],
    ['a Secret', () => new Secret(value)],
  ])('is refused as %s', (__, give) => {
    const error = thrown(give) as InvalidValueError;

    expect(error).toBeInstanceOf(InvalidValueError);
    expect(error.message).toMatch(
      /^The value of "(x|Secret)" is not data of at most 100 levels; found a (map|list) that/,
    );
    expect(error.message).not.toContain('hunter2');
  });

  it('is refused as a value of a provider, and named', async () => {
    const child = new Config({ providers: [fakeProvider({ x: value, y: 1 })], cacher: null });

    const error = await inside({}, () => rejection(() => child.get('x')));

    expect(error).toBeInstanceOf(ProviderError);
    expect(error.message).toContain('The value of "x" is not data of at most 100 levels');
    expect(error.cause).toBeInstanceOf(InvalidValueError);
  });

  it('is refused in a row of a seed', () => {
    const error = thrown(() =>
      checkSeed({ tables: { tab: { rows: [{ app_key: 'a', name_key: 'b', value }] } } }, 'Seed', 0),
    );

    expect(error).toBeInstanceOf(LocalAwsError);
    expect((error as Error).message).toMatch(/^Seed: tables\["tab"\]\.rows\[0\]\.value has more than 32 levels/);
  });

  it('is stored in no row', () => {
    expect(encodeAttribute(value)).toBeUndefined();
  });
});

it('a value of exactly 100 levels is accepted', async () => {
  const value = nested(mostLevels);
  const child = new Config({
    overrides: { over: value },
    defaults: { other: value },
    providers: [fakeProvider({ x: value })],
    cacher: null,
  });

  const found = await inside({ JSON: jsonOf(mostLevels) }, () =>
    child.run(async () => [await config.get('over'), await config.get('other'), await config.get('x')]),
  );
  const json = await inside({ JSON: jsonOf(mostLevels) }, () => config.getJson('JSON'));

  expect(found).toEqual([value, value, value]);
  expect(JSON.stringify(json)).toBe(jsonOf(mostLevels));
});

it('data that occurs in many places is visited once', () => {
  let value: ConfigValue = [];
  for (let level = 0; level < 2 * mostLevels; level += 1) value = [value, value];

  expect(thrown(() => new Config({ overrides: { x: value } }))).toBeInstanceOf(InvalidValueError);
});

describe.each([101, 2000, 100_000])('JSON of %i levels', (levels) => {
  it.each<[string, () => Promise<unknown>]>([
    ['getJson', () => config.getJson('DEEP')],
    ['requireJson', () => config.requireJson('DEEP')],
    ['a snapshot', async () => (await config.load(['DEEP'])).getJson('DEEP')],
  ])('is an InvalidValueError of %s', async (_, ask) => {
    const error = await inside({ DEEP: jsonOf(levels) }, () => rejection(ask));

    expect(error).toBeInstanceOf(InvalidValueError);
    expect(error.message).toBe(
      'The value of "DEEP" is not data of at most 100 levels; found JSON from env (/_environmental) that has more, or contains itself.',
    );
  });

  it('is a plain text where no JSON is asked for', async () => {
    expect(await inside({ DEEP: jsonOf(levels) }, () => config.get('DEEP'))).toBe(jsonOf(levels));
  });

  it('is refused by declared settings, and never given to a schema', async () => {
    const given: unknown[] = [];
    const schema: StandardSchema = {
      '~standard': {
        ...anyJson['~standard'],
        validate: (value) => {
          given.push(value);
          return anyJson['~standard'].validate(value);
        },
      },
    };
    const declared = defineSettings({ deep: setting(schema), field: secret('DEEP', { json: 'password' }) });

    const error = await inside({ DEEP: jsonOf(levels) }, () => rejection(() => declared.load()));

    // Of a text that is too long to be looked for in messages, none is repeated.
    const said = levels > 32_000 ? 'its schema refuses it' : 'a text';
    expect(error.message).toContain(`deep (DEEP): ${said}; it is JSON: data of more than 100 levels (from env)`);
    expect(error.message).not.toContain('hunter2');
    expect(given).toEqual([jsonOf(levels)]);
  });
});

it('output of a schema that is too deep is refused', async () => {
  const declared = defineSettings({
    x: setting({
      '~standard': { ...anyJson['~standard'], validate: () => ({ value: containingItself() }) },
    } as StandardSchema),
  });

  const error = await inside({ X: 'x' }, () => rejection(() => declared.load()));

  expect(error.message).toContain('x (X): its schema gives data of more than 100 levels (from env)');
});

it('a DynamoDB attribute that is too deep has no value', () => {
  let attribute: Record<string, unknown> = { S: 'x' };
  const levelsOf = (levels: number) => {
    attribute = { S: 'x' };
    for (let level = 0; level < levels; level += 1)
      attribute = level % 2 === 0 ? { M: { a: attribute } } : { L: [attribute] };
    return attribute as never;
  };

  expect(decodeAttribute(levelsOf(mostLevels))).toBeDefined();
  expect([mostLevels + 1, 100_000].map((levels) => decodeAttribute(levelsOf(levels)))).toEqual([undefined, undefined]);
});

it('a value of 32 levels can be stored, as DynamoDB allows, and one of 33 cannot', () => {
  expect(encodeAttribute(nested(32))).toBeDefined();
  expect(encodeAttribute(nested(33))).toBeUndefined();
});
