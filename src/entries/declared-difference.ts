import { type EntryFile } from './entry-file';

/** What only one of declared settings and entries has. Names as they are written. */
export interface DeclaredDifference {
  /** Declared settings that no entry provides, each with the environments in which none does. */
  readonly missing: readonly { readonly name: string; readonly environments: readonly string[] }[];
  /** Names of entries that are not declared. */
  readonly undeclared: readonly string[];
}

/**
 * Compares the settings that a service has declared with the entries of a file. Names are compared without case.
 *
 * @param declared - The declarations of `defineSettings()`: `settings.declarations`.
 */
export function declaredDifference(
  file: EntryFile,
  declared: readonly { readonly name: string }[],
): DeclaredDifference {
  const environments = file.environments.length === 0 ? [''] : file.environments;
  const provides = (environment: string, name: string): boolean =>
    file.entries.some(
      (each) =>
        (each.environment === undefined || each.environment === environment) &&
        each.address.name.toLowerCase() === name.toLowerCase(),
    );
  const missing = declared.flatMap(({ name }) => {
    const without = environments.filter((each) => !provides(each, name));
    return without.length === 0 ? [] : [{ name, environments: without.filter((each) => each !== '') }];
  });
  const known = new Set(declared.map(({ name }) => name.toLowerCase()));
  const names = new Set(file.entries.map(({ address }) => address.name));
  return { missing, undeclared: [...names].filter((each) => !known.has(each.toLowerCase())).sort() };
}
