import { type ChildProgram } from '../../../src/cli/host';
import { useLocalAws, xcon } from '../run-xcon';

const local = useLocalAws();

/** A program that was started, and how to end it. */
class FakeProgram implements ChildProgram {
  readonly signals: NodeJS.Signals[] = [];
  private settle: (outcome: Awaited<ChildProgram['ended']>) => void = () => undefined;
  readonly ended = new Promise<Awaited<ChildProgram['ended']>>((resolve) => (this.settle = resolve));

  constructor(
    readonly command: string,
    readonly args: readonly string[],
    readonly env: Readonly<Record<string, string>>,
    private readonly diesOf: readonly NodeJS.Signals[],
  ) {}

  kill(name: NodeJS.Signals): void {
    this.signals.push(name);
    if (this.diesOf.includes(name)) this.settle({ code: null, signal: name });
  }

  exit(code: number): void {
    this.settle({ code, signal: null });
  }
}

interface Started {
  readonly programs: FakeProgram[];
  readonly ticks: Map<number, () => void>;
}

/** Runs `xcon run`; `onStart` gets each program when it starts. */
async function run(
  args: readonly string[],
  onStart: (program: FakeProgram, started: Started) => void = (program) => program.exit(0),
  more: object = {},
  diesOf: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT'],
) {
  const started: Started = { programs: [], ticks: new Map() };
  const outcome = await xcon(['run', '-s', 'orders', '-e', 'prod', '--no-cache', ...args], {
    aws: local.aws,
    spawn: (command, given, env) => {
      const program = new FakeProgram(command, given, env, diesOf);
      started.programs.push(program);
      setImmediate(() => onStart(program, started));
      return program;
    },
    every: (ms: number, callback: () => void) => {
      started.ticks.set(ms, callback);
      return () => started.ticks.delete(ms);
    },
    ...more,
  });
  const [first] = started.programs;
  return { ...outcome, ...started, env: first?.env ?? {} };
}

describe('xcon run', () => {
  it('starts a program with settings as variables, beside those of the process', async () => {
    const { code, out, err, programs, env } = await run(['--', 'node', 'server.js', '--port', '80'], undefined, {
      env: { HOME: '/home/me', LOG_LEVEL: 'debug' },
    });

    expect({ code, out, err }).toEqual({ code: 0, out: '', err: '' });
    expect(programs.map(({ command, args }) => [command, args])).toEqual([['node', ['server.js', '--port', '80']]]);
    expect(env).toMatchObject({
      HOME: '/home/me',
      LOG_LEVEL: 'info',
      DB_HOST: 'db.shop.internal',
      DB_PASSWORD: 'correct-horse-battery-staple',
    });
    expect(Object.keys(env)).not.toContain('db_host');
  });

  it('gives the program no variable that global options set', async () => {
    const { env } = await run(['--only', 'DB_HOST', '--region', 'eu-west-3', '--providers', 'ssm', '--', 'x']);

    expect(env).toMatchObject({ AWS_REGION: 'us-east-1' });
    expect(Object.keys(env)).not.toContain('XCON_PROVIDERS');
  });

  it('takes some, leaves some, keeps some, and puts a prefix in front', async () => {
    const env = { LOG_LEVEL: 'debug' };
    const only = await run(['--only', 'DB_HOST,LOG_LEVEL', '--preserve', 'LOG_LEVEL', '--', 'x'], undefined, { env });
    const except = await run(['--except', 'db_host', '--', 'x']);
    const prefix = await run(['--only', 'DB_HOST', '--prefix', 'app-', '--', 'x']);

    expect(only.env).toMatchObject({ DB_HOST: 'db.shop.internal', LOG_LEVEL: 'debug' });
    expect(Object.keys(only.env)).not.toContain('PAGE_SIZE');
    expect(Object.keys(except.env)).not.toContain('DB_HOST');
    expect(prefix.env).toMatchObject({ APP_DB_HOST: 'db.shop.internal' });
  });

  it('fails before the start where a name of --only is missing', async () => {
    const { code, err, programs } = await run(['--only', 'NO_SUCH', '--', 'x']);

    expect([code, programs]).toEqual([1, []]);
    expect(err).toContain('No value for "NO_SUCH"');
    expect(err).toMatch(/xcon explain NO_SUCH\n$/);
  });

  it.each([
    'PATH',
    'node_options',
    'LD_PRELOAD',
    'LD_LIBRARY_PATH',
    'DYLD_INSERT_LIBRARIES',
    'BASH_ENV',
    'PYTHONPATH',
    'PERL5OPT',
    'https_proxy',
    'GIT_CONFIG_GLOBAL',
    'AWS_ENDPOINT_URL_SSM',
  ])('refuses %s, unless it is allowed', async (name) => {
    local.aws.putParameter(`/orders/prod/${name}`, 'x');

    const refused = await run(['--', 'x']);
    const allowed = await run(['--allow', name.toUpperCase(), '--', 'x']);
    local.aws.deleteParameter(`/orders/prod/${name}`);

    expect([refused.code, refused.programs]).toEqual([4, []]);
    expect(refused.err).toContain(`--allow ${name.toUpperCase()}`);
    expect(allowed.env).toMatchObject({ [name.toUpperCase()]: 'x' });
  });

  it('refuses two settings that would be the same variable', async () => {
    local.aws.putParameter('/orders/prod/db-host', 'x');

    const { code, err, programs } = await run(['--', 'x']);
    local.aws.deleteParameter('/orders/prod/db-host');

    expect([code, programs]).toEqual([2, []]);
    expect(err).toContain('db-host and db_host would both be the variable DB_HOST');
  });

  it('ends with the exit code of the program', async () => {
    expect((await run(['--', 'x'], (program) => program.exit(77))).code).toBe(77);
  });

  it('passes signals on, and ends with 128 and the number of the one that ended the program', async () => {
    let send: (name: NodeJS.Signals) => void = () => undefined;
    const onStart = (): void => {
      send('SIGHUP');
      send('SIGTERM');
    };

    const { code, programs } = await run(['--', 'x'], onStart, { onStart: (given: typeof send) => (send = given) });

    expect([code, programs[0]?.signals]).toEqual([143, ['SIGHUP', 'SIGTERM']]);
  });

  it('leaves Ctrl-C of a terminal to the program, which gets it from the terminal itself', async () => {
    let send: (name: NodeJS.Signals) => void = () => undefined;
    const onStart = (program: FakeProgram): void => {
      send('SIGINT');
      program.exit(0);
    };
    const more = { onStart: (given: typeof send) => (send = given) };

    const [terminal, pipe] = [
      await run(['--', 'x'], onStart, { ...more, terminal: true }),
      await run(['--', 'x'], onStart, more),
    ];

    expect([terminal.programs[0]?.signals, terminal.code]).toEqual([[], 0]);
    expect([pipe.programs[0]?.signals, pipe.code]).toEqual([['SIGINT'], 130]);
  });

  it.each([
    ['ENOENT', 127],
    ['EACCES', 126],
  ])('ends as a shell does where a program cannot be started: %s', async (code, exitCode) => {
    const spawn = () => ({ ended: Promise.reject(Object.assign(new Error('no'), { code })), kill: () => undefined });

    const outcome = await run(['--', 'no-such'], undefined, { spawn });

    expect(outcome).toMatchObject({ code: exitCode, err: `xcon: no-such cannot be started (${code}).\n` });
  });

  it('restarts the program when a value has changed, with --watch', async () => {
    const onStart = (program: FakeProgram, { programs, ticks }: Started): void => {
      if (programs.length > 1) return program.exit(5);
      local.aws.putParameter('/orders/prod/page_size', '99');
      ticks.get(7000)?.();
    };

    const { code, err, programs } = await run(['--watch', '--every', '7', '--', 'x'], onStart);
    local.aws.deleteParameter('/orders/prod/page_size');

    expect(code).toBe(5);
    expect(programs.map(({ env, signals }) => [env['PAGE_SIZE'], signals])).toEqual([
      ['50', ['SIGTERM']],
      ['99', []],
    ]);
    expect(err).toBe('xcon: a value has changed; the program is restarted.\n');
  });

  it('kills a program that does not end in time, and goes on where the sources fail', async () => {
    const onStart = (program: FakeProgram, { programs, ticks }: Started): void => {
      if (programs.length > 1) return program.exit(0);
      local.aws.setFaults([{ target: 'GetParametersByPath', status: 500, times: 4 }]);
      ticks.get(7000)?.();
      const waiting = setInterval(() => {
        if (ticks.has(3000)) {
          clearInterval(waiting);
          ticks.get(3000)?.();
        } else {
          local.aws.putParameter('/orders/prod/page_size', '98');
          ticks.get(7000)?.();
        }
      }, 20);
    };
    const env = { AWS_MAX_ATTEMPTS: '1', XCON_STALE_IF_ERROR_SECONDS: '0', XCON_FAILURE_PAUSE_MS: '0' };

    const { code, err, programs } = await run(
      ['--watch', '--every', '7', '--grace', '3', '--', 'x'],
      onStart,
      { env },
      ['SIGKILL'],
    );
    local.aws.setFaults([]);
    local.aws.deleteParameter('/orders/prod/page_size');

    expect([code, programs[0]?.signals]).toEqual([0, ['SIGTERM', 'SIGKILL']]);
    expect(err).toContain('could not be read again, and the program goes on: Provider "ssm" failed');
  });
});
