// How long `xcon` takes to its first output, beside bare Node and the import of the AWS SDK: npm run bench:cli
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { startLocalAwsProcess } from './local-aws-client';
import { percentile, table } from './table';

const runs = Number(process.argv[2] ?? 15);
/** Time that each request takes, **milliseconds**. */
const latencyMs = 20;
/** What a command may take beside the import of the SDK and its rounds, **milliseconds**. */
const ownMs = 50;

/** A program, and what its time is compared with. */
interface Program {
  readonly name: string;
  readonly args: readonly string[];
  /** Gives the longest time that it may take, **milliseconds**; absent: others are compared with it. */
  readonly goal?: (median: (name: string) => number) => number;
}

/** Starts a program. @returns The time to its first output, **milliseconds**. */
async function firstOutput({ args, name }: Program, env: NodeJS.ProcessEnv): Promise<number> {
  const startedMs = performance.now();
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'close');
  await once(child.stdout, 'data');
  const elapsedMs = performance.now() - startedMs;
  child.stdout.resume();
  const [code] = (await ended) as [number];
  if (code !== 0) throw new Error(`${name} ended with ${code}.`);
  return elapsedMs;
}

async function main(): Promise<void> {
  const root = process.cwd();
  const dist = join(__dirname, 'dist');
  const { status } = spawnSync(process.execPath, ['.ci/build.mjs', '--js', '--out', dist], { stdio: 'inherit' });
  if (status !== 0) throw new Error(`The build ended with ${status}.`);
  const xcon = join(dist, 'cjs/xcon.js');
  const aws = await startLocalAwsProcess({ seed: join(root, 'docs/demo/seed.yaml'), latencyMs });
  const sdk = join(__dirname, 'cli-process.cjs');
  const get = [xcon, 'get', 'DB_HOST', '-s', 'orders', '-e', 'prod'];
  const programs: readonly Program[] = [
    { name: 'node', args: ['-e', 'console.log(0)'] },
    { name: 'import of the SDK', args: [sdk] },
    { name: 'SDK, the sources', args: [sdk, 'sources'] },
    { name: 'SDK, the cache table', args: [sdk, 'cached'] },
    { name: 'xcon --help', args: [xcon, '--help'], goal: (median) => 1.5 * median('node') + 60 },
    {
      name: 'xcon get DB_HOST --no-cache',
      args: [...get, '--no-cache'],
      goal: (median) => median('SDK, the sources') + latencyMs + ownMs,
    },
    {
      name: 'xcon get DB_HOST',
      args: get,
      goal: (median) => median('SDK, the cache table') + latencyMs + ownMs,
    },
  ];
  const { PATH, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED } = process.env;
  const env = { PATH, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED, ...aws.environment };
  const times = new Map(programs.map(({ name }) => [name, [] as number[]]));
  // In turn, so that all meet the same load. The first fills the cache of the file system and that of the table.
  for (let run = 0; run <= runs; run += 1) {
    for (const program of programs) {
      const ms = await firstOutput(program, env);
      if (run > 0) times.get(program.name)?.push(ms);
    }
  }
  await aws.stop();
  const median = (name: string): number => percentile(times.get(name) ?? [], 50);
  const rows = programs.map(({ name, goal }) => {
    const all = times.get(name) ?? [];
    return [name, percentile(all, 1).toFixed(0), median(name).toFixed(0), goal?.(median).toFixed(0) ?? ''];
  });
  process.stdout.write(`${table(['to first output', 'least ms', 'median ms', 'goal'], rows)}\n`);
}

void main();
