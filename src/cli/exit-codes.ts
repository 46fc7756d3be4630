import { type Diagnostic } from '../entries';
import { type SearchedPlace } from '../index';

/** How a command ended, for the shell. `run` ends with the code of its child, whatever that is. */
export const exitCodes = {
  done: 0,
  negative: 1,
  usage: 2,
  failed: 3,
  refused: 4,
  interrupted: 130,
  terminated: 143,
} as const;

/** Name of a way to end. */
export type ExitName = keyof typeof exitCodes;

/** What each exit code means; docs/reference/cli.md has the same table. */
export const exitMeanings: Readonly<Record<ExitName, string>> = {
  done: 'done',
  negative: 'not found; or differences or problems, where the command reports them',
  usage: 'wrong usage: an unknown command, option or key of `xcon.yaml`, an invalid name, directory or setting',
  failed: 'a source failed or is not permitted, or something else failed, such as the writing of a file',
  refused: 'refused: no confirmation, a secret without `--reveal` in a pipe, a lock that is held, a stale plan',
  interrupted: 'interrupted (SIGINT, Ctrl-C)',
  terminated: 'terminated (SIGTERM)',
};

/** An error of the command line itself: what is wrong, and what to do. Never a value. */
export class CommandError extends Error {
  override readonly name: string = 'CommandError';

  /**
   * @param message - One line or more.
   * @param exit - How the command ends.
   */
  constructor(
    message: string,
    readonly exit: ExitName,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The command was called in a way that cannot work: exit code 2. */
export class UsageError extends CommandError {
  override readonly name: string = 'UsageError';

  constructor(message: string, options?: ErrorOptions) {
    super(message, 'usage', options);
  }
}

/** A file that the command reads has problems: exit code 2. */
export class DiagnosedError extends UsageError {
  override readonly name = 'DiagnosedError';

  /**
   * @param message - Every problem, a line each.
   * @param diagnostics - The same as data, for `--json`.
   */
  constructor(
    message: string,
    readonly diagnostics: readonly Diagnostic[],
  ) {
    super(message);
  }
}

/** The command would have to do what was not confirmed or is protected: exit code 4. */
export class RefusedError extends CommandError {
  override readonly name = 'RefusedError';

  constructor(message: string, options?: ErrorOptions) {
    super(message, 'refused', options);
  }
}

/** The process was asked to end; the reason of {@link CommandContext.signal}. */
export class InterruptedError extends CommandError {
  override readonly name = 'InterruptedError';

  constructor(readonly signalName: 'SIGINT' | 'SIGTERM') {
    super(`Stopped by ${signalName}.`, signalName === 'SIGINT' ? 'interrupted' : 'terminated');
  }
}

/** How errors of the library end a command, by their `code`. Works without loading the library. */
const libraryErrors: Readonly<Record<string, ExitName>> = {
  CONFIG_NOT_FOUND: 'negative',
  SETTINGS_INVALID: 'negative',
  INVALID_VALUE: 'negative',
  INVALID_NAME: 'usage',
  INVALID_DIRECTORY: 'usage',
  INVALID_SETTINGS: 'usage',
  INVALID_ENTRIES: 'usage',
  INVALID_PLAN: 'refused',
  STALE_PLAN: 'refused',
  STATE_LOCKED: 'refused',
  NOT_CONFIRMED: 'refused',
};

/** How a `WriteError` ends a command, by its `reason`. */
const writeFailures: Readonly<Record<string, ExitName>> = {
  'not-found': 'negative',
  invalid: 'usage',
  'read-only': 'usage',
  'type-mismatch': 'usage',
  exists: 'refused',
  changed: 'refused',
  'scheduled-for-deletion': 'refused',
};

/** Gives the exit code for something that was thrown. What is unknown has failed. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommandError) return exitCodes[error.exit];
  const { code, reason, places } = (error ?? {}) as Readonly<Record<'code' | 'reason' | 'places', unknown>>;
  if (code === 'CONFIG_NOT_FOUND' && hasRefusal(places)) return exitCodes.failed;
  const known = code === 'WRITE_FAILED' ? knownIn(writeFailures, reason) : knownIn(libraryErrors, code);
  return exitCodes[known ?? 'failed'];
}

/** Gives the problems that something thrown has as data, errors of the library about entries included; `undefined`: none. */
export function diagnosticsOf(error: unknown): readonly Diagnostic[] | undefined {
  const { diagnostics } = (error ?? {}) as { readonly diagnostics?: unknown };
  return error instanceof Error && Array.isArray(diagnostics) ? (diagnostics as readonly Diagnostic[]) : undefined;
}

/** Whether one of the places that were searched may not be read: what was not found may be there. */
function hasRefusal(places: unknown): boolean {
  return (
    Array.isArray(places) && (places as readonly SearchedPlace[]).some(({ outcome }) => outcome === 'not permitted')
  );
}

function knownIn(names: Readonly<Record<string, ExitName>>, key: unknown): ExitName | undefined {
  return typeof key === 'string' && Object.hasOwn(names, key) ? names[key] : undefined;
}
