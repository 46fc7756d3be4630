import { types } from 'node:util';
import { errorClassName } from '../base/describe-error';
import { exactNumber, isRounded } from '../config/coerce';
import { type DirectoryItem } from '../item/directory-item';
import {
  type ConfigValue,
  isPlainObject,
  isTooDeep,
  kindOfValue,
  parseJson,
  sealValue,
  tooDeepData,
} from '../item/value';
import { type Declaration } from './declaration';
import { describeIssues, type DescribeIssues } from './issues';
import { coercesUndefined, type SchemaIssue, type SchemaResult, type StandardSchema } from './standard-schema';

/** The part of an item that a setting uses (`undefined`: no value), or why there is none. */
export type PickedValue = { readonly found: ConfigValue | undefined } | { readonly wrong: string };

/**
 * Picks the value of an item for a declaration: its field of a JSON secret; `undefined`, where an empty text or null counts as no
 * value.
 *
 * @param isLocal - Whether it comes from this process (an override, a variable, a default): then it may be the field alone.
 */
export function pickValue(declaration: Declaration, item: DirectoryItem, isLocal: boolean): PickedValue {
  if (item.nonExistent) return { found: undefined };
  const picked =
    declaration.jsonField === undefined ? { found: item.value } : fieldOf(item.value, declaration.jsonField, isLocal);
  if ('wrong' in picked) return picked;
  const mayBeMissing = declaration.optional || declaration.default !== undefined;
  const countsAsNone = (picked.found === '' && declaration.emptyAsMissing) || (picked.found === null && mayBeMissing);
  return countsAsNone ? { found: undefined } : picked;
}

function fieldOf(value: ConfigValue, field: string, isLocal: boolean): PickedValue {
  const parsed = typeof value === 'string' || types.isUint8Array(value) ? parseJson(value) : { value };
  const data = 'wrong' in parsed ? undefined : parsed.value;
  const isMap = typeof data === 'object' && data !== null && isPlainObject(data);
  if (isMap && Object.hasOwn(data, field)) return { found: data[field] as ConfigValue };
  if (isMap) return { wrong: `it has no field "${field}"` };
  if (isLocal) return { found: value };
  const found = 'wrong' in parsed ? parsed.wrong : kindOfValue(data);
  return { wrong: `expected JSON with a field "${field}", found ${found}` };
}

/** The result of converting a value: the loaded value, or what is wrong with it, without the value. */
export type ReadOutcome = { readonly value: unknown } | { readonly wrong: string };

/**
 * Converts a found value to the loaded value.
 *
 * Without a schema, the value is a text (a number or boolean is written out). A schema gets the value as it is; where it
 * refuses a text or bytes that are JSON, it gets the parsed value, so that a schema of texts never gets a parsed one. A whole
 * number that a double would round is refused, whatever the output of the schema.
 *
 * @param found - `undefined` when there is none: a schema may have a default for that.
 * @param isHidden - Whether the value is a secret: then no message of the schema is repeated.
 * @param describe - Describes the issues of the schema.
 */
export async function readValue(
  schema: StandardSchema | undefined,
  found: ConfigValue | undefined,
  isHidden: boolean,
  describe: DescribeIssues = describeIssues,
): Promise<ReadOutcome> {
  if (schema === undefined) return textOf(found);
  if (found === undefined && (await coercesUndefined(schema))) return { wrong: 'it is missing' };
  const asFound = await validate(schema, found);
  if ('value' in asFound) return isRounded(found, asFound.value) ? rounded : asFound;
  const problemOf = (refusal: Refusal, value: unknown): string =>
    'wrong' in refusal ? refusal.wrong : describe(refusal.issues, value, isHidden);
  const isCoded = typeof found === 'string' || types.isUint8Array(found);
  const parsed = isCoded ? parseJson(found) : undefined;
  if (parsed === undefined || 'wrong' in parsed) {
    const note = parsed !== undefined && 'isTooDeep' in parsed ? `; it is ${parsed.wrong}` : '';
    return { wrong: `${problemOf(asFound, found)}${note}` };
  }
  const asJson = await validate(schema, parsed.value);
  if ('value' in asJson) return isRounded(found, asJson.value) ? rounded : asJson;
  const second = problemOf(asJson, parsed.value);
  // The only issue of a schema of maps with a text is that it is not a map.
  if (typeof parsed.value === 'object' && parsed.value !== null) return { wrong: second };
  const first = problemOf(asFound, found);
  return { wrong: first === second ? second : `as text: ${first}; as JSON: ${second}` };
}

function textOf(found: ConfigValue | undefined): ReadOutcome {
  if (typeof found === 'string') return { value: found };
  if (typeof found === 'number' || typeof found === 'bigint' || typeof found === 'boolean')
    return { value: String(found) };
  return { wrong: `expected a text, found ${kindOfValue(found)}; give it a schema` };
}

const rounded: ReadOutcome = { wrong: `expected ${exactNumber}` };

type Refusal = { readonly issues: readonly SchemaIssue[] } | { readonly wrong: string };

async function validate(schema: StandardSchema, value: unknown): Promise<{ readonly value: unknown } | Refusal> {
  try {
    const result: SchemaResult<unknown> = await schema['~standard'].validate(value);
    if (result.issues === undefined) {
      if (isTooDeep(result.value)) return { wrong: `its schema gives ${tooDeepData}` };
      return { value: sealValue(result.value as ConfigValue, '').value };
    }
    // valibot gives a value beside issues.
    return { issues: result.issues };
  } catch (error) {
    // Its message may quote the value; its class does not.
    return { wrong: `its schema threw ${typeof error === 'object' ? errorClassName(error) : `a ${typeof error}`}` };
  }
}
