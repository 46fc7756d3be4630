import { parseEnv } from 'node:util';
import { type } from 'arktype';
import * as v from 'valibot';
import { z } from 'zod';
import { envExample as exampleOf, settingsTable } from '../../src/declared/describe';
import {
  defineSettings,
  secret,
  setting,
  type Setting,
  type SettingsShape,
  type StandardSchema,
} from '../../src/index';
import { fc } from '../setup/fast-check';
import { golden, ordersSettings } from './orders-settings';

const envExample = (shape: SettingsShape): string => exampleOf(defineSettings(shape).declarations);
const document = (shape: SettingsShape): string => settingsTable(defineSettings(shape).declarations);

/** Names that can be declared: one with a slash is refused. */
const names = fc.string().map((text) => text.replaceAll('/', ''));

describe('the .env.example', () => {
  it('has for each variable what it is for, its type and its default', () => {
    expect(envExample(ordersSettings)).toBe(golden('env-example.env'));
  });

  it('has no value of a secret', () => {
    expect(golden('env-example.env')).not.toContain('canary');
  });

  it('sets nothing as it is, so that a process can be started with it', () => {
    expect(parseEnv(golden('env-example.env'))).toEqual({});
  });

  /** Gives the line for the default of a setting called X, and what Node reads once the line is no comment. */
  function written(value: string): { readonly line: string; readonly read: string | undefined } {
    const text = envExample({ x: setting({ default: value }) });
    const line =
      text
        .split('\n')
        .find((each) => each.startsWith('# X='))
        ?.slice(2) ?? '';
    return { line, read: parseEnv(text.replace('# X=', 'X='))['X'] };
  }

  it.each([
    ['plain', 'a.b/c:1', 'X=a.b/c:1'],
    ['with spaces', ' a b ', "X=' a b '"],
    ['that would be a comment', 'a # b', "X='a # b'"],
    ['that a shell would change', '$HOME `x` \\n "y"', `X='$HOME \`x\` \\n "y"'`],
    ['with a quote', 'it\'s "$5"', 'X=`it\'s "$5"`'],
    ['with two kinds of quotes', "it's `x`", 'X="it\'s `x`"'],
    ['of lines', "it's\n`x`\tb", 'X="it\'s\\n`x`\tb"'],
  ])('quotes a default %s, as Node reads it', (_, value, line) => {
    expect(written(value)).toEqual({ line, read: value });
  });

  it.each([
    ['all kinds of quotes', '\'`"'],
    ['lines and double quotes', '"a"\nb'],
    ['lines and backslashes', 'C:\\new\nb'],
    ['what ends a text', 'a\0b'],
    ['what a file would not keep', 'a\r\nb'],
  ])('says that a default with %s cannot be written', (_, value) => {
    const text = envExample({ x: setting({ default: value }) });

    expect(text).toContain('\n# X=\n# No line can hold the default of X.\n');
  });

  it('writes what is read again, or nothing', () => {
    const odd = fc.string({
      unit: fc.constantFrom('a', ' ', "'", '"', '`', '\\', 'n', '\n', '\r', '$', '#', '=', '{', 'é'),
    });

    fc.assert(
      fc.property(fc.oneof(odd, fc.string({ unit: 'binary' })), (value) => {
        const { line, read } = written(value);

        expect(read).toBe(line === 'X=' ? '' : value);
      }),
    );
  });

  it('has each variable once, in whatever case it is declared', () => {
    const text = envExample({ a: setting('DB', { default: '1' }), b: secret('db') });

    expect(text.split('\n').slice(3)).toEqual([
      '# a: text, optional',
      '# b: secret text, required',
      '# DB=replace-me',
      '',
    ]);
  });

  it('notes which variables would be refused', () => {
    const text = envExample({ a: setting('A', { sources: ['ssm', 'dynamo'] }) });

    expect(text.split('\n').slice(3)).toEqual([
      '# a: text, required, from ssm or dynamo, not from a variable',
      '# A=',
      '',
    ]);
  });

  it('sets nothing, whatever the names, descriptions and defaults', () => {
    const option = fc.option(fc.string({ unit: 'binary' }), { nil: undefined });

    fc.assert(
      fc.property(names, option, option, (name, description = '', value) => {
        const given = setting(`N${name}`, { description, ...(value !== undefined && { default: value }) });
        const text = envExample({ a: given });

        expect(text.split('\n').filter((line) => !line.startsWith('#') && line !== '')).toEqual([]);
        expect(parseEnv(text)).toEqual({});
      }),
    );
  });
});

describe('the table', () => {
  it('has a row for each setting', () => {
    expect(document(ordersSettings)).toBe(golden('settings-table.md'));
  });

  it('has no value of a secret', () => {
    expect(golden('settings-table.md')).not.toContain('canary');
  });

  it('escapes characters with a meaning in Markdown', () => {
    const text = document({ a: setting('A`B', { default: '``', description: '<b> [x](y) *z*\n| _' }) });

    expect(text.split('\n')[2]).toContain(
      '| ``A`B`` | text | ``` `` ``` | anywhere   | \\<b\\> \\[x\\](y) \\*z\\* \\| \\_ |',
    );
  });

  it('has a row of six cells for each setting, whatever is in them', () => {
    fc.assert(
      fc.property(names, fc.string(), fc.string(), (name, description, value) => {
        const given = setting(`N${name}`, { description, default: value });

        const lines = document({ a: given }).split('\n');

        expect(lines).toHaveLength(4);
        for (const line of lines.slice(0, 3)) expect(line.match(/(?<!\\)\|/g)).toHaveLength(7);
      }),
    );
  });
});

describe('the facts in both', () => {
  /** Gives the cells of the type and the default of a setting in the table. */
  function cellsOf(x: Setting<unknown> | StandardSchema): readonly [type: string, fallback: string] {
    const [, , type = '', fallback = ''] =
      document({ x })
        .split('\n')[2]
        ?.split(/ +\| +/) ?? [];
    return [type, fallback];
  }
  function schemaOf(validate: StandardSchema['~standard']['validate'], more: object = {}): StandardSchema {
    return { '~standard': { version: 1, vendor: 'mine', validate, ...more } };
  }
  const withJson = (output: object, input = output): StandardSchema =>
    schemaOf(() => ({ issues: [] }), { jsonSchema: { output: () => output, input: () => input } });

  it.each<[string, StandardSchema | Setting<unknown>]>([
    ['text', setting()],
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
  ])('have the type %s', (type, declared) => {
    expect(cellsOf(declared)[0]).toBe(type);
  });

  it.each<[string, StandardSchema | Setting<unknown>]>([
    ['required', setting()],
    ['required', secret()],
    ['required', z.string()],
    [
      'required',
      schemaOf(() => {
        throw new Error('it cannot');
      }),
    ],
    ['required', schemaOf(() => Promise.resolve({ value: 'late' }))],
    ['required', schemaOf(() => Promise.reject(new Error('late')))],
    ['optional', setting({ optional: true })],
    ['optional', z.string().optional()],
    ['optional', z.string().nullish().default(null)],
    ['`text`', setting({ default: 'text' })],
    ['`10`', z.coerce.number().default(10)],
    ['`x`', v.optional(v.string(), 'x')],
    ['not shown', secret({ default: 'canary' })],
    ['not shown', setting('API_KEY', { default: 'canary' })],
    ['optional', setting('URL', { default: 'postgres://app:canary@db' })],
    ['optional', secret(z.string().default('canary'))],
  ])('have the default, or that it is %s: %#', (fallback, declared) => {
    expect(cellsOf(declared)[1]).toBe(fallback);
    expect(envExample({ x: declared })).not.toContain('canary');
  });

  it.each<[unknown, string | undefined]>([
    ['text', 'text'],
    [7, '7'],
    [Number.NaN, undefined],
    [7n, '7'],
    [false, 'false'],
    [new Date(0), '1970-01-01T00:00:00.000Z'],
    [new Date(Number.NaN), undefined],
    [null, undefined],
    [{ a: [1n] }, '{"a":["1"]}'],
    [Symbol('x'), undefined],
    [() => 1, undefined],
    [undefined, undefined],
  ])('have the default %p as %j', (value, text) => {
    const [, fallback] = cellsOf(setting(z.unknown(), { default: value }));

    expect(fallback).toBe(text === undefined ? 'optional' : `\`${text}\``);
  });
});
