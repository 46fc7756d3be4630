import { errorClassName } from '../base/describe-error';
import { type ConfigValue, isTooDeep, kindOfValue, mostLevels, sealValue } from '../item/value';
import { describeIssues, type DescribeIssues } from './describe-issues';
import { type SchemaIssue, type SchemaResult, type StandardSchema } from './standard-schema';

/** What came of reading a value: what is loaded, or what is wrong with it, without it. */
export type ReadOutcome = { readonly value: unknown } | { readonly wrong: string };

/**
 * Makes of a found value what is loaded.
 *
 * Without a schema, the value is a text (a number or boolean is written out). A schema gets the value as it is; where it
 * refuses a text that is JSON, it gets the parsed value, so that a schema of texts never sees one parsed.
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
  const asItIs = await validate(schema, found);
  if ('value' in asItIs) return asItIs;
  const said = (refusal: Refusal, value: unknown): string =>
    'wrong' in refusal ? refusal.wrong : describe(refusal.issues, value, hidden);
  const parsed = typeof found === 'string' ? parseJson(found) : { wrong: notJson };
  if ('wrong' in parsed) {
    const note = parsed.wrong === notJson ? '' : `; it is ${parsed.wrong}`;
    return { wrong: `${said(asItIs, found)}${note}` };
  }
  const asJson = await validate(schema, parsed.value);
  if ('value' in asJson) return asJson;
  const second = said(asJson, parsed.value);
  // A schema that wants a map says of a text only that it is none.
  if (typeof parsed.value === 'object' && parsed.value !== null) return { wrong: second };
  const first = said(asItIs, found);
  return { wrong: first === second ? second : `as text: ${first}; as JSON: ${second}` };
}

/** Parses a text as JSON; says what it is when it is none, or none that is used. */
export function parseJson(text: string): { readonly value: ConfigValue } | { readonly wrong: string } {
  try {
    const value = JSON.parse(text) as ConfigValue;
    return isTooDeep(value) ? { wrong: `JSON: ${tooDeepData}` } : { value };
  } catch {
    // The parser's message quotes the text, which may be a secret.
    return { wrong: notJson };
  }
}

const notJson = 'text that is no JSON';
const tooDeepData = `data of more than ${mostLevels} levels`;

function textOf(found: ConfigValue | undefined): ReadOutcome {
  if (typeof found === 'string') return { value: found };
  if (typeof found === 'number' || typeof found === 'bigint' || typeof found === 'boolean')
    return { value: String(found) };
  return { wrong: `expected a text, found ${kindOfValue(found)}; give it a schema` };
}

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
