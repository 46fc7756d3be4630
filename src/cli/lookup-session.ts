import {
  AwsClients,
  Config,
  type ConfigOptions,
  Context,
  EnvProvider,
  InvalidSettingsError,
  Logger,
  XconSettings,
} from '../index';
import { printable } from '../base/printable';
import { checkEndpoints } from './endpoint';
import { UsageError } from './exit-codes';
import { type GlobalOptions } from './global-options';
import { type CliHost } from './host';
import { logTo } from './log-lines';
import { type XconFile } from './xcon-file';

/** What a lookup of a command differs in from the global options. */
export interface LookupTarget {
  readonly service?: string | undefined;
  readonly environment?: string | undefined;
  /**
   * What the provider `env` looks at: these variables; `null`: none, so that nothing of this process hides what services will
   * read. Absent: the variables of this process.
   */
  readonly variables?: Readonly<Record<string, string>> | null | undefined;
}

/** What a session is opened with. */
export interface SessionOptions {
  readonly host: CliHost;
  readonly globals: GlobalOptions;
  readonly file: XconFile;
  /** Takes a line for standard error. */
  readonly complain: (text: string) => void;
}

/**
 * Sets up the library as the global options, `xcon.yaml` and the variables say, in this order of precedence.
 *
 * @throws UsageError for an option that is invalid, InvalidSettingsError for a variable that is.
 */
export function openSession(options: SessionOptions): LookupSession {
  const { host, globals, file } = options;
  const { region, profile, endpointUrl } = globals;
  checkEndpoints(globals, host.env);
  // Everything that asks AWS sees variables: clients, sources of credentials, the doctor.
  if (region !== undefined) host.env['AWS_REGION'] = region;
  if (profile !== undefined) host.env['AWS_PROFILE'] = profile;
  if (endpointUrl !== undefined) host.env['AWS_ENDPOINT_URL'] = endpointUrl;
  // On Node 20 the SDK would print a warning with each command; `xcon doctor` says the same.
  host.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
  const providers = globals.providers ?? file.providers;
  if (providers !== undefined) host.env['XCON_PROVIDERS'] = providers.join(',');
  const session = new LookupSession(options);
  try {
    session.check();
  } catch (error) {
    throw asUsageError(error, options);
  }
  return session;
}

/** The library as a command uses it: contexts of their own, which share memory and clients. */
export class LookupSession {
  /** Service of the global options or `xcon.yaml`; `undefined`: variables decide. */
  readonly service: string | undefined;
  /** Environment of the global options, or the only one of `xcon.yaml`; `undefined`: variables decide. */
  readonly environment: string | undefined;
  private readonly root: Context;
  private readonly main: Config;

  constructor(private readonly options: SessionOptions) {
    const { globals, file, host, complain } = options;
    this.service = globals.service ?? file.service;
    this.environment = globals.environment ?? environmentOf(file, host.env);
    this.main = new Config({ ...this.choices, useParent: false });
    this.root = Context.createRoot([
      this.settings({}),
      new AwsClients(),
      new Logger(logTo(complain, globals)),
      ...(host.dependencies ?? []),
      this.main,
    ]);
  }

  /** Runs a function in which a Config for a target is the current one. */
  async at<T>(target: LookupTarget, fn: (config: Config) => T | Promise<T>): Promise<T> {
    if (Object.values(target).every((each) => each === undefined)) {
      return this.root.run(async () => fn(this.main));
    }
    const config = new Config({ ...this.choices, ...this.providersOf(target), useParent: false });
    return this.root.child([this.settings(target), config]).run(async () => fn(config));
  }

  /** Refuses what cannot be the name of a setting, before anything is asked. @throws UsageError, InvalidNameError */
  checkNames(names: readonly string[]): void {
    for (const each of names) {
      if (each.includes('/')) throw new UsageError(slashProblem(each));
      this.main.defaults.get(each);
    }
  }

  /** Resolves everything once. @throws InvalidSettingsError, InvalidDirectoryError for what is invalid. */
  check(): void {
    this.root.run(() => [this.main.directoryChain, this.main.providerChain, this.main.resolvedCacher]);
  }

  /** Awaits writes to the cache table and closes the connections. Never rejects. */
  async close(): Promise<void> {
    await this.root.run(() => this.main.close()).catch(() => undefined);
  }

  private get choices(): ConfigOptions {
    return this.options.globals.cache ? {} : { cacher: null };
  }

  private providersOf({ variables }: LookupTarget): ConfigOptions {
    if (variables === undefined) return {};
    const { providers } = this.root.run(() => this.main.providerChain);
    const own = variables === null ? [] : [new EnvProvider(variables)];
    return { providers: [...own, ...providers.filter(({ name }) => name !== 'env')] };
  }

  /** As assignments in code: what decides the directories decides the partition of the cache table, too. */
  private settings(target: LookupTarget): XconSettings {
    const { globals, file } = this.options;
    const { service = this.service, environment = this.environment } = target;
    const directories = globals.directory ?? file.directories;
    return new XconSettings({
      ...(service !== undefined && { service }),
      ...(environment !== undefined && { environment }),
      ...(directories !== undefined && { directories: [...directories] }),
    });
  }
}

function environmentOf({ environments }: XconFile, env: NodeJS.ProcessEnv): string | undefined {
  if ((env['APP_ENV'] ?? '') !== '' || environments?.length !== 1) return undefined;
  return environments[0];
}

/** Says what to type in place of a name with a slash. */
function slashProblem(name: string): string {
  const [, path = '', last = ''] = /^(.*)\/([^]*)$/.exec(name) ?? [];
  const kind = name.startsWith('/') ? 'is a full name' : 'has a slash';
  const typed = path.startsWith('/') && last !== '' ? `: ${last} --directory ${path}` : '.';
  return printable(
    `"${name}" ${kind}, and names are looked up in directories. Give the last part as the name, and the rest with --directory${typed}`,
  );
}

/** Says which option or key is invalid, where the library names the variable that carries it. */
function asUsageError(error: unknown, { globals, file }: SessionOptions): unknown {
  if (!(error instanceof InvalidSettingsError) || error.setting !== 'XCON_PROVIDERS') return error;
  if (globals.providers === undefined && file.providers === undefined) return error;
  const where = globals.providers === undefined ? `providers in ${file.path}` : '--providers';
  return new UsageError(error.message.replace('XCON_PROVIDERS', where), { cause: error });
}
