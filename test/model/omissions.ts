/** What an answer of AWS lacks: the value of an entry, an entry that was asked for by name, or, with status 206, all entries. */
export type Omission = 'a value' | 'an entry' | 'everything';

type Entry = Record<string, unknown>;
type Body = Record<string, unknown>;

/** Lists of the answers whose entries are asked for as a whole. */
const lists: Readonly<Record<string, readonly string[]>> = {
  GetParametersByPath: ['Parameters'],
  GetParameters: ['Parameters', 'InvalidParameters'],
  ListSecrets: ['SecretList'],
  BatchGetSecretValue: ['SecretValues', 'Errors'],
  Query: ['Items'],
};
const values = ['Value', 'SecretString', 'SecretBinary'];

/**
 * Takes out of an answer what belongs in it.
 *
 * An entry is left out only where it was asked for by name: a listing that lacks one says that there is none.
 *
 * @returns The answer as it was, where there is nothing of the kind in it.
 */
export function leaveOut(
  what: Omission,
  operation: string,
  text: string,
): { readonly status: number; readonly text: string } {
  const body = JSON.parse(text) as Body;
  const names = lists[operation] ?? [];
  if (what === 'everything' && names.length > 0) {
    const empty = Object.fromEntries(names.map((name) => [name, []]));
    return {
      status: 206,
      text: JSON.stringify({ ...body, ...empty, NextToken: undefined, LastEvaluatedKey: undefined }),
    };
  }
  const isByName = operation === 'GetParameters' || operation === 'BatchGetSecretValue';
  if (what === 'an entry' && isByName) return { status: 200, text: JSON.stringify(withoutEntry(body, names)) };
  if (what === 'a value') return { status: 200, text: JSON.stringify(withoutValue(body, names)) };
  return { status: 200, text };
}

function withoutEntry(body: Body, names: readonly string[]): Body {
  const name = names.find((each) => (body[each] as Entry[] | undefined)?.length);
  return name === undefined ? body : { ...body, [name]: (body[name] as Entry[]).slice(1) };
}

/** The values of all entries: whichever of them lookups reach. */
function withoutValue(body: Body, names: readonly string[]): Body {
  const lists = names.filter((each) => Array.isArray(body[each]) && each !== 'Items' && each !== 'InvalidParameters');
  const entries = lists.map((name) => [name, (body[name] as Entry[]).map((each) => without(each, values))] as const);
  return { ...without(body, values), ...Object.fromEntries(entries) };
}

function without(fields: Body, names: readonly string[]): Body {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));
}
