import { demoSeed, xcon } from '../run-xcon';

/** Runs it, and stops it by a signal when it listens. */
async function running(args: readonly string[], signal: NodeJS.Signals = 'SIGTERM') {
  let send: (name: NodeJS.Signals) => void = () => undefined;
  const onStart = (given: typeof send): void => {
    send = given;
  };
  const ended = xcon(['local', ...args], { onStart });
  // The first signal that it can hear is heard after it has started.
  const timer = setInterval(() => send(signal), 5);
  try {
    return await ended;
  } finally {
    clearInterval(timer);
  }
}

describe('xcon local', () => {
  it('prints the variables, runs until a signal, and says so', async () => {
    const { code, out, err } = await running(['--seed', demoSeed], 'SIGINT');

    expect(code).toBe(0);
    expect(out).toMatch(/^export AWS_ENDPOINT_URL='http:\/\/127\.0\.0\.1:\d+'$/m);
    expect(err).toMatch(/^xcon local: listening on http:\/\/127\.0\.0\.1:\d+ with .*seed\.yaml\. Ctrl-C stops it\.\n/);
    expect(err).toMatch(/xcon local: stopped\.\n$/);
  });

  it('prints one JSON document with --json, and nothing else with --quiet', async () => {
    const { code, out, err } = await running(['--json', '--quiet']);

    expect([code, err]).toEqual([0, '']);
    expect(JSON.parse(out)).toMatchObject({ AWS_REGION: 'us-east-1' });
  });

  it.each([[['--format', 'env']], [['--json']]])('prints the variables of one that runs, with %j', async (form) => {
    const { code, out } = await xcon(['local', '--print-env', '--port', '4567', ...form]);

    expect(code).toBe(0);
    expect(out).toContain('http://127.0.0.1:4567');
  });

  it.each([
    [['--print-env'], 2, '--print-env needs the --port'],
    [['--port', '65536'], 2, '--port is not a whole number from 0 to 65535'],
    [['--host', '0.0.0.0'], 2, '127.0.0.1, ::1, localhost'],
    [['--seed', 'none.yaml'], 3, 'cannot be read (ENOENT)'],
  ])('ends with a code of its own for %j', async (args, code, message) => {
    expect(await xcon(['local', ...args])).toMatchObject({
      code,
      out: '',
      err: expect.stringContaining(message) as string,
    });
  });
});
