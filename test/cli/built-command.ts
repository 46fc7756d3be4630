import { type ChildProcessByStdio, type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Readable } from 'node:stream';

const root = join(__dirname, '../..');

/** The command as the package has it, built into a folder of its own. */
export class BuiltCommand {
  readonly folder = mkdtempSync(join(tmpdir(), 'xcon-local-'));

  constructor() {
    execFileSync(process.execPath, [
      join(root, '.ci/build.mjs'),
      '--js',
      '--reuse',
      '--out',
      join(this.folder, 'dist'),
    ]);
    symlinkSync(join(root, 'node_modules'), join(this.folder, 'node_modules'), 'dir');
  }

  /** Starts it there. */
  start(...args: readonly string[]): RunningCommand {
    const env = this.variables;
    const file = join(this.folder, 'dist/cjs/xcon-local.js');
    return new RunningCommand(
      spawn(process.execPath, [file, ...args], { cwd: this.folder, env, stdio: ['ignore', 'pipe', 'pipe'] }),
    );
  }

  /**
   * Starts `xcon` at a terminal of its own: a pseudo-terminal, by `script` of util-linux.
   *
   * @param line - Its arguments, as in a shell.
   * @param variables - Added to the few that it has.
   */
  startAtTerminal(line: string, variables: Readonly<Record<string, string>>): TerminalCommand {
    return this.startShellAtTerminal(`exec xcon ${line}`, variables);
  }

  /**
   * Starts a shell at a terminal of its own.
   *
   * @param script - What it runs; `xcon` in it is the command.
   * @param variables - Added to the few that it has.
   */
  startShellAtTerminal(script: string, variables: Readonly<Record<string, string>>): TerminalCommand {
    // A terminal that `script` makes without one around it has no size.
    const program = `'${process.execPath}' '${join(this.folder, 'dist/cjs/xcon.js')}'`;
    const command = `stty cols 100 rows 40; ${script.replaceAll(/\bxcon\b/g, program)}`;
    const env = { ...this.variables, TERM: 'xterm', NO_COLOR: '1', SHELL: '/bin/sh', ...variables };
    const args = ['--quiet', '--flush', '--return', '--command', command, '/dev/null'];
    return new TerminalCommand(spawn('script', args, { cwd: this.folder, env, stdio: 'pipe' }));
  }

  private get variables(): NodeJS.ProcessEnv {
    const { PATH, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED } = process.env;
    return { PATH, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED };
  }

  /** Removes what was built. */
  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}

/** A command in a process of its own. */
export class RunningCommand {
  /** What it has printed until now. */
  result = '';
  /** What it has said beside that. */
  messages = '';
  private readonly ended: Promise<readonly unknown[]>;

  constructor(private readonly child: ChildProcessByStdio<null, Readable, Readable>) {
    this.ended = once(child, 'close');
    child.stdout.setEncoding('utf8').on('data', (text: string) => (this.result += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.messages += text));
  }

  /** Waits until it has said something that it had not said before `from`. */
  async says(text: string | RegExp, from = 0): Promise<void> {
    const ended = this.ended.then(() => 'ended');
    while (this.messages.slice(from).search(text) === -1) {
      const next = await Promise.race([once(this.child.stderr, 'data'), ended]);
      if (next === 'ended') throw new Error(`It ended and did not say ${text}: ${this.messages}`);
    }
  }

  /** Waits until it listens, and gives the variables it has printed. */
  async variables(): Promise<Readonly<Record<string, string>>> {
    await this.says('listening on');
    const lines = this.result.matchAll(/^export (\w+)='(.*)'$/gm);
    return Object.fromEntries([...lines].map(([, name = '', value = '']) => [name, value]));
  }

  /** Sends a signal. */
  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  /** Waits for its end. */
  async exitCode(): Promise<unknown> {
    const [code, signal] = await this.ended;
    return code ?? signal;
  }
}

/** A command at a terminal of its own. */
export class TerminalCommand {
  /** All that the terminal has shown until now. */
  screen = '';
  private readonly ended: Promise<readonly unknown[]>;

  constructor(private readonly child: ChildProcessWithoutNullStreams) {
    this.ended = once(child, 'close');
    child.stdout.setEncoding('utf8').on('data', (text: string) => (this.screen += text));
  }

  /** Waits until the terminal has shown something. */
  async shows(text: string | RegExp): Promise<void> {
    const ended = this.ended.then(() => 'ended');
    while (this.screen.search(text) === -1) {
      const next = await Promise.race([once(this.child.stdout, 'data'), ended]);
      if (next === 'ended') throw new Error(`It ended and did not show ${text}: ${this.screen}`);
    }
  }

  /** Types keys: `\r` is Enter, `\u0003` is Ctrl-C. */
  type(keys: string): void {
    this.child.stdin.write(keys);
  }

  /** Waits for its end. */
  async exitCode(): Promise<unknown> {
    const [code, signal] = await this.ended;
    return code ?? signal;
  }
}
