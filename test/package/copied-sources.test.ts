import { spawnSync } from 'node:child_process';
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

/** Runs a program of Node in the repository. @returns Its exit code, and what it printed as an error. */
function node(...args: readonly string[]) {
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  return { status, stderr };
}

it('each bundle finds what it imports from the others: it is exported, or among the copied sources', () => {
  expect(node('.ci/build.mjs', '--check')).toEqual({ status: 0, stderr: '' });
});

it('a source that should be copied and is not is reported with the list that it belongs in', () => {
  const program = `import { checkImports } from './.ci/build/imports.mjs';\nawait checkImports(new Set());`;

  const { status, stderr } = node('--input-type=module', '--eval', program);

  expect(status).toBe(1);
  expect(stderr).toContain(
    "from src/aws/tags.ts, which is in the bundle of core; src/core.ts does not export it. Name 'aws/tags' in the list `copied` of .ci/build/project.mjs",
  );
});
