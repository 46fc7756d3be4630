/** Name of the cache table. */
export const cacheTable = 'global-all-configCache';

/** The chain of the service `orders` in `prod`. */
export const directories = ['/orders/prod', '/orders/all', '/global/prod', '/global/all'];

/** Ten parameters in each directory. */
export const parameterNames = directories.flatMap((_, directory) =>
  Array.from({ length: 10 }, (_value, index) => `p${directory}_${index}`),
);

/** Ten secrets, over all directories. */
export const secretNames = Array.from({ length: 10 }, (_, index) => `s${index}`);

/** What a service asks for when it starts. */
export const fiftyNames = [...parameterNames, ...secretNames];

/** Full name of the parameter that a name leads to. */
export function parameterPath(name: string): string {
  return `${directories[Number(name[1])] ?? ''}/${name}`;
}

/** Full name of the secret that a name leads to. */
export function secretPath(name: string): string {
  return `${directories[Number(name.slice(1)) % directories.length] ?? ''}/${name}`;
}

/** What AWS holds for `orders`. */
export const seed = {
  ssm: Object.fromEntries(parameterNames.map((name) => [parameterPath(name), `value of ${name}`])),
  secrets: Object.fromEntries(secretNames.map((name) => [secretPath(name), `secret of ${name}`])),
  tables: { [cacheTable]: { rows: [] } },
};
