import { parseEnv } from 'node:util';

import { parse as parseDotenv } from 'dotenv';
import { parse as parseYaml } from 'yaml';
import { type ConfigValue } from '../../src';
import { CommandError, UsageError } from '../../src/cli/exit-codes';
import { type ExportFormat, exportFormats, formatSettings } from '../../src/cli/export-formats';
import { jsonValue, valueText } from '../../src/cli/value-text';
import { parse as parseHcl } from '../infra/hcl2json';
import { fc } from '../setup/fast-check';

type Values = Readonly<Record<string, ConfigValue>>;

/** Texts that are hard to quote, and any others. */
const text = fc.oneof(
  fc
    .array(
      fc.constantFrom(
        '\n',
        '"',
        "'",
        '`',
        '\\',
        '$',
        '${x}',
        '%{x}',
        '#',
        ' ',
        '=',
        'a',
        'n',
        'r',
        'é',
        '\u2028',
        '\t',
        '😀',
      ),
      {
        maxLength: 8,
      },
    )
    .map((parts) => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom(
    '',
    'true',
    'null',
    '1',
    '1e3',
    '2026-01-01',
    '~',
    '- a',
    ': x',
    '# no',
    '\\',
    'C:\\dir\\',
    '\0',
    '\r\n',
  ),
);
const data: fc.Arbitrary<ConfigValue> = fc.oneof(
  text,
  text,
  fc.boolean(),
  fc.integer(),
  fc.constant(null),
  fc.array(text, { maxLength: 3 }),
  fc.dictionary(text, fc.oneof(text, fc.integer()), { maxKeys: 3 }),
);
const settings = fc.dictionary(fc.constantFrom('A', 'B_1', 'C', 'DB_HOST'), data, { maxKeys: 3 });

const namedOf = (values: Values) => Object.entries(values).map(([name, value]) => ({ name, value }));
const mapped = (values: Values, of: (value: ConfigValue) => unknown) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, of(value)]));

/** Writes values; `undefined` when the format cannot hold one, which the error names. */
async function written(values: Values, format: ExportFormat): Promise<string | undefined> {
  try {
    return await formatSettings(namedOf(values), format);
  } catch (error) {
    expect(error).toBeInstanceOf(CommandError);
    expect((error as Error).message).toMatch(new RegExp(`^(${Object.keys(values).join('|')}): `));
    return undefined;
  }
}

/** As Docker reads it: a variable a line, everything behind the first `=` as it is. */
function parseDocker(file: string): Values {
  const lines = file.split('\n').slice(0, -1);
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
}

/** As a runner of GitHub reads it: `NAME<<END`, lines, `END`. */
function parseGithub(file: string): Values {
  const lines = file.split('\n').slice(0, -1);
  const values: Record<string, ConfigValue> = {};
  while (lines.length > 0) {
    const [name = '', end = ''] = (lines.shift() ?? '').split('<<');
    const stop = lines.indexOf(end);
    values[name] = lines.slice(0, stop).join('\n');
    lines.splice(0, stop + 1);
  }
  return values;
}

/** As a shell reads single quotes. */
function parseShell(file: string): Values {
  const word = /export (\w+)=((?:'[^']*'|\\')*)\n/gy;
  return Object.fromEntries(
    [...file.matchAll(word)].map(([, name = '', quoted = '']) => [name, quoted.replace(/'([^']*)'|\\(')/g, '$1$2')]),
  );
}

const asText: Partial<Record<ExportFormat, readonly ((file: string) => unknown)[]>> = {
  dotenv: [parseDotenv, (file) => ({ ...parseEnv(file) })],
  docker: [parseDocker],
  github: [parseGithub],
  shell: [parseShell],
};
const asData: Partial<Record<ExportFormat, (file: string) => unknown>> = { json: JSON.parse, yaml: parseYaml };

/**
 * Gives what the parser's output says: it is in the JSON syntax of Terraform, whose texts and keys are templates still.
 *
 * Source: https://developer.hashicorp.com/terraform/language/syntax/json
 */
function fromTemplates(read: unknown): unknown {
  if (typeof read === 'string') return read.replaceAll(/([$%])\1\{/g, '$1{');
  if (Array.isArray(read)) return read.map(fromTemplates);
  if (typeof read !== 'object' || read === null) return read;
  return Object.fromEntries(
    Object.entries(read).map(([key, value]) => [fromTemplates(key) as string, fromTemplates(value)]),
  );
}

describe('formatSettings', () => {
  it.each(Object.entries(asText) as [ExportFormat, readonly ((file: string) => unknown)[]][])(
    '%s is read back exactly',
    async (format, parsers) => {
      await fc.assert(
        fc.asyncProperty(settings, async (values) => {
          const file = await written(values, format);
          for (const parse of file === undefined ? [] : parsers)
            expect(parse(file ?? '')).toEqual(mapped(values, valueText));
        }),
      );
    },
  );

  it.each(Object.entries(asData))('%s is read back exactly, with data as data', async (format, parse) => {
    await fc.assert(
      fc.asyncProperty(settings, async (values) => {
        const file = await written(values, format as ExportFormat);
        if (file !== undefined) expect(parse(file)).toEqual(mapped(values, jsonValue));
      }),
    );
  });

  it('tfvars is read back exactly by the parser of Terraform', async () => {
    await fc.assert(
      fc.asyncProperty(settings, async (values) => {
        const file = await written(values, 'tfvars');
        if (file === undefined) return;
        const read = await parseHcl('x.tfvars', file);
        expect(fromTemplates(read)).toEqual(mapped(values, jsonValue));
      }),
      { numRuns: 40 },
    );
  });

  it.each(exportFormats)('%s holds what most settings are', async (format) => {
    const values = {
      A: 'text with spaces',
      B: "it's $HOME",
      C: '#1 "quoted"',
      D: 'https://a/b?c=d&e=f',
      E: '',
      F: '{"a":1}',
    };

    expect(await written(values, format)).not.toBeUndefined();
  });

  it.each<readonly [ExportFormat, ConfigValue, string]>([
    ['dotenv', 'a\rb', 'a carriage return'],
    ['dotenv', `'"\``, 'every kind of quote'],
    ['docker', 'a\nb', 'a line end'],
    ['docker', 'x'.repeat(65_536), 'more than 64 KB'],
    ['github', 'a\r\n', 'a carriage return'],
    ['shell', 'a\0', 'NUL'],
    ['yaml', '\ud800', 'surrogate'],
  ])('%s refuses %j with the name of the setting', async (format, value, what) => {
    const writing = formatSettings([{ name: 'SOME', value }], format);

    await expect(writing).rejects.toThrow(what);
    await expect(formatSettings([{ name: 'SOME', value }], format)).rejects.toThrow(/^SOME: /);
  });

  it('renames for variables, and refuses two that meet', async () => {
    const named = [
      { name: 'db-host', value: 'a' },
      { name: '1st', value: 'b' },
    ];

    expect(await formatSettings(named, 'shell')).toBe("export DB_HOST='a'\nexport _1ST='b'\n");
    await expect(formatSettings([...named, { name: 'db.host', value: 'c' }], 'shell')).rejects.toBeInstanceOf(
      UsageError,
    );
    await expect(formatSettings([{ name: '1st', value: 'b' }], 'tfvars')).rejects.toThrow(/^1st: /);
  });

  it('writes bytes in base64 and long numbers with all their digits', async () => {
    const named = [
      { name: 'A', value: new Uint8Array([0, 255]) },
      { name: 'B', value: 12345678901234567890n },
    ];

    expect(await formatSettings(named, 'dotenv')).toBe("A='AP8='\nB=12345678901234567890\n");
    expect(await formatSettings(named, 'tfvars')).toBe('A = "AP8="\nB = 12345678901234567890\n');
  });
});
