import { printable } from '../base/printable';
import { ConfigError, nameErrors, type SearchedPlace } from '../errors';
import { type Declaration } from './declaration';

/** What is wrong with one declared setting; never its value. */
export interface SettingsProblem {
  /** Keys that lead to it in the declaration, joined by dots: `db.host`. */
  readonly key: string;
  /** Name that was looked up. */
  readonly name: string;
  /** Kind of the problem. */
  readonly reason: ProblemReason;
  /** What is wrong, in one line. */
  readonly message: string;
  /** Where the value came from; absent when there is none. */
  readonly origin?: ValueOrigin | undefined;
  /** Every place that was searched, in order; absent when there is a value. */
  readonly places?: readonly SearchedPlace[] | undefined;
  /** A command that sets a value; absent when none would help. */
  readonly fix?: string | undefined;
  /** Error of the source; absent when none failed. */
  readonly cause?: unknown;
}

/**
 * Kinds of problems: there is no value; the schema refuses it; it comes from a place that the declaration does not allow; a
 * source failed.
 */
export type ProblemReason = 'missing' | 'invalid' | 'misplaced' | 'failed';

/** Where a value came from. */
export interface ValueOrigin {
  /** Short name of the provider, `override` or `default`. */
  readonly source: string;
  /** Path of the directory; absent for a source that has none. */
  readonly directory?: string | undefined;
}

/**
 * Declared settings that are missing or invalid; for the settings of the library itself, see `InvalidSettingsError`.
 *
 * One error has all problems. The message has a line for each, and below it the command that would help; `problems` has the same
 * for programs.
 */
export class SettingsValidationError extends ConfigError {
  override readonly name = 'SettingsValidationError';
  readonly code = 'SETTINGS_INVALID';
  /** What is wrong, in the order of the declaration. Not listed with the fields of the error: the message has all of it. */
  declare readonly problems: readonly SettingsProblem[];

  /**
   * @param problems - What is wrong.
   * @param count - How many settings are declared.
   */
  constructor(problems: readonly SettingsProblem[], count: number) {
    const cause = problems.find((each) => each.cause !== undefined)?.cause;
    super(messageOf(problems, count), cause === undefined ? undefined : { cause });
    Object.defineProperty(this, 'problems', { value: Object.freeze([...problems]), enumerable: false });
  }

  /** Gives the problems, without the errors of sources. */
  override toJSON(): Readonly<Record<string, unknown>> {
    const { name, code, message, problems } = this;
    return { name, code, message, problems: problems.map((each) => ({ ...each, cause: undefined })) };
  }
}

nameErrors({ SettingsValidationError });

/** Makes the problem of a setting. */
export function problemWith(
  { key, name }: Declaration,
  reason: ProblemReason,
  message: string,
  details: Pick<SettingsProblem, 'origin' | 'places' | 'fix' | 'cause'> = {},
): SettingsProblem {
  const known = Object.entries(details).filter(([, detail]) => detail !== undefined);
  return Object.freeze({ key, name, reason, message: printable(message), ...Object.fromEntries(known) });
}

function messageOf(problems: readonly SettingsProblem[], count: number): readonly string[] {
  const lines = problems.flatMap(({ key, name, message, fix }) => [
    `  ${key} (${name}): ${message}`,
    ...(fix === undefined ? [] : [`    ${fix}`]),
  ]);
  const remedies = new Set(problems.flatMap(({ places = [] }) => places.flatMap(({ remedy }) => remedy ?? [])));
  const refused = remedies.size === 0 ? [] : ['', '  May be in a place that cannot be read. To read it:'];
  return [
    `${problems.length} of ${count} declared settings cannot be used.`,
    '',
    ...lines,
    ...refused,
    ...[...remedies].map((remedy) => `    ${remedy}`),
    '',
  ];
}
