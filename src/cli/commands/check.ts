import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { type SettingsProblem, SettingsValidationError } from '../../index';
import { type Command } from '../command';
import { type CommandContext } from '../context';
import { type Declared, loadDeclaration } from '../declaration-module';
import { onCommandLine } from '../error-text';
import { exitCodes, UsageError } from '../exit-codes';
import { type Paint } from '../style';
import { checkEnvironment } from '../xcon-file';

interface CheckOptions {
  readonly declaration?: string;
  readonly envFile?: string;
  readonly withEnv?: true;
  readonly format: 'table' | 'github';
}

interface CheckedEnvironment {
  /** `service in environment`. */
  readonly title: string;
  readonly environment: string;
  readonly problems: readonly SettingsProblem[];
}

interface CheckResult {
  readonly environments: readonly CheckedEnvironment[];
  /** How many settings are declared. */
  readonly count: number;
  readonly format: CheckOptions['format'];
}

/** `xcon check`: loads declared settings in environments, and reports every problem. */
export const command: Command<CheckResult, CheckOptions> = {
  description:
    'Loads the declared settings of a service in each environment, as the service will, and reports every problem of every ' +
    'environment: missing, invalid, from a place that is not allowed, or not readable. For CI, before a deployment. Exit code 1: ' +
    'there are problems; 3: a source failed.\n\n' +
    'Variables of this process are not those of the service and do not count, unless --with-env is given; --env-file has variables that ' +
    'the deployment will set.',
  arguments: [
    { name: '[environment...]', description: 'what to check; else those of xcon.yaml, else that of --environment' },
  ],
  options: [
    {
      flags: '--declaration <module>',
      description: 'module that exports what defineSettings() gave; module#name for one of several',
    },
    { flags: '--env-file <file>', description: 'a .env file with the variables of the deployment' },
    { flags: '--with-env', description: 'count the variables of this process, too' },
    {
      flags: '--format <format>',
      description: 'github prints annotations of GitHub Actions',
      choices: ['table', 'github'],
      default: 'table',
    },
  ],
  examples: [
    { text: 'Every environment of xcon.yaml', command: 'xcon check' },
    {
      text: 'One environment, in a workflow',
      command: 'xcon check prod -s orders --declaration src/settings.mjs --format github',
    },
  ],

  async run(context, args, { declaration, envFile, withEnv, format }) {
    if (envFile !== undefined && withEnv === true) throw new UsageError('Give --env-file or --with-env.');
    const declared = await loadDeclaration(context, declaration);
    const variables = withEnv === true ? undefined : await variablesIn(context, envFile);
    const file = await context.xconFile();
    for (const each of args) checkEnvironment(each, file);
    const chosen = context.globals.environment === undefined ? file.environments : [context.globals.environment];
    const asked = args.length > 0 ? args : (chosen ?? [undefined]);
    const environments = await context.progress(`Checking ${asked.length} environments`, () =>
      Promise.all(asked.map((environment) => checkIn(context, declared, { environment, variables }))),
    );
    const problems = environments.flatMap((each) => each.problems);
    const isFailed = problems.some(({ reason }) => reason === 'failed');
    const exitCode = isFailed ? exitCodes.failed : problems.length > 0 ? exitCodes.negative : exitCodes.done;
    return { result: { environments, count: declared.declarations.length, format }, exitCode };
  },

  renderText({ environments, count, format }, style) {
    if (format === 'github') return environments.flatMap(annotations).join('');
    const rows = environments.flatMap(({ environment, problems }) =>
      problems.map(({ key, name, reason, message }) => [
        environment,
        key === name ? key : `${key} (${name})`,
        reason,
        message,
      ]),
    );
    const paintCell = (_: number, column: number): Paint | undefined => (column === 2 ? 'red' : undefined);
    // Which setting it is must not be shortened.
    const table = style.table(['ENVIRONMENT', 'SETTING', 'PROBLEM', 'WHAT'], rows, paintCell, 40);
    const fixes = new Set(environments.flatMap(({ problems }) => problems.flatMap(({ fix }) => fix ?? [])));
    const hints = [...fixes].map((fix) => `  ${fix}\n`).join('');
    const good = environments.filter(({ problems }) => problems.length === 0);
    const summary = good.map(({ title }) => `${title}: ${count} settings can be loaded.\n`).join('');
    return `${table}${hints === '' ? '' : `\nTo set what is missing:\n${hints}`}${table !== '' && summary !== '' ? '\n' : ''}${summary}`;
  },

  renderJson({ environments, count }) {
    return {
      settings: count,
      environments: environments.map(({ environment, problems }) => ({
        environment,
        ok: problems.length === 0,
        problems: problems.map((each) => ({ ...each, cause: undefined })),
      })),
    };
  },
};

async function checkIn(
  context: CommandContext,
  declared: Declared,
  target: {
    readonly environment: string | undefined;
    readonly variables: Readonly<Record<string, string>> | null | undefined;
  },
): Promise<CheckedEnvironment> {
  return context.at(target, async (config) => {
    const place = {
      title: `${config.resolvedService} in ${config.resolvedEnvironment}`,
      environment: config.resolvedEnvironment,
    };
    try {
      await declared.load({ signal: context.signal });
      return { ...place, problems: [] };
    } catch (error) {
      if (!isValidationError(error)) throw error;
      const problems = error.problems.map((each) => ({ ...each, message: onCommandLine(each.message) }));
      return { ...place, problems };
    }
  });
}

/** The error may be of another copy of the package, which the project has. */
function isValidationError(error: unknown): error is SettingsValidationError {
  return (
    error instanceof SettingsValidationError ||
    (error as { readonly code?: unknown } | null)?.code === 'SETTINGS_INVALID'
  );
}

async function variablesIn(
  context: CommandContext,
  path: string | undefined,
): Promise<Readonly<Record<string, string>> | null> {
  if (path === undefined) return null;
  const text = await readFile(resolve(context.host.cwd, path), 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`${path}: cannot be read (${error.code ?? 'unknown'}).`);
  });
  return parseEnv(text) as Record<string, string>;
}

/** Source: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#setting-an-error-message */
function annotations({ title, problems, environment }: CheckedEnvironment): readonly string[] {
  if (problems.length === 0) return [`::notice title=${property(title)}::every declared setting can be loaded\n`];
  return problems.map(
    ({ key, name, message }) =>
      `::error title=${property(`${key} in ${environment}`)}::${data(`${name}: ${message}`)}\n`,
  );
}

function data(text: string): string {
  return text.replace(/[%\r\n]/g, (each) => encodeURIComponent(each));
}

function property(text: string): string {
  return text.replace(/[%\r\n:,]/g, (each) => encodeURIComponent(each));
}
