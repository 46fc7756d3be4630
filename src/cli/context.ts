import { isUtf8 } from 'node:buffer';
import { setMaxListeners } from 'node:events';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { printable } from '../base/printable';
import { type Command as Parser } from 'commander';
import { type Config } from '../index';
import { InterruptedError, RefusedError, UsageError } from './exit-codes';
import { type GlobalOptions } from './global-options';
import { type CliHost } from './host';
import { type LookupSession, type LookupTarget } from './lookup-session';
import { TextStyle } from './style';
import { readXconFile, type XconFile } from './xcon-file';

/** How long work goes on without a word, and between two of them, **milliseconds**. */
const progressMs = 1000;

/** What is to be confirmed. */
export interface Confirmation {
  /** What will change, in lines, secrets masked; always printed on standard error, also with `--quiet`. */
  readonly changes: string;
  /** Answered with yes or no: `Write 2 values?` */
  readonly question: string;
}

/** Where a secret value comes from; of several, only one may be given. */
export interface SecretSource {
  /** What the value is for, for the prompt: the name of the setting. */
  readonly name: string;
  /** Whether it is on standard input (`-`): to its end; of a text, without one line end there. */
  readonly isInput?: boolean;
  /** Path of a file that holds it, as it is. */
  readonly file?: string | undefined;
  /** Name of the variable that holds it. */
  readonly variable?: string | undefined;
}

/**
 * What a command works with: the process around it, the global options, `xcon.yaml`, and the library.
 *
 * The library is loaded when {@link CommandContext.at} or {@link CommandContext.session} is first called.
 */
export class CommandContext {
  /** Variables of the process as they were before global options set some: what a child process is to have. */
  readonly variables: Readonly<NodeJS.ProcessEnv>;
  /** How text on standard output is laid out. */
  readonly style: TextStyle;
  /** How text on standard error is laid out. */
  readonly messageStyle: TextStyle;
  /**
   * Aborted by SIGINT and SIGTERM, with an `InterruptedError`; hand it on to whatever takes a signal. A command that does not
   * write ends by itself then; one that writes is awaited, and looks at it between two steps.
   */
  readonly signal: AbortSignal;
  private readonly controller = new AbortController();
  private readonly said = new Set<string>();
  private file: Promise<XconFile> | undefined;
  private opening: Promise<LookupSession> | undefined;

  constructor(
    readonly host: CliHost,
    readonly globals: GlobalOptions,
    /** Gives the definitions of all commands, which loads them. */
    readonly parser: () => Promise<Parser>,
  ) {
    const wantsColor = globals.color && (host.env['NO_COLOR'] ?? '') === '';
    this.variables = Object.freeze({ ...host.env });
    this.style = TextStyle.of(host.stdout, wantsColor);
    this.messageStyle = TextStyle.of(host.stderr, wantsColor);
    this.signal = this.controller.signal;
    // Each lookup listens to it, and a command may begin hundreds.
    setMaxListeners(0, this.signal);
  }

  /** Gives what the nearest `xcon.yaml` says. @throws UsageError for one that is invalid. */
  xconFile(): Promise<XconFile> {
    return (this.file ??= readXconFile(this.host.cwd));
  }

  /** Gives the library, set up by the global options, `xcon.yaml` and variables. @throws UsageError */
  session(): Promise<LookupSession> {
    return (this.opening ??= this.open());
  }

  /**
   * Runs a function in which a Config for a target is the current one, `config` and declared settings included.
   *
   * @param target - What differs from the global options; absent: nothing.
   * @param fn - Gets that Config.
   */
  async at<T>(target: LookupTarget, fn: (config: Config) => T | Promise<T>): Promise<T> {
    return (await this.session()).at(target, fn);
  }

  /** Says something on standard error, in a line of its own, unless `--quiet` was given. */
  inform(text: string): void {
    if (!this.globals.quiet) this.complain(text);
  }

  /** Says something as {@link CommandContext.inform} does, unless the same was said before. */
  informOnce(text: string): void {
    if (this.said.has(text)) return;
    this.said.add(text);
    this.inform(text);
  }

  /** Says on standard error what is wrong, also with `--quiet`. Controls in it are escaped. */
  complain(text: string): void {
    this.host.stderr.write(`${text.split('\n').map(printable).join('\n')}\n`);
  }

  /**
   * Shows what will change, and asks for it: at a terminal by a question, in a pipe by `--yes`.
   *
   * @throws RefusedError when it is not confirmed.
   */
  async confirm({ changes, question }: Confirmation): Promise<void> {
    this.complain(changes.replace(/\n$/, ''));
    this.signal.throwIfAborted();
    if (this.globals.yes) return;
    if (!this.isInteractive) throw new RefusedError('Nothing was changed. To change it without a question, add --yes.');
    if (await this.host.prompts.confirm(question, this.signal)) return;
    this.signal.throwIfAborted();
    throw new RefusedError('Nothing was changed.');
  }

  /**
   * Reads a secret value, which is never an argument: arguments are seen by other users of the machine, and kept in histories.
   *
   * @returns Bytes where it is no text in UTF-8.
   * @throws UsageError when there is none, or no terminal to ask at; RefusedError when the question was cancelled.
   */
  async readSecretValue({ name, isInput, file, variable }: SecretSource): Promise<string | Uint8Array> {
    if ([isInput === true, file !== undefined, variable !== undefined].filter((each) => each).length > 1)
      throw new UsageError('Give the value in one way: on standard input, in a file or in a variable.');
    if (isInput === true) return withoutLineEnd(textOrBytes(await this.host.stdin.read()));
    if (file !== undefined) return textOrBytes(await this.bytesOf(file));
    if (variable !== undefined) return this.variable(variable);
    return this.askSecret(name);
  }

  /** Asks for a secret value at the terminal. @throws UsageError where there is none; RefusedError when the question was cancelled. */
  async askSecret(name: string): Promise<string> {
    if (!this.isInteractive) throw new UsageError(`Give the value of ${name} on standard input, with - as the value.`);
    const typed = await this.host.prompts.hidden(`Value of ${printable(name)}`, this.signal);
    this.signal.throwIfAborted();
    if (typed === undefined) throw new RefusedError('Nothing was changed.');
    return typed;
  }

  /**
   * Does work; when it takes longer than a second and standard error is a terminal, a line there says what goes on.
   *
   * @param what - Such as `Reading 4 directories`.
   * @param work - Gets a function that replaces that text: `Writing 12 of 40`.
   */
  async progress<T>(what: string, work: (update: (text: string) => void) => Promise<T>): Promise<T> {
    const { stderr } = this.host;
    if (!stderr.isTerminal || this.globals.quiet) return work(() => undefined);
    let text = what;
    let seconds = 0;
    const show = (): void => {
      seconds += 1;
      const line = `${printable(text)} ... ${seconds} s`;
      stderr.write(`\r\u001B[K${line.slice(0, this.messageStyle.columns - 1)}`);
    };
    const stop = this.host.every(progressMs, show);
    try {
      return await work((update) => (text = update));
    } finally {
      stop();
      if (seconds > 0) stderr.write('\r\u001B[K');
    }
  }

  /** Whether there is a person to ask. */
  get isInteractive(): boolean {
    return this.host.stdin.isTerminal && this.host.stderr.isTerminal;
  }

  /** Aborts the signal. */
  interrupt(name: 'SIGINT' | 'SIGTERM'): void {
    this.controller.abort(new InterruptedError(name));
  }

  /** Ends what the command has begun: awaits writes to the cache table, closes connections. Never rejects. */
  async close(): Promise<void> {
    const session = await this.opening?.catch(() => undefined);
    await session?.close();
  }

  private async open(): Promise<LookupSession> {
    const file = await this.xconFile();
    const { openSession } = await import('./lookup-session');
    return openSession({ host: this.host, globals: this.globals, file, complain: (text) => this.complain(text) });
  }

  private async bytesOf(path: string): Promise<Buffer> {
    return readFile(resolve(this.host.cwd, path)).catch((error: NodeJS.ErrnoException) => {
      throw new UsageError(`${printable(path)}: cannot be read (${error.code ?? 'unknown'}).`, { cause: error });
    });
  }

  private variable(name: string): string {
    const value = this.variables[name];
    if (value === undefined) throw new UsageError(`There is no variable ${name}.`);
    return value;
  }
}

function textOrBytes(bytes: Buffer): string | Uint8Array {
  return isUtf8(bytes) ? bytes.toString('utf8') : new Uint8Array(bytes);
}

function withoutLineEnd(value: string | Uint8Array): string | Uint8Array {
  return typeof value === 'string' ? value.replace(/\r?\n$/, '') : value;
}
