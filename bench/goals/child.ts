import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** How a process is started. */
export interface ChildOptions {
  readonly args?: readonly string[];
  readonly nodeArgs?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Runs one of the programs that are bundled beside this one, in a process of its own.
 *
 * @returns What it printed, which is JSON.
 */
export async function runChild<T>(
  program: string,
  { args = [], nodeArgs = [], env = {} }: ChildOptions = {},
): Promise<T> {
  const child = spawn(process.execPath, [...nodeArgs, join(__dirname, `${program}.cjs`), ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code ?? 'a signal'}.`);
  return JSON.parse(Buffer.concat(chunks).toString('utf8')) as T;
}
