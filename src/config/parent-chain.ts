/** What decides who is asked after a Config. */
export interface ParentLink {
  readonly useParent: boolean;
}

/**
 * Gives the Configs that a Config falls back on, nearest first.
 *
 * @param current - The Configs of the current contexts, innermost first.
 * @returns All of them but itself, up to the first that uses no parent. A Config that itself uses none has those inside
 * it, when it is current, and else none.
 */
export function parentsOf<T extends ParentLink>(config: T, current: readonly T[]): readonly T[] {
  const position = current.indexOf(config);
  if (!config.useParent) return untilEnd(position === -1 ? [] : current.slice(0, position));
  return untilEnd(current.filter((each) => each !== config));
}

function untilEnd<T extends ParentLink>(configs: readonly T[]): readonly T[] {
  const end = configs.findIndex(({ useParent }) => !useParent);
  return end === -1 ? configs : configs.slice(0, end + 1);
}
