/** Largest number of edits between a name and one that is suggested for it. */
const mostEdits = 3;
/** Least part of a name that is as in the suggestion. */
const leastAlike = 0.5;

/**
 * Suggests the nearest of some names, for a message that says that a name is unknown.
 *
 * @returns ` (Did you mean x?)`; empty when none is near.
 */
export function nearestName(name: string, names: Iterable<string>): string {
  let nearest: string | undefined;
  let fewest = mostEdits + 1;
  for (const each of names) {
    const edits = editDistance(name.toLowerCase(), each.toLowerCase());
    const length = Math.max(name.length, each.length);
    if (edits >= fewest || (length - edits) / length < leastAlike) continue;
    nearest = each;
    fewest = edits;
  }
  return nearest === undefined ? '' : ` (Did you mean ${nearest}?)`;
}

/** Counts the characters to insert, remove, replace or swap with the next one. */
function editDistance(from: string, to: string): number {
  let beforeLast: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const isSame = from[row - 1] === to[column - 1];
      const replaced = (last[column - 1] ?? 0) + (isSame ? 0 : 1);
      const edits = Math.min(replaced, (last[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1);
      const isSwap = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      current.push(isSwap ? Math.min(edits, (beforeLast[column - 2] ?? 0) + 1) : edits);
    }
    beforeLast = last;
    last = current;
  }
  return last[to.length] ?? 0;
}
