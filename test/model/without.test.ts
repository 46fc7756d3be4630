import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const src = resolve(__dirname, '../../src');
const rules = readFileSync(join(__dirname, 'without.mjs'), 'utf8');
const names = [...rules.matchAll(/functions: \{([^}]*)\}/g)].flatMap(([, functions = '']) =>
  [...functions.matchAll(/(\w+): '/g)].map(([, name = '']) => name),
);
const sources = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => readFileSync(join(src, path), 'utf8'));

test('the rules that the model checker can do without name functions', () => {
  expect(names.length).toBeGreaterThan(5);
});

test.each(names)('%s, without which the model checker finds violations, is one function', (name) => {
  const declared = sources.flatMap((text) => text.match(new RegExp(`^(?:export )?function ${name}[(<]`, 'gm')) ?? []);

  expect(declared).toHaveLength(1);
});
