import { resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { localAwsEnvironment } from '../../testing';
import { formats, hosts, type VariableFormat } from '../arguments';
import { type Command } from '../command';
import { type CommandContext } from '../context';
import { CommandError, UsageError } from '../exit-codes';
import { runLocalAws } from '../local-command';
import { formatVariables } from '../variables';

interface LocalOptions {
  readonly seed?: string;
  readonly port: number;
  readonly host: string;
  readonly format?: VariableFormat;
  readonly latency: number;
  readonly printEnv?: true;
  readonly log?: true;
}

/** Between two looks at the seed file, **milliseconds**. */
const pauseMs = 100;
const highestPort = 65_535;

/** `xcon local`: runs a local AWS; `xcon-local` is the same by itself. */
export const command: Command<string, LocalOptions> = {
  description:
    'Runs AWS on this machine, for tests and development: SSM Parameter Store, Secrets Manager, DynamoDB, STS, AppConfig and the ' +
    'part of KMS that wraps keys, on one loopback port and from memory. It checks no signatures.\n\n' +
    'It prints the variables that point an AWS SDK there, and runs until Ctrl-C or SIGTERM.',
  options: [
    { flags: '--seed <file>', description: 'what it holds: a .yaml, .yml or .json file, read again when it changes' },
    { flags: '--port <number>', description: 'port to listen on; 0: any free one', kind: 'number', default: 0 },
    {
      flags: '--host <address>',
      description: 'address to listen on',
      choices: [...hosts.keys()],
      default: '127.0.0.1',
    },
    {
      flags: '--format <form>',
      description: 'how the variables are printed; env unless --json is given',
      choices: formats,
    },
    { flags: '--print-env', description: 'print the variables for --host and --port, and start nothing' },
    {
      flags: '--latency <ms>',
      description: 'how long each request waits before it is answered',
      kind: 'number',
      default: 0,
    },
    { flags: '--log', description: 'print a line for each request: service, operation, status, time' },
  ],
  examples: [
    {
      text: 'AWS with the settings of a file, on a port of its own',
      command: 'xcon local --seed seed.yaml --port 4567',
    },
    { text: 'In another terminal: point the commands there', command: 'eval "$(xcon local --port 4567 --print-env)"' },
  ],
  handlesSignals: true,

  async run(context, _args, { host, latency, log, port, printEnv, seed, ...given }) {
    const { json, quiet } = context.globals;
    const format = json ? 'json' : (given.format ?? 'env');
    if (port > highestPort) throw new UsageError(`--port is not a whole number from 0 to ${highestPort}.`);
    if (printEnv === true) {
      if (port === 0) throw new UsageError('--print-env needs the --port that the local AWS listens on.');
      const url = `http://${hosts.get(host) ?? host}:${port}`;
      return { result: formatVariables(localAwsEnvironment(url), format) };
    }
    const detail = log === true ? 'requests' : quiet ? 'quiet' : 'normal';
    // As every relative path, from the current directory.
    const path = seed === undefined ? undefined : resolve(context.host.cwd, seed);
    const options = { seed: path, port, host, format, latencyMs: latency, detail } as const;
    const code = await untilStopped(context, (pause) =>
      runLocalAws(options, { output: outputOf(context), pause }, 'xcon local'),
    );
    if (code !== 0) throw new CommandError('The local AWS was not started.', 'failed');
    return { result: '' };
  },

  renderText: (variables) => variables,

  // They are printed when it starts, for programs that wait for them.
  renderJson: (variables) => (variables === '' ? undefined : (JSON.parse(variables) as unknown)),
};

function outputOf({ host }: CommandContext) {
  return {
    result: (text: string) => host.stdout.write(text),
    message: (text: string) => host.stderr.write(text),
  };
}

/** Calls a function that runs until its pauses end, which SIGINT and SIGTERM make them. */
async function untilStopped<T>(
  { host }: CommandContext,
  run: (pause: () => Promise<boolean>) => Promise<T>,
): Promise<T> {
  const stopped = new AbortController();
  const stopListening = host.onSignal(['SIGINT', 'SIGTERM', 'SIGHUP'], () => stopped.abort());
  try {
    return await run(() => setTimeout(pauseMs, true, { signal: stopped.signal }).catch(() => false));
  } finally {
    stopListening();
  }
}
