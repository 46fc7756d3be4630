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
    if (text.includes('\0'))
      throw new CommandError(
        `${name}: no variable can hold the character NUL. Leave it out with --except.`,
        'negative',
      );
    owners.set(variable, name);
    variables.set(variable, text);
  }
  return variables;
}

/**
 * Variables that decide what a program loads, runs, trusts or connects to, or as whom: by them, anyone who can write a setting could run
 * code or read traffic. A `*` at the end is any text. docs/reference/cli.md has the same table.
 */
export const steeringVariables: Readonly<Record<string, string>> = {
  'Loaders and libraries': 'LD_* DYLD_* GCONV_PATH MALLOC_CONF OPENSSL_CONF OPENSSL_ENGINES OPENSSL_MODULES',
  Shells:
    'PATH PATHEXT COMSPEC SHELL HOME XDG_CONFIG_HOME IFS ENV BASH_ENV BASH_FUNC_* SHELLOPTS BASHOPTS PROMPT_COMMAND PS4 ' +
    'ZDOTDIR CDPATH',
  'Programs that others start': 'EDITOR VISUAL PAGER BROWSER LESSOPEN LESSCLOSE SSH_ASKPASS SUDO_ASKPASS',
  'Node.js and npm':
    'NODE_OPTIONS NODE_PATH NODE_EXTRA_CA_CERTS NODE_REPL_EXTERNAL_MODULE NODE_TLS_REJECT_UNAUTHORIZED NPM_CONFIG_*',
  Python:
    'PYTHONPATH PYTHONHOME PYTHONSTARTUP PYTHONINSPECT PYTHONBREAKPOINT PYTHONUSERBASE PYTHONEXECUTABLE PYTHONWARNINGS PIP_*',
  'Perl, Ruby, PHP, Lua':
    'PERL5OPT PERL5LIB PERLLIB PERL5DB PERL5SHELL RUBYOPT RUBYLIB GEM_* BUNDLE_GEMFILE PHPRC PHP_INI_SCAN_DIR LUA_PATH LUA_CPATH ' +
    'LUA_INIT*',
  'Java, .NET, R, Erlang':
    '_JAVA_OPTIONS JAVA_TOOL_OPTIONS JDK_JAVA_OPTIONS CLASSPATH MAVEN_OPTS GRADLE_OPTS DOTNET_STARTUP_HOOKS ' +
    'DOTNET_ADDITIONAL_DEPS DOTNET_SHARED_STORE CORECLR_PROFILER* COR_PROFILER* R_PROFILE ERL_FLAGS',
  Git:
    'GIT_SSH GIT_SSH_COMMAND GIT_ASKPASS GIT_EXTERNAL_DIFF GIT_PAGER GIT_EDITOR GIT_SEQUENCE_EDITOR GIT_EXEC_PATH ' +
    'GIT_TEMPLATE_DIR GIT_DIR GIT_WORK_TREE GIT_CONFIG* GIT_PROXY_COMMAND',
  'Proxies and certificates':
    'HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY SSL_CERT_FILE SSL_CERT_DIR CURL_CA_BUNDLE REQUESTS_CA_BUNDLE',
  AWS:
    'AWS_ENDPOINT_URL* AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_PROFILE AWS_CONFIG_FILE ' +
    'AWS_SHARED_CREDENTIALS_FILE AWS_ROLE_ARN AWS_WEB_IDENTITY_TOKEN_FILE AWS_CONTAINER_* AWS_CA_BUNDLE',
};

const steering: readonly string[] = Object.values(steeringVariables).flatMap((names) => names.split(' '));

function isSteering(name: string): boolean {
  return steering.some((each) => (each.endsWith('*') ? name.startsWith(each.slice(0, -1)) : name === each));
}

/** Refuses variables that steer other programs. @throws RefusedError */
export function refuseSteering(variables: Iterable<string>, allowed: readonly string[] = []): void {
  const refused = [...variables].filter((name) => isSteering(name) && !allowed.includes(name));
  if (refused.length === 0) return;
  const names = refused.join(', ');
  throw new RefusedError(
    `${names}: such variables decide what a program loads, runs or connects to. Leave them out with --except, or allow each: ` +
      refused.map((name) => `--allow ${name}`).join(' '),
  );
}
