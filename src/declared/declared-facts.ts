import { isSecretName, maskCredentials } from '../explain/shown-value';
import { type Declaration } from './declaration';
import { schemaFacts } from './schema-facts';

/** What is said of a declared setting to who has to give it a value. */
export interface DeclaredFacts {
  /** What its value is: `integer`, `secret text`. */
  readonly type: string;
  /** Whether there must be a value. */
  readonly required: boolean;
  /** What is taken when there is none, as text; `undefined`: nothing, or it is not to be shown. */
  readonly default: string | undefined;
  /** Whether its value is not to be shown: it is a secret, or called like one. */
  readonly hidden: boolean;
}

/** Gives what is said of a declared setting. */
export function declaredFacts(declaration: Declaration): DeclaredFacts {
  const { kind, name, schema, optional, default: given } = declaration;
  const facts = schemaFacts(schema);
  const hidden = kind === 'secret' || isSecretName(name);
  const fallback = textOf(given ?? facts.default);
  const isShown = !hidden && (fallback === undefined || maskCredentials(fallback) === fallback);
  return {
    type: kind === 'secret' ? `secret ${facts.type}` : facts.type,
    required: !optional && given === undefined && !facts.optional,
    default: isShown ? fallback : undefined,
    hidden,
  };
}

/** Writes a value as a variable would hold it; `undefined` for one that none can. */
function textOf(value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
      return Number.isFinite(value) ? `${value}` : undefined;
    case 'bigint':
    case 'boolean':
      return `${value}`;
    case 'object':
      if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : value.toISOString();
      return value === null ? undefined : JSON.stringify(value, bigIntAsText);
    case 'function':
    case 'symbol':
    case 'undefined':
      return undefined;
  }
}

function bigIntAsText(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}` : value;
}
