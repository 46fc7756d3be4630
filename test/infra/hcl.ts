import { getExpressionAst } from './hcl2json';

/** Looks up the first part of a name in an expression; the rest are attributes. */
export type Scope = (name: string) => unknown;

/** A part of an expression as the parser of HashiCorp gives it. */
interface Node {
  readonly type: string;
  readonly children: readonly Node[];
  readonly range: { readonly start: { readonly byte: number }; readonly end: { readonly byte: number } };
  readonly meta?: {
    readonly type?: string;
    readonly value?: string;
    readonly name?: string;
    readonly operator?: string;
    readonly keyVar?: string;
    readonly valVar?: string;
    readonly keyExpression?: string;
    readonly conditionalExpression?: string;
    readonly expandedFinalArgument?: boolean;
    readonly traversal?: readonly { readonly segment: string }[];
  };
}

/** Something whose attributes are known by name only. */
export interface Symbolic {
  attribute(name: string): unknown;
}

/** A value that is known only when something has been made. */
export class Unknown {
  toString(): string {
    return '(known after apply)';
  }
}

/** Thrown where an expression depends on what an unknown value is. */
export class NotKnownError extends Error {}

/** An expression of Terraform that can be evaluated: as much of the language as the module uses. */
export class Expression {
  private constructor(
    private readonly text: string,
    private readonly root: Node,
  ) {}

  /** @param template - As the parser of files gives it: text, with what is computed in `${}`. */
  static async parse(template: string): Promise<Expression> {
    const text = `"${template}"`;
    return new Expression(text, (await getExpressionAst('main.tf', text)) as Node);
  }

  evaluate(scope: Scope): unknown {
    return this.valueOf(this.root, scope);
  }

  private valueOf(node: Node, scope: Scope): unknown {
    const { type, children, meta = {} } = node;
    const [first, second, third] = children;
    const value = (child: Node | undefined): unknown => child && this.valueOf(child, scope);
    switch (type) {
      case 'literalValue':
        return literalOf(meta.type ?? '', meta.value ?? '');
      case 'template':
        return children.map((each) => String(value(each))).join('');
      case 'templateWrap':
        return value(first);
      case 'tuple':
        return children.map(value);
      case 'object':
        return this.objectOf(children, scope);
      case 'conditional':
        return value(first) === true ? value(second) : value(third);
      case 'binaryOp':
        return operationOf(meta.operator ?? '', value(first), () => value(second));
      case 'function':
        return this.call(meta.name ?? '', node, scope);
      case 'for':
        return this.loopOf(node, scope);
      case 'scopeTraversal': {
        const [name, ...path] = meta.traversal?.map(({ segment }) => segment) ?? [];
        return path.reduce(attributeOf, scope(name ?? ''));
      }
      default:
        throw new Error(`The evaluation does not know ${type}: ${meta.value ?? ''}`);
    }
  }

  private call(name: string, { children, meta = {} }: Node, scope: Scope): unknown {
    const { expandedFinalArgument: isSpread } = meta;
    const attempt = (node: Node): { readonly value: unknown } | undefined => {
      try {
        return { value: this.valueOf(node, scope) };
      } catch {
        return undefined;
      }
    };
    if (name === 'can') return children.every((each) => attempt(each) !== undefined);
    if (name === 'try') return children.map(attempt).find((each) => each !== undefined)?.value;
    const values = children.map((each) => this.valueOf(each, scope));
    return callOf(name, isSpread ? [...values.slice(0, -1), ...(values.at(-1) as unknown[])] : values);
  }

  private objectOf(children: readonly Node[], scope: Scope): unknown {
    const pairs = Array.from({ length: children.length / 2 }, (_, index) => children.slice(index * 2, index * 2 + 2));
    return Object.fromEntries(
      pairs.map(([key, value]) => [key && this.keyOf(key), value && this.valueOf(value, scope)]),
    ) as unknown;
  }

  private keyOf({ range }: Node): string {
    const text = Buffer.from(this.text).subarray(range.start.byte, range.end.byte).toString();
    return text.replace(/^"|"$/g, '');
  }

  private loopOf({ children: [collection, ...rest], meta = {} }: Node, scope: Scope): unknown {
    const { keyVar = '', valVar = '', keyExpression, conditionalExpression } = meta;
    if (collection === undefined || keyExpression !== undefined || conditionalExpression !== undefined) {
      throw new Error(`The evaluation does not know ${meta.value ?? 'this loop'}.`);
    }
    const all = Object.entries(this.valueOf(collection, scope) as object) as [string, unknown][];
    const inner = ([key, value]: [string, unknown]): Scope => {
      return (name) => (name === valVar ? value : name === keyVar ? key : scope(name));
    };
    return all.map((entry) => rest[0] && this.valueOf(rest[0], inner(entry)));
  }
}

function literalOf(type: string, text: string): unknown {
  // The parser gives it as it is in the file.
  if (type === 'string') return text.replaceAll('$${', '${');
  return JSON.parse(text) as unknown;
}

function attributeOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) throw new Error(`Nothing has the attribute ${name}.`);
  if ('attribute' in value) return (value as Symbolic).attribute(name);
  if (!(name in value)) throw new Error(`There is no ${name}.`);
  return (value as Readonly<Record<string, unknown>>)[name];
}

function operationOf(operator: string, left: unknown, right: () => unknown): boolean | number {
  switch (operator) {
    case 'greaterThan':
      return (left as number) > (right() as number);
    case 'multiply':
      return (left as number) * (right() as number);
    case 'logicalAnd':
      return left === true && right() === true;
    case 'lessThanOrEqual':
      return (left as number) <= (right() as number);
    case 'equal':
      return areEqual(left, right());
    case 'notEqual':
      return !areEqual(left, right());
    case 'logicalOr':
      return left === true || right() === true;
    default:
      throw new Error(`The evaluation does not know the operator ${operator}.`);
  }
}

function callOf(name: string, values: readonly unknown[]): unknown {
  switch (name) {
    case 'concat':
      return (values as unknown[][]).flat();
    case 'flatten':
      return (values[0] as unknown[]).flat(Infinity);
    case 'contains':
      return (values[0] as unknown[]).includes(values[1]);
    case 'merge':
      return Object.assign({}, ...(values as object[])) as unknown;
    case 'distinct':
      return [...new Set(values[0] as unknown[])];
    case 'length':
      return (values[0] as string | unknown[]).length;
    case 'alltrue':
      return (values[0] as unknown[]).every((each) => each === true);
    case 'replace':
      return (values[0] as string).replaceAll(values[1] as string, () => values[2] as string);
    case 'regex':
      return firstMatch(values[0] as string, values[1] as string);
    case 'filebase64sha256':
      return `<hash of ${values[0] as string}>`;
    case 'join':
      return (values[1] as string[]).join(values[0] as string);
    case 'jsonencode':
      return JSON.stringify(values[0]);
    default:
      throw new Error(`The evaluation does not know the function ${name}.`);
  }
}

function firstMatch(pattern: string, text: string): string {
  const [match] = new RegExp(pattern).exec(text) ?? [];
  if (match === undefined) throw new Error(`${text} does not match ${pattern}.`);
  return match;
}

function areEqual(left: unknown, right: unknown): boolean {
  if (left instanceof Unknown || right instanceof Unknown) throw new NotKnownError('This depends on an unknown value.');
  return left === right;
}
