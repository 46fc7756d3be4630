import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, stop } from 'esbuild';

it('an uncaught error is printed with a line for each problem, and ends the process', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'xcon-uncaught-'));
  const outfile = join(folder, 'program.js');
  await build({
    entryPoints: [join(__dirname, 'uncaught-program.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    packages: 'external',
    ignoreAnnotations: true,
  });
  await stop();

  const { status, stderr } = spawnSync(process.execPath, [outfile], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], NODE_PATH: join(__dirname, '../../../node_modules'), DB_POOL_SIZE: 'hunter2' },
  });
  await rm(folder, { recursive: true });

  expect(status).toBe(1);
  expect(stderr).toContain(
    [
      'SettingsValidationError: 2 of 2 declared settings cannot be used.',
      '',
      '  dbHost (DB_HOST): missing; looked in env; default',
      '    export DB_HOST=VALUE',
      '  db.poolSize (DB_POOL_SIZE): from env, and may come from ssm only',
      '',
      '    at ',
    ].join('\n'),
  );
  expect(stderr).toContain("{\n  code: 'SETTINGS_INVALID'\n}");
  expect(stderr).not.toContain('problems: [');
  expect(stderr).not.toContain('hunter2');
});
