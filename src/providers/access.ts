import { type PolicyStatement } from '../iam/policy-document';
import { type PolicyOptions } from '../iam/policy-options';
import { type PolicyProvider } from '../iam/policy-providers';
import { type ResolvedSettings } from '../settings/settings-values';

/** An option of lookups by which a setting is read by its full name, in place of the directories. */
export type IdOption = 'secretId' | 'parameterId';

/** An entry for which a message suggests a command. */
export interface SuggestedEntry {
  /** Name of the setting. */
  readonly name: string;
  /** Directory to put it in. */
  readonly directory: string;
  /** Full name or ARN that is read in place of the directories; `undefined`: it is read in its directory. */
  readonly id: string | undefined;
  /** Whether its value is a secret. */
  readonly secret: boolean;
  /** Field of JSON that is the value; `undefined`: the whole text is. */
  readonly jsonField: string | undefined;
  /** Library settings of the caller. */
  readonly settings: ResolvedSettings;
}

/** What a source asks of those who deploy and operate services that read it. */
export interface SourceAccess {
  /** Short name of the provider. */
  readonly provider: PolicyProvider;
  /** Gives what reading needs to be allowed; none when the options do not ask the provider. */
  readStatements(options: PolicyOptions): readonly PolicyStatement[];
  /** Gives what the versions of entries, and facts about them, need to be allowed, beside that. */
  historyStatements(options: PolicyOptions): readonly PolicyStatement[];
  /** Gives what writing and removing entries needs to be allowed, beside both. */
  writeStatements(options: PolicyOptions): readonly PolicyStatement[];
  /** Gives the shell command that sets a value; `undefined` where it should not be put here. */
  commandToSet(entry: SuggestedEntry): string | undefined;
}

/** Stands for the value in a command. */
export const placeholder = 'VALUE';

/** Gives what stands for the value in a command: itself, or JSON with the field that has it. */
export function placeholderOf({ jsonField }: SuggestedEntry): string {
  return jsonField === undefined ? placeholder : quoted(JSON.stringify({ [jsonField]: placeholder }));
}

/** Quotes a text that has characters with a meaning for a shell. */
export function quoted(text: string): string {
  return /^[\w/.@+=:-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
