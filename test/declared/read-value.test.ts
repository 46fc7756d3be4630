import { type } from 'arktype';
import * as v from 'valibot';
import { z } from 'zod';
import { readValue } from '../../src/declared/read-value';
import { type StandardSchema } from '../../src/declared/standard-schema';
import { type ConfigValue } from '../../src/index';

const read = (schema: StandardSchema, found: ConfigValue | undefined) => readValue(schema, found, false);

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
  ])('that is JSON is parsed for %s, which takes no text', async (_, schema, found, value) => {
    expect(await read(schema, found)).toEqual({ value });
  });

  it.each([
    ['a text that is no JSON', z.number(), 'ten', 'Invalid input: expected number, received string'],
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

  it('that is a number in JSON is refused for what it is as a text and as a number, when that differs', async () => {
    expect(await read(z.number().max(5), '10')).toEqual({
      wrong: 'as text: Invalid input: expected number, received string; as JSON: Too big: expected number to be <=5',
    });
    expect(await read(z.literal('a'), '10')).toEqual({ wrong: 'Invalid input: expected "a"' });
  });
});

it('data is given as it is, and never parsed', async () => {
  expect(await read(z.string(), 10)).toEqual({ wrong: 'Invalid input: expected string, received number' });
  expect(await read(z.object({ a: z.string() }), { a: '{}' })).toEqual({ value: { a: '{}' } });
});

it('what a schema makes is frozen, and no copy is made of what is no plain data', async () => {
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

describe('a schema that does not keep to the standard', () => {
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

  it('is read as a text or a bigint', async () => {
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

describe('nothing', () => {
  it.each<[string, StandardSchema]>([
    ['z.coerce.string()', z.coerce.string()],
    ['z.coerce.string() with more', z.coerce.string().trim().toUpperCase()],
    ['z.coerce.boolean()', z.coerce.boolean()],
    ['z.coerce.number()', z.coerce.number()],
    ['z.preprocess(String)', z.preprocess(String, z.string())],
    ['a transform of anything', v.pipe(v.unknown(), v.transform(String))],
    ['a transform to NaN', v.pipe(v.unknown(), v.transform(Number))],
    ['one that takes its time', z.unknown().transform((each) => Promise.resolve(String(each)))],
  ])('is no value that %s makes of it', async (_, schema) => {
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
  ])('is what a schema with %s says', async (_, schema, value) => {
    expect(await read(schema, undefined)).toEqual({ value });
  });
});
