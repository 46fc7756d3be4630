/** Gives a value in which statements of policies look alike: one action is a list of one, and so with all that may be a list. */
export function normalized(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(normalized);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, each]) => [key, normalized(each)] as const);
  const plain = Object.fromEntries(entries);
  if (!('Effect' in plain)) return plain;
  const { Action, Resource, Condition } = plain;
  return {
    ...plain,
    Action: listOf(Action),
    ...(Resource !== undefined && { Resource: listOf(Resource) }),
    ...(Condition !== undefined && { Condition: conditionsOf(Condition as Conditions) }),
  };
}

type Conditions = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

function conditionsOf(conditions: Conditions): unknown {
  const lists = (keys: Conditions[string]) =>
    Object.fromEntries(Object.entries(keys).map(([key, each]) => [key, listOf(each)]));
  return Object.fromEntries(Object.entries(conditions).map(([operator, keys]) => [operator, lists(keys)]));
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}
