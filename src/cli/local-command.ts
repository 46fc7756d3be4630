import { type LocalAws, localAwsEnvironment, LocalAwsError, startLocalAws } from '../testing';
import { readArguments, type RunOptions } from './arguments';
import { help } from './help';
import { describeCall } from './reports';
import { SeedFile } from './seed-file';
import { formatVariables } from './variables';

/** Where the command writes; a dependency, so that tests can read it. */
export interface Output {
  /** Writes the answer of the command: other programs may read it. */
  readonly result: (text: string) => void;
  /** Writes everything else. */
  readonly message: (text: string) => void;
}

/** How a command ended, for the shell: stopped or done, failed, wrong usage. */
export type ExitCode = 0 | 1 | 2;

/** What runs the local AWS. */
export interface LocalHost {
  readonly output: Output;
  /** Waits a moment between two looks at the seed file; gives false when it is time to stop. */
  readonly pause: () => Promise<boolean>;
}

/** The process around `xcon-local`. */
export interface CommandHost extends LocalHost {
  /** Version of the package. */
  readonly version: string;
}

/**
 * Runs `xcon-local`.
 *
 * @param args - Those after the name of the program.
 */
export async function localCommand(args: readonly string[], host: CommandHost): Promise<ExitCode> {
  const { output, version } = host;
  const asked = readArguments(args);
  switch (asked.kind) {
    case 'help':
      output.result(help);
      return 0;
    case 'version':
      output.result(`${version}\n`);
      return 0;
    case 'wrong':
      output.message(`xcon-local: ${asked.problem}\nTry: xcon-local --help\n`);
      return 2;
    case 'print-env':
      output.result(formatVariables(localAwsEnvironment(asked.url), asked.format));
      return 0;
    case 'run':
      return runLocalAws(asked.options, host, 'xcon-local');
  }
}

/**
 * Runs a local AWS until it is time to stop: prints the variables, and reads the seed file again when it changes.
 *
 * @param program - Begins each message.
 */
export async function runLocalAws(
  options: RunOptions,
  { output, pause }: LocalHost,
  program: string,
): Promise<ExitCode> {
  const say = (text: string): void => output.message(`${program}: ${text}\n`);
  const inform = options.detail === 'quiet' ? () => undefined : say;
  const { seed } = options;
  const file = seed === undefined ? undefined : await SeedFile.begin(seed);
  const aws = await start(options, output).catch((error: unknown) => {
    if (error instanceof LocalAwsError) return error;
    throw error;
  });
  if (aws instanceof LocalAwsError) {
    say(aws.message);
    return 1;
  }
  output.result(formatVariables(aws.environment, options.format));
  inform(`listening on ${aws.url}${seed === undefined ? '' : ` with ${seed}`}. Ctrl-C stops it.`);
  try {
    while (await pause()) {
      // It may run for days.
      aws.calls.clear();
      const outcome = await file?.reload(aws);
      if (outcome?.kind === 'applied') inform(outcome.text);
      if (outcome?.kind === 'refused') say(outcome.text);
    }
  } finally {
    await aws.close();
  }
  inform('stopped.');
  return 0;
}

function start({ seed, port, host, latencyMs, detail }: RunOptions, output: Output): Promise<LocalAws> {
  return startLocalAws({
    port,
    host,
    latencyMs,
    ...(seed !== undefined && { seed }),
    ...(detail === 'requests' && { onCall: (call) => output.message(`${describeCall(call)}\n`) }),
  });
}
