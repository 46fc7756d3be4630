import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Block } from './documents';

const execute = promisify(execFile);

/** What a block of commands printed, and how it ended. */
export interface Printed {
  readonly block: Block;
  readonly code: number;
  /** On the standard output, without space at the ends of lines. */
  readonly output: string;
  readonly errors: string;
}

/**
 * Does what a page says, in a folder: writes the blocks that name a file (`mjs [service.mjs]`), and runs the blocks of commands
 * (`sh`) one after the other in one shell session's environment. A command that goes on until Ctrl-C is ended by `close()`.
 */
export class PageWalk {
  private readonly running: ChildProcess[] = [];
  private environment: NodeJS.ProcessEnv;

  /**
   * @param folder - The project of the reader.
   * @param replaced - What replaces a text of the page, such as a free port.
   */
  constructor(
    private readonly folder: string,
    private readonly replaced: Readonly<Record<string, string>>,
  ) {
    this.environment = {
      PATH: process.env['PATH'],
      HOME: folder,
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    };
  }

  /** Writes the file of a block that names one. @returns Whether it does. */
  write({ info, code }: Block): boolean {
    const [, name] = /^\S+ \[([\w.-]+)\]$/.exec(info) ?? [];
    if (name !== undefined) writeFileSync(join(this.folder, name), this.here(code));
    return name !== undefined;
  }

  /** Runs a block of commands, in the environment that the blocks before it left. */
  async run(block: Block): Promise<Printed> {
    const script = `set -e\n${this.here(block.code)}\nenv -0 > .environment`;
    try {
      const { stdout, stderr } = await execute('bash', ['-c', script], { cwd: this.folder, env: this.environment });
      const { stdout: kept } = await execute('cat', ['.environment'], { cwd: this.folder });
      this.environment = Object.fromEntries(
        kept
          .split('\0')
          .flatMap((each) =>
            each === '' ? [] : [[each.slice(0, each.indexOf('=')), each.slice(each.indexOf('=') + 1)]],
          ),
      );
      return { block, code: 0, output: trimmed(stdout), errors: trimmed(stderr) };
    } catch (error) {
      const { code, stdout = '', stderr = '' } = error as { code?: unknown; stdout?: string; stderr?: string };
      if (typeof code !== 'number') throw error;
      return { block, code, output: trimmed(stdout), errors: trimmed(stderr) };
    }
  }

  /** Starts a block whose command goes on until Ctrl-C; ready when it has printed something. */
  async start({ code }: Block): Promise<void> {
    const child = spawn('bash', ['-c', `exec ${this.here(code)}`], {
      cwd: this.folder,
      env: this.environment,
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    });
    this.running.push(child);
    await once(child.stdout, 'data');
  }

  /** Ends what was started. */
  async close(): Promise<void> {
    for (const child of this.running) {
      const ended = once(child, 'close');
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
      await ended;
    }
  }

  private here(text: string): string {
    return Object.entries(this.replaced).reduce((result, [from, to]) => result.replaceAll(from, to), text);
  }
}

/** A port on which nothing listens. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function trimmed(text: string): string {
  return text.replaceAll(/[ \t]+$/gm, '').trim();
}
