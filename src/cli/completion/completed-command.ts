import { type Argument, type Command, type Option } from 'commander';

/** What completes a value: one of these words, the name of a file, or nothing that is known. */
export type Values = readonly string[] | 'file' | 'any';

/** An option as a shell completes it. */
export interface CompletedOption {
  /** `--format`; `undefined` for an option without one. */
  readonly long: string | undefined;
  /** `-f`; `undefined` for an option without one. */
  readonly short: string | undefined;
  readonly description: string;
  /** What its value is; `undefined` for an option without one. */
  readonly values: Values | undefined;
}

/** A command as a shell completes it. */
export interface CompletedCommand {
  /** The words that lead to it: `xcon cache clear`. */
  readonly path: string;
  /** Commands below it. */
  readonly commands: readonly { readonly name: string; readonly description: string }[];
  /** Its own options. */
  readonly options: readonly CompletedOption[];
  /** Its own options and those of the commands above it, which may stand behind it, too. */
  readonly allOptions: readonly CompletedOption[];
  /** What completes its arguments. */
  readonly values: Values;
}

/** Placeholders of arguments and options that name a file of this machine. */
const filePlaceholder = /\bfiles?\b/i;

/** Gives a command and all below it, from their own definitions; hidden ones are left out. */
export function completedCommands(
  command: Command,
  above: { readonly path?: string; readonly options?: readonly CompletedOption[] } = {},
): readonly CompletedCommand[] {
  const help = command.createHelp();
  const path = above.path === undefined ? command.name() : `${above.path} ${command.name()}`;
  const options = help.visibleOptions(command).map(completedOption);
  const own = new Set(options.map(({ long, short }) => long ?? short));
  const inherited = (above.options ?? []).filter(({ long, short }) => !own.has(long ?? short));
  const below = help.visibleCommands(command);
  const allOptions = [...options, ...inherited];
  return [
    {
      ...{ path, options, allOptions },
      commands: below.map((each) => ({
        name: each.name(),
        description: firstLine(each.summary() || each.description()),
      })),
      values: valuesOfAll(command.registeredArguments),
    },
    ...below.flatMap((each) => completedCommands(each, { path, options: allOptions })),
  ];
}

/** Gives the names of an option, the long one first. */
export function namesOf({ long, short }: CompletedOption): readonly string[] {
  return [long, short].filter((each) => each !== undefined);
}

/** Quotes a text for a POSIX shell. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function completedOption(option: Option): CompletedOption {
  const takesValue = option.required || option.optional;
  return {
    ...{ long: option.long, short: option.short, description: firstLine(option.description) },
    values: takesValue ? valuesOf(option.argChoices, option.flags) : undefined,
  };
}

function valuesOfAll(given: readonly Argument[]): Values {
  const all = given.map((each) => valuesOf(each.argChoices, each.name()));
  return all.find((each) => each !== 'any') ?? 'any';
}

function valuesOf(choices: readonly string[] | undefined, placeholder: string): Values {
  if (choices !== undefined) return choices;
  return filePlaceholder.test(placeholder) ? 'file' : 'any';
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}
