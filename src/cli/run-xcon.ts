import { startWork } from '../base/start-work';
import { type CommandEntry } from './command';
import { commands } from './commands';
import { CommandContext } from './context';
import { endpointHint } from './endpoint';
import { errorText } from './error-text';
import { diagnosticsOf, exitCodeOf } from './exit-codes';
import { type CliHost } from './host';
import { describedProgram, type Parsed, parseArguments } from './parse-arguments';

/**
 * Runs `xcon`.
 *
 * @param argv - The arguments, those after the name of the program.
 * @param host - The process around it.
 * @param entries - The commands; absent: all of them.
 * @returns The exit code. Never rejects.
 */
export async function runXcon(
  argv: readonly string[],
  host: CliHost,
  entries: readonly CommandEntry[] = commands,
): Promise<number> {
  try {
    const parsed = await parseArguments(argv, entries, host);
    return parsed.kind === 'ended' ? parsed.exitCode : await runParsed(parsed, host, entries);
  } catch (error) {
    host.stderr.write(`xcon: ${errorText(error)}\n`);
    return exitCodeOf(error);
  }
}

async function runParsed(
  parsed: Extract<Parsed, { kind: 'command' }>,
  host: CliHost,
  entries: readonly CommandEntry[],
): Promise<number> {
  const { command, args, options, globals } = parsed;
  const context = new CommandContext(host, globals, () => describedProgram(entries, host));
  const stopListening = host.onSignal(['SIGINT', 'SIGTERM'], (name) => {
    if (command.handlesSignals !== true) context.interrupt(name === 'SIGINT' ? name : 'SIGTERM');
  });
  try {
    const running = (): ReturnType<typeof command.run> => command.run(context, args, options);
    const outcome = await (command.writes === true ? running() : untilInterrupted(context, running));
    const { result, exitCode = 0 } = outcome;
    const json = globals.json ? command.renderJson(result) : undefined;
    if (json !== undefined) writeJson(host, json);
    if (!globals.json) {
      const text = command.renderText(result, context.style);
      if (text.length > 0) host.stdout.write(text);
    }
    return exitCode;
  } catch (error) {
    const diagnostics = diagnosticsOf(error);
    // Of several problems, each begins with the name of the program; their details are indented.
    const lines = errorText(error).split(diagnostics === undefined ? /$/ : /\n(?! )/);
    for (const line of lines) context.complain(`xcon: ${line}`);
    const hint = endpointHint(error, globals, context.variables);
    if (hint !== undefined) context.complain(hint);
    if (globals.json && diagnostics !== undefined) writeJson(host, { diagnostics });
    return exitCodeOf(error);
  } finally {
    await context.close();
    stopListening();
  }
}

function writeJson({ stdout }: CliHost, document: unknown): void {
  stdout.write(`${JSON.stringify(document, undefined, 2)}\n`);
}

/** Waits for work, or until the process is asked to end; the work itself is not ended. */
function untilInterrupted<T>({ signal }: CommandContext, work: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    startWork(work).then(resolve, reject);
  });
}
