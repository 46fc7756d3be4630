// How long `xcon` takes to its first output, beside bare Node and the import of the AWS SDK: npm run bench:cli [runs]
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { startLocalAwsProcess } from './local-aws-client';
import { percentile, table } from './table';

const runs = Number(process.argv[2] ?? 15);
/** Time that each request takes, **milliseconds**. */
const latencyMs = 20;
/** What a command that looks something up may take beside the import of the SDK and two rounds, **milliseconds**. */
const ownMs = 50;

/** A program, and what its time is compared with. */
interface Program {
  readonly name: string;
  readonly args: readonly string[];
  /** Exit codes of a run that is as it should be; absent: 0. */
  readonly codes?: readonly number[];
  /** Gives the longest time that it may take, **milliseconds**; absent: it is measured alone, or others are compared with it. */
  readonly goal?: (median: (name: string) => number) => number;
}

/** Starts a program, and ends it when it has printed something and does not end itself. @returns The time, **milliseconds**. */
async function firstOutput({ args, codes = [0], name }: Program, cwd: string, env: NodeJS.ProcessEnv): Promise<number> {
  const startedMs = performance.now();
  const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(child, 'close');
  const messages: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => messages.push(chunk));
  await Promise.race([once(child.stdout, 'data'), ended]);
  const elapsedMs = performance.now() - startedMs;
  child.stdout.resume();
  if (args.includes('local')) child.kill('SIGTERM');
  const [code] = (await ended) as [number];
  if (!codes.includes(code)) throw new Error(`${name} ended with ${code}: ${Buffer.concat(messages)}`);
  return elapsedMs;
}

/** What a project of a service has that some commands read. */
function makeProject(folder: string, library: string): string {
  const project = join(folder, 'project');
  mkdirSync(project);
  writeFileSync(
    join(project, 'settings.cjs'),
    `const { defineSettings, setting, secret } = require(${JSON.stringify(library)});\n` +
      "exports.settings = defineSettings({ host: setting('DB_HOST'), password: secret('DB_PASSWORD') });\n",
  );
  writeFileSync(
    join(project, 'xcon.yaml'),
    'service: orders\nenvironments: [staging, prod]\ndeclaration: settings.cjs\nstack: orders\n' +
      'entries:\n  /orders/{environment}:\n    BENCH_ENTRY: { ssm: x }\n',
  );
  writeFileSync(join(project, 'new.env'), 'BENCH_IMPORTED=1\n');
  return project;
}

/** Every command, with a line that does its work; those that write are in an order in which each has something to do. */
function commandLines(xcon: string, runsOfAll: number): readonly Program[] {
  const line = (text: string, codes?: readonly number[]): Program => ({
    name: `xcon ${text}`,
    args: [xcon, ...text.split(' '), '-e', 'prod'],
    ...(codes !== undefined && { codes }),
  });
  return [
    line('export --only DB_HOST'),
    line('diff staging prod', [1]),
    line('check prod'),
    line('policy'),
    line('env-example'),
    line('document'),
    line(`set BENCH ${runsOfAll} --yes`),
    line('history BENCH'),
    line('copy BENCH BENCH_COPY --yes'),
    line('move BENCH_COPY BENCH_MOVED --yes'),
    line('rollback BENCH 1 --yes'),
    line('unset BENCH --yes'),
    line('unset BENCH_MOVED --yes'),
    line('import new.env --yes'),
    line('unset BENCH_IMPORTED --yes'),
    line('validate'),
    line('plan', [1]),
    line('apply --yes'),
    line('state list'),
    line('state show ssm:/orders/prod/BENCH_ENTRY'),
    line('drift'),
    line('state forget ssm:/orders/prod/BENCH_ENTRY --yes'),
    line('adopt BENCH_ENTRY --yes', [0, 4]),
    line('destroy --yes --allow-delete', [0, 1]),
    line('unlock no-such-id', [1]),
    line('cache status'),
    line('cache list'),
    line('cache create-table --yes'),
    line('cache clear --yes'),
    line('doctor', [0, 1]),
    line('local'),
    line('completion bash'),
  ];
}

async function main(): Promise<void> {
  const root = process.cwd();
  const folder = mkdtempSync(join(__dirname, 'cli-'));
  const dist = join(folder, 'dist');
  const { status } = spawnSync(process.execPath, ['.ci/build.mjs', '--js', '--out', dist], { stdio: 'inherit' });
  if (status !== 0) throw new Error(`The build ended with ${status}.`);
  const project = makeProject(folder, join(dist, 'cjs/index.js'));
  const xcon = join(dist, 'cjs/xcon.js');
  const aws = await startLocalAwsProcess({ seed: join(root, 'docs/demo/seed.yaml'), latencyMs });
  const sdk = (...args: readonly string[]): Program => ({
    name: `SDK: ${args.join(' ')}`,
    args: [join(__dirname, 'cli-process.cjs'), ...args],
  });
  const own = ['-s', 'orders', '-e', 'prod'];
  const within = (imported: string) => (median: (name: string) => number) => median(imported) + 2 * latencyMs + ownMs;
  const lookup = (words: string, imported: string): Program => ({
    name: `xcon ${words}`,
    args: [xcon, ...own, ...words.split(' ')],
    goal: within(`SDK: import ${imported}`),
  });
  const programs: readonly Program[] = [
    { name: 'node', args: ['-e', 'console.log(0)'] },
    sdk('import', 'cache'),
    sdk('import', 'sources'),
    sdk('import', 'cache', 'sources'),
    sdk('ask', 'cache'),
    sdk('ask', 'sources'),
    sdk('ask', 'cache', 'sources'),
    { name: 'xcon --help', args: [xcon, '--help'], goal: (median) => 1.5 * median('node') + 60 },
    { name: 'xcon set --help', args: [xcon, 'set', '--help'], goal: (median) => 1.5 * median('node') + 60 },
    lookup('get DB_HOST --no-cache', 'sources'),
    lookup('get DB_HOST', 'cache'),
    { ...lookup('get DB_HOST', 'cache sources'), name: 'xcon get DB_HOST, no cache table' },
    lookup('get DB_PASSWORD --reveal --no-cache', 'sources'),
    lookup('list --no-cache', 'sources'),
    lookup('explain DB_HOST --no-cache', 'sources'),
    lookup('run --no-cache --only DB_HOST -- env', 'sources'),
  ];
  const { PATH, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED } = process.env;
  const env = { PATH, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED, ...aws.environment };
  const times = new Map<string, number[]>();
  const record = async (program: Program, isCounted: boolean, cwd: string): Promise<void> => {
    const variables = program.name.endsWith('no cache table') ? { ...env, XCON_CACHE_TABLE: 'none' } : env;
    const ms = await firstOutput(program, cwd, variables);
    if (isCounted) times.set(program.name, [...(times.get(program.name) ?? []), ms]);
  };
  const [loadBefore = 0] = loadavg();
  // In turn, so that all meet the same load. The first fills the cache of the file system and that of the table.
  for (let run = 0; run <= runs; run += 1) for (const each of programs) await record(each, run > 0, folder);
  const others = commandLines(xcon, runs);
  const fewer = Math.ceil(runs / 3);
  for (let run = 0; run < fewer; run += 1) for (const each of others) await record(each, true, project);
  const [loadAfter = 0] = loadavg();
  await aws.stop();
  rmSync(folder, { recursive: true, force: true });
  const median = (name: string): number => percentile(times.get(name) ?? [], 50);
  const rows = [...programs, ...others].map(({ name, goal }) => {
    const all = times.get(name) ?? [];
    return [name, percentile(all, 1).toFixed(0), median(name).toFixed(0), goal?.(median).toFixed(0) ?? ''];
  });
  process.stdout.write(`${table(['to first output', 'least ms', 'median ms', 'goal'], rows)}\n`);
  process.stdout.write(`Load of the machine: ${loadBefore.toFixed(1)} before, ${loadAfter.toFixed(1)} after.\n`);
}

void main();
