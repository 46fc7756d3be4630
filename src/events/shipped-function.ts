import { InvalidSettingsError } from '../errors';
import { booleanOfText } from '../settings/boolean-text';
import { type ChangeHandlerOptions, createChangeHandler } from './change-handler';

/**
 * Reads the options of the handler from environment variables: `CACHE_INDEX`, and `SHARED_DIRECTORIES` and `PATH_PREFIXES`,
 * separated by commas. A variable that is empty counts as absent.
 *
 * @throws InvalidSettingsError for `CACHE_INDEX` when it is not a boolean.
 */
export function optionsOf(variables: Readonly<Record<string, string | undefined>>): ChangeHandlerOptions {
  const { CACHE_INDEX: index = '', SHARED_DIRECTORIES: shared = '', PATH_PREFIXES: prefixes = '' } = variables;
  const hasIndex = booleanOfText(index);
  if (hasIndex === undefined) throw new InvalidSettingsError('CACHE_INDEX', 'expected true or false.');
  const pathPrefixes = listOf(prefixes);
  return {
    index: hasIndex,
    sharedDirectories: listOf(shared),
    ...(pathPrefixes.length > 0 && { pathPrefixes }),
  };
}

/** The function of AWS Lambda that the package ships in `dist/change-handler`. */
export const handler = createChangeHandler(optionsOf(process.env));

/** Gives the parts of a text between commas. */
function listOf(text: string): readonly string[] {
  return text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
}
