import { readFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { parameterWrites } from '../aws/requests/action-rates';
import { AwsClients, Clock, Random, Secret, XconSettings } from '../index';
import { type CommandOption } from './command-option';
import { type CommandContext } from './context';
import { DiagnosedError, UsageError } from './exit-codes';
import { checkEnvironment, type XconFile } from './xcon-file';
import {
  type CallWait,
  type Diagnostic,
  type EntriesSession,
  type EntryFile,
  type Plan,
  type PlanRequestOptions,
  type StateStore,
} from '../entries';

/** Options of the commands about entries. */
export interface EntriesOptions {
  readonly file?: string | undefined;
  readonly state?: 'file' | 'table' | undefined;
  readonly rate?: number | undefined;
  readonly only?: readonly string[] | undefined;
  readonly thorough?: true | undefined;
}

/** Where the file of entries and its state are. */
export const placeOptions: readonly CommandOption[] = [
  { flags: '--file <path>', description: 'the file of entries; else the nearest xcon.yaml' },
];

/** Where the state is, besides. */
export const stateOptions: readonly CommandOption[] = [
  ...placeOptions,
  {
    flags: '--state <where>',
    description:
      'where the state is kept: file (.xcon/state.json beside the file of entries; default), or table (the config table)',
    choices: ['file', 'table'],
  },
];

/** What commands that ask the services take, besides. */
export const planOptions: readonly CommandOption[] = [
  ...stateOptions,
  { flags: '--only <names>', description: 'plan these entries alone, by name, full name or address', kind: 'list' },
  {
    flags: '--thorough',
    description: 'read also what others can change without a new version: the tags of parameters, one request each',
  },
  {
    flags: '--rate <number>',
    description: 'writes of Parameter Store a second, where the account has more than 3',
    kind: 'number',
  },
];

/** A file of entries, and what is wrong with it. */
export interface ReadEntryFile {
  /** Absolute. */
  readonly path: string;
  readonly folder: string;
  /** `undefined` where one of the diagnostics is an error. */
  readonly file: EntryFile | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads and checks the file of entries. @throws UsageError when there is none. */
export async function readEntryFile(context: CommandContext, { file: given }: EntriesOptions): Promise<ReadEntryFile> {
  const { builtInKinds, parseEntryFile } = await import('../entries');
  const xconFile = await readUsualFile(context);
  const path = given === undefined ? xconFile.path : resolve(context.host.cwd, given);
  if (path === undefined)
    throw new UsageError('There is no xcon.yaml here or above; name the file of entries with --file.');
  const text = given === undefined && xconFile.text !== undefined ? xconFile.text : await textOf(path);
  const shownAs = (each: string): string => relative(context.host.cwd, each) || each;
  const service = context.globals.service ?? xconFile.service ?? context.variables['APP_NAME'];
  const { diagnostics, file } = parseEntryFile(text, {
    path: shownAs(path),
    kinds: builtInKinds,
    service,
    environments: xconFile.environments,
  });
  const known = new Set(diagnostics.map(({ at }) => placeOf(at)));
  const others = xconFile.problems.map((each): Diagnostic => {
    return each.at === undefined ? each : { ...each, at: { ...each.at, file: shownAs(each.at.file) } };
  });
  const all = [...diagnostics, ...others.filter(({ at }) => at === undefined || !known.has(placeOf(at)))];
  return { path, folder: dirname(path), file: others.length > 0 ? undefined : file, diagnostics: all };
}

/** What the nearest `xcon.yaml` says, or what is wrong with it, so that it is reported with the problems of its entries. */
interface UsualFile extends Partial<XconFile> {
  readonly problems: readonly Diagnostic[];
}

async function readUsualFile(context: CommandContext): Promise<UsualFile> {
  try {
    return { ...(await context.xconFile()), problems: [] };
  } catch (error) {
    if (!(error instanceof DiagnosedError)) throw error;
    const { diagnostics: problems } = error;
    return { path: problems.find(({ at }) => at !== undefined)?.at?.file, problems };
  }
}

function placeOf(at: Diagnostic['at']): string {
  return at === undefined ? '' : `${at.file}:${at.line}:${at.column}`;
}

/**
 * Runs a function in the context of the command with the file, its state and its key.
 *
 * @throws InvalidEntriesError with every problem of the file, and of `xcon.yaml`; UsageError when there is none, or it has no such
 * environment.
 */
export async function withEntries<T>(
  context: CommandContext,
  options: EntriesOptions,
  fn: (session: EntriesSession) => Promise<T>,
): Promise<T> {
  const { diagnostics, file, folder, path } = await readEntryFile(context, options);
  if (file === undefined) {
    const { InvalidEntriesError } = await import('../entries');
    throw new InvalidEntriesError(diagnostics);
  }
  const { environment } = context.globals;
  if (environment !== undefined) checkEnvironment(environment, { path, environments: file.environments });
  for (const each of diagnostics) context.inform(`xcon: ${await describe(each)}`);
  return context.at({}, async () => fn(await openEntries(context, options, file, folder)));
}

async function openEntries(
  context: CommandContext,
  options: EntriesOptions,
  file: EntryFile,
  folder: string,
): Promise<EntriesSession> {
  const { loadStackKey } = await import('../entries');
  const key = await loadStackKey(file.stack, join(folder, '.xcon/state.key'), context.variables);
  return {
    ...{ file, key },
    state: await openState(file.stack, folder, options),
    signal: context.signal,
    ...(options.rate !== undefined && {
      rates: Object.fromEntries(parameterWrites.map((action) => [action, Math.max(1, options.rate ?? 1)])),
    }),
    reader: {
      variables: context.variables,
      folder,
      ...(context.isInteractive && {
        ask: async (name: string) => new Secret(await context.askSecret(name)),
      }),
    },
  };
}

/** Plans, with a progress line that says which rate is waited for. */
export function readPlan(context: CommandContext, session: EntriesSession, request: PlanRequestOptions): Promise<Plan> {
  const what = `Reading ${session.file.entries.length} entries`;
  return context.progress(what, async (update) => {
    const { planEntries } = await import('../entries');
    return planEntries({ ...session, onWait: waitReport(context, (text) => update(`${what}, ${text}`)) }, request);
  });
}

/** Reports what is waited for: in the progress line, and with `--verbose` once for each action. */
export function waitReport(context: CommandContext, update: (text: string) => void): (wait: CallWait) => void {
  const reported = new Set<string>();
  return ({ action, calls, rate }) => {
    const text = `waiting for ${action} (${Number(rate.toFixed(1))} a second)`;
    update(`${text}, ${calls} requests so far`);
    if (!context.globals.verbose || reported.has(action)) return;
    reported.add(action);
    context.complain(`xcon: ${text}`);
  };
}

/** Gives what of the plan the global options and those of the command ask for. */
export function requestOf(context: CommandContext, { only, thorough }: EntriesOptions): PlanRequestOptions {
  const { environment } = context.globals;
  return {
    ...(environment !== undefined && { environments: [environment] }),
    ...(only !== undefined && only.length > 0 && { only }),
    ...(thorough === true && { thorough }),
  };
}

async function openState(stack: string, folder: string, { state = 'file' }: EntriesOptions): Promise<StateStore> {
  const { FileState, TableState } = await import('../entries');
  if (state === 'file') return new FileState({ path: join(folder, '.xcon/state.json'), stack });
  const settings = XconSettings.grab().resolve();
  const [clients, clock, random] = [AwsClients.grab(), Clock.grab(), Random.grab()];
  return new TableState({
    client: () => clients.dynamo(settings),
    table: settings.configTable,
    stack,
    nowMs: () => clock.nowMs(),
    random: () => random.next(),
  });
}

async function describe(diagnostic: Diagnostic): Promise<string> {
  const { describeDiagnostic } = await import('../entries');
  return describeDiagnostic(diagnostic);
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new UsageError(`${path}: cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'}).`, {
      cause: error,
    });
  }
}
