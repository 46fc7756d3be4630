/**
 * In a list of directories, providers or exports: what the parent would give. Assigned to a property or an override: removes what was set.
 *
 * @example
 * new Config({ directories: ['/shared/{environment}', Default] }) // before the default directories
 */
export const Default: unique symbol = Symbol.for('xcon.Default') as never;

/** Type of the constant {@link Default}, for options that accept it. */
export type Default = typeof Default;
