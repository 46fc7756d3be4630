import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { version } from '../../package.json';
import { type LocalAws, startLocalAws } from '../../src/testing';
import { demoSeed } from './run-xcon';

const root = join(__dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'xcon-process-'));
const file = join(folder, 'dist/cjs/xcon.js');
let aws: LocalAws;

beforeAll(async () => {
  execFileSync(process.execPath, [join(root, '.ci/build.mjs'), '--js', '--reuse', '--out', join(folder, 'dist')]);
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'dir');
  aws = await startLocalAws({ seed: demoSeed });
});

afterAll(async () => {
  await aws.close();
  rmSync(folder, { recursive: true });
});

const own = ['-s', 'orders', '-e', 'prod', '--no-cache'];

function variables(more: Readonly<Record<string, string>> = {}) {
  const { PATH = '' } = process.env;
  return { PATH, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true', ...aws.environment, ...more };
}

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs a program to its end. */
function ended(command: string, args: readonly string[], env = variables()): Promise<Ended> {
  return endOf(spawn(command, args, { cwd: folder, env }));
}

async function endOf(child: ReturnType<typeof spawn>): Promise<Ended> {
  const text = { out: '', err: '' };
  child.stdout?.setEncoding('utf8').on('data', (part: string) => (text.out += part));
  child.stderr?.setEncoding('utf8').on('data', (part: string) => (text.err += part));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...text };
}

const xcon = (args: readonly string[], env?: Readonly<Record<string, string>>) =>
  ended(process.execPath, [file, ...args], variables(env));

describe('xcon, as a process', () => {
  it('prints its version, and a value from a local AWS', async () => {
    expect(await xcon(['--version'])).toEqual({ code: 0, out: `${version}\n`, err: '' });
    expect(await xcon(['get', 'DB_HOST', ...own])).toEqual({ code: 0, out: 'db.shop.internal', err: '' });
  });

  it.each([0, 1, 7, 255])('ends as the program of run does: %i', async (code) => {
    expect(await xcon(['run', ...own, '--', process.execPath, '-e', `process.exit(${code})`])).toMatchObject({ code });
  });

  it('gives the program its standard streams, without a shell', async () => {
    const program = `process.stdin.on('data', (d) => process.stdout.write(process.env.DB_HOST + process.argv[1] + d))`;
    const child = spawn(process.execPath, [file, 'run', ...own, '--', process.execPath, '-e', program, '$HOME;'], {
      cwd: folder,
      env: variables(),
    });
    child.stdin.end('piped');

    expect(await endOf(child)).toEqual({ code: 0, out: 'db.shop.internal$HOME;piped', err: '' });
  });

  it('ends with 128 and the number of the signal that ended the program, and with 127 without one', async () => {
    const killed = await xcon(['run', ...own, '--', process.execPath, '-e', 'process.kill(process.pid, "SIGKILL")']);
    const missing = await xcon(['run', ...own, '--', 'no-such-program']);

    expect(killed.code).toBe(137);
    expect(missing).toEqual({ code: 127, out: '', err: 'xcon: no-such-program cannot be started (ENOENT).\n' });
  });

  it('passes signals on to the program, and ends as it does', async () => {
    const program = `process.on('SIGTERM', () => process.exit(9)); setInterval(() => {}, 1e6); console.log('ready')`;
    const child = spawn(process.execPath, [file, 'run', ...own, '--', process.execPath, '-e', program], {
      cwd: folder,
      env: variables(),
    });
    const end = endOf(child);
    await once(child.stdout, 'data');

    child.kill('SIGTERM');

    expect(await end).toMatchObject({ code: 9, out: 'ready\n' });
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('stops a lookup that hangs with %s: exit code %i', async (signal, code) => {
    aws.calls.clear();
    aws.setFaults([{ target: 'GetParametersByPath', hang: true }]);
    const child = spawn(process.execPath, [file, 'get', 'DB_HOST', ...own], { cwd: folder, env: variables() });
    const end = endOf(child);
    while (aws.calls.count() === 0) await new Promise((resolve) => setImmediate(resolve));

    child.kill(signal);
    const outcome = await end;
    aws.setFaults([]);

    expect(outcome).toEqual({ code, out: '', err: `xcon: Stopped by ${signal}.\n` });
  });

  it('ends quietly when its output is not read to the end', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 8000 }, (_, index) => [`VARIABLE_WITH_A_LONG_NAME_${index}`, 'x']),
    );
    const line = `"$0" "$1" list --names --variables --providers env --no-cache | head -n 1; echo "code \${PIPESTATUS[0]}"`;

    const { out, err } = await ended('bash', ['--norc', '-c', line, process.execPath, file], variables(many));

    expect([out.split('\n').slice(1), err]).toEqual([['code 0', ''], '']);
  });

  it('writes what bash reads back exactly', async () => {
    const hostile = `a'b"c\`d $HOME $(id) \\ \n\t!é😀 #x`;
    aws.putParameter('/orders/prod/hostile', hostile);
    const line = `eval "$("$0" "$1" export --format shell --only HOSTILE -s orders -e prod --no-cache)"; printf '%s' "$HOSTILE"`;

    const { out, err } = await ended('bash', ['--norc', '-c', line, process.execPath, file]);
    aws.deleteParameter('/orders/prod/hostile');

    expect([out, err]).toEqual([hostile, '']);
  });

  it('checks a declaration of the project, an ES module or a CommonJS one', async () => {
    const shape = `{ dbHost: setting('DB_HOST'), dbPassword: secret('DB_PASSWORD') }`;
    const names = 'defineSettings, secret, setting';
    const [module, common] = [join(folder, 'settings.mjs'), join(folder, 'settings.cjs')];
    writeFileSync(
      module,
      `import { ${names} } from './dist/cjs/index.mjs';\nexport const settings = defineSettings(${shape});\n`,
    );
    writeFileSync(
      common,
      `const { ${names} } = require('./dist/cjs/index.js');\nexports.settings = defineSettings(${shape});\n`,
    );

    for (const path of [module, common]) {
      const { code, out } = await xcon(['check', 'prod', '-s', 'orders', '--no-cache', '--declaration', path]);
      expect([code, out]).toEqual([0, 'orders in prod: 2 settings can be loaded.\n']);
    }
  });

  it('loads a declaration in TypeScript, or says what this version of Node needs', async () => {
    const path = join(folder, 'settings.mts');
    writeFileSync(
      path,
      `import { defineSettings, setting } from './dist/cjs/index.mjs';\nexport const s = defineSettings({ dbHost: setting('DB_HOST') });\n`,
    );

    const { code, err } = await xcon(['check', 'prod', '-s', 'orders', '--no-cache', '--declaration', path]);

    const loadsTypes = 'typescript' in process.features && process.features.typescript !== false;
    expect(code).toBe(loadsTypes ? 0 : 2);
    expect(err).toMatch(loadsTypes ? /^/ : /this version of Node does not load TypeScript\. Use Node 22\.18 or newer/);
  });
});
