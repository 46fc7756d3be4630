import { types } from 'node:util';
import { type DirectoryItem } from '../item/directory-item';
import { type ConfigValue, isPlainObject, kindOfValue, parseJson } from '../item/value';
import { type Declaration } from './declaration';

/** What a declared setting has: a value (`undefined`: none that counts), or why what was found cannot be used. */
export type FoundValue = { readonly found: ConfigValue | undefined } | { readonly wrong: string };

/**
 * Gives the value of an item as a declaration wants it: its field of a JSON secret; nothing, where an empty text or null
 * counts as nothing.
 *
 * @param isLocal - Whether it comes from this process (an override, a variable, a default): then it may be the field alone.
 */
export function foundValue(declaration: Declaration, item: DirectoryItem, isLocal: boolean): FoundValue {
  if (item.nonExistent) return { found: undefined };
  const picked =
    declaration.jsonField === undefined ? { found: item.value } : fieldOf(item.value, declaration.jsonField, isLocal);
  if ('wrong' in picked) return picked;
  const mayBeMissing = declaration.optional || declaration.default !== undefined;
  const countsAsNone = (picked.found === '' && declaration.emptyAsMissing) || (picked.found === null && mayBeMissing);
  return countsAsNone ? { found: undefined } : picked;
}

function fieldOf(value: ConfigValue, field: string, isLocal: boolean): FoundValue {
  const parsed = typeof value === 'string' || types.isUint8Array(value) ? parseJson(value) : { value };
  const data = 'wrong' in parsed ? undefined : parsed.value;
  const isMap = typeof data === 'object' && data !== null && isPlainObject(data);
  if (isMap && Object.hasOwn(data, field)) return { found: data[field] as ConfigValue };
  if (isMap) return { wrong: `it has no field "${field}"` };
  if (isLocal) return { found: value };
  const found = 'wrong' in parsed ? parsed.wrong : kindOfValue(data);
  return { wrong: `it is to be JSON with a field "${field}", and is ${found}` };
}
