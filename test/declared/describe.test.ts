import { parseEnv } from 'node:util';
import { envExample } from '../../src/declared/describe';
import { declarationsOf } from '../../src/declared/declare';
import { secret } from '../../src/declared/secret-setting';
import { setting } from '../../src/declared/setting';
import { fc } from '../setup/fast-check';
import { golden } from './golden';
import { ordersSettings } from './orders-settings';

/** Names that can be declared: one with a slash is refused. */
const names = fc.string().map((text) => text.replaceAll('/', ''));

it('tells of each variable what it is for, its type and its default', () => {
  expect(envExample(declarationsOf(ordersSettings))).toBe(golden('env-example.env'));
});

it('tells no value of a secret', () => {
  expect(golden('env-example.env')).not.toContain('canary');
});

it('sets nothing as it is, so that a process can be started with it', () => {
  expect(parseEnv(golden('env-example.env'))).toEqual({});
});

/** Gives what stands for the default of a setting called X, and what Node reads once that is no comment. */
function written(value: string): { readonly line: string; readonly read: string | undefined } {
  const text = envExample(declarationsOf({ x: setting({ default: value }) }));
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
  const text = envExample(declarationsOf({ x: setting({ default: value }) }));

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
  const text = envExample(declarationsOf({ a: setting('DB', { default: '1' }), b: secret('db') }));

  expect(text.split('\n').slice(3)).toEqual([
    '# a: text, optional',
    '# b: secret text, required',
    '# DB=replace-me',
    '',
  ]);
});

it('asks for no variable that would be refused', () => {
  const text = envExample(declarationsOf({ a: setting('A', { sources: ['ssm', 'dynamo'] }) }));

  expect(text.split('\n').slice(3)).toEqual([
    '# a: text, required, from ssm or dynamo, not from a variable',
    '# A=',
    '',
  ]);
});

it('sets nothing, whatever is described', () => {
  const option = fc.option(fc.string({ unit: 'binary' }), { nil: undefined });

  fc.assert(
    fc.property(names, option, option, (name, description = '', value) => {
      const given = setting(`N${name}`, { description, ...(value !== undefined && { default: value }) });
      const text = envExample(declarationsOf({ a: given }));

      expect(text.split('\n').filter((line) => !line.startsWith('#') && line !== '')).toEqual([]);
      expect(parseEnv(text)).toEqual({});
    }),
  );
});
