import { type PolicyStatement } from '../iam/policy-document';
import { type PolicyOptions } from '../iam/policy-options';
import { type PolicyProvider } from '../iam/policy-providers';
import { type ResolvedSettings } from '../settings/settings-values';

/** An option of lookups with the full name of a setting, which is read instead of the directories. */
export type IdOption = 'secretId' | 'parameterId';

/** An entry for which a message suggests a command. */
export interface SuggestedEntry {
  /** Name of the setting. */
  readonly name: string;
  /** Directory of the new entry. */
  readonly directory: string;
  /** Full name or ARN that is read instead of the directories; `undefined`: none. */
  readonly id: string | undefined;
  /** Whether its value is a secret. */
  readonly secret: boolean;
  /** Field of JSON that is the value; `undefined`: the whole text is. */
  readonly jsonField: string | undefined;
  /** Library settings of the caller. */
  readonly settings: ResolvedSettings;
}

/** The permissions for a source. */
export interface SourceAccess {
  /** Short name of the provider. */
  readonly provider: PolicyProvider;
  /** Gives the statements for reading; none when the options do not use the provider. */
  readStatements(options: PolicyOptions): readonly PolicyStatement[];
  /** Gives the additional statements for reading versions and descriptions of entries. */
  historyStatements(options: PolicyOptions): readonly PolicyStatement[];
  /** Gives the additional statements for writing and removing entries. */
  writeStatements(options: PolicyOptions): readonly PolicyStatement[];
}
