import { type Directory } from '../directory/directory';

/**
 * Gives the last part of a full name that is directly in a directory.
 *
 * @returns `undefined` for a name elsewhere (deeper, in another directory, without a leading slash).
 */
export function nameInDirectory(exactName: string | undefined, { path }: Directory): string | undefined {
  const prefix = `${path}/`;
  if (exactName === undefined || !exactName.startsWith(prefix)) return undefined;
  const name = exactName.slice(prefix.length);
  return name === '' || name.includes('/') ? undefined : name;
}
