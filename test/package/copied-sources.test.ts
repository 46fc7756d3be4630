import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(__dirname, '../..');
const project = readFileSync(join(root, '.ci/build/project.mjs'), 'utf8');
const [list = ''] = /export const copied = new Set\(\s*\[[^\]]*\]/.exec(project) ?? [];
const copied = [...list.matchAll(/'([^']+)'/g)].map(([, name]) => `src/${name}.ts`);

it('there are sources that entries have copies of', () => {
  expect(copied.length).toBeGreaterThan(10);
});

it.each(copied)('%s remembers nothing, and is no class, so that having it twice is the same as once', (file) => {
  const source = readFileSync(join(root, file), 'utf8');

  expect(source.match(/^(export )?(abstract )?class |^(export )?let |new Weak(Map|Set)|Symbol\(/gm)).toBeNull();
});
