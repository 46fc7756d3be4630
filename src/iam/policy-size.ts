import { leastPrivilegePolicy } from './least-privilege-policy';
import { type PolicyDocument, type PolicyStatement } from './policy-document';
import { type PolicyOptions } from './policy-options';

/**
 * Most characters of a managed policy, white space not counted.
 *
 * Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-entity-length
 */
export const managedPolicyCharacters = 6144;

/** A policy that fits, and how it was widened for that. */
export interface FittingPolicy {
  readonly policy: PolicyDocument;
  /** What is allowed under any name in the directories, because single names would be too many; absent: nothing. */
  readonly widened?: 'parameters' | 'parameters and secrets';
}

/** Gives the size of a policy, or of a part of one, as IAM counts it: **characters** without white space. */
export function policyCharacters(policy: object): number {
  return JSON.stringify(policy).length;
}

/**
 * Gives the least policy of a service that fits: name by name if that does; else, where whole directories of parameters are
 * listed in any case, with secrets name by name; else with all names of its directories.
 *
 * @param fits - Whether a policy does. Absent: within {@link managedPolicyCharacters}.
 * @returns The policy by directories when none does: full names of secrets and parameters are never widened.
 */
export function fittingPolicy(
  options: PolicyOptions,
  fits = (policy: PolicyDocument): boolean => policyCharacters(policy) <= managedPolicyCharacters,
): FittingPolicy {
  const exact = leastPrivilegePolicy(options);
  const isNamed = options.names !== undefined && options.names.length > 0;
  if (!isNamed || fits(exact)) return { policy: exact };
  const listed =
    options.strategy === 'names' ? undefined : leastPrivilegePolicy(options, { parameterNames: undefined });
  if (listed !== undefined && fits(listed)) return { policy: listed, widened: 'parameters' };
  return { policy: leastPrivilegePolicy({ ...options, names: undefined }), widened: 'parameters and secrets' };
}

/**
 * Parts a policy into several that each fit, and together allow the same. Statement ids are unique in all of them.
 *
 * @param most - **Characters** of each.
 */
export function splitPolicy(policy: PolicyDocument, most = managedPolicyCharacters): readonly PolicyDocument[] {
  const around = policyCharacters({ ...policy, Statement: [] });
  const room = most - around;
  const documents: PolicyStatement[][] = [];
  let used = Number.POSITIVE_INFINITY;
  for (const each of splitStatements(policy.Statement, Math.floor(room / 3))) {
    const characters = policyCharacters(each) + ','.length;
    if (used + characters > room) {
      documents.push([]);
      used = 0;
    }
    documents.at(-1)?.push(each);
    used += characters;
  }
  return documents.map((Statement) => ({ ...policy, Statement }));
}

/**
 * Parts long statements into several: by their resources, or by the values that a condition compares one with.
 *
 * @param most - **Characters** of each, as far as they can be parted.
 */
export function splitStatements(statements: readonly PolicyStatement[], most: number): readonly PolicyStatement[] {
  return statements.flatMap((statement) => {
    const parts = partsOf(statement, most);
    return parts.map((part, index) => (index === 0 ? part : { ...part, Sid: `${part.Sid}${index + 1}` }));
  });
}

function partsOf(statement: PolicyStatement, most: number): readonly PolicyStatement[] {
  if (policyCharacters(statement) <= most) return [statement];
  const { Resource, Condition = {} } = statement;
  const { StringLike: likes = {} } = Condition;
  const lists = Object.entries(likes).filter((entry): entry is [string, readonly string[]] => Array.isArray(entry[1]));
  const [key, values = []] = lists.toSorted(([, one], [, other]) => other.length - one.length)[0] ?? [];
  if (key !== undefined && values.length > Resource.length) {
    const withValues = (some: readonly string[]): PolicyStatement => ({
      ...statement,
      Condition: { ...Condition, StringLike: { ...likes, [key]: some } },
    });
    return halvesOf(values).flatMap((half) => partsOf(withValues(half), most));
  }
  if (Resource.length === 1) return [statement];
  return halvesOf(Resource).flatMap((half) => partsOf({ ...statement, Resource: half }, most));
}

function halvesOf<T>(all: readonly T[]): readonly (readonly T[])[] {
  const middle = Math.ceil(all.length / 2);
  return [all.slice(0, middle), all.slice(middle)];
}
