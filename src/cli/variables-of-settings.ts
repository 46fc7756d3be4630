import { type ConfigValue } from '../index';
import { CommandError, RefusedError, UsageError } from './exit-codes';
import { valueText } from './value-text';

/** A setting that becomes a variable. */
export interface NamedValue {
  readonly name: string;
  readonly value: ConfigValue;
}

/**
 * Gives the name of the variable for a setting: in capitals, every character but `A` to `Z`, `0` to `9` and `_` replaced by `_`, and a
 * `_` in front of a digit at the start.
 *
 * @param prefix - Put in front.
 */
export function variableName(name: string, prefix = ''): string {
  const text = `${prefix}${name}`.toUpperCase().replace(/[^A-Z0-9_]/g, '_');
  return /^[0-9]/.test(text) ? `_${text}` : text;
}

/**
 * Gives settings as variables.
 *
 * @throws UsageError for two settings with the same variable; CommandError for a value that no variable can hold.
 */
export function variablesOf(settings: readonly NamedValue[], prefix?: string): ReadonlyMap<string, string> {
  const variables = new Map<string, string>();
  const owners = new Map<string, string>();
  for (const { name, value } of settings) {
    const variable = variableName(name, prefix);
    const other = owners.get(variable);
    if (other !== undefined)
      throw new UsageError(`${other} and ${name} would both be the variable ${variable}. Leave one out with --except.`);
    const text = valueText(value);
    if (text.includes('\0')) throw new CommandError(`${name}: no variable can hold the character NUL.`, 'negative');
    owners.set(variable, name);
    variables.set(variable, text);
  }
  return variables;
}

/**
 * Variables that say what a loader, an interpreter or a shell runs before, or in place of, the program: whoever can write a
 * setting could run code by them.
 */
const steering: readonly RegExp[] = [
  /^(LD|DYLD)_/,
  /^NODE_(OPTIONS|PATH|EXTRA_CA_CERTS|REPL_EXTERNAL_MODULE|TLS_REJECT_UNAUTHORIZED)$/,
  /^(PATH|PATHEXT|COMSPEC|SHELL|IFS|ENV|BASH_ENV|BASH_FUNC_.*|SHELLOPTS|BASHOPTS|PROMPT_COMMAND|PS4|ZDOTDIR|CDPATH)$/,
  /^PYTHON(PATH|HOME|STARTUP|INSPECT|BREAKPOINT|USERBASE|EXECUTABLE|WARNINGS)$/,
  /^PERL(5OPT|5LIB|LIB|5DB|5SHELL)$/,
  /^(RUBYOPT|RUBYLIB|GEM_PATH|GEM_HOME|BUNDLE_GEMFILE)$/,
  /^(_JAVA_OPTIONS|JAVA_TOOL_OPTIONS|JDK_JAVA_OPTIONS|CLASSPATH|MAVEN_OPTS|GRADLE_OPTS)$/,
  /^(DOTNET_STARTUP_HOOKS|DOTNET_ADDITIONAL_DEPS|DOTNET_SHARED_STORE|CORECLR_PROFILER.*|COR_PROFILER.*)$/,
  /^(PHPRC|PHP_INI_SCAN_DIR|LUA_PATH|LUA_CPATH|LUA_INIT.*|R_PROFILE|ERL_FLAGS|GCONV_PATH|MALLOC_CONF|OPENSSL_CONF|OPENSSL_ENGINES)$/,
  /^GIT_(SSH|SSH_COMMAND|ASKPASS|EXTERNAL_DIFF|PAGER|EDITOR|SEQUENCE_EDITOR|EXEC_PATH|TEMPLATE_DIR|CONFIG.*|PROXY_COMMAND)$/,
  /^(EDITOR|VISUAL|PAGER|BROWSER|LESSOPEN|LESSCLOSE|SSH_ASKPASS|SUDO_ASKPASS)$/,
];

/** Refuses variables that steer loaders and interpreters. @throws RefusedError */
export function refuseSteering(variables: Iterable<string>, allowed: readonly string[] = []): void {
  const refused = [...variables].filter((name) => steering.some((each) => each.test(name)) && !allowed.includes(name));
  if (refused.length === 0) return;
  const names = refused.join(', ');
  throw new RefusedError(
    `${names}: such variables decide what a program loads or runs. Leave them out with --except, or allow each: ` +
      refused.map((name) => `--allow ${name}`).join(' '),
  );
}
