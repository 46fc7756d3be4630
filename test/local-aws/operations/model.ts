/** A member of a request, as the SDK declares it. */
export interface ModelMember {
  /** Names from the request inwards; lists are left out, values of maps are `*`. */
  readonly path: string;
  /** A request that has this member alone. */
  readonly body: unknown;
}

type Wrap = (value: unknown) => unknown;

/** Numbers that begin the schemas of the SDK. */
const kinds = { list: 1, map: 2, structure: 3 } as const;

/**
 * Gives the innermost members of the input of an operation.
 *
 * @param operation - Schema of the operation, as a client of the SDK exports it: `PutItem$`.
 */
export function membersOf(operation: unknown): readonly ModelMember[] {
  const input = resolve((operation as readonly unknown[])[4]);
  return insideOf(input, [], (value) => value);
}

function insideOf(reference: unknown, path: readonly string[], wrap: Wrap): readonly ModelMember[] {
  const schema = resolve(reference);
  const [kind, , , , first, second] = Array.isArray(schema) ? (schema as readonly unknown[]) : [];
  if (kind === kinds.list) return insideOf(first, path, (value) => wrap([value]));
  // Values of attributes are maps of one member: what they hold is data.
  if (kind === kinds.map) return insideOf(second, [...path, '*'], (value) => wrap({ key: value }));
  if (kind !== kinds.structure) return path.length === 0 ? [] : [{ path: withoutData(path), body: wrap('x') }];
  const schemas = second as readonly unknown[];
  return (first as readonly string[]).flatMap((name, index) =>
    insideOf(schemas[index], [...path, name], (value) => wrap({ [name]: value })),
  );
}

/** A map of plain values is one member. */
function withoutData(path: readonly string[]): string {
  return (path.at(-1) === '*' ? path.slice(0, -1) : path).join('.');
}

/** Schemas may be wrapped in functions, and come with their traits. */
function resolve(reference: unknown): unknown {
  if (typeof reference === 'function') return resolve((reference as () => unknown)());
  if (Array.isArray(reference) && typeof reference[0] !== 'number') return resolve(reference[0]);
  return reference;
}
