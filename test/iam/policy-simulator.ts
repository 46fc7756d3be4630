import { type PolicyDocument } from '../../src/iam/policy-document';

/** One thing that a request wants to be allowed. A key that is absent from the context has no value. */
export interface IamRequest {
  readonly action: string;
  readonly resource: string;
  readonly context: Readonly<Record<string, string | readonly string[]>>;
}

interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** Statements with a Deny among them, which the library never makes, are understood as well. */
export type SimulatedPolicy = PolicyDocument | { readonly Statement: readonly Statement[] };

type Operator = (given: readonly string[] | undefined, wanted: readonly string[]) => boolean;

const operators: Readonly<Record<string, Operator>> = {
  StringEquals: (given, wanted) => given !== undefined && given.some((each) => wanted.includes(each)),
  StringNotEquals: (given, wanted) => given === undefined || !given.some((each) => wanted.includes(each)),
  StringLike: (given, wanted) => given !== undefined && given.some((each) => isLikeAny(each, wanted)),
  // True of an absent key: no value is not in the list.
  'ForAllValues:StringEquals': (given, wanted) => (given ?? []).every((each) => wanted.includes(each)),
  Null: (given, wanted) => wanted.includes(String(given === undefined)),
};

/**
 * Decides as IAM does: allowed by some statement, denied by none.
 *
 * @throws Error for an operator it does not know.
 * Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function isAllowed(policy: SimulatedPolicy, request: IamRequest): boolean {
  const statements: readonly Statement[] = policy.Statement;
  const effects = statements.filter((each) => applies(each, request)).map(({ Effect }) => Effect);
  return effects.includes('Allow') && !effects.includes('Deny');
}

function applies({ Action, Resource, Condition = {} }: Statement, { action, resource, context }: IamRequest): boolean {
  return (
    isLikeAny(
      action.toLowerCase(),
      listOf(Action).map((each) => each.toLowerCase()),
    ) &&
    isLikeAny(resource, listOf(Resource)) &&
    Object.entries(Condition).every(([operator, keys]) => {
      const holds = operators[operator];
      if (holds === undefined) throw new Error(`The simulator does not know ${operator}.`);
      return Object.entries(keys).every(([key, wanted]) => {
        const given = context[key];
        return holds(given === undefined ? undefined : listOf(given), listOf(wanted));
      });
    })
  );
}

/** `*` matches any text, `?` any character, `${*}` and `${?}` for themselves. */
function isLikeAny(text: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => {
    const parts = pattern.split(/(\$\{[*?$]\}|[*?])/).map((part) => {
      if (part === '*') return '[^]*';
      return part === '?' ? '[^]' : unescape(part).replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    });
    return new RegExp(`^${parts.join('')}$`).test(text);
  });
}

function unescape(text: string): string {
  return text.replace(/\$\{([*?$])\}/g, '$1');
}

function listOf(value: string | readonly string[]): readonly string[] {
  return typeof value === 'string' ? [value] : value;
}
