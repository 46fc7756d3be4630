import { type Dependency } from '../di/context';

/** A stream that a command writes to. */
export interface CliOutput {
  /** Whether a person reads it. */
  readonly isTerminal: boolean;
  /** Width of the terminal, in characters; `undefined`: not a terminal, or unknown. */
  readonly columns: number | undefined;
  /** Writes. After a broken pipe it does nothing. */
  write(data: string | Uint8Array): void;
}

/** What a command reads. */
export interface CliInput {
  readonly isTerminal: boolean;
  /** Reads all of it, to its end. */
  read(): Promise<Buffer>;
}

/** Questions to the person at the terminal, asked on standard error. */
export interface Prompts {
  /** @returns Whether the answer is yes; `false` also when the question was cancelled. */
  confirm(question: string, signal: AbortSignal): Promise<boolean>;
  /** Asks for a text that is no secret, such as a name to confirm with. @returns `undefined` when the question was cancelled. */
  text(question: string, signal: AbortSignal): Promise<string | undefined>;
  /** Asks without showing what is typed. @returns `undefined` when the question was cancelled. */
  hidden(question: string, signal: AbortSignal): Promise<string | undefined>;
}

/** A program that a command has started. */
export interface ChildProgram {
  /** How it ended; rejects when it could not be started. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  /** Sends a signal; does nothing when it has ended. */
  kill(name: NodeJS.Signals): void;
}

/**
 * The process around a command, as far as the command line uses it. Injected, so that tests run commands in their own process.
 *
 * The library and the AWS SDK read `process.env` themselves: `env` is that object, and a test that gives other variables puts
 * them into `process.env` for the time of its command.
 */
export interface CliHost {
  readonly stdin: CliInput;
  /** The answer of the command, nothing else. */
  readonly stdout: CliOutput;
  /** Everything else: messages, warnings, questions, progress. */
  readonly stderr: CliOutput;
  /** Variables of the process; global options such as `--profile` set some of them. */
  readonly env: NodeJS.ProcessEnv;
  /** Current directory: where the search for `xcon.yaml` starts, and what relative paths refer to. */
  readonly cwd: string;
  /** Version of the package. */
  readonly version: string;
  readonly prompts: Prompts;
  /** Calls back when the process gets one of some signals, which then do nothing else. @returns Ends the subscription. */
  onSignal(names: readonly NodeJS.Signals[], listener: (name: NodeJS.Signals) => void): () => void;
  /**
   * Starts a program, without a shell; its standard input, output and error are those of this process.
   *
   * @param env - All of its variables.
   */
  spawn(command: string, args: readonly string[], env: Readonly<Record<string, string>>): ChildProgram;
  /** Loads a module of the user's. @param path - Absolute. */
  importModule(path: string): Promise<Readonly<Record<string, unknown>>>;
  /** Calls back again and again, first after `ms` **milliseconds**; never keeps the process alive. @returns Ends it. */
  every(ms: number, callback: () => void): () => void;
  /** Replaces dependencies of the library, such as `Clock`; for tests. */
  readonly dependencies?: readonly Dependency[];
}
