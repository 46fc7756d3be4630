import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Place } from './cloudformation';
import { Expression, NotKnownError, type Scope, type Symbolic, Unknown } from './hcl';
import { parse } from './hcl2json';

/** A resource as it would be made: count, `for_each` and dynamic blocks are unrolled. */
export interface Instance {
  readonly type: string;
  /** `aws_sqs_queue.changes`, `aws_dynamodb_table.cache[0]`, `aws_cloudwatch_event_rule.change[secret-calls]`. */
  readonly address: string;
  /** Attributes and blocks; a block is a list of objects. */
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** What a module is called with. */
export type Variables = Readonly<Record<string, unknown>>;

/** A value in which expressions are parsed and not evaluated yet. */
type Parsed = Expression | string | number | boolean | null | readonly Parsed[] | { readonly [key: string]: Parsed };
type Blocks = Readonly<Record<string, readonly Readonly<Record<string, Parsed>>[]>>;

interface Files {
  readonly variable?: Blocks;
  readonly locals?: readonly Readonly<Record<string, Parsed>>[];
  readonly resource?: Readonly<Record<string, Blocks>>;
  readonly output?: Blocks;
}

const usualPlace: Place = { region: 'eu-west-1', account: '111122223333' };

/** The data sources of the provider about its region and account. */
function dataSources({ region, account }: Place): Symbolic {
  const facts: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
    aws_partition: { partition: 'aws' },
    aws_region: { region },
    aws_caller_identity: { account_id: account },
  };
  return {
    attribute: (type) => ({ attribute: (name: string) => facts[type] ?? new Reference(`data.${type}.${name}`) }),
  };
}

/** A module of Terraform, read from the files of a folder. */
export class TerraformModule {
  private constructor(private readonly files: Files) {}

  /** @param folder - Within `infra/`. */
  static async read(folder: string): Promise<TerraformModule> {
    const path = join(__dirname, '../../infra', folder);
    const names = readdirSync(path).filter((each) => each.endsWith('.tf'));
    const text = names.map((each) => readFileSync(join(path, each), 'utf8')).join('\n');
    return new TerraformModule((await parsed(await parse('main.tf', text))) as unknown as Files);
  }

  /** Names of the variables. */
  get variables(): readonly string[] {
    return Object.keys(this.files.variable ?? {});
  }

  /** Gives the outputs, by name. @throws Error for values that a validation or a precondition refuses. */
  outputs(variables: Variables): Readonly<Record<string, unknown>> {
    const scope = this.scope(variables, usualPlace);
    const outputs = Object.entries(this.files.output ?? {});
    for (const [, blocks] of outputs) hold(blocks, 'precondition', scope);
    return Object.fromEntries(outputs.map(([name, [block]]) => [name, evaluated(block?.['value'], scope)]));
  }

  /** Gives the resources that it makes. @throws Error for values that a validation or a precondition refuses. */
  instances(variables: Variables, place: Place = usualPlace): readonly Instance[] {
    const scope = this.scope(variables, place);
    return Object.entries(this.files.resource ?? {}).flatMap(([type, blocks]) =>
      Object.entries(blocks).flatMap(([name, [block = {}]]) => instancesOf(type, name, block, scope)),
    );
  }

  private scope(variables: Variables, place: Place): Scope {
    const scope: Scope = (name) => {
      if (name === 'var') return { attribute: (each) => this.variable(each, variables, scope) } satisfies Symbolic;
      if (name === 'local') return { attribute: (each) => this.local(each, scope) } satisfies Symbolic;
      if (name === 'path') return { module: '<module>', root: '<root>' };
      if (name === 'data') return dataSources(place);
      return { attribute: (each) => this.resource(`${name}.${each}`, scope) } satisfies Symbolic;
    };
    for (const name of Object.keys(variables)) hold(this.files.variable?.[name] ?? [], 'validation', scope);
    return scope;
  }

  private variable(name: string, variables: Variables, scope: Scope): unknown {
    const [block] = this.files.variable?.[name] ?? [];
    if (block === undefined) throw new Error(`There is no variable ${name}.`);
    if (name in variables) return variables[name];
    if (!('default' in block)) throw new Error(`The variable ${name} needs a value.`);
    return evaluated(block['default'], scope);
  }

  private local(name: string, scope: Scope): unknown {
    const found = this.files.locals?.find((each) => name in each);
    if (found === undefined) throw new Error(`There is no local ${name}.`);
    return evaluated(found[name], scope);
  }

  /** Gives the resource that a reference names; all of them, by key, for one with `for_each`. */
  private resource(address: string, scope: Scope): unknown {
    const [type = '', name = ''] = address.split('.');
    const [block] = this.files.resource?.[type]?.[name] ?? [];
    if (block === undefined) throw new Error(`There is no resource ${address}.`);
    const each = block['for_each'];
    if (each === undefined) return new Reference(address);
    const keys = Object.keys(evaluated(each, scope) as object);
    return Object.fromEntries(keys.map((key) => [key, new Reference(`${address}[${key}]`)]));
  }
}

/** A reference to a resource: an attribute of it becomes `<address.attribute>`. */
class Reference implements Symbolic {
  constructor(private readonly address: string) {}

  attribute(name: string): unknown {
    return /^\d+$/.test(name) ? new Reference(`${this.address}[${name}]`) : `<${this.address}.${name}>`;
  }
}

/** Holds blocks to their conditions. */
function hold(blocks: Blocks[string], kind: 'validation' | 'precondition', scope: Scope): void {
  const conditions = blocks.flatMap((block) => (block[kind] ?? []) as Blocks[string]);
  const broken = conditions.find(({ condition }) => evaluated(condition, scope) !== true);
  if (broken !== undefined) throw new Error(String(evaluated(broken['error_message'], scope)));
}

function instancesOf(type: string, name: string, block: Readonly<Record<string, Parsed>>, scope: Scope): Instance[] {
  const { count, for_each: forEach, lifecycle = [], ...rest } = block;
  const address = `${type}.${name}`;
  const make = (key: string, inner: Scope): Instance => {
    hold(lifecycle as unknown as Blocks[string], 'precondition', inner);
    return { type, address: `${address}${key}`, attributes: blockOf(rest, inner) };
  };
  if (count !== undefined) {
    return Array.from({ length: evaluated(count, scope) as number }, (_, index) => make(`[${index}]`, scope));
  }
  if (forEach === undefined) return [make('', scope)];
  const all = Object.entries(evaluated(forEach, scope) as object) as [string, unknown][];
  return all.map(([key, value]) => make(`[${key}]`, (each) => (each === 'each' ? { key, value } : scope(each))));
}

function blockOf({ dynamic, ...rest }: Readonly<Record<string, Parsed>>, scope: Scope): Instance['attributes'] {
  const blocks = Object.entries((dynamic ?? {}) as unknown as Blocks).map(([name, [block = {}]]) => {
    const all = whenKnown(() => evaluated(block['for_each'], scope));
    const values = all instanceof Unknown ? [all] : (all as unknown[]);
    const inner =
      (value: unknown): Scope =>
      (each) =>
        each === name ? { value } : scope(each);
    const [content] = block['content'] as unknown as readonly Readonly<Record<string, Parsed>>[];
    return [name, values.map((value) => blockOf(content ?? {}, inner(value)))] as const;
  });
  const attributes = Object.entries(rest).map(
    ([name, each]) => [name, whenKnown(() => evaluated(each, scope))] as const,
  );
  const all = new Map<string, unknown>(attributes);
  for (const [name, made] of blocks.filter(([, { length }]) => length > 0)) {
    all.set(name, [...((all.get(name) ?? []) as unknown[]), ...made]);
  }
  return Object.fromEntries(all);
}

/** An attribute, and what is in a block, may be unknown when Terraform plans; how many resources there are may not. */
function whenKnown(evaluate: () => unknown): unknown {
  try {
    return evaluate();
  } catch (error) {
    if (error instanceof NotKnownError) return new Unknown();
    throw error;
  }
}

/** Parses all expressions of a file. */
async function parsed(value: unknown): Promise<Parsed> {
  if (typeof value === 'string') return value.includes('${') ? Expression.parse(value) : value;
  if (Array.isArray(value)) return Promise.all(value.map(parsed));
  if (typeof value !== 'object' || value === null) return value as Parsed;
  const entries = Object.entries(value).map(async ([key, each]) => [key, await parsed(each)] as const);
  return Object.fromEntries(await Promise.all(entries));
}

function evaluated(value: Parsed | undefined, scope: Scope): unknown {
  if (value instanceof Expression) return value.evaluate(scope);
  if (Array.isArray(value)) return (value as readonly Parsed[]).map((each) => evaluated(each, scope));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, evaluated(each, scope)]));
}
