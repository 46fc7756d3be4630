import fc from 'fast-check';
import { envExample } from '../../src/declared/env-example';
import { declarationsOf } from '../../src/declared/declare';
import { secret } from '../../src/declared/secret-setting';
import { setting } from '../../src/declared/setting';
import { golden } from './golden';
import { ordersSettings } from './orders-settings';

it('tells of each variable what it is for, its type and its default', () => {
  expect(envExample(declarationsOf(ordersSettings))).toBe(golden('env-example.env'));
});

it('tells no value of a secret', () => {
  expect(golden('env-example.env')).not.toContain('canary');
});

it.each([
  ['plain', 'a.b/c:1', 'X=a.b/c:1'],
  ['with spaces', 'a b', "X='a b'"],
  ['that a shell would change', '$HOME `x`', "X='$HOME `x`'"],
  ['with a quote', "it's $5", 'X="it\'s \\$5"'],
  ['of lines', 'a\nb', 'X="a\\nb"'],
])('quotes a default %s', (_, value, line) => {
  expect(envExample(declarationsOf({ x: setting({ default: value }) }))).toContain(`\n# ${line}\n`);
});

it('has each variable once, in whatever case it is declared', () => {
  const text = envExample(declarationsOf({ a: setting('DB', { default: '1' }), b: secret('db') }));

  expect(text.split('\n').slice(3)).toEqual(['# a: text, optional', '# b: secret text, required', 'DB=replace-me', '']);
});

it('asks for no variable that would be refused', () => {
  const text = envExample(declarationsOf({ a: setting('A', { sources: ['ssm', 'dynamo'] }) }));

  expect(text.split('\n').slice(3)).toEqual([
    '# a: text, required, from ssm or dynamo, not from a variable',
    '# A=',
    '',
  ]);
});

it('sets nothing but variables, whatever is described', () => {
  const option = fc.option(fc.string(), { nil: undefined });

  fc.assert(
    fc.property(fc.string(), option, option, (name, description = '', value) => {
      const given = setting(`N${name}`, { description, ...(value !== undefined && { default: value }) });

      const set = envExample(declarationsOf({ a: given }))
        .split('\n')
        .filter((line) => !line.startsWith('#') && line !== '');

      expect(set.every((line) => line === `N${name}=`)).toBe(true);
    }),
  );
});
