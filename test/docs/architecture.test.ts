import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { documents, root } from './documents';

/** Paths of the repository in code marks, such as `src/errors.ts`. */
const pathPattern = /`((?:src|test|bench|infra|\.ci)\/[\w./-]+)`/g;

const named = documents().flatMap(({ path, text }) =>
  [...text.matchAll(pathPattern)].map(([, file = '']) => [path, file] as const),
);

it.each(named)('%s names %s, which exists', (_, file) => {
  expect(existsSync(join(root, file))).toBe(true);
});

it('the picture of the layers is drawn from the list that lint holds', () => {
  const { status, stderr } = spawnSync(process.execPath, [join(root, '.ci/architecture.mjs'), '--check']);

  expect([status, stderr.toString()]).toEqual([0, '']);
});
