import { type } from 'arktype';
import * as v from 'valibot';
import { z } from 'zod';
import { schemaFacts } from '../../src/declared/schema-facts';
import { type StandardSchema } from '../../src/declared/standard-schema';

function schemaOf(validate: StandardSchema['~standard']['validate'], more: object = {}): StandardSchema {
  return { '~standard': { version: 1, vendor: 'mine', validate, ...more } };
}
const withJson = (output: object, input = output): StandardSchema =>
  schemaOf(() => ({ issues: [] }), { jsonSchema: { output: () => output, input: () => input } });

describe('the type', () => {
  it.each<[string, StandardSchema | undefined]>([
    ['text', undefined],
    ['text', z.string()],
    ['text (uri)', z.url()],
    ['integer', z.coerce.number().int()],
    ['number', z.number()],
    ['boolean', z.boolean()],
    ['map', z.record(z.string(), z.boolean())],
    ['list of text', z.array(z.string())],
    ['list of text or number', z.array(z.union([z.string(), z.number()]))],
    ['list', z.array(z.unknown())],
    ['"a" or "b"', z.enum(['a', 'b'])],
    ['7', z.literal(7)],
    ['text or null', z.string().nullable()],
    ['text', z.string().transform((text) => text.length)],
    ['as zod checks', z.coerce.date()],
    ['number', type('number > 0')],
    ['as valibot checks', v.number()],
    ['as mine checks', schemaOf(() => ({ issues: [] }))],
    ['as mine checks', withJson({ anyOf: [{ type: 'string' }, {}] })],
    ['as mine checks', withJson({})],
    ['text or integer', withJson({ type: ['string', 'integer'] })],
  ])('is %s', (told, schema) => {
    expect(schemaFacts(schema).type).toBe(told);
  });
});

describe('what is taken for nothing', () => {
  it.each<[unknown, boolean, StandardSchema | undefined]>([
    [undefined, false, undefined],
    [undefined, false, z.string()],
    [10, true, z.coerce.number().default(10)],
    [undefined, true, z.string().optional()],
    [null, true, z.string().nullish().default(null)],
    ['x', true, v.optional(v.string(), 'x')],
    [
      undefined,
      false,
      schemaOf(() => {
        throw new Error('it cannot');
      }),
    ],
    [undefined, false, schemaOf(() => Promise.resolve({ value: 'late' }))],
    [undefined, false, schemaOf(() => Promise.reject(new Error('late')))],
  ])('is %j, told at once (%s)', (value, optional, schema) => {
    const facts = schemaFacts(schema);

    expect([facts.default, facts.optional]).toEqual([value, optional]);
  });
});
