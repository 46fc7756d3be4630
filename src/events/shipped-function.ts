import { booleanOfText } from '../settings/boolean-text';
import { createChangeHandler } from './change-handler';

const { CACHE_INDEX: index = '', SHARED_DIRECTORIES: shared = '' } = process.env;

/** The function of AWS Lambda that the package ships in `dist/change-handler`; variables say what options would. */
export const handler = createChangeHandler({
  index: booleanOfText(index) ?? false,
  sharedDirectories: shared
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== ''),
});
