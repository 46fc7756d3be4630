import { types } from 'node:util';
import { Secret } from '../item/secret';
import { type ConfigValue } from '../item/value';
import { type StackKey } from './stack-key';
import { type EntryRecord } from './state';
import { type SourceValues } from './value-template';

/** What is needed to create an entry that was deleted to be replaced, also where its sources are gone meanwhile. */
export interface HeldReplacement {
  /** What `from` gave, by reference. */
  readonly sources: SourceValues;
  /** The value that the new entry keeps; `undefined`: none. */
  readonly carried: Secret<ConfigValue> | undefined;
}

/** Its form in the state, before it is encrypted. */
interface HeldData {
  readonly sources: readonly (readonly [reference: string, value: string])[];
  readonly carried?: { readonly base64: string } | { readonly data: ConfigValue };
}

/**
 * Encrypts what a replacement needs, for the record that is written before the entry is deleted.
 *
 * @param references - References of the entry; what other sources gave is left out.
 */
export function sealReplacement(
  { carried, sources }: HeldReplacement,
  references: readonly string[],
  key: StackKey,
  entry: string,
): string {
  const own = references.flatMap((each) => {
    const value = sources.get(each);
    return value === undefined ? [] : [[each, value.reveal()] as const];
  });
  const value = carried?.reveal();
  const data: HeldData = {
    sources: own,
    ...(value !== undefined && {
      carried: types.isUint8Array(value) ? { base64: Buffer.from(value).toString('base64') } : { data: value },
    }),
  };
  return key.seal(data, entry);
}

/** Opens what {@link sealReplacement} made. @returns `undefined`: the record has none, or another key made it. */
export function openReplacement(
  record: EntryRecord | undefined,
  key: StackKey,
  entry: string,
): HeldReplacement | undefined {
  if (record?.replacing === undefined) return undefined;
  const data = key.open(record.replacing, entry) as HeldData | undefined;
  if (data === undefined) return undefined;
  const { carried, sources } = data;
  const value = carried && ('base64' in carried ? Buffer.from(carried.base64, 'base64') : carried.data);
  return {
    sources: new Map(sources.map(([reference, text]) => [reference, new Secret(text)])),
    carried: value === undefined ? undefined : new Secret<ConfigValue>(value),
  };
}
