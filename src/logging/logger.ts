import { type Logger as Pino } from 'pino';
import { printable } from '../base/printable';
import { Dependency } from '../di/dependency';
import { isPlainObject } from '../item/value';
import { type LogLevel } from '../settings/settings-values';
import { XconSettings } from '../settings/xcon-settings';

/** Facts of a log line: names, places and counts, never a value. */
export type LogFields = Readonly<Record<string, unknown>>;

/** The methods of a pino instance that the library uses; any logger with these will do. */
export type LogTarget = Readonly<
  Record<Exclude<LogLevel, 'fatal' | 'silent'>, (fields: LogFields, message?: string) => void>
> & {
  /** Tells whether lines of a level are written; absent: all are made and handed over. */
  readonly isLevelEnabled?: (level: string) => boolean;
};

const severity: Readonly<Record<LogLevel, number>> = {
  trace: 10,
  debug: 20,
  info: 30,
  warn: 40,
  error: 50,
  fatal: 60,
  silent: Number.POSITIVE_INFINITY,
};

/**
 * The library's log.
 *
 * Quiet by default: `warn` and above, as JSON lines on standard error, by pino, which is loaded with the first line. Each
 * line has an `event` (`lookup.hit`, `provider.refused`, ...) that is part of the API.
 */
export class Logger extends Dependency {
  static readonly dependencyName: string = 'Logger';

  /** @param target - A pino instance of the user's, which then decides on levels; absent: one of our own. */
  constructor(private readonly target?: LogTarget) {
    super();
  }

  /** Whether lines of this level are written; to spare the making of ones that are not. */
  isEnabled(level: LogLevel): boolean {
    if (this.target !== undefined) return this.target.isLevelEnabled?.(level) ?? true;
    return severity[level] >= severity[currentLevel()];
  }

  /** Writes a line about something that a developer follows step by step. */
  debug(event: string, fields: LogFields): void {
    this.write('debug', event, fields);
  }

  /** Writes a line about something that somebody should look at. */
  warn(event: string, fields: LogFields): void {
    this.write('warn', event, fields);
  }

  private write(level: 'debug' | 'warn', event: string, fields: LogFields): void {
    if (!this.isEnabled(level)) return;
    const line = { event, ...(asPrintable(fields) as LogFields) };
    if (this.target !== undefined) {
      writeTo(this.target, level, line);
      return;
    }
    const levelNow = currentLevel();
    ownPino().then(
      (pino) => {
        pino.level = levelNow;
        writeTo(pino, level, line);
      },
      // Without pino, a line is better plain than lost.
      () => process.stderr.write(`${JSON.stringify({ name: 'xcon', level, ...line })}\n`),
    );
  }
}

/** A logger in trouble must not fail what it tells of. */
function writeTo(target: LogTarget, level: 'debug' | 'warn', line: LogFields & { readonly event: string }): void {
  try {
    target[level](line, line.event);
  } catch {
    // There is nobody left to tell.
  }
}

/** Escapes what a name or a text of others may hold; such texts are no deeper than in lists of maps. */
function asPrintable(value: unknown, depth = 4): unknown {
  if (typeof value === 'string') return printable(value);
  if (typeof value !== 'object' || value === null || depth === 0) return value;
  if (Array.isArray(value)) return value.map((each) => asPrintable(each, depth - 1));
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [printable(key), asPrintable(each, depth - 1)]));
}

function currentLevel(): LogLevel {
  return XconSettings.grab().resolve().logLevel;
}

let loading: Promise<Pino> | undefined;

function ownPino(): Promise<Pino> {
  loading ??= import('pino').then(({ pino }) => pino({ name: 'xcon' }, pino.destination({ dest: 2, sync: true })));
  return loading;
}
