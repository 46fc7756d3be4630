import { printable } from '../base/printable';
import { type SearchedPlace } from '../errors';
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
  /** A command that would set a value; absent when none would help. */
  readonly fix?: string | undefined;
  /** Error of the source; absent when none failed. */
  readonly cause?: unknown;
}

/**
 * Kinds of problems: there is no value; it does not fit; it comes from a place that the declaration does not allow; a
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

/** Makes the problem of a setting. */
export function problemWith(
  { key, name }: Declaration,
  reason: ProblemReason,
  message: string,
  facts: Pick<SettingsProblem, 'origin' | 'places' | 'fix' | 'cause'> = {},
): SettingsProblem {
  const known = Object.entries(facts).filter(([, fact]) => fact !== undefined);
  return Object.freeze({ key, name, reason, message: printable(message), ...Object.fromEntries(known) });
}
