import { readArguments } from '../../src/cli/arguments';

const standard = {
  seed: undefined,
  port: 0,
  host: '127.0.0.1',
  format: 'env',
  latencyMs: 0,
  detail: 'normal',
};

describe('readArguments', () => {
  it('runs on any free port of 127.0.0.1 when told nothing', () => {
    expect(readArguments([])).toEqual({ kind: 'run', options: standard });
  });

  it('takes every option', () => {
    const args = '--seed a.yaml --port=4567 --host ::1 --format json --latency 20 --log'.split(' ');

    expect(readArguments(args)).toEqual({
      kind: 'run',
      options: { seed: 'a.yaml', port: 4567, host: '::1', format: 'json', latencyMs: 20, detail: 'requests' },
    });
    expect(readArguments(['--quiet'])).toEqual({ kind: 'run', options: { ...standard, detail: 'quiet' } });
  });

  it.each([
    ['127.0.0.1', 'http://127.0.0.1:80'],
    ['localhost', 'http://127.0.0.1:80'],
    ['::1', 'http://[::1]:80'],
  ])('tells for %s the address to print', (host, url) => {
    const asked = readArguments(['--print-env', '--port', '80', '--host', host, '--format', 'json']);

    expect(asked).toEqual({ kind: 'print-env', url, format: 'json' });
  });

  it.each([
    [['--help'], 'help'],
    [['-h', '--version'], 'help'],
    [['--port', 'x', '--help'], 'help'],
    [['--version'], 'version'],
    [['-v'], 'version'],
  ])('knows %j', (args, kind) => {
    expect(readArguments(args)).toEqual({ kind });
  });

  it.each([
    [['--sed', 'a'], /^Unknown option '--sed'\.$/],
    [['-p', '1'], /^Unknown option '-p'\.$/],
    [['seed.yaml'], /^Unexpected argument 'seed.yaml'\.$/],
    [['--port'], /^Option '--port.*\.$/],
    [['--port', '--log'], /^Option '--port'.*\.$/],
    [['--log=yes'], /^Option '--log'.*\.$/],
    [['--port', '65536'], /^--port is not a whole number from 0 to 65535\.$/],
    [['--port=-1'], /^--port is not a whole number/],
    [['--port', '1e3'], /^--port is not a whole number/],
    [['--port', ''], /^--port is not a whole number/],
    [['--latency', '0.5'], /^--latency is not a whole number from 0 to 600000\.$/],
    [['--host', '0.0.0.0'], /^--host is not one of 127\.0\.0\.1, ::1, localhost\.$/],
    [['--host', ''], /^--host is not one of/],
    [['--format', 'xml'], /^--format is not one of env, json\.$/],
    [['--log', '--quiet'], /^--log and --quiet exclude each other\.$/],
    [['--print-env'], /^--print-env needs the --port that the local AWS listens on\.$/],
    [['--print-env', '--port', '0'], /^--print-env needs the --port/],
  ])('refuses %j', (args, problem) => {
    const expected = expect.stringMatching(problem) as string;

    expect(readArguments(args)).toEqual({ kind: 'wrong', problem: expected });
  });
});
