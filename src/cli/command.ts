import { type CommandOption } from './command-option';
import { type CommandContext } from './context';
import { type TextStyle } from './style';

/**
 * What a command is. To add one: a file in `src/cli/commands` that exports `command`, and one line in `src/cli/commands.ts`, which
 * has its name and summary. Its test is one file in `test/cli/commands`, which calls `runXcon` (`test/cli/run-xcon.ts`).
 *
 * Conventions:
 *
 * - `run` decides, and gives data; it writes nothing to standard output. `renderText` and `renderJson` are pure. What the command
 *   can do without a process belongs in plain functions beside it, or in the library's public API.
 * - Values: secrets are masked in the result's text and JSON unless the command has an option `--reveal`. Never put a value in an
 *   error, a message or a question.
 * - Errors: throw `UsageError` (2), `RefusedError` (4) or `CommandError`; errors of the library keep their meaning
 *   (`exit-codes.ts`). What is not wrong but negative (not found, different, problems) is a result with `exitCode: 1`.
 * - Writing commands set `writes: true`: they are not stopped in the middle, but look at `context.signal` between two steps. They
 *   show what will change and call `context.confirm` before the first write.
 * - Secret values come from `context.readSecretValue`, never from arguments.
 * - Long work goes through `context.progress`.
 * - Import the library through `../index`; heavy packages by `import()` where they are used.
 */
export interface Command<Result = unknown, Options extends object = object> {
  /** What it does, in a few sentences, for its own help; the summary is in `commands.ts`. */
  readonly description: string;
  readonly arguments?: readonly CommandArgument[];
  readonly options?: readonly CommandOption[];
  /** At least two that work as they are, with the seed of the demo where they need one. */
  readonly examples: readonly [CommandExample, CommandExample, ...CommandExample[]];
  /** Whether it changes anything outside this process. Default: false. */
  readonly writes?: boolean;
  /** Whether it handles SIGINT and SIGTERM itself, by `context.host.onSignal`; `context.signal` is not aborted then. Default: false. */
  readonly handlesSignals?: boolean;
  /**
   * Does the work.
   *
   * @param args - The arguments as given, those behind `--` included.
   * @param options - By camel-cased name; absent ones are `undefined`.
   */
  run(context: CommandContext, args: readonly string[], options: Options): Promise<CommandOutcome<Result>>;
  /** Gives what standard output gets, with a newline at the end; empty: nothing. Bytes are written as they are. */
  renderText(result: Result, style: TextStyle): string | Uint8Array;
  /** Gives what `--json` prints: one document, whose keys are stable; `undefined`: nothing, where all was printed meanwhile. */
  renderJson(result: Result): unknown;
}

/** What came of a command. */
export interface CommandOutcome<Result> {
  readonly result: Result;
  /** Default: 0. */
  readonly exitCode?: number;
}

/** An argument of a command. */
export interface CommandArgument {
  /** `<name>`: required, `[name]`: optional; with three dots behind the name: any number of them. */
  readonly name: string;
  readonly description: string;
  /** The texts that it may be; absent: any. */
  readonly choices?: readonly string[];
}

/** An example in the help of a command. */
export interface CommandExample {
  /** What it does, as a sentence without a period. */
  readonly text: string;
  /** The command line, beginning with `xcon`. */
  readonly command: string;
}

/** A command in the list of all. */
export interface CommandEntry {
  /** One word, or two for the action of a group: `cache clear`. */
  readonly name: string;
  /** One line for the list of commands; begins with a verb in the third person. */
  readonly summary: string;
  readonly group: CommandGroup;
  /** Loads it. */
  readonly load: () => Promise<{ readonly command: Command }>;
}

/** Headings of the list of commands. */
export type CommandGroup = 'Reading' | 'Writing' | 'Entries' | 'Operating';
