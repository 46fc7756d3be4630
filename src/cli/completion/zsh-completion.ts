import { type CompletedCommand, namesOf, quoted, type Values } from './completed-command';
import { pathsPattern, valuedOptions } from './posix-cases';

/** Gives the script that completes a command in zsh, sourced or as a file of `fpath`. @param commands - The program first. */
export function zshCompletion(commands: readonly CompletedCommand[]): string {
  const program = commands[0]?.path ?? '';
  const valued = valuedOptions(commands);
  return `#compdef ${program}
# Completion of ${program} for zsh: source <(${program} completion zsh), after compinit; or as a file _${program} in fpath.
_${program}() {
  local command=${quoted(program)} current="\${words[CURRENT]}" previous="\${words[CURRENT-1]}" word
  local -a choices
  local -i index
  for (( index = 2; index < CURRENT; index += 1 )); do
    word="\${words[index]}"
    if [[ "$word" == '--' ]]; then
      shift "$index" words
      (( CURRENT -= index ))
      _normal
      return
    fi
    case "$command:$word" in
      (${valued.map(({ pattern }) => pattern).join('|')}) (( index += 1 )); continue ;;
    esac
    case "$command $word" in
      (${pathsPattern(commands)}) command="$command $word" ;;
    esac
  done
  if [[ "$current" == --*=* ]]; then
    previous="\${current%%=*}"
    compset -P '*='
  fi
  case "$command:$previous" in
${valued.map(({ option, pattern }) => `    (${pattern}) ${valueStep(option.values ?? 'any')}; return ;;`).join('\n')}
  esac
  if [[ "$current" == -* ]]; then
    case "$command" in
${commands.map(optionsBranch).join('\n')}
    esac
    _describe -o 'option' choices
    return
  fi
  case "$command" in
${commands.map(argumentsBranch).join('\n')}
  esac
}
if [[ "\${funcstack[1]}" == '_${program}' ]]; then
  _${program} "$@"
else
  compdef _${program} ${program}
fi
`;
}

function valueStep(values: Values): string {
  if (values === 'file') return '_files';
  return values === 'any' ? "_message 'value'" : `compadd -- ${values.map(quoted).join(' ')}`;
}

function optionsBranch({ path, allOptions }: CompletedCommand): string {
  const choices = allOptions.flatMap((option) => namesOf(option).map((name) => choice(name, option.description)));
  return `      (${quoted(path)}) choices=(${choices.join(' ')}) ;;`;
}

function argumentsBranch({ path, commands, values }: CompletedCommand): string {
  if (commands.length === 0) return `    (${quoted(path)}) ${valueStep(values)} ;;`;
  const choices = commands.map(({ name, description }) => choice(name, description));
  return `    (${quoted(path)}) choices=(${choices.join(' ')}); _describe 'command' choices ;;`;
}

/** A word and what it is for; a colon separates them. */
function choice(word: string, description: string): string {
  return quoted(`${word.replaceAll(':', '\\:')}:${description}`);
}
