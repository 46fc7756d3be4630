import { inspect } from 'node:util';
import { printable } from '../base/printable';
import { longestTimerMs } from '../base/time';
import { Config } from '../config/config';
import { explainPart } from '../config/config-parts';
import { type WaitOptions, waitOptionNames } from '../config/lookup-options';
import { refreshOptionNames } from '../config/refresh';
import { InvalidSettingsError } from '../errors';
import { type ExplanationSet } from '../explain/explained';
import { type PolicyDocument } from '../iam/policy-document';
import { checkOptions } from '../options';
import { numberWithin } from '../settings/setting-kinds';
import { type ChangeListener, type DefineSettingsOptions } from './changes';
import { type Declaration, declarationsOf } from './declaration';
import { describePart, policyPart } from './declared-parts';
import { type LoadedSetting } from './load';
import { type SettingsPolicyOptions } from './policy';
import { type SecretUse, type SecretUseOptions, useSecret } from './rotation';
import { SettingsSession, type SettingsRefreshOptions } from './session';
import {
  type KeyOf,
  type SecretKeyOf,
  type SecretValueOf,
  Setting,
  type SettingsOf,
  type SettingsShape,
} from './setting';
import { isStandardSchema } from './standard-schema';

/** Calls to a listener; with `using`, they end with the block. */
export interface Subscription {
  /** Ends them; a second call does nothing. */
  close(): void;
  [Symbol.dispose](): void;
}

/**
 * Settings that a service has declared.
 *
 * They are independent of a Config: each call uses the current one.
 *
 * A bundle without `defineSettings` has none of this. With it, explanations are loaded on first use, and it has `policy`, `policies`,
 * `envExample` and `document` where `provideOperations` is called.
 */
export class DeclaredSettings<Shape extends SettingsShape> {
  /** The settings, in the order in which they were written. */
  readonly declarations: readonly Declaration[];
  /** Identifies these settings in containers of dependencies. */
  readonly injectionToken: symbol;
  readonly #shape: Shape;
  readonly #options: DefineSettingsOptions;
  readonly #sessions = new WeakMap<Config, SettingsSession<SettingsOf<Shape>>>();
  readonly #watched = new Set<SettingsSession<SettingsOf<Shape>>>();

  /**
   * @param shape - Settings and secrets by key; objects inside group them.
   * @param options - How they are kept up to date.
   * @throws InvalidSettingsError, InvalidDirectoryError for a shape, a name or an option that is invalid.
   */
  constructor(shape: Shape, options: DefineSettingsOptions = {}) {
    checkOptions('defineSettings()', options, defineOptionNames);
    const { refreshEverySeconds: seconds } = options;
    if (seconds !== undefined) pause.check(seconds, 'refreshEverySeconds');
    this.declarations = Object.freeze(declarationsOf(shape));
    this.injectionToken = Symbol(this.toString());
    this.#shape = shape;
    this.#options = options;
  }

  /**
   * Looks up all settings together, and checks them.
   *
   * @returns The values, typed and frozen.
   * @throws SettingsValidationError with every problem; the reason of the signal.
   */
  load(options: WaitOptions = {}): Promise<SettingsOf<Shape>> {
    checkOptions('settings.load()', options, waitOptionNames);
    return this.session().load(options.signal);
  }

  /** Resets the memory of this process, then loads. @throws SettingsValidationError */
  refresh(options?: SettingsRefreshOptions): Promise<SettingsOf<Shape>> {
    checkOptions('settings.refresh()', options, { ...waitOptionNames, ...refreshOptionNames });
    return this.session().refresh(options);
  }

  /**
   * Calls `use` with the value of a secret. When that fails because the secret was not accepted, the secret is read again without any
   * cache; if its value has changed, `use` is called once more.
   *
   * @param use - Gets the value, and the versions: the previous one is read when `use` requests it.
   * @throws SettingsValidationError when there is no secret to use; else what `use` throws.
   */
  async withSecret<Key extends SecretKeyOf<Shape>, R>(
    key: Key,
    use: SecretUse<SecretValueOf<Shape, Key>, R>,
    options: SecretUseOptions = {},
  ): Promise<R> {
    checkOptions('settings.withSecret()', options, { ...waitOptionNames, retryOn: true });
    return useSecret(this.session(), this.secretOf(key), use, options);
  }

  /**
   * Calls a function when some keys have other values after a reload: by `refresh()`, by `load()` after a reset of memory, or by the timer
   * of `refreshEverySeconds`.
   *
   * @param keys - Of settings or of groups.
   * @returns Its `close()` removes the listener.
   */
  onChange(keys: KeyOf<Shape> | readonly KeyOf<Shape>[], listener: ChangeListener<SettingsOf<Shape>>): Subscription {
    if (typeof listener !== 'function') throw new InvalidSettingsError('onChange', 'expected a function to call.');
    const session = this.session();
    const endListening = session.listen(this.checkKeys(typeof keys === 'string' ? [keys] : keys), listener);
    this.#watched.add(session);
    const close = (): void => {
      endListening();
      if (!session.hasListeners) this.#watched.delete(session);
    };
    return { close, [Symbol.dispose]: close };
  }

  /**
   * Explains where each value comes from, what it shadows, what may not be read, and what cannot be loaded. Secrets are
   * masked.
   *
   * @throws ProviderError when it takes longer than the budget of a lookup; the reason of the signal.
   */
  async explain(options: WaitOptions = {}): Promise<ExplanationSet> {
    checkOptions('settings.explain()', options, waitOptionNames);
    const { signal } = options;
    signal?.throwIfAborted();
    const config = Config.grab();
    const scope = Config.scopeOf(config);
    const [explaining, { explainSettings }] = await Promise.all([explainPart.load(), import('./explain')]);
    return explainSettings(this.declarations, { scope, config, explaining }, { signal });
  }

  /**
   * Gives the least IAM policy with which the settings can be loaded: their names, in the directories and at the providers
   * of the current Config, and its partition of the cache table.
   *
   * It fits a managed policy (6,144 characters): where the names one by one do not, all names of the directories are allowed,
   * and a warning in the log says so (`settings.policy-widened`).
   *
   * @param options - Where the service runs, and which keys are in use there; absent: any region and account.
   * @throws InvalidSettingsError when the key that seals cached secrets is given by its alias: a policy needs its ARN; when
   * `exactNames` is true and the policy is too long.
   */
  async policy(options: SettingsPolicyOptions = {}): Promise<PolicyDocument> {
    const scope = Config.scopeOf(Config.grab());
    return (await policyPart.load()).settingsPolicy(this.declarations, scope, options);
  }

  /**
   * Gives the same permissions, name by name however many there are, as several policies that each fit a managed policy. A role
   * has room for 10 of them, unless its quota has been raised.
   *
   * Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
   *
   * @param options - As for {@link policy}.
   * @throws InvalidSettingsError as {@link policy} does, but for the length.
   */
  async policies(options: SettingsPolicyOptions = {}): Promise<readonly PolicyDocument[]> {
    const scope = Config.scopeOf(Config.grab());
    return (await policyPart.load()).settingsPolicies(this.declarations, scope, options);
  }

  /** Writes a `.env.example` of the settings; no value of a secret is in it. */
  async envExample(): Promise<string> {
    return (await describePart.load()).envExample(this.declarations);
  }

  /** Describes the settings in a table of Markdown; no value of a secret is in it. */
  async document(): Promise<string> {
    return (await describePart.load()).settingsTable(this.declarations);
  }

  /** Removes all listeners, and ends the timer. */
  close(): void {
    for (const each of this.#watched) each.close();
    this.#watched.clear();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Gives what `util.inspect` prints. */
  toString(): string {
    return this[inspect.custom]();
  }

  /** Gives the keys and names, no values. */
  toJSON(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.declarations.map(({ key, name }) => [key, name]));
  }

  [inspect.custom](): string {
    return printable(`DeclaredSettings(${this.declarations.map(({ name }) => name).join(', ')})`);
  }

  private session(): SettingsSession<SettingsOf<Shape>> {
    const config = Config.grab();
    const known = this.#sessions.get(config);
    if (known !== undefined) return known;
    const assembled = (parts: readonly LoadedSetting[]): SettingsOf<Shape> => {
      const values = new Map(parts.map(({ declaration, value }) => [declaration.key, value]));
      return assemble(this.#shape, values) as SettingsOf<Shape>;
    };
    const session = new SettingsSession(config, this.declarations, assembled, this.#options);
    this.#sessions.set(config, session);
    return session;
  }

  private secretOf(key: string): Declaration {
    const found = this.declarations.find((each) => each.key === key && each.kind === 'secret');
    if (found === undefined) throw new InvalidSettingsError('withSecret', `no secret is declared as "${key}".`);
    return found;
  }

  private checkKeys(keys: readonly string[]): readonly string[] {
    const isKnown = (key: string): boolean =>
      this.declarations.some((each) => each.key === key || each.key.startsWith(`${key}.`));
    const unknown = keys.find((key) => !isKnown(key));
    if (unknown !== undefined) throw new InvalidSettingsError('onChange', `no setting is declared as "${unknown}".`);
    return [...keys];
  }
}

const defineOptionNames = { refreshEverySeconds: true, pastCache: true, onError: true } as const;
const pause = numberWithin({ unit: 'seconds', atLeast: 0.001, atMost: Math.floor(longestTimerMs / 1000) });

/** Replaces the settings of a shape by their values. */
function assemble(shape: SettingsShape, values: ReadonlyMap<string, unknown>, above = ''): unknown {
  const entries = Object.entries(shape).map(([key, given]): [string, unknown] => {
    const path = `${above}${key}`;
    const isLeaf = given instanceof Setting || isStandardSchema(given);
    return [key, isLeaf ? values.get(path) : assemble(given, values, `${path}.`)];
  });
  return Object.freeze(Object.fromEntries(entries));
}

/**
 * Declares the settings of a service.
 *
 * @param shape - Settings and secrets by key; objects inside group them.
 * @param options - How they are kept up to date.
 * @throws InvalidSettingsError, InvalidDirectoryError for a shape, a name or an option that is invalid.
 *
 * @example
 * const declared = defineSettings({ dbHost: setting('DB_HOST'), dbPassword: secret('DB_PASSWORD') });
 * const { dbHost, dbPassword } = await declared.load(); // typed; or one error with every problem
 */
export function defineSettings<const Shape extends SettingsShape>(
  shape: Shape,
  options?: DefineSettingsOptions,
): DeclaredSettings<Shape> {
  return new DeclaredSettings(shape, options);
}
