import { describeError, readProperty } from '../base/describe-error';

/** What messages of the library say to do in code, and what does the same on the command line. */
const remedies: readonly (readonly [inCode: string, onCommandLine: string])[] = [
  ['set AWS_REGION', 'give --region, or set AWS_REGION'],
  ['give the process credentials: a role,', 'give credentials: --profile, a role,'],
  ['xconSettings.service: ', 'The service is invalid: '],
  ['xconSettings.environment: ', 'The environment is invalid: '],
  ['xconSettings.cacheTable or XCON_CACHE_TABLE', 'XCON_CACHE_TABLE'],
  ['config.refresh({ pastCache: true }) looks past the cache table', '--no-cache looks past the cache table'],
  ['upgrade the parameter to use the Advanced tier', 'give it the Advanced tier: --tier Advanced'],
  ['call it again', 'run it again'],
  ['write it without the condition that it does not', 'run the command again, which shows it'],
  [', and in a bundle call provideKms()', ''],
  [', and in a bundle call provideAppConfig()', ''],
  ['give policy() the ARN of its key: cacheKmsKeyArn', 'name its key by the ARN: XCON_CACHE_KMS_KEY_ID'],
];

/** Rewords a message of the library, so that it says what to type and names no code. */
export function onCommandLine(text: string): string {
  return remedies.reduce((worded, [inCode, typed]) => worded.replaceAll(inCode, typed), text);
}

/**
 * Gives what is printed of something that was thrown: the message of an error of the library or of the command line, in the words of
 * the command line; of others their name, too. Loads nothing of the library.
 */
export function errorText(error: unknown): string {
  const isKnown = error instanceof Error && ('code' in error || 'exit' in error);
  if (!isKnown) return describeError(error);
  const key = readProperty(error, 'key');
  if (readProperty(error, 'code') === 'CONFIG_NOT_FOUND' && typeof key === 'string')
    return `No value for "${key}". To see where it was looked for: xcon explain ${key}`;
  return onCommandLine(error.message);
}
