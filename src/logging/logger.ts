import { type Logger as Pino } from 'pino';
import { printable } from '../base/printable';
import { callAndForget, startWork } from '../base/start-work';
import { Dependency } from '../di/context';
import { hideFields } from '../base/hidden';
import { isPlainObject } from '../item/value';
import { type LogLevel, settingsDefaults } from '../settings/settings-values';
import { XconSettings } from '../settings/xcon-settings';

/** Fields of a log line: names, places and counts, never a value. */
export type LogFields = Readonly<Record<string, unknown>>;

/** The methods of a pino instance that the library uses; any logger with these will do. */
export type LogTarget = Readonly<
  Record<Exclude<LogLevel, 'fatal' | 'silent'>, (fields: LogFields, message?: string) => void>
> & {
  /** Whether lines of a level are written; absent: all are passed on. */
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
 * Writes the log of the library.
 *
 * Quiet by default: `warn` and above, as JSON lines on standard error, by pino, which is loaded with the first line. Each
 * line has an `event` (`lookup.hit`, `provider.refused`, ...) that is part of the API.
 *
 * No method throws, whatever the settings, the target and the fields are: the line is lost.
 */
export class Logger extends Dependency {
  static readonly dependencyName: string = 'Logger';

  private lastLevel: LogLevel = settingsDefaults.logLevel;

  /** @param target - A pino instance of the application, which then decides on levels; absent: one of the library. */
  constructor(private readonly target?: LogTarget) {
    super();
    hideFields(this, 'lastLevel');
  }

  /** Whether lines of this level are written, so that callers need not prepare lines that are not. */
  isEnabled(level: LogLevel): boolean {
    if (this.target === undefined) return severity[level] >= severity[this.currentLevel()];
    try {
      return this.target.isLevelEnabled?.(level) ?? true;
    } catch {
      return true;
    }
  }

  /** Writes a line for the diagnosis of a single lookup. */
  debug(event: string, fields: LogFields): void {
    this.write('debug', event, fields);
  }

  /** Writes a line about a problem that needs attention. */
  warn(event: string, fields: LogFields): void {
    this.write('warn', event, fields);
  }

  private write(level: 'debug' | 'warn', event: string, fields: LogFields): void {
    if (!this.isEnabled(level)) return;
    const { target } = this;
    if (target !== undefined) {
      callAndForget(() => target[level](lineOf(event, fields), event));
      return;
    }
    const levelNow = this.currentLevel();
    callAndForget(async () => {
      const line = lineOf(event, fields);
      const pino = await ownPino().catch(() => undefined);
      if (pino === undefined) return writeLikePino(level, line, event);
      pino.level = levelNow;
      return pino[level](line, event);
    });
  }

  /** Invalid settings leave the level as it was: lookups reject with the reason. */
  private currentLevel(): LogLevel {
    try {
      this.lastLevel = XconSettings.grab().resolveOncePerTick().logLevel;
    } catch {
      // The last valid level stays.
    }
    return this.lastLevel;
  }
}

/** Escapes texts from outside; they occur no deeper than in lists of maps. */
function asPrintable(value: unknown, depth = 4): unknown {
  if (typeof value === 'string') return printable(value);
  if (typeof value !== 'object' || value === null || depth === 0) return value;
  if (Array.isArray(value)) return value.map((each) => asPrintable(each, depth - 1));
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [printable(key), asPrintable(each, depth - 1)]));
}

function lineOf(event: string, fields: LogFields): LogFields {
  return { event, ...(asPrintable(fields) as LogFields) };
}

/** Writes a line as pino would, where pino cannot be loaded: it needs `require`, which a bundle of ES modules may lack. */
async function writeLikePino(level: LogLevel, line: LogFields, message: string): Promise<void> {
  const { hostname } = await import('node:os');
  const head = { level: severity[level], time: Date.now(), pid: process.pid, hostname: hostname(), name: 'xcon' };
  process.stderr.write(`${JSON.stringify({ ...head, ...line, msg: message })}\n`);
}

let loading: Promise<Pino> | undefined;

function ownPino(): Promise<Pino> {
  loading ??= startWork(() => import('pino')).then(({ pino }) =>
    pino({ name: 'xcon' }, pino.destination({ dest: 2, sync: true })),
  );
  return loading;
}
