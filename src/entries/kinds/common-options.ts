import { type ConfigValue } from '../../item/value';
import { Secret } from '../../item/secret';
import { type EntryAddress, type GivenEntry, ownerTag } from '../entry-kind';
import { NodeFields } from '../given-node';
import {
  comparableOf,
  decidesValue,
  isGenerated,
  projectionOf,
  referencesOf,
  type SourceValues,
  type ValueTemplate,
} from '../value-template';

/** Options that kinds have in common; one that is absent is left as it is. */
export interface CommonOptions {
  readonly description: string | undefined;
  /** Tags beside that of the owner; others that an entry has are left alone. */
  readonly tags: Readonly<Record<string, string>> | undefined;
  /** Id, alias or ARN of the KMS key. */
  readonly keyId: string | undefined;
}

/** What tags, by key and value, may have. Source: https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html */
const tagPattern = /^[\p{L}\p{N}\p{Z}_.:/=+\-@]*$/u;

/** Reads the options that kinds have in common, and reports those that an entry of this kind does not have. */
export function readCommonOptions(
  { address, options, diagnostics }: GivenEntry,
  entry: string,
  more: readonly string[],
): { readonly fields: NodeFields; readonly common: CommonOptions } {
  const fields = new NodeFields(options, `an entry of ${address.kind}`, diagnostics, entry);
  fields.allowOnly(['description', 'tags', 'kms', 'protect', ...more]);
  const tags = fields.texts('tags');
  const at = options.get('tags')?.at;
  for (const [key, value] of Object.entries(tags ?? {})) {
    const problem = tagProblem(key, value);
    if (problem !== undefined)
      diagnostics.addError(`the tag "${key}" ${problem}.`, { entry, ...(at !== undefined && { at }) });
  }
  return { fields, common: { description: fields.text('description'), tags, keyId: fields.text('kms') } };
}

function tagProblem(key: string, value: string): string | undefined {
  if (key === ownerTag) return 'is set by xcon, which keeps the owner in it';
  if (/^aws:/i.test(key)) return 'begins with aws:, which is reserved';
  if (key.length > 128 || value.length > 256) return 'is longer than 128 characters, or its value than 256';
  return tagPattern.test(key) && tagPattern.test(value) ? undefined : 'has characters that tags do not take';
}

/** Gives those of the observed tags that the file names. */
export function tagsNamedBy(
  desired: Readonly<Record<string, string>>,
  observed: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(observed).filter(([key]) => Object.hasOwn(desired, key)));
}

/** Compares a sensitive value that a template describes: in a form that the two sides share, or not at all. */
export function comparedSecret(
  template: ValueTemplate,
  sources: SourceValues,
  observed: Secret<ConfigValue> | undefined,
): { readonly desired?: Secret<ConfigValue>; readonly observed?: Secret<ConfigValue> } {
  if (!decidesValue(template, sources)) return {};
  const current = observed?.reveal();
  return {
    desired: new Secret<ConfigValue>(comparableOf(template, sources)),
    ...(current !== undefined && { observed: new Secret<ConfigValue>(projectionOf(template, sources, current)) }),
  };
}

/** Says what of a template is only known with apply. */
export function noteOf(template: ValueTemplate, sources: SourceValues): string | undefined {
  const notes = [
    ...(isGenerated(template) ? ['generated with apply'] : []),
    ...referencesOf(template).flatMap((each) => (sources.has(each) ? [] : [`read from ${each} with apply`])),
  ];
  return notes.length === 0 ? undefined : notes.join(', ');
}

/** Gives the full name of a parameter or a secret. */
export function fullName({ directory, name }: EntryAddress): string {
  return `${directory}/${name}`;
}

/** Gives the address that a full name has; `undefined` for a name that is in no directory. */
export function addressOf(kind: string, full: string | undefined): EntryAddress | undefined {
  const slash = full?.lastIndexOf('/') ?? -1;
  if (full === undefined || slash <= 0 || slash === full.length - 1) return undefined;
  return { kind, directory: full.slice(0, slash), name: full.slice(slash + 1) };
}
