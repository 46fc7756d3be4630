/**
 * Replaced by what would be used otherwise.
 *
 * In a list of directories, providers or exports it is replaced by what the parent would give; assigned to a property or
 * an override it takes back what was set.
 */
export const Default: unique symbol = Symbol.for('xcon.Default') as never;

/** Type of {@link Default}. */
export type Default = typeof Default;
