import { type CompletedCommand, type CompletedOption, namesOf, type Values } from './completed-command';

/** Gives the script that completes a command in fish. @param commands - The program first. */
export function fishCompletion(commands: readonly CompletedCommand[]): string {
  const program = commands[0]?.path ?? '';
  const steps = commands.flatMap(({ path, commands: below }) => below.map(({ name }) => `${path} ${name}`));
  const valued = commands.flatMap(({ path, allOptions }) =>
    allOptions
      .filter(({ values }) => values !== undefined)
      .flatMap(namesOf)
      .map((name) => `${path}:${name}`),
  );
  return `# Completion of ${program} for fish: ${program} completion fish | source
function __${program}_path
    set -l path ${fishQuoted(program)}
    set -l skip no
    for word in (commandline -opc)[2..-1]
        if test $skip = yes
            set skip no
        else if test "$word" = --
            echo "$path --"
            return
        else if contains -- "$path:$word" ${valued.map(fishQuoted).join(' ')}
            set skip yes
        else if contains -- "$path $word" ${steps.map(fishQuoted).join(' ')}
            set path "$path $word"
        end
    end
    echo $path
end
function __${program}_at
    test (__${program}_path) = "$argv"
end
complete -c ${program} -f
complete -c ${program} -n 'string match -q -- "* --" (__${program}_path)' -F
${commands.flatMap((each) => linesOf(program, each)).join('\n')}
`;
}

function linesOf(program: string, { path, commands, allOptions, values }: CompletedCommand): readonly string[] {
  const start = `complete -c ${program} -n ${fishQuoted(`__${program}_at ${path}`)}`;
  return [
    ...commands.map(({ name, description }) => `${start} -a ${fishQuoted(name)} -d ${fishQuoted(description)}`),
    ...(commands.length > 0 || values === 'any' ? [] : [`${start} ${argumentFlags(values)}`]),
    ...allOptions.map((option) => `${start} ${optionFlags(option)} -d ${fishQuoted(option.description)}`),
  ];
}

function argumentFlags(values: Exclude<Values, 'any'>): string {
  return values === 'file' ? '-F' : `-a ${fishQuoted(values.join(' '))}`;
}

function optionFlags({ long, short, values }: CompletedOption): string {
  return [
    ...(long === undefined ? [] : [`-l ${long.slice(2)}`]),
    ...(short === undefined ? [] : [`-s ${short.slice(1)}`]),
    ...(values === undefined
      ? []
      : values === 'file'
        ? ['-rF']
        : values === 'any'
          ? ['-x']
          : ['-x', argumentFlags(values)]),
  ].join(' ');
}

/** Quotes a text for fish, in which a backslash inside quotes escapes itself and the quote. */
function fishQuoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
