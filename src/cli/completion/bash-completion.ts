import { type CompletedCommand, namesOf, quoted, type Values } from './completed-command';
import { pathsPattern, valuedOptions } from './posix-cases';

/** Gives the script that completes a command in bash 3.2 or newer; it needs no other package. @param commands - The program first. */
export function bashCompletion(commands: readonly CompletedCommand[]): string {
  const program = commands[0]?.path ?? '';
  const valued = valuedOptions(commands);
  return `# Completion of ${program} for bash: eval "$(${program} completion bash)"
_${program}() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous='' command=${quoted(program)} words='' word index
  COMPREPLY=()
  for (( index = 1; index < COMP_CWORD; index += 1 )); do
    word="\${COMP_WORDS[index]}"
    if [[ "$word" == '--' ]]; then
      if (( index + 1 == COMP_CWORD )); then
        COMPREPLY=( $(compgen -c -- "$current") )
      fi
      return
    fi
    case "$command:$word" in
      ${valued.map(({ pattern }) => pattern).join('|')})
        index=$(( index + 1 ))
        if [[ "\${COMP_WORDS[index]}" == '=' ]]; then index=$(( index + 1 )); fi
        continue ;;
    esac
    case "$command $word" in
      ${pathsPattern(commands)}) command="$command $word" ;;
    esac
  done
  # Bash makes a word of its own of the = between an option and its value.
  previous="\${COMP_WORDS[COMP_CWORD-1]}"
  if [[ "$current" == '=' ]]; then
    current=''
  elif [[ "$previous" == '=' ]]; then
    previous="\${COMP_WORDS[COMP_CWORD-2]}"
  fi
  case "$command:$previous" in
${valued.map(({ option, pattern }) => `    ${pattern}) ${valueStep(option.values ?? 'any')} ;;`).join('\n')}
    *)
      if [[ "$current" == -* ]]; then
        case "$command" in
${commands.map((each) => branch(each.path, each.allOptions.flatMap(namesOf))).join('\n')}
        esac
      else
        case "$command" in
${commands.map(argumentsBranch).join('\n')}
        esac
      fi ;;
  esac
  COMPREPLY=( $(compgen -W "$words" -- "$current") )
}
complete -o bashdefault -o default -F _${program} ${program}
`;
}

/** Where nothing is known, bash is kept from completing names of files. */
const nothing = 'compopt +o bashdefault +o default 2>/dev/null; return';

function valueStep(values: Values): string {
  if (values === 'file') return 'return';
  return values === 'any' ? nothing : `words=${quoted(values.join(' '))}`;
}

function branch(path: string, words: readonly string[]): string {
  return `          ${quoted(path)}) words=${quoted(words.join(' '))} ;;`;
}

function argumentsBranch({ path, commands, values }: CompletedCommand): string {
  if (commands.length > 0)
    return branch(
      path,
      commands.map(({ name }) => name),
    );
  return `          ${quoted(path)}) ${valueStep(values)} ;;`;
}
