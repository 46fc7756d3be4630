import { InvalidSettingsError } from './errors';

/**
 * Checks that what was given as options is an object, and has no option that is not known: one that is misspelt would be passed
 * over. An option that is `undefined` counts as left out.
 *
 * @param where - What takes the options: `new Config()`, `config.get()`.
 * @param known - Names of the options.
 * @throws InvalidSettingsError naming what takes the options, the unknown option, and those that there are.
 */
export function checkOptions<T extends object>(
  where: string,
  options: T | undefined,
  known: Readonly<Record<keyof T, true>>,
): void {
  if (options === undefined) return;
  if (typeof options !== 'object' || (options as T | null) === null || Array.isArray(options)) {
    const given = (options as T | null) === null ? 'null' : Array.isArray(options) ? 'a list' : `a ${typeof options}`;
    throw new InvalidSettingsError(where, `expected an object of options, got ${given}.`);
  }
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || Object.hasOwn(known, name)) continue;
    throw new InvalidSettingsError(
      `${where} option ${name}`,
      `there is no such option. There are ${Object.keys(known).join(', ')}.`,
    );
  }
}
