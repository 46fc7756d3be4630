import { execFile, spawn } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { blocksOf, readDocument, root } from '../docs/documents';
import { BuiltCommand, RunningCommand } from './built-command';

/** Secrets of the seed of the demo. */
const secrets = /s3cr3t|battery|tok-live/;

let command: BuiltCommand;
let program: string;

beforeAll(() => {
  command = new BuiltCommand();
  program = join(command.folder, 'dist/cjs/xcon.js');
});

afterAll(() => command.remove());

/** The lines of the section of the README, by terminal, without comments and the alias. */
function terminals(): readonly (readonly string[])[] {
  const { path, text } = readDocument('README.md');
  const [, section = ''] = /^## Command line\n([^]*?)^## /m.exec(text) ?? [];
  return blocksOf({ path, text: section }).map(({ code }) =>
    code
      .split('\n')
      .map((line) => line.replace(/ +# .*/, ''))
      .filter((line) => line !== '' && !line.startsWith('alias ')),
  );
}

it('the command line does what the README shows, in two terminals', async () => {
  const [first = [], second = []] = terminals();
  const { PATH, HOME } = process.env;
  const env = { PATH, HOME, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' };
  const shell = `xcon() { ${JSON.stringify(process.execPath)} ${JSON.stringify(program)} "$@"; }`;
  const seed = join(root, 'docs/demo/seed.yaml');
  const serving = `${first[0]}`.replace(/--seed \S+/, `--seed ${seed}`).replace('--port 4567', '--port 0');
  const local = new RunningCommand(
    spawn(process.execPath, [program, ...serving.split(' ').slice(1)], { env, stdio: ['ignore', 'pipe', 'pipe'] }),
  );
  try {
    const { AWS_ENDPOINT_URL = '' } = await local.variables();
    const [setUp = '', ...commands] = second.map((line) => line.replace('4567', new URL(AWS_ENDPOINT_URL).port));
    const run = async (line: string) => {
      const ended = promisify(execFile)('bash', ['--norc', '-c', `${shell}\n${setUp}\n${line}`], { env });
      return ended.then(
        ({ stdout }) => ({ line, code: 0, stdout }),
        (error: { readonly code: number; readonly stdout: string }) => ({
          line,
          code: error.code,
          stdout: error.stdout,
        }),
      );
    };

    const ended = [];
    for (const line of commands) ended.push(await run(line));

    expect(ended.map(({ line, code }) => `${line.split(' ')[1]} ${code}`)).toEqual([
      'list 0',
      'explain 0',
      'run 0',
      'diff 1',
      'set 0',
      'doctor 0',
    ]);
    const [list, explain, child, diff, , doctor] = ended.map(({ stdout }) => stdout);
    expect(list).toMatch(/^db_host +db\.shop\.internal +ssm \/orders\/prod/m);
    expect(explain).toMatch(/page_size/);
    expect(child).toMatch(/^DB_PASSWORD=correct-horse-battery-staple$/m);
    expect(diff).toMatch(/^db_host +different/m);
    expect(doctor).toMatch(/^ok +caller /m);
    for (const { line, stdout } of ended) if (!line.startsWith('xcon run')) expect(stdout).not.toMatch(secrets);
    expect(await run('xcon get PAGE_SIZE')).toMatchObject({ code: 0, stdout: '100' });
  } finally {
    local.signal('SIGTERM');
    await local.exitCode();
  }
});

it('the picture of a session shows what the commands print', async () => {
  const args = [join(root, '.ci/terminal.mjs'), '--check', '--dist', join(command.folder, 'dist')];

  await promisify(execFile)(process.execPath, args, { cwd: root });
});
