import { type } from 'arktype';
import * as v from 'valibot';
import { z } from 'zod';
import {
  type ConfigOptions,
  type ConfigValue,
  secret,
  type SecretOptions,
  setting,
  type Setting,
  type SettingsValidationError,
  type StandardSchema,
} from '../../src/index';
import { withoutVariables } from '../config/doubles';
import { load } from './world';

withoutVariables();

/** A loaded value, or what is wrong with the value found. */
type Outcome = { readonly value: unknown } | { readonly wrong: string | undefined };

/** Loads a setting whose value the config table has; `undefined`: no source has one. */
async function loadOne<T>(x: Setting<T>, found: ConfigValue | undefined, options?: ConfigOptions): Promise<Outcome> {
  const dynamo = { '/orders/prod': found === undefined ? {} : { x: found } };
  try {
    return { value: (await load({ x }, { dynamo }, options)).x };
  } catch (error) {
    const [problem] = (error as SettingsValidationError).problems;
    return { wrong: problem?.message.replace(' (from dynamo in /orders/prod)', '') };
  }
}

const read = (schema: StandardSchema, found: ConfigValue | undefined): Promise<Outcome> =>
  loadOne(setting('x', schema), found);

describe('a text', () => {
  it.each([
    ['z.string', z.string(), '10', '10'],
    ['z.string', z.string(), '{"a":1}', '{"a":1}'],
    ['z.any', z.any(), '[1]', '[1]'],
    ['z.coerce.number', z.coerce.number(), '10', 10],
    ['a union that takes texts', z.union([z.number(), z.string()]), '10', '10'],
    ['v.string', v.string(), 'true', 'true'],
    ['type string', type('string'), 'null', 'null'],
  ])('is given to %s as it is', async (_, schema, found, value) => {
    expect(await read(schema, found)).toEqual({ value });
  });

  it.each([
    ['z.number', z.number(), '10', 10],
    ['z.number', z.number(), ' 1e3\n', 1000],
    ['z.boolean', z.boolean(), 'false', false],
    ['z.null', z.null(), 'null', null],
    ['z.array', z.array(z.string()), '["a"]', ['a']],
    ['z.record', z.record(z.string(), z.boolean()), '{"a":true}', { a: true }],
    ['a union of numbers and maps', z.union([z.number(), z.object({ a: z.string() })]), '{"a":"b"}', { a: 'b' }],
    ['v.object', v.object({ a: v.number() }), '{"a":1,"b":2}', { a: 1 }],
    ['type number[]', type('number[]'), '[1,2]', [1, 2]],
  ])('that is JSON is parsed for %s, which accepts no text', async (_, schema, found, value) => {
    expect(await read(schema, found)).toEqual({ value });
  });

  it.each([
    ['a text that is not JSON', z.number(), 'ten', 'Invalid input: expected number, received string'],
    ['an empty text', z.number(), '', 'Invalid input: expected number, received string'],
    ['a number with a zero in front', z.number(), '007', 'Invalid input: expected number, received string'],
    [
      'a map, as a map',
      z.object({ a: z.number() }),
      '{"a":"x"}',
      'at a: Invalid input: expected number, received string',
    ],
  ])('is refused: %s', async (_, schema, found, wrong) => {
    expect(await read(schema, found)).toEqual({ wrong });
  });

  it('that is a number in JSON is refused as a text and as a number, where the reasons differ', async () => {
    expect(await read(z.number().max(5), '10')).toEqual({
      wrong: 'as text: Invalid input: expected number, received string; as JSON: Too big: expected number to be <=5',
    });
    expect(await read(z.literal('a'), '10')).toEqual({ wrong: 'Invalid input: expected "a"' });
  });
});

it('data of DynamoDB is given as it is, and never parsed', async () => {
  expect(await read(z.string(), 10)).toEqual({ wrong: 'Invalid input: expected string, received number' });
  expect(await read(z.object({ a: z.string() }), { a: '{}' })).toEqual({ value: { a: '{}' } });
});

it('the output of a schema is frozen, unless it is not plain data', async () => {
  const shared = { list: [1] };
  const url = new URL('https://example.com');

  const plain = await read(
    z.string().transform(() => shared),
    'x',
  );
  const object = await read(
    z.string().transform(() => url),
    'x',
  );

  expect(plain).toEqual({ value: { list: [1] } });
  expect('value' in plain && Object.isFrozen(plain.value)).toBe(true);
  expect(Object.isFrozen(shared)).toBe(false);
  expect('value' in object && object.value).toBe(url);
});

describe('a schema that breaks the standard', () => {
  const schemaOf = (validate: () => unknown) =>
    ({ '~standard': { version: 1, vendor: 'x', validate } }) as unknown as StandardSchema;

  const notAnError = 'hunter2' as unknown as Error;

  it.each([
    ['gives nothing', () => undefined, 'its schema threw TypeError'],
    ['rejects with a text', () => Promise.reject(notAnError), 'its schema threw a string'],
    ['rejects', () => Promise.reject(new RangeError('hunter2')), 'its schema threw RangeError'],
    ['has no issue', () => ({ issues: [] }), 'its schema refuses it'],
    ['has an issue without message', () => ({ issues: [{}] }), 'its schema refuses it'],
  ])('because it %s is a problem, not a crash', async (_, validate, wrong) => {
    expect(await read(schemaOf(validate), 'x')).toEqual({ wrong });
  });
});

describe('a whole number that a double would round', () => {
  const big = '9007199254740993';

  it.each<[string, StandardSchema]>([
    ['parsed', z.number()],
    ['converted by the schema', z.coerce.number()],
    ['converted by a function', v.pipe(v.string(), v.transform(Number))],
  ])('is refused when it is %s', async (_, schema) => {
    const wrong = 'expected a number that a double holds exactly; read it as a string, or as a bigint';

    expect(await read(schema, big)).toEqual({ wrong });
    expect(await read(schema, '9007199254740992')).toEqual({ value: 2 ** 53 });
  });

  it('is a bigint inside of JSON', async () => {
    const json = `{"id":${big}}`;
    const field = (schema: StandardSchema) => loadOne(secret('x', schema, { json: 'id' }), json);

    expect(await read(z.object({ id: z.bigint() }), json)).toEqual({ value: { id: 9007199254740993n } });
    for (const outcome of [await read(z.object({ id: z.number() }), json), await field(z.number())])
      expect(outcome).toMatchObject({ wrong: expect.any(String) as string });
    expect(await field(z.coerce.number())).toMatchObject({ wrong: expect.stringContaining('exactly') as string });
  });

  it('is accepted as a text or a bigint', async () => {
    expect(await read(z.string(), big)).toEqual({ value: big });
    expect(await read(z.coerce.bigint(), big)).toEqual({ value: 9007199254740993n });
  });
});

it('bytes that are JSON are parsed where the schema refuses bytes', async () => {
  const schema = z.object({ a: z.number() });

  expect(await read(schema, Buffer.from('{"a":1}'))).toEqual({ value: { a: 1 } });
  expect(await read(schema, Buffer.from('hunter2'))).toMatchObject({
    wrong: expect.any(String) as string,
  });
});

describe('no value', () => {
  it.each<[string, StandardSchema]>([
    ['z.coerce.string()', z.coerce.string()],
    ['z.coerce.string() with more', z.coerce.string().trim().toUpperCase()],
    ['z.coerce.boolean()', z.coerce.boolean()],
    ['z.coerce.number()', z.coerce.number()],
    ['z.preprocess(String)', z.preprocess(String, z.string())],
    ['a transform of anything', v.pipe(v.unknown(), v.transform(String))],
    ['a transform to NaN', v.pipe(v.unknown(), v.transform(Number))],
    ['an asynchronous one', z.unknown().transform((each) => Promise.resolve(String(each)))],
  ])('is not replaced by the conversion of %s', async (_, schema) => {
    expect(await read(schema, undefined)).toMatchObject({ wrong: expect.any(String) as string });
  });

  it.each<[string, StandardSchema, unknown]>([
    ['a default', z.string().default('x'), 'x'],
    ['a default before a conversion', z.coerce.string().default('x'), 'x'],
    ['a default that looks like a conversion', z.coerce.boolean().default(false), false],
    ['a default of anything', z.any().default(5), 5],
    ['an optional one', z.coerce.string().optional(), undefined],
    ['a fallback for what it refuses', z.string().catch('x'), 'x'],
    ['a fallback of valibot', v.fallback(v.string(), 'x'), 'x'],
    ['a default of valibot', v.optional(v.pipe(v.unknown(), v.transform(String)), 'x'), 'x'],
    [
      'a transform',
      z
        .string()
        .optional()
        .transform((each) => each ?? 'x'),
      'x',
    ],
    ['a preprocess', z.preprocess((each) => each ?? 'x', z.string()), 'x'],
  ])('is replaced by the output of a schema with %s', async (_, schema, value) => {
    expect(await read(schema, undefined)).toEqual({ value });
  });
});

describe('the field of a JSON secret', () => {
  /** Loads a secret of the config table; gives what it holds. */
  async function reveal(found: ConfigValue, options: SecretOptions<unknown>, config?: ConfigOptions): Promise<Outcome> {
    const outcome = await loadOne(secret('x', z.unknown(), options), found, config);
    return 'value' in outcome && outcome.value !== undefined
      ? { value: (outcome.value as { reveal: () => unknown }).reveal() }
      : outcome;
  }

  it.each<[ConfigValue, unknown]>([
    ['{"a":{"b":1}}', { b: 1 }],
    [{ a: 1 }, 1],
    [Buffer.from('{"a":"x"}'), 'x'],
  ])('is read from text, maps and bytes: %p', async (found, value) => {
    expect(await reveal(found, { json: 'a' })).toEqual({ value });
  });

  it.each<[ConfigValue, SecretOptions<unknown>]>([
    ['{"a":""}', { emptyAsMissing: true, optional: true }],
    ['{"a":null}', { optional: true }],
  ])('may count as missing: %j', async (found, options) => {
    expect(await reveal(found, { json: 'a', ...options })).toEqual({ value: undefined });
  });

  it.each<[ConfigValue, string]>([
    ['hunter2', 'expected JSON with a field "a", found text that is not JSON'],
    ['null', 'expected JSON with a field "a", found null'],
    ['["a"]', 'expected JSON with a field "a", found a list'],
    ['"a"', 'expected JSON with a field "a", found a string'],
    [Uint8Array.of(1), 'expected JSON with a field "a", found binary that is not JSON'],
    [new Set(['a']), 'expected JSON with a field "a", found a set'],
  ])('is not read from %p, which may be the field itself only in this process', async (found, wrong) => {
    expect(await reveal(found, { json: 'a' })).toEqual({ wrong });
    for (const options of [{ overrides: { x: found } }, { providers: [], defaults: { x: found } }])
      expect(await reveal(found, { json: 'a' }, options)).toEqual({ value: found });
  });

  it.each<ConfigValue>(['{"b":1}', { b: 1 }, Buffer.from('{"b":1}')])(
    'is never all of the JSON, wherever it comes from: %p',
    async (found) => {
      const wrong = expect.stringContaining('it has no field "a"') as string;

      expect(await reveal(found, { json: 'a' })).toEqual({ wrong });
      expect(await reveal(found, { json: 'a' }, { overrides: { x: found } })).toEqual({ wrong });
    },
  );
});
