/** Operators, each with condition keys and the values they are compared with. */
export type PolicyConditions = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

/** A statement of a policy that allows something. */
export interface PolicyStatement {
  /** Letters and digits; unique in its policy. */
  readonly Sid: string;
  /** Always `Allow`: the library makes no statement that denies. */
  readonly Effect: 'Allow';
  /** Actions, such as `ssm:GetParametersByPath`. */
  readonly Action: readonly string[];
  /** ARNs; `*` matches any text, `?` any character. */
  readonly Resource: readonly string[];
  /** Absent: no conditions. All must hold. */
  readonly Condition?: PolicyConditions;
}

/**
 * A policy as IAM takes it: `JSON.stringify` makes the document.
 *
 * Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
 */
export interface PolicyDocument {
  /** Version of the policy language. */
  readonly Version: '2012-10-17';
  /** The statements; their `Sid`s are unique. */
  readonly Statement: readonly PolicyStatement[];
}

/**
 * Gives the statement that allows actions on resources.
 *
 * @returns None without a resource: IAM takes no statement that has none.
 */
export function allow(
  sid: string,
  actions: readonly string[],
  resources: readonly string[],
  conditions?: PolicyConditions,
): readonly PolicyStatement[] {
  if (resources.length === 0) return [];
  const condition = conditions === undefined ? {} : { Condition: conditions };
  return [{ Sid: sid, Effect: 'Allow', Action: actions, Resource: resources, ...condition }];
}
