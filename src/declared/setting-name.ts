/**
 * Makes the name of a setting from the keys that lead to it: `['db', 'poolSize']` is `DB_POOL_SIZE`.
 *
 * A word begins at a capital behind a small letter or a digit, and at the last capital of several: `apiURLBase` is
 * `API_URL_BASE`. Whatever is neither letter nor digit parts words.
 */
export function settingName(path: readonly string[]): string {
  return path
    .join('_')
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .toUpperCase();
}
