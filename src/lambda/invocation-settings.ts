import {
  Clock,
  config,
  type DeclaredSettings,
  InvalidSettingsError,
  Logger,
  type SettingsOf,
  type SettingsShape,
} from '../core';
import { checkOptions } from '../options';

/** How the settings of a Lambda function are kept up to date. */
export interface InvocationOptions {
  /** How old settings may be at the start of an invocation before they are reloaded, **seconds**. Default: 300. */
  readonly refreshSeconds?: number;
  /** How long an invocation waits for that before it uses the settings that it has, **milliseconds**, at most 15 minutes. Default: 500. */
  readonly refreshBudgetMs?: number;
  /** How old settings may get when they cannot be reloaded, **seconds**; then an invocation waits for them, and fails. Default: 3600. */
  readonly staleSeconds?: number;
  /** How long the end of an invocation waits for what is written to the cache table, **milliseconds**, at most 15 minutes. Default: 300. */
  readonly flushBudgetMs?: number;
}

/** Pause after a failed reload, **milliseconds**. */
const retryMs = 10_000;
/**
 * Longest that an invocation can wait for anything, **milliseconds**.
 *
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html
 */
const longestInvocationMs = 900_000;
const defaults: Readonly<Required<InvocationOptions>> = {
  refreshSeconds: 300,
  refreshBudgetMs: 500,
  staleSeconds: 3600,
  flushBudgetMs: 300,
};

const optionNames: Readonly<Record<keyof InvocationOptions, true>> = {
  refreshSeconds: true,
  refreshBudgetMs: true,
  staleSeconds: true,
  flushBudgetMs: true,
};
/** The options that an invocation waits for; ages may be any. */
const waits: readonly string[] = ['refreshBudgetMs', 'flushBudgetMs'] satisfies readonly (keyof InvocationOptions)[];

interface LoadedSettings<Settings> {
  readonly settings: Settings;
  /** When they were read, **milliseconds** since the Unix epoch. */
  readonly atMs: number;
  /** When they are reloaded, **milliseconds** since the Unix epoch. */
  dueAtMs: number;
}

/**
 * The settings of a function that is frozen between its invocations: loaded in the init phase, and reloaded only at the start of an
 * invocation.
 *
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
 */
export class InvocationSettings<Shape extends SettingsShape> {
  private readonly options: Readonly<Required<InvocationOptions>>;
  private initial: Promise<LoadedSettings<SettingsOf<Shape>>> | undefined;
  private loaded: LoadedSettings<SettingsOf<Shape>> | undefined;

  /**
   * Begins to load.
   *
   * @param where - Function that takes the options, for errors.
   * @throws InvalidSettingsError for an unknown option, or an invalid number.
   */
  constructor(
    where: string,
    private readonly declared: DeclaredSettings<Shape>,
    options: InvocationOptions = {},
  ) {
    this.options = { ...defaults, ...checked(where, options) };
    this.initial = this.load();
    // The first invocation loads again, and reports the error.
    this.initial.catch(() => undefined);
  }

  /**
   * Gives the settings for an invocation.
   *
   * @throws SettingsValidationError when they cannot be loaded, and no loaded ones are recent enough.
   */
  async begin(): Promise<SettingsOf<Shape>> {
    const { loaded = await this.first() } = this;
    const nowMs = Clock.grab().nowMs();
    return nowMs < loaded.dueAtMs ? loaded.settings : this.refreshed(loaded, nowMs);
  }

  /** Awaits pending writes, before the process is frozen. Never rejects. */
  async end(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const timeIsUp = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, this.options.flushBudgetMs);
    });
    await Promise.race([config.flush(), timeIsUp]);
    clearTimeout(timer);
  }

  /** Gives the settings of the init phase; loads them again where that failed. */
  private async first(): Promise<LoadedSettings<SettingsOf<Shape>>> {
    const { initial } = this;
    this.initial = undefined;
    return (await initial?.catch(() => undefined)) ?? this.load();
  }

  private async load(signal?: AbortSignal): Promise<LoadedSettings<SettingsOf<Shape>>> {
    const settings = await (this.loaded === undefined ? this.declared.load() : this.declared.refresh({ signal }));
    const atMs = Clock.grab().nowMs();
    return (this.loaded = { settings, atMs, dueAtMs: atMs + this.options.refreshSeconds * 1000 });
  }

  private async refreshed(before: LoadedSettings<SettingsOf<Shape>>, nowMs: number): Promise<SettingsOf<Shape>> {
    if (nowMs - before.atMs > this.options.staleSeconds * 1000) return (await this.load()).settings;
    const budget = new AbortController();
    const { refreshBudgetMs } = this.options;
    const timer = setTimeout(() => {
      budget.abort(new Error(`no answer within refreshBudgetMs (${refreshBudgetMs} ms)`));
    }, refreshBudgetMs);
    try {
      return (await this.load(budget.signal)).settings;
    } catch (error) {
      before.dueAtMs = nowMs + retryMs;
      const reason = error instanceof Error ? error.message : 'something other than an Error was thrown';
      Logger.grab().warn('settings.refresh-failed', { reason });
      return before.settings;
    } finally {
      clearTimeout(timer);
    }
  }
}

function checked(where: string, options: InvocationOptions): InvocationOptions {
  checkOptions(where, options, optionNames);
  const given = Object.entries<unknown>({ ...options }).filter(([, value]) => value !== undefined);
  for (const [name, value] of given) {
    const isWait = waits.includes(name);
    const most = isWait ? longestInvocationMs : Number.POSITIVE_INFINITY;
    if (typeof value === 'number' && value >= 0 && value <= most) continue;
    const limits = isWait ? `from 0 to ${most}` : '0 or more';
    throw new InvalidSettingsError(`${where} option ${name}`, `expected a number, ${limits}.`);
  }
  return Object.fromEntries(given);
}
