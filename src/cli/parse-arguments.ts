import { Argument, Command as Parser, CommanderError, InvalidArgumentError, Option } from 'commander';
import { printable } from '../base/printable';
import { defaultWidth } from '../base/text-table';
import { type Command, type CommandArgument, type CommandEntry, type CommandExample } from './command';
import { type CommandOption } from './command-option';
import { commandGroups } from './commands';
import { exitCodes } from './exit-codes';
import { type GlobalOptions, globalOptions, noGlobalOptions } from './global-options';
import { type CliHost } from './host';

/** What the arguments of the program ask for. */
export type Parsed =
  | {
      readonly kind: 'command';
      readonly entry: CommandEntry;
      readonly command: Command;
      /** The arguments of the command, those behind `--` included. */
      readonly args: readonly string[];
      readonly options: object;
      readonly globals: GlobalOptions;
    }
  /** Help or version was printed, or what is wrong with the arguments. */
  | { readonly kind: 'ended'; readonly exitCode: number };

type Screen = Pick<CliHost, 'stdout' | 'stderr' | 'version'>;

const summary = 'Looks up, explains, exports and changes the settings of services on AWS.';

/**
 * Reads the arguments of `xcon`, those after the name of the program. Loads the command that is named, and no other.
 *
 * @param entries - All commands.
 */
export async function parseArguments(
  argv: readonly string[],
  entries: readonly CommandEntry[],
  screen: Screen,
): Promise<Parsed> {
  try {
    const entry = entryIn(argv, entries, screen);
    const command = entry && (await entry.load()).command;
    let parsed: Parsed = { kind: 'ended', exitCode: exitCodes.usage };
    const program = makeProgram(entries, screen);
    if (entry !== undefined && command !== undefined) {
      const parser = parserOf(program, entry.name);
      describe(parser, command);
      parser.action(() => {
        const globals = { ...noGlobalOptions, ...program.opts<Partial<GlobalOptions>>() };
        parsed = { kind: 'command', entry, command, args: parser.args, options: parser.opts(), globals };
      });
    }
    program.parse(argv, { from: 'user' });
    return parsed;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return { kind: 'ended', exitCode: error.exitCode === 0 ? exitCodes.done : exitCodes.usage };
  }
}

/**
 * Gives the help of a command, or of the program, 80 columns wide.
 *
 * @param entry - Absent: the program.
 */
export async function helpOf(entries: readonly CommandEntry[], entry?: CommandEntry): Promise<string> {
  const output = { isTerminal: false, columns: undefined, write: () => undefined };
  const program = makeProgram(entries, { stdout: output, stderr: output, version: '' });
  if (entry === undefined) return program.helpInformation();
  const parser = parserOf(program, entry.name);
  const { command } = await entry.load();
  describe(parser, command);
  return `${parser.helpInformation()}${examplesText(command.examples)}`;
}

/** Gives the parser of the program with all commands, arguments and options: for what is made from their definitions. */
export async function describedProgram(entries: readonly CommandEntry[], screen: Screen): Promise<Parser> {
  const program = makeProgram(entries, screen);
  for (const entry of entries) describe(parserOf(program, entry.name), (await entry.load()).command);
  return program;
}

/** Finds the command that is named; `undefined` when none is, or an unknown one. */
function entryIn(argv: readonly string[], entries: readonly CommandEntry[], screen: Screen): CommandEntry | undefined {
  const { operands } = withGlobalOptions(newParser('xcon', screen)).parseOptions([...argv]);
  const [first = '', second = ''] = operands[0] === 'help' ? operands.slice(1) : operands;
  return entries.find(({ name }) => name === first || name === `${first} ${second}`);
}

/** Makes the parser of the program: global options and the names of all commands, their own options left out. */
function makeProgram(entries: readonly CommandEntry[], screen: Screen): Parser {
  const program = withGlobalOptions(newParser('xcon', screen)).description(summary);
  program.version(screen.version, '--version', 'print the version').usage('[options] <command>');
  program.helpOption('-h, --help', 'print help').helpCommand('help [command]', 'prints the help of a command');
  program.configureHelp({ showGlobalOptions: true });
  for (const { name, group, summary: text } of entries) {
    const [first = '', second] = name.split(' ');
    const parent = second === undefined ? program : groupOf(program, first, group);
    const parser = parent
      .command(second ?? first)
      .summary(text)
      .helpGroup(`${group}:`);
    parser.allowExcessArguments(false).showHelpAfterError(`Try: xcon ${name} --help`);
  }
  return program;
}

function groupOf(program: Parser, name: string, heading: string): Parser {
  const known = program.commands.find((each) => each.name() === name);
  if (known !== undefined) return known;
  const text = commandGroups[name] ?? '';
  return program.command(name).summary(text).description(text).helpGroup(`${heading}:`);
}

function parserOf(program: Parser, name: string): Parser {
  return name
    .split(' ')
    .reduce((parent, word) => parent.commands.find((each) => each.name() === word) ?? parent, program);
}

function newParser(name: string, { stdout, stderr }: Screen): Parser {
  const parser = new Parser(name).exitOverride().showHelpAfterError(`Try: ${name} --help`);
  return parser.configureOutput({
    writeOut: (text) => stdout.write(text),
    writeErr: (text) => stderr.write(text),
    outputError: (text, write) => write(withoutValues(text)),
    getOutHelpWidth: () => Math.min(stdout.columns ?? defaultWidth, 100),
    getErrHelpWidth: () => Math.min(stderr.columns ?? defaultWidth, 100),
    getOutHasColors: () => false,
    getErrHasColors: () => false,
  });
}

/** What is wrong with arguments names options, never what was given for them. */
function withoutValues(text: string): string {
  const lines = text
    .replace(/^error: (option '.*?') argument '[^]*' is invalid\. /, 'error: the value of $1 is invalid. ')
    .replace(/^error: command-argument value '[^]*' is invalid for (argument '.*?')\. /, 'error: the $1 is invalid. ')
    .replace(/^error: /, 'xcon: ')
    .replace(/'(-[^'=]*)=[^]*?'(?=\n|$)/, "'$1'")
    .split('\n');
  return lines.map(printable).join('\n');
}

function withGlobalOptions(program: Parser): Parser {
  for (const each of globalOptions) program.addOption(optionOf(each));
  return program;
}

/** Adds what a command says of itself to its parser. */
function describe(parser: Parser, command: Command): void {
  parser.description(command.description);
  for (const each of command.arguments ?? []) parser.addArgument(argumentOf(each));
  for (const each of command.options ?? []) parser.addOption(optionOf(each));
  parser.addHelpText('after', examplesText(command.examples));
}

function examplesText(examples: readonly CommandExample[]): string {
  const parts = examples.map(({ text, command }) => `  ${text}:\n    ${command}\n`);
  return `\nExamples:\n${parts.join('\n')}`;
}

function argumentOf({ name, description, choices }: CommandArgument): Argument {
  const argument = new Argument(name, description);
  return choices === undefined ? argument : argument.choices(choices);
}

function optionOf({ flags, description, choices, kind, default: value }: CommandOption): Option {
  const option = new Option(flags, description);
  if (choices !== undefined) option.choices(choices);
  if (value !== undefined) option.default(value);
  if (kind === 'number') option.argParser(wholeNumber);
  if (kind === 'repeated') option.argParser((text, all: readonly string[] = []) => [...all, text]);
  if (kind === 'list') option.argParser((text, all: readonly string[] = []) => [...all, ...listed(text)]);
  return option;
}

function listed(text: string): readonly string[] {
  return text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
}

function wholeNumber(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It is not a whole number.');
}
