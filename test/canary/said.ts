import { format, inspect } from 'node:util';

/** Everything that a value can be made to say of itself, by whoever prints, logs, sends or copies it. */
export function saidBy(value: unknown): string {
  if (typeof value === 'string') return value;
  const object = Object(value) as object;
  return [
    inspect(value, { depth: 10 }),
    inspect(value, { depth: 10, showHidden: true, getters: true, maxStringLength: null, maxArrayLength: null }),
    inspect(Object.entries(object), { depth: 10, showHidden: true }),
    inspect({ ...object }, { depth: 10, showHidden: true }),
    tried(() => JSON.stringify(value)),
    tried(() => JSON.stringify({ nested: [value] }, undefined, 2)),
    tried(() => String(value)),
    tried(() => `${value as string}`),
    tried(() => format('%s %o %O %j', value, value, value, value)),
    tried(() => inspect(structuredClone(value), { depth: 10, showHidden: true })),
    ...(value instanceof Error ? [saidByError(value)] : []),
  ].join('\n');
}

/**
 * Everything that `util.inspect` can be made to print of a value, by whatever options.
 *
 * @param options - `getters`: also what getters give, which is what they are there for.
 */
export function inspected(value: unknown, { getters }: { readonly getters: boolean }): string {
  const flags = [false, true];
  const all = flags.flatMap((customInspect) =>
    flags.flatMap((showHidden) => flags.map((showProxy) => ({ customInspect, showHidden, showProxy }))),
  );
  return all
    .map((each) => inspect(value, { ...each, getters, depth: 12, maxArrayLength: null, maxStringLength: null }))
    .join('\n');
}

/** Loggers print of an error what they find: fields, the stack, and all that led to it. */
function saidByError(error: Error): string {
  const chain: unknown[] = [];
  for (let at: unknown = error; at instanceof Error && !chain.includes(at); at = at.cause) {
    chain.push(at.message, at.stack, { ...at }, Object.getOwnPropertyDescriptors(at), String(at));
    if (at instanceof AggregateError) chain.push(...(at.errors as readonly unknown[]));
  }
  return inspect(chain, { depth: 10, showHidden: true, getters: true });
}

/** What cannot be done with a value may say why. */
function tried(say: () => string | undefined): string {
  try {
    return say() ?? '';
  } catch (error) {
    return inspect(error, { depth: 10, showHidden: true });
  }
}

/**
 * Gives the forms in which a text can be recognized, halves of it in all ways of writing it down.
 *
 * @param canary - At least 24 characters.
 */
export function formsOf(canary: string): readonly string[] {
  const half = Math.floor(canary.length / 2);
  return [canary.slice(0, half), canary.slice(half)].flatMap((part) => {
    const bytes = Buffer.from(part);
    // Base64 writes three bytes at a time, wherever the text begins.
    const base64 = [0, 1, 2].map((start) => bytes.subarray(start).toString('base64').slice(0, -4));
    const list = [...bytes].slice(0, 8);
    return [
      part,
      part.toLowerCase(),
      part.toUpperCase(),
      JSON.stringify(part).slice(1, -1),
      inspect(part).slice(1, -1),
      encodeURIComponent(part),
      part.replace(/[&<>"']/g, (each) => `&#${each.charCodeAt(0)};`),
      ...base64,
      ...base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
      bytes.toString('hex'),
      list.join(','),
      list.join(', '),
      list.map((byte) => byte.toString(16).padStart(2, '0')).join(' '),
    ];
  });
}

/** Gives the forms in which something told a text. */
export function leaksIn(said: string, canary: string): readonly string[] {
  return [...new Set(formsOf(canary))].filter((form) => said.includes(form));
}
