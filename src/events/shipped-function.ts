import { InvalidSettingsError } from '../errors';
import { booleanOfText } from '../settings/boolean-text';
import { createChangeHandler } from './change-handler';

const { CACHE_INDEX: index = '', SHARED_DIRECTORIES: shared = '', PATH_PREFIXES: prefixes = '' } = process.env;

const hasIndex = booleanOfText(index);
if (hasIndex === undefined) throw new InvalidSettingsError('CACHE_INDEX', 'expected true or false.');

/** The function of AWS Lambda that the package ships in `dist/change-handler`; variables say what options would. */
export const handler = createChangeHandler({
  index: hasIndex,
  sharedDirectories: listOf(shared),
  ...(prefixes.trim() !== '' && { pathPrefixes: listOf(prefixes) }),
});

/** Gives the parts of a text between commas. */
function listOf(text: string): readonly string[] {
  return text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
}
