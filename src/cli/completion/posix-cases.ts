import { type CompletedCommand, type CompletedOption, namesOf, quoted } from './completed-command';

/** What is typed before a value: the path of a command, a colon, and an option. */
interface ValuedOption {
  readonly pattern: string;
  readonly option: CompletedOption;
}

/** Gives the branches of `case "$command $word"` in which a word leads to another command, as one pattern. */
export function pathsPattern(commands: readonly CompletedCommand[]): string {
  return commands.flatMap(({ path, commands: below }) => below.map(({ name }) => quoted(`${path} ${name}`))).join('|');
}

/** Gives each option that takes a value, as `case "$command:$option"` finds it. */
export function valuedOptions(commands: readonly CompletedCommand[]): readonly ValuedOption[] {
  return commands.flatMap(({ path, allOptions }) =>
    allOptions
      .filter(({ values }) => values !== undefined)
      .map((option) => ({
        option,
        pattern: namesOf(option)
          .map((name) => quoted(`${path}:${name}`))
          .join('|'),
      })),
  );
}
