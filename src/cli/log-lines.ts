import { type LogFields, type LogTarget } from '../logging/logger';
import { onCommandLine } from './error-text';
import { type GlobalOptions } from './global-options';

/** Facts of a warning, as text. */
type Facts = Readonly<Record<string, string>>;

/** What a warning of the library is about, by its event: the beginning of a sentence, which its reason ends. */
const subjects: Readonly<Record<string, (facts: Facts) => string>> = {
  'aws.refused': ({ missing, provider }) =>
    `there ${missing === 'region' ? 'is no region' : 'are no valid credentials'}${provider === undefined ? '' : ` for ${provider}`}`,
  'cache.call-failed': ({ cacher }) => `the cache (${cacher}) failed`,
  'cache.no-sealing-key': () => 'there is no key to encrypt secrets for the cache table',
  'cache.sealed-row-refused': ({ name, table }) => `the row of ${name} in the cache table ${table} is not used`,
  'cache.unavailable': ({ table }) => `the cache table ${table} cannot be read`,
  'cache.write-failed': ({ table }) => `the cache table ${table} cannot be written`,
  'last-good.given': ({ file, goodAt }) => `values of ${goodAt} from ${file} are given`,
  'last-good.refused': ({ file }) => `the file of last good values ${file} cannot be used`,
  'last-good.write-failed': ({ file }) => `the file of last good values ${file} cannot be written`,
  'provider.refused': (facts) => `${placeText(facts)} cannot be read`,
  'provider.stale': (facts) => `${placeText(facts)} cannot be read now; values of ${facts['goodAt']} are given`,
  'settings.policy-widened': ({ widened }) => `the policy allows more than the names of the settings: ${widened}`,
};

/**
 * Writes the library's log for a person: warnings as sentences, with `--verbose` everything, with `--quiet` nothing. The cache table
 * is optional: that there is none is no warning for each command; `xcon doctor` reports it.
 *
 * @param complain - Takes a line for standard error.
 */
export function logTo(complain: (text: string) => void, { quiet, verbose }: GlobalOptions): LogTarget {
  const isLevelEnabled = (level: string): boolean => verbose || (!quiet && !['trace', 'debug', 'info'].includes(level));
  const write =
    (given: string) =>
    (fields: LogFields, event = ''): void => {
      const level = isOfMissingTable(fields) ? 'debug' : given;
      if (!isLevelEnabled(level)) return;
      const text = level === 'warning' || level === 'error' ? warningText(event, fields) : undefined;
      complain(`xcon: ${level}: ${text ?? `${event} ${pairsOf(fields)}`}`);
    };
  return {
    trace: write('trace'),
    debug: write('debug'),
    info: write('info'),
    warn: write('warning'),
    error: write('error'),
    isLevelEnabled,
  };
}

/** Gives a warning as sentences: what is wrong and why, what that means, and what to do; `undefined` for one that is not known. */
function warningText(event: string, fields: LogFields): string | undefined {
  const subject = Object.hasOwn(subjects, event) ? subjects[event] : undefined;
  if (subject === undefined) return undefined;
  const known = Object.entries(fields).filter(([, value]) => value !== undefined);
  const facts: Facts = Object.fromEntries(known.map(([name, value]) => [name, String(value)]));
  const { reason, consequence, remedy } = facts;
  const sentences = [
    reason === undefined ? subject(facts) : `${subject(facts)}: ${reason}`,
    ...(consequence === undefined ? [] : [`${consequence.slice(0, 1).toUpperCase()}${consequence.slice(1)}`]),
    ...(remedy === undefined ? [] : [`To do: ${onCommandLine(remedy)}`]),
  ];
  return sentences.map((each) => each.replace(/\.?$/, '.')).join(' ');
}

function placeText({ provider = '', directory, name }: Facts): string {
  const place = directory === undefined ? provider : `${provider} ${directory}`;
  return name === undefined ? place : `${name} in ${place}`;
}

function pairsOf(fields: LogFields): string {
  const parts = Object.entries(fields).filter(([name, value]) => name !== 'event' && value !== undefined);
  return parts.map(([name, value]) => `${name}=${textOf(value)}`).join(' ');
}

function textOf(value: unknown): string {
  return typeof value === 'string' && /^[^\s"=]+$/.test(value) ? value : (JSON.stringify(value) ?? String(value));
}

function isOfMissingTable({ event, reason }: LogFields): boolean {
  return event === 'cache.unavailable' && typeof reason === 'string' && reason.startsWith('ResourceNotFoundException');
}
