import { AssertionError } from 'node:assert';
import { printable } from '../base/printable';
import { config } from '../config/current-config';

/** What a matcher reports to its test runner. */
export interface MatcherResult {
  /** Whether the name resolves from the expected place. */
  readonly pass: boolean;
  /** Makes the message of a failed assertion: every place and its outcome, never a value. */
  readonly message: () => string;
}

/** The matchers of xcon, for declarations: `interface Matchers extends XconMatchers {}`. */
export interface XconMatchers {
  /**
   * Asserts that the current Config finds a setting of this name at this place. Must be awaited.
   *
   * @param provider - Short name of the provider, such as `ssm`; or `override`, `default`.
   * @param directory - Path of the directory; absent: any.
   */
  toResolveFrom(provider: string, directory?: string): Promise<void>;
}

/**
 * Matches names of settings that the current Config finds at a place.
 *
 * Its messages name places; they never contain a value.
 *
 * @param this - Given by the test runner; `isNot` when the name is expected not to match.
 * @param name - Name of the setting.
 * @param provider - Short name of the provider, such as `ssm`; or `override`, `default`.
 * @param directory - Path of the directory; absent: any.
 * @throws InvalidNameError for an invalid name, and what the lookup throws.
 */
export async function toResolveFrom(
  this: { readonly isNot?: boolean } | void,
  name: string,
  provider: string,
  directory?: string,
): Promise<MatcherResult> {
  const item = await config.getItem(name);
  const isThere = directory === undefined || item.directory.path === directory;
  const pass = !item.nonExistent && item.provider === provider && isThere;
  const isExpected = this?.isNot !== true;
  const places = isExpected && !pass ? await describePlaces(name) : '';
  const expected = placeName(provider, directory);
  const message = (): string => {
    if (pass) return printable(`Expected ${name} not to resolve from ${expected}, but it does.`);
    const found = item.nonExistent
      ? 'it is nowhere'
      : `it resolves from ${placeName(item.provider, item.directory.path)}`;
    return `${printable(`Expected ${name} to resolve from ${expected}, but ${found}.`)}\n${places}`;
  };
  return { pass, message };
}

/**
 * Asserts that the current Config finds a setting at a place, for runners without matchers of their own.
 *
 * @param name - Name of the setting.
 * @param provider - Short name of the provider, such as `ssm`; or `override`, `default`.
 * @param directory - Path of the directory; absent: any.
 * @throws AssertionError that lists the places, never a value.
 */
export async function assertResolvesFrom(name: string, provider: string, directory?: string): Promise<void> {
  const { message, pass } = await toResolveFrom(name, provider, directory);
  if (!pass) throw new AssertionError({ message: message(), stackStartFn: assertResolvesFrom });
}

/** Lists every place of the lookup and its outcome, without values. */
async function describePlaces(name: string): Promise<string> {
  try {
    const { places } = await config.explain(name);
    return places
      .map(({ provider, directory, outcome }) => printable(`  ${placeName(provider, directory)}: ${outcome}`))
      .join('\n');
  } catch (error) {
    return `  The places cannot be listed: ${error instanceof Error ? error.message : typeof error}`;
  }
}

/** Names a place: the provider, and the directory unless it is a marker (`/_override`). */
function placeName(provider = 'somewhere', directory = '/_'): string {
  return directory.startsWith('/_') ? provider : `${provider} ${directory}`;
}
