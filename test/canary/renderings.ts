import { format, inspect } from 'node:util';

/** Gives all texts that come of printing, logging, sending or copying a value. */
export function renderingsOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const object = Object(value) as object;
  return [
    inspect(value, { depth: 10 }),
    inspect(value, { depth: 10, showHidden: true, getters: true, maxStringLength: null, maxArrayLength: null }),
    inspect(Object.entries(object), { depth: 10, showHidden: true }),
    inspect({ ...object }, { depth: 10, showHidden: true }),
    attempt(() => JSON.stringify(value)),
    attempt(() => JSON.stringify({ nested: [value] }, undefined, 2)),
    attempt(() => String(value)),
    attempt(() => `${value as string}`),
    attempt(() => format('%s %o %O %j', value, value, value, value)),
    attempt(() => inspect(structuredClone(value), { depth: 10, showHidden: true })),
    ...(value instanceof Error ? [renderingsOfError(value)] : []),
  ].join('\n');
}

/**
 * Gives everything that `util.inspect` prints of a value, with every combination of options.
 *
 * @param options - `getters`: whether to call getters, too.
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

/** Gives what loggers print of an error: its fields, its stack and its causes. */
function renderingsOfError(error: Error): string {
  const chain: unknown[] = [];
  for (let at: unknown = error; at instanceof Error && !chain.includes(at); at = at.cause) {
    chain.push(at.message, at.stack, { ...at }, Object.getOwnPropertyDescriptors(at), String(at));
    if (at instanceof AggregateError) chain.push(...(at.errors as readonly unknown[]));
  }
  return inspect(chain, { depth: 10, showHidden: true, getters: true });
}

/** Gives the error where a value cannot be rendered in some way. */
function attempt(render: () => string | undefined): string {
  try {
    return render() ?? '';
  } catch (error) {
    return inspect(error, { depth: 10, showHidden: true });
  }
}

/**
 * Gives the forms in which a text can be recognized: its halves, in each common encoding.
 *
 * @param canary - At least 24 characters.
 */
function formsOf(canary: string): readonly string[] {
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

/** Gives the forms of a canary that a text has. */
export function leaksIn(text: string, canary: string): readonly string[] {
  return [...new Set(formsOf(canary))].filter((form) => text.includes(form));
}
