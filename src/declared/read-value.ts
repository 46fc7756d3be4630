import { types } from 'node:util';
import { errorClassName } from '../base/describe-error';
import { exactNumber, isRounded } from '../config/coerce';
import { type ConfigValue, isTooDeep, kindOfValue, parseJson, sealValue, tooDeepData } from '../item/value';
import { describeIssues, type DescribeIssues } from './issues';
import { coercesNothing } from './schema-facts';
import { type SchemaIssue, type SchemaResult, type StandardSchema } from './standard-schema';

/** What came of reading a value: what is loaded, or what is wrong with it, without it. */
export type ReadOutcome = { readonly value: unknown } | { readonly wrong: string };

/**
 * Makes of a found value what is loaded.
 *
 * Without a schema, the value is a text (a number or boolean is written out). A schema gets the value as it is; where it
 * refuses a text or bytes that are JSON, it gets the parsed value, so that a schema of texts never sees one parsed. A whole
 * number that a double would round is refused, whatever the schema makes of it.
 *
 * @param found - `undefined` when there is none: a schema may have a default for that.
 * @param hidden - Whether the value is a secret: then nothing that the schema says is repeated.
 * @param describe - Says what the schema finds wrong.
 */
export async function readValue(
  schema: StandardSchema | undefined,
  found: ConfigValue | undefined,
  hidden: boolean,
  describe: DescribeIssues = describeIssues,
): Promise<ReadOutcome> {
  if (schema === undefined) return textOf(found);
  if (found === undefined && (await coercesNothing(schema))) return { wrong: 'it is missing' };
  const asItIs = await validate(schema, found);
  if ('value' in asItIs) return isRounded(found, asItIs.value) ? rounded : asItIs;
  const said = (refusal: Refusal, value: unknown): string =>
    'wrong' in refusal ? refusal.wrong : describe(refusal.issues, value, hidden);
  const isCoded = typeof found === 'string' || types.isUint8Array(found);
  const parsed = isCoded ? parseJson(found) : undefined;
  if (parsed === undefined || 'wrong' in parsed) {
    const note = parsed !== undefined && 'isTooDeep' in parsed ? `; it is ${parsed.wrong}` : '';
    return { wrong: `${said(asItIs, found)}${note}` };
  }
  const asJson = await validate(schema, parsed.value);
  if ('value' in asJson) return isRounded(found, asJson.value) ? rounded : asJson;
  const second = said(asJson, parsed.value);
  // A schema that wants a map says of a text only that it is none.
  if (typeof parsed.value === 'object' && parsed.value !== null) return { wrong: second };
  const first = said(asItIs, found);
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
    // What it says may quote the value; what it is called does not.
    return { wrong: `its schema threw ${typeof error === 'object' ? errorClassName(error) : `a ${typeof error}`}` };
  }
}
