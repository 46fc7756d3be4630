import { type Command, type CommandEntry } from '../../src/cli/command';
import { CommandError, type ExitName, exitCodes, RefusedError, UsageError } from '../../src/cli/exit-codes';
import {
  type Diagnostic,
  InvalidEntriesError,
  InvalidPlanError,
  NotConfirmedError,
  StalePlanError,
  StateLockedError,
} from '../../src/entries';
import {
  CacherError,
  ConfigNotFoundError,
  InvalidDirectoryError,
  InvalidNameError,
  InvalidSettingsError,
  InvalidValueError,
  ProviderError,
  SettingsValidationError,
  WriteError,
  type WriteFailure,
} from '../../src';
import { folderWith, xcon } from './run-xcon';

const examples = [
  { text: 'One', command: 'xcon try' },
  { text: 'Another', command: 'xcon try --only A' },
] as const;

/** Makes a list with one command, `try`. */
function entriesOf(run: Command<unknown, Record<string, unknown>>['run'], more: Partial<Command> = {}) {
  const command: Command<unknown, Record<string, unknown>> = {
    description: 'Tries.',
    arguments: [{ name: '[word...]', description: 'words' }],
    options: [
      { flags: '--only <names>', description: 'names', kind: 'list' },
      { flags: '--each <text>', description: 'texts', kind: 'repeated' },
      { flags: '--most <number>', description: 'a number', kind: 'number' },
      { flags: '--format <format>', description: 'a format', choices: ['a', 'b'], default: 'a' },
    ],
    examples,
    run,
    renderText: (result) => `${JSON.stringify(result)}\n`,
    renderJson: (result) => ({ result }),
    ...more,
  };
  const entry = (name: string): CommandEntry => ({
    name,
    group: 'Reading',
    summary: 'tries something',
    load: () => Promise.resolve({ command }),
  });
  const choosing: Command = {
    ...(command as Command),
    arguments: [{ name: '<shape>', description: 'a shape', choices: ['round', 'square'] }],
  };
  const choose = { ...entry('choose'), load: () => Promise.resolve({ command: choosing }) };
  return [entry('try'), choose, entry('group one'), entry('group two')];
}

const echo = entriesOf((context, args, options) =>
  Promise.resolve({ result: { args, options, globals: context.globals } }),
);
const wrong: readonly Diagnostic[] = [{ severity: 'error', summary: 'no' }];
const unwritten = (reason: WriteFailure) => new WriteError('ssm', '/a/B', reason, 'no');
const throwing = (error: Error) => entriesOf(() => Promise.reject(error));

/** Runs `try`, which gives what it was given. */
async function parsed(...args: readonly string[]): Promise<Record<string, Record<string, unknown>>> {
  const { out, err } = await xcon(args, { entries: echo });
  expect(err).toBe('');
  return JSON.parse(out) as Record<string, Record<string, unknown>>;
}

describe('xcon', () => {
  it('takes global options before and after the command', async () => {
    const given = { service: 'orders', environment: 'prod', directory: ['/a', '/b,c'], providers: ['env', 'ssm'] };
    const args = ['-s', 'orders', '--environment=prod', '-d', '/a', '-d', '/b,c', '--providers', 'env,ssm'];

    expect((await parsed(...args, 'try'))['globals']).toMatchObject(given);
    expect((await parsed('try', ...args))['globals']).toMatchObject(given);
    expect((await parsed(...args.slice(0, 2), 'try', 'x', ...args.slice(2), 'y'))['args']).toEqual(['x', 'y']);
  });

  it('gives a command its own options, and everything behind -- as it is', async () => {
    const { args, options } = await parsed('try', '--only', 'A, B', '--only', 'C', '--most', '7', '--', '-x', '--json');

    expect({ args, options }).toEqual({
      args: ['-x', '--json'],
      options: { only: ['A', 'B', 'C'], most: 7, format: 'a' },
    });
  });

  it('knows commands of two words', async () => {
    expect(await parsed('group', 'two', 'x', '--each', 'a,b')).toMatchObject({
      args: ['x'],
      options: { each: ['a,b'] },
    });
    const { code, err } = await xcon(['group'], { entries: echo });
    expect(code).toBe(2);
    expect(err).toMatch(/one .*tries something[^]*two .*tries something/);
  });

  it('prints one JSON document with --json', async () => {
    const { out } = await xcon(['--json', 'try'], { entries: entriesOf(() => Promise.resolve({ result: 'x' })) });

    expect(out).toBe('{\n  "result": "x"\n}\n');
  });

  it.each([
    [['tri'], /^xcon: unknown command 'tri'\n\(Did you mean try\?\)\nTry: xcon --help\n$/],
    [['try', '--onyl', 'A'], /^xcon: unknown option '--onyl'\n\(Did you mean --only\?\)\nTry: xcon try --help\n$/],
    [['try', '--srvice=x'], /^xcon: unknown option '--srvice'\n\(Did you mean --service\?\)/],
    [['try', '--pasword=hunter2'], /^xcon: unknown option '--pasword'\n/],
    [['group', 'tow'], /^xcon: unknown command 'tow'\n\(Did you mean two\?\)/],
    [['try', '--most', 'many'], /not a whole number/],
    [
      ['try', '--format', 'hunter2'],
      /^xcon: the value of option '--format <format>' is invalid\. Allowed choices are a, b\.\n/,
    ],
    [['choose', 'hunter2'], /^xcon: the argument 'shape' is invalid\. Allowed choices are round, square\.\n/],
    [['try', '-s'], /argument missing/],
    [[], /^Usage: xcon/],
  ])('refuses %j with exit code 2', async (args, message) => {
    const { code, out, err } = await xcon(args, { entries: echo });

    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(message);
    expect(err).not.toContain('hunter2');
  });

  it('prints its version, and the help of a command with its examples', async () => {
    expect(await xcon(['--version'])).toMatchObject({ code: 0, out: '1.2.3\n', err: '' });
    for (const args of [
      ['try', '--help'],
      ['help', 'try'],
      ['try', '-h'],
    ]) {
      const { code, out, err } = await xcon(args, { entries: echo });
      expect([code, err]).toEqual([0, '']);
      expect(out).toContain('Examples:\n  One:\n    xcon try\n\n  Another:\n    xcon try --only A\n');
      expect(out).toContain('Global Options:');
      expect(Math.max(...out.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(80);
    }
  });

  it('prints the problems of a file as one JSON document with --json', async () => {
    const diagnostics = [
      { severity: 'error', summary: 'one', at: { file: 'xcon.yaml', line: 2, column: 3 } },
      { severity: 'error', summary: 'two' },
    ] as const;

    const { code, out, err } = await xcon(['try', '--json'], {
      entries: throwing(new InvalidEntriesError(diagnostics)),
    });

    expect(code).toBe(2);
    expect(JSON.parse(out)).toEqual({ diagnostics });
    expect(err).toBe('xcon: xcon.yaml:2:3: error: one\nxcon: error: two\n');
  });

  it.each<readonly [ExitName, Error]>([
    ['negative', new ConfigNotFoundError('X', [])],
    ['negative', new InvalidValueError('X', 'a number', 'a string')],
    ['negative', new SettingsValidationError([], 1)],
    ['negative', unwritten('not-found')],
    ['usage', new UsageError('no')],
    ['usage', new InvalidNameError('no')],
    ['usage', new InvalidDirectoryError('x', 'is none')],
    ['usage', new InvalidSettingsError('XCON_X', 'no')],
    ['usage', new InvalidEntriesError(wrong)],
    ['usage', unwritten('invalid')],
    ['usage', unwritten('read-only')],
    ['usage', unwritten('type-mismatch')],
    ['failed', new ProviderError('ssm', '/a', 'failed')],
    ['failed', new CacherError('no')],
    ['failed', unwritten('not-permitted')],
    ['failed', unwritten('throttled')],
    ['failed', unwritten('quota')],
    ['failed', new Error('no')],
    ['failed', new CommandError('no', 'failed')],
    ['refused', new RefusedError('no')],
    ['refused', new InvalidPlanError(wrong)],
    ['refused', new StalePlanError(wrong)],
    ['refused', new StateLockedError(wrong)],
    ['refused', new NotConfirmedError(wrong)],
    ['refused', unwritten('exists')],
    ['refused', unwritten('changed')],
    ['refused', unwritten('scheduled-for-deletion')],
  ])('ends with the code of %s for %s', async (exit, error) => {
    const { code, out, err } = await xcon(['try'], { entries: throwing(error) });

    expect({ code, out }).toEqual({ code: exitCodes[exit], out: '' });
    expect(err).toMatch(/^xcon: .*\n\s*$/);
  });

  it('words errors of the library for the command line', async () => {
    const said = async (error: Error) => (await xcon(['try'], { entries: throwing(error) })).err;

    expect(await said(new ConfigNotFoundError('X', []))).toBe(
      'xcon: No value for "X". To see where it was looked for: xcon explain X\n',
    );
    expect(await said(new CacherError('Name another table: xconSettings.cacheTable or XCON_CACHE_TABLE.'))).toBe(
      'xcon: Name another table: XCON_CACHE_TABLE.\n',
    );
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('ends with %s as shells do: %i', async (signal, code) => {
    let send: (name: NodeJS.Signals) => void = () => undefined;
    const waiting = entriesOf(() => {
      send(signal);
      return new Promise(() => undefined);
    });

    const run = await xcon(['try'], { entries: waiting, onStart: (given) => (send = given) });

    expect(run).toMatchObject({ code, out: '', err: `xcon: Stopped by ${signal}.\n` });
  });

  it('awaits a command that writes, which sees the signal', async () => {
    let send: (name: NodeJS.Signals) => void = () => undefined;
    const writing = entriesOf(
      async (context) => {
        send('SIGINT');
        await Promise.resolve();
        return { result: context.signal.aborted };
      },
      { writes: true },
    );

    const run = await xcon(['try'], { entries: writing, onStart: (given) => (send = given) });

    expect(run).toMatchObject({ code: 0, out: 'true\n' });
  });

  it('lets a command have an exit code of its own', async () => {
    const entries = entriesOf(() => Promise.resolve({ result: 1, exitCode: 77 }));

    expect(await xcon(['try'], { entries })).toMatchObject({ code: 77, out: '1\n' });
  });
});

describe('CommandContext', () => {
  const confirming = entriesOf(async (context) => {
    await context.confirm({ changes: 'a: 1 -> 2\n', question: 'Write?' });
    return { result: 'written' };
  });

  it('asks at a terminal before something is changed', async () => {
    const yes = await xcon(['try'], { entries: confirming, terminal: true, answers: [true] });
    const no = await xcon(['try'], { entries: confirming, terminal: true, answers: [false] });

    expect(yes).toMatchObject({ code: 0, out: '"written"\n', err: 'a: 1 -> 2\n', questions: ['Write?'] });
    expect(no).toMatchObject({ code: 4, out: '', err: 'a: 1 -> 2\nxcon: Nothing was changed.\n' });
  });

  it('needs --yes in a pipe, and shows the changes with it, too', async () => {
    const without = await xcon(['try'], { entries: confirming });
    const withYes = await xcon(['try', '--yes'], { entries: confirming });

    expect(without).toMatchObject({ code: 4, out: '', questions: [] });
    expect(without.err).toContain('--yes');
    expect(withYes).toMatchObject({ code: 0, err: 'a: 1 -> 2\n', questions: [] });
  });

  it('reads a secret value from standard input, a file, a variable or a hidden question', async () => {
    const cwd = folderWith({ 'value.txt': 'in a file\n' });
    const reading = entriesOf(async (context, _, options) => ({
      result: await context.readSecretValue({ name: 'X', ...(options['each'] as object) }),
    }));
    const read = async (source: object, fake: object) => {
      const entries = entriesOf(async (context) => ({
        result: await context.readSecretValue({ name: 'X', ...source }),
      }));
      return (await xcon(['try'], { entries, cwd, ...fake })).out;
    };

    expect(await read({ isInput: true }, { input: 'piped\n' })).toBe('"piped"\n');
    expect(await read({ file: 'value.txt' }, {})).toBe('"in a file\\n"\n');
    expect(await read({ variable: 'V' }, { env: { V: 'of a variable' } })).toBe('"of a variable"\n');
    expect(await read({}, { terminal: true, answers: ['typed'] })).toBe('"typed"\n');
    expect(await xcon(['try'], { entries: reading, terminal: true, answers: [undefined] })).toMatchObject({ code: 4 });
    expect(await xcon(['try'], { entries: reading })).toMatchObject({ code: 2 });
  });

  it('shows on a terminal what goes on, once it has taken a second', async () => {
    const ticks: (() => void)[] = [];
    const working = entriesOf((context) =>
      context.progress('Reading', (update) => {
        ticks.forEach((each) => each());
        update('Reading 2 of 3');
        ticks.forEach((each) => each());
        return Promise.resolve({ result: 'done' });
      }),
    );
    const every = (ms: number, callback: () => void) => {
      expect(ms).toBe(1000);
      ticks.push(callback);
      return () => void ticks.pop();
    };

    const seen = await xcon(['try'], { entries: working, terminal: true, every });
    const piped = await xcon(['try'], { entries: working, every });

    expect(seen.err).toBe('\r\u001B[KReading ... 1 s\r\u001B[KReading 2 of 3 ... 2 s\r\u001B[K');
    expect([piped.err, ticks]).toEqual(['', []]);
  });
});
