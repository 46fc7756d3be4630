import { InvalidSettingsError } from './errors';

/**
 * Checks that options are an object without unknown names: a misspelt option would have no effect. An option that is `undefined`
 * counts as left out.
 *
 * @param where - What takes the options: `new Config()`, `config.get()`.
 * @param known - Names of the options.
 * @throws InvalidSettingsError naming what takes the options, the unknown option, the known name that is most like it, and all
 * known names.
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
    const names = Object.keys(known);
    const similar = nearestName(name, names);
    const suggestion = similar === undefined ? '' : ` Did you mean ${similar}?`;
    throw new InvalidSettingsError(
      `${where} option ${name}`,
      `there is no such option.${suggestion} There are ${names.join(', ')}.`,
    );
  }
}

/** Longest name that is compared: a typing error is not longer. */
const longestCompared = 40;

/**
 * Gives the known name that is most like a given one, whatever the case of letters.
 *
 * @returns `undefined` when none is alike: more than a third of the characters would have to change.
 */
export function nearestName(given: string, known: readonly string[]): string | undefined {
  if (given.length > longestCompared) return undefined;
  const distances = known.map((name) => [name, editDistance(given.toLowerCase(), name.toLowerCase())] as const);
  const [nearest] = distances.toSorted(([, one], [, other]) => one - other);
  return nearest !== undefined && nearest[1] <= Math.floor(given.length / 3) ? nearest[0] : undefined;
}

/** Gives how many characters have to be changed, added or left out to make one text of another (Levenshtein's distance). */
function editDistance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [index, character] of [...one].entries()) {
    const next = [index + 1];
    for (let at = 0; at < other.length; at += 1) {
      const replaced = (row[at] ?? 0) + (character === other[at] ? 0 : 1);
      next.push(Math.min(replaced, (row[at + 1] ?? 0) + 1, (next[at] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
