import { parseArgs } from 'node:util';

/** Forms in which variables can be printed. */
export const formats = ['env', 'json'] as const;

/** A form in which variables can be printed. */
export type VariableFormat = (typeof formats)[number];

/** Hosts it may listen on, as they are written in a URL. */
export const hosts: ReadonlyMap<string, string> = new Map([
  ['127.0.0.1', '127.0.0.1'],
  ['::1', '[::1]'],
  ['localhost', '127.0.0.1'],
]);

/** How `xcon-local` is to run. */
export interface RunOptions {
  /** Path of the seed file. */
  readonly seed: string | undefined;
  /** 0: any free one. */
  readonly port: number;
  readonly host: string;
  readonly format: VariableFormat;
  readonly latencyMs: number;
  /** What it says beside the variables and errors: nothing, what happens to the seed, or each request too. */
  readonly detail: 'quiet' | 'normal' | 'requests';
}

/** What the arguments ask for. */
export type Asked =
  | { readonly kind: 'help' | 'version' }
  | { readonly kind: 'print-env'; readonly url: string; readonly format: VariableFormat }
  | { readonly kind: 'run'; readonly options: RunOptions }
  | { readonly kind: 'wrong'; readonly problem: string };

/** Reads the arguments of `xcon-local`, those after the name of the program. */
export function readArguments(args: readonly string[]): Asked {
  try {
    const { values } = parse(args);
    if (values.help === true) return { kind: 'help' };
    if (values.version === true) return { kind: 'version' };
    const options = runOptions(values);
    if (values['print-env'] !== true) return { kind: 'run', options };
    if (options.port === 0) throw new WrongUsage('--print-env needs the --port that the local AWS listens on.');
    return { kind: 'print-env', url: `http://${hosts.get(options.host)}:${options.port}`, format: options.format };
  } catch (error) {
    if (error instanceof WrongUsage) return { kind: 'wrong', problem: error.message };
    throw error;
  }
}

/** The arguments cannot be followed; never leaves this file. */
class WrongUsage extends Error {}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        seed: { type: 'string' },
        port: { type: 'string' },
        host: { type: 'string' },
        format: { type: 'string' },
        latency: { type: 'string' },
        'print-env': { type: 'boolean' },
        log: { type: 'boolean' },
        quiet: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean', short: 'v' },
      },
    });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code?.startsWith('ERR_PARSE_ARGS_') !== true) throw error;
    // What follows the first sentence is about positional arguments, which there are none of.
    const [sentence = message] = message.split(/\. |\.?\n|\.$/);
    throw new WrongUsage(`${sentence}.`);
  }
}

function runOptions(values: ReturnType<typeof parse>['values']): RunOptions {
  const { seed, host = '127.0.0.1', format: wanted = 'env', log, quiet } = values;
  if (!hosts.has(host)) throw new WrongUsage(`--host is not one of ${[...hosts.keys()].join(', ')}.`);
  const format = formats.find((each) => each === wanted);
  if (format === undefined) throw new WrongUsage(`--format is not one of ${formats.join(', ')}.`);
  if (log === true && quiet === true) throw new WrongUsage('--log and --quiet exclude each other.');
  return {
    seed,
    host,
    format,
    port: wholeNumber('--port', values.port, 65_535),
    latencyMs: wholeNumber('--latency', values.latency, 600_000),
    detail: quiet === true ? 'quiet' : log === true ? 'requests' : 'normal',
  };
}

function wholeNumber(option: string, text: string = '0', most: number): number {
  if (/^\d{1,9}$/.test(text) && Number(text) <= most) return Number(text);
  throw new WrongUsage(`${option} is not a whole number from 0 to ${most}.`);
}
