// Builds a function with each bundler as docs/guides/bundling.md says, runs the bundle where it finds nothing else, and compares what it
// does with what the function does unbundled. The package of the KMS client is not installed under its name.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLocalAws } from 'xcon/testing';

assert.ok(!existsSync('node_modules/@aws-sdk/client-kms'), 'the client of KMS is installed');

const seed = { ssm: { '/orders/prod/DB_HOST': 'db.internal' }, secrets: { '/orders/prod/DB_PASSWORD': 'hunter2' } };
const sdk = ['client-dynamodb', 'client-secrets-manager', 'client-ssm'];
/** What bundlers print when all is well: names, sizes and times. */
const complaint = /warn|error|unresolved|can't resolve|critical|not found|deprecat/i;

const expected = await invoke('unbundled', 'src/handler.mjs', process.cwd());
assert.equal(expected.result.host, 'db.internal');
assert.ok(expected.logs.length > 0, 'nothing was logged');

for (const [script, needs] of [
  ['esbuild-cjs', []],
  ['esbuild-esm', []],
  ['esbuild-no-banner', []],
  ['esbuild-external-cjs', sdk],
  ['esbuild-external-esm', sdk],
  ['webpack', []],
  ['webpack-external', sdk],
  ['rollup', []],
  ['rollup-external', sdk],
  ['vite', []],
]) {
  const { result, logs, size } = await test(script, needs);
  assert.deepEqual(result, expected.result, script);
  assert.deepEqual(logFields(logs), logFields(expected.logs), script);
  console.log(`${script}: ${Math.round(size / 1024)} KB`);
}

const sealed = await test('esbuild-kms', [], { XCON_CACHE_SECRETS: 'encrypt', XCON_CACHE_KMS_KEY_ID: 'alias/xcon' });
assert.deepEqual(sealed.result, { password: 'hunter2', sealed: true });
console.log('esbuild-kms: works');

const plain = await test('esbuild-plain', [], {}, 1);
assert.match(
  plain.stderr,
  /ProviderError: Provider "ssm" failed .*the AWS SDK cannot be loaded in this bundle.*docs\/guides\/bundling\.md/,
);
console.log('esbuild-plain: says what to do');

/** Builds a bundle, without a warning, and runs it. */
async function test(script, needs, env, code = 0) {
  const { output, status } = spawnSync('npm', ['run', '--silent', script], { encoding: 'utf8' });
  const printed = output.join('');
  assert.equal(status, 0, `${script}\n${printed}`);
  const lines = printed.split('\n').filter((line) => !/\d kB/.test(line));
  assert.doesNotMatch(lines.join('\n'), complaint, script);
  const folder = mkdtempSync(join(tmpdir(), 'xcon-bundle-'));
  try {
    cpSync(join('out', script), folder, { recursive: true });
    cpSync('invoke.mjs', join(folder, 'invoke.mjs'));
    // As Lambda has it: the SDK, and nothing else.
    if (needs.length > 0) mkdirSync(join(folder, 'node_modules/@aws-sdk'), { recursive: true });
    for (const each of needs) {
      symlinkSync(join(process.cwd(), 'node_modules/@aws-sdk', each), join(folder, 'node_modules/@aws-sdk', each));
    }
    const files = readdirSync(join('out', script), { recursive: true }).filter((name) => /js$/.test(name));
    const main = files.find((name) => /^handler\.[cm]js$/.test(name));
    const size = files.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
    assert.ok(needs.length === 0 || size < 512 * 1024, `${script}: the SDK is in it, ${size} bytes`);
    return { ...(await invoke(script, join(folder, main), folder, env, code)), size };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs a handler in a process of its own. @returns What it gives, and the lines that it logs. */
async function invoke(name, file, folder, env = {}, expectedCode = 0) {
  const aws = await startLocalAws({ seed });
  try {
    const { PATH } = process.env;
    const { code, stderr, stdout } = await start(['invoke.mjs', file], folder, {
      ...{ PATH, APP_NAME: 'orders', APP_ENV: 'prod', AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
      ...aws.environment,
      ...env,
    });
    assert.equal(code, expectedCode, `${name}\n${stderr}${stdout}`);
    if (expectedCode !== 0) return { stderr };
    // Moments differ.
    const result = JSON.parse(stdout.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z|\b\d{13}\b/g, '0'));
    const logs = stderr.split('\n').filter((line) => line !== '');
    return { result, logs: logs.map((line) => JSON.parse(line)) };
  } finally {
    await aws.close();
  }
}

/** What lines of the log have in common wherever they are written. */
function logFields(lines) {
  return lines.map((line) => ({ ...line, time: typeof line.time, pid: typeof line.pid }));
}

/** Runs Node while this process goes on: it is the AWS of that one. */
async function start(args, cwd, env) {
  const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) child[name].setEncoding('utf8').on('data', (text) => (said[name] += text));
  const [code] = await once(child, 'close');
  return { code, ...said };
}
