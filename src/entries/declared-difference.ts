import { type Declaration } from '../declared/declaration';
import { type EntryFile } from './entry-file';

/** What only one of declared settings and entries has. Names as they are written. */
export interface DeclaredDifference {
  /** Declared settings that no entry provides. */
  readonly missing: readonly {
    /** Name that is looked up. */
    readonly name: string;
    /** The environments in which no entry does; empty for a file without environments. */
    readonly environments: readonly string[];
  }[];
  /** Names of entries that are not declared. */
  readonly undeclared: readonly string[];
}

/** What of a declaration decides whether an entry has to provide it. */
export type ComparedDeclaration = Pick<Declaration, 'name'> &
  Partial<Pick<Declaration, 'default' | 'optional' | 'sources' | 'secretId' | 'parameterId'>>;

/** Providers that read what entries write. */
const entrySources: ReadonlySet<string> = new Set(['ssm', 'secrets', 'dynamo']);

/**
 * Compares the settings that a service has declared with the entries of a file. Names are compared without case.
 *
 * A setting that is optional, has a default, is read by its full name or comes from other sources alone needs no entry.
 *
 * @param file - The file of entries.
 * @param declared - The declarations of `defineSettings()`: `settings.declarations`.
 */
export function declaredDifference(file: EntryFile, declared: readonly ComparedDeclaration[]): DeclaredDifference {
  const environments = file.environments.length === 0 ? [''] : file.environments;
  const provides = (environment: string, name: string): boolean =>
    file.entries.some(
      (each) =>
        (each.environment === undefined || each.environment === environment) &&
        each.address.name.toLowerCase() === name.toLowerCase(),
    );
  const missing = declared.filter(needsEntry).flatMap(({ name }) => {
    const without = environments.filter((each) => !provides(each, name));
    return without.length === 0 ? [] : [{ name, environments: without.filter((each) => each !== '') }];
  });
  const known = new Set(declared.map(({ name }) => name.toLowerCase()));
  const names = new Set(file.entries.map(({ address }) => address.name));
  return { missing, undeclared: [...names].filter((each) => !known.has(each.toLowerCase())).sort() };
}

function needsEntry({ default: value, optional, parameterId, secretId, sources }: ComparedDeclaration): boolean {
  if (optional === true || value !== undefined || parameterId !== undefined || secretId !== undefined) return false;
  return sources === undefined || sources.some((each) => entrySources.has(each));
}
