import { constants } from 'node:os';
import { callAndForget } from '../../base/start-work';
import { collectSettings } from '../collect-settings';
import { type Command } from '../command';
import { type CommandContext } from '../context';
import { errorText } from '../error-text';
import { UsageError } from '../exit-codes';
import { type ChildProgram } from '../host';
import { refuseSteering, variableName, variablesOf } from '../variables-of-settings';

interface RunOptions {
  readonly only?: readonly string[];
  readonly except?: readonly string[];
  readonly preserve?: readonly string[];
  readonly prefix?: string;
  readonly allow?: readonly string[];
  readonly watch?: true;
  readonly every: number;
  readonly grace: number;
}

type Variables = Readonly<Record<string, string>>;

/** Signals that reach the program, too. */
const forwarded: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'];
/** Exit codes of what cannot be started, as POSIX has them for `env`. */
const notFound = 127;
const notExecutable = 126;

/** `xcon run`: starts a program with the settings as variables. */
export const command: Command<undefined, RunOptions> = {
  description:
    'Starts a program with the settings of a service as its variables, without a shell. It ends with the exit code of the program, ' +
    '128 and the number of the signal when a signal ended it, 127 when it is not found, 126 when it cannot be run. Signals are ' +
    'passed on.\n\n' +
    'A variable has the name of the setting in capitals; every character but A to Z, 0 to 9 and _ is replaced by _, and a _ is put ' +
    'before a digit at the start. Settings win over the variables of this process, but for those of --preserve. Variables that ' +
    'decide what a program loads, runs or connects to, such as PATH, NODE_OPTIONS and HTTPS_PROXY, are refused unless --allow names them.\n\n' +
    'With --watch, the sources are read again at intervals, and the program is restarted when a value has changed.',
  arguments: [{ name: '<command...>', description: 'the program and its arguments, behind --' }],
  options: [
    { flags: '--only <names>', description: 'these settings; each must have a value', kind: 'list' },
    { flags: '--except <names>', description: 'all settings but these', kind: 'list' },
    { flags: '--preserve <names>', description: 'variables of this process that win over settings', kind: 'list' },
    { flags: '--prefix <text>', description: 'put in front of the names of the variables' },
    { flags: '--allow <names>', description: 'variables that would be refused', kind: 'list' },
    { flags: '--watch', description: 'restart the program when a value has changed' },
    { flags: '--every <seconds>', description: 'how often to look, with --watch', kind: 'number', default: 30 },
    {
      flags: '--grace <seconds>',
      description: 'time from SIGTERM to SIGKILL, with --watch',
      kind: 'number',
      default: 10,
    },
  ],
  examples: [
    { text: 'A service with its settings', command: 'xcon run -s orders -e prod -- node server.js' },
    {
      text: 'Two settings, and a variable of this process',
      command: 'xcon run -s orders -e prod --only DB_HOST,LOG_LEVEL --preserve LOG_LEVEL -- env',
    },
  ],
  handlesSignals: true,

  async run(context, [program = '', ...args], options) {
    if (options.every === 0) throw new UsageError('--every needs at least 1 second.');
    const runner = new Runner(context, program, args, options);
    return { result: undefined, exitCode: await runner.run() };
  },

  renderText: () => '',
  renderJson: () => undefined,
};

/** Runs a program, again and again when it is watched. */
class Runner {
  private child: ChildProgram | undefined;
  /** Whether the program was stopped in order to start it anew. */
  private isRestarting = false;
  private isReading = false;

  constructor(
    private readonly context: CommandContext,
    private readonly program: string,
    private readonly args: readonly string[],
    private readonly options: RunOptions,
  ) {}

  /** @returns The exit code. */
  async run(): Promise<number> {
    const { host } = this.context;
    const stopListening = host.onSignal(forwarded, (name) => this.onSignal(name));
    try {
      let variables = await this.variables();
      for (;;) {
        this.isRestarting = false;
        const stopWatching = this.watch(variables, (changed) => (variables = changed));
        const exitCode = await this.start(variables).finally(stopWatching);
        if (!this.isRestarting) return exitCode;
      }
    } finally {
      stopListening();
    }
  }

  /** Before the program runs, a signal ends the command; then, it is the program's. */
  private onSignal(name: NodeJS.Signals): void {
    if (this.child === undefined) this.context.interrupt(name === 'SIGINT' ? name : 'SIGTERM');
    // A terminal sends Ctrl-C to the program itself, too: twice would end it at once.
    else if (name !== 'SIGINT' || !this.context.host.stdin.isTerminal) this.child.kill(name);
  }

  private async start(variables: Variables): Promise<number> {
    this.child = this.context.host.spawn(this.program, this.args, variables);
    try {
      const { code, signal } = await this.child.ended;
      return code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      this.context.complain(`xcon: ${this.program} cannot be started (${code ?? 'unknown'}).`);
      return code === 'ENOENT' ? notFound : notExecutable;
    } finally {
      this.child = undefined;
    }
  }

  /** Reads all settings, and gives all variables of the program. */
  private async variables(): Promise<Variables> {
    const { only, except, preserve = [], prefix, allow } = this.options;
    const { settings } = await collectSettings(this.context, { only, except });
    const own = this.context.variables;
    const given = variablesOf(
      settings.map(({ name, item }) => ({ name, value: item.value })),
      prefix,
    );
    const kept = new Set(preserve.map((each) => variableName(each)).filter((each) => own[each] !== undefined));
    refuseSteering(
      [...given.keys()].filter((each) => !kept.has(each)),
      allow,
    );
    const used = [...given].filter(([name]) => !kept.has(name));
    const defined = Object.entries(own).filter((each): each is [string, string] => each[1] !== undefined);
    return Object.fromEntries([...defined, ...used]);
  }

  /** Looks at intervals whether a value has changed, and stops the program then. @returns Ends it. */
  private watch(current: Variables, onChange: (changed: Variables) => void): () => void {
    const { host } = this.context;
    const { every, grace, watch } = this.options;
    if (watch !== true) return () => undefined;
    let stopWaiting = (): void => undefined;
    const stopLooking = host.every(every * 1000, () => {
      callAndForget(async () => {
        const read = await this.readAgain();
        if (read === undefined || this.isRestarting || isSame(read, current)) return;
        onChange(read);
        this.isRestarting = true;
        this.context.inform('xcon: a value has changed; the program is restarted.');
        this.child?.kill('SIGTERM');
        stopWaiting = host.every(grace * 1000, () => this.child?.kill('SIGKILL'));
      });
    });
    return () => {
      stopLooking();
      stopWaiting();
    };
  }

  /** @returns `undefined` when it failed, or the last time has not ended: the program goes on. */
  private async readAgain(): Promise<Variables | undefined> {
    if (this.isReading) return undefined;
    this.isReading = true;
    try {
      await this.context.at({}, (config) => config.refresh({ pastCache: true }));
      return await this.variables();
    } catch (error) {
      this.context.complain(`xcon: the settings could not be read again, and the program goes on: ${errorText(error)}`);
      return undefined;
    } finally {
      this.isReading = false;
    }
  }
}

function isSame(some: Variables, others: Variables): boolean {
  const names = Object.keys(some);
  return names.length === Object.keys(others).length && names.every((name) => some[name] === others[name]);
}
