import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, type ScalarTag, type CollectionTag } from 'yaml';

/** A template, as CloudFormation takes it in JSON. */
export interface Template {
  readonly Parameters?: Readonly<Record<string, Parameter>>;
  readonly Rules?: Readonly<Record<string, Rule>>;
  readonly Conditions?: Readonly<Record<string, unknown>>;
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs?: Readonly<Record<string, unknown>>;
}

/** A parameter of a template. */
export interface Parameter {
  readonly Type: string;
  readonly Default?: unknown;
  /** What the whole of a value has to match. */
  readonly AllowedPattern?: string;
  readonly MaxLength?: number;
}

/** What parameters have to be together. */
interface Rule {
  readonly RuleCondition: unknown;
  readonly Assertions: readonly { readonly Assert: unknown; readonly AssertDescription: string }[];
}

/** A resource of a template. */
export interface Resource {
  readonly Type: string;
  readonly Condition?: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

/** Reads a file of `infra/`. */
export function readInfra(file: string): string {
  return readFileSync(join(__dirname, '../../infra', file), 'utf8');
}

/** Parses a template in YAML, short forms of functions included. Anchors, which CloudFormation does not take, are errors. */
export function parseTemplate(text: string): Template {
  return parse(text, { customTags: shortForms, maxAliasCount: 0 }) as Template;
}

const functions = ['Sub', 'GetAtt', 'Join', 'If', 'Equals', 'Not', 'And', 'Or', 'Select', 'Split'];

const shortForms = [
  ...functions.flatMap((name) => shortForm(name, `Fn::${name}`)),
  ...['Ref', 'Condition'].flatMap((name) => shortForm(name, name)),
];

function shortForm(name: string, full: string): (ScalarTag | CollectionTag)[] {
  const scalar = {
    tag: `!${name}`,
    resolve: (text: string) => ({ [full]: name === 'GetAtt' ? text.split('.') : text }),
  };
  const sequence: CollectionTag = {
    tag: `!${name}`,
    collection: 'seq',
    resolve: (items) => ({ [full]: items.toJSON() as unknown }),
  };
  return [scalar, sequence];
}

/** What a template is deployed with, by name. */
export type Parameters = Readonly<Record<string, string | number>>;

/** A region of an account. */
export interface Place {
  readonly region: string;
  readonly account: string;
}

/** What a template is evaluated with. */
export interface Evaluation {
  readonly parameters?: Parameters;
  /** Where it is deployed; absent: `eu-west-1` of the account `111122223333`. */
  readonly place?: Place;
  /** Gives the name that a resource goes by, so that templates can be compared. */
  readonly rename?: (logicalId: string) => string;
}

const usualPlace: Place = { region: 'eu-west-1', account: '111122223333' };

function pseudoParameters({ region, account }: Place): Readonly<Record<string, unknown>> {
  return { 'AWS::Partition': 'aws', 'AWS::Region': region, 'AWS::AccountId': account, 'AWS::NoValue': undefined };
}

/** The resources that a template makes, by name; conditions and functions are gone. */
export type EvaluatedResources = ReadonlyMap<string, Resource>;

/** Resolves functions, parameters and conditions. A reference to a resource becomes `<Name.Attribute>`. */
export function evaluate(
  template: Template,
  { parameters = {}, place = usualPlace, rename = (id) => id }: Evaluation = {},
): EvaluatedResources {
  const resolver = new Resolver(template, { ...parameters, ...pseudoParameters(place) }, rename);
  const made = Object.entries(template.Resources).filter(([, { Condition }]) => resolver.holds(Condition));
  return new Map(
    made.map(([id, resource]) => [
      rename(id),
      { ...resource, Properties: (resolver.resolve(resource.Properties) ?? {}) as Resource['Properties'] },
    ]),
  );
}

/**
 * Gives what CloudFormation says against the values of parameters, before it makes anything. Defaults are held to patterns, too.
 *
 * Sources: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html,
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/rules-section-structure.html
 */
export function refusals(template: Template, parameters: Parameters): readonly string[] {
  const resolver = new Resolver(template, parameters, (id) => id);
  const declared = template.Parameters ?? {};
  const defaults = Object.entries(declared).map(([name, { Default }]) => [name, Default] as const);
  const values = { ...Object.fromEntries(defaults.filter(([, value]) => value !== undefined)), ...parameters };
  const wrong = Object.entries(values).filter(([name, value]) => {
    const { AllowedPattern = '[^]*', MaxLength = 4096 } = declared[name] ?? {};
    return !new RegExp(`^(?:${AllowedPattern})$`).test(String(value)) || String(value).length > MaxLength;
  });
  const applying = Object.values(template.Rules ?? {}).filter((rule) => resolver.resolve(rule.RuleCondition) === true);
  const broken = applying.flatMap((rule) => rule.Assertions).filter(({ Assert }) => resolver.resolve(Assert) !== true);
  return [...wrong.map(([name]) => name), ...broken.map(({ AssertDescription }) => AssertDescription)];
}

class Resolver {
  constructor(
    private readonly template: Template,
    private readonly parameters: Readonly<Record<string, unknown>>,
    private readonly rename: (logicalId: string) => string,
  ) {}

  holds(condition: string | undefined): boolean {
    if (condition === undefined) return true;
    const found = this.template.Conditions?.[condition];
    if (found === undefined) throw new Error(`There is no condition ${condition}.`);
    return this.resolve(found) === true;
  }

  resolve(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((each) => this.resolve(each)).filter((each) => each !== undefined);
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value);
    const [name, argument] = entries[0] ?? [];
    const isFunction = entries.length === 1 && /^(Ref|Condition|Fn::\w+)$/.test(name ?? '');
    // A statement's Condition is an object; the function's argument is a name.
    if (isFunction && !(name === 'Condition' && typeof argument !== 'string')) return this.call(name ?? '', argument);
    const resolved = entries.map(([key, each]) => [key, this.resolve(each)] as const);
    return Object.fromEntries(resolved.filter(([, each]) => each !== undefined));
  }

  private call(name: string, argument: unknown): unknown {
    if (name === 'Ref') return this.ref(argument as string);
    if (name === 'Condition') return this.holds(argument as string);
    if (name === 'Fn::GetAtt') return this.attribute((argument as string[]).join('.'));
    if (name === 'Fn::If') return this.choose(argument as [string, unknown, unknown]);
    if (name === 'Fn::Sub') return this.substitute(argument as string | [string, Readonly<Record<string, unknown>>]);
    if (name === 'Fn::ImportValue') return `<${String(this.resolve(argument))}>`;
    const [first, ...others] = this.resolve(argument) as unknown[];
    switch (name) {
      case 'Fn::Join':
        return (others[0] as string[]).join(first as string);
      case 'Fn::Split':
        return (others[0] as string).split(first as string);
      case 'Fn::Select':
        return (others[0] as unknown[])[Number(first)];
      case 'Fn::Equals':
        return first === others[0];
      case 'Fn::Not':
        return first !== true;
      case 'Fn::Or':
        return first === true || others.includes(true);
      default:
        throw new Error(`The evaluation does not know ${name}.`);
    }
  }

  private choose([condition, then, otherwise]: [string, unknown, unknown]): unknown {
    return this.resolve(this.holds(condition) ? then : otherwise);
  }

  private substitute(argument: string | [string, Readonly<Record<string, unknown>>]): string {
    const [text, given] = typeof argument === 'string' ? [argument, {}] : argument;
    const valueOf = (name: string): unknown => {
      if (Object.hasOwn(given, name)) return this.resolve(given[name]);
      return name.includes('.') ? this.attribute(name) : this.ref(name);
    };
    return text.replace(/\$\{([^}!]+)\}/g, (_, name: string) => String(valueOf(name)));
  }

  private ref(name: string): unknown {
    if (name.startsWith('AWS::')) return this.parameters[name];
    const parameter = this.template.Parameters?.[name];
    if (parameter !== undefined) return this.parameters[name] ?? parameter.Default;
    return this.attribute(`${name}.Ref`);
  }

  private attribute(path: string): string {
    const [id = '', ...attribute] = path.split('.');
    const resource = this.template.Resources[id];
    if (resource === undefined || !this.holds(resource.Condition)) throw new Error(`There is no resource ${id}.`);
    if (attribute[0] === 'Ref' && resource.Type === 'AWS::SecretsManager::Secret') {
      return this.substitute(
        `arn:aws:secretsmanager:\${AWS::Region}:\${AWS::AccountId}:secret:${this.rename(id)}-AbCdEf`,
      );
    }
    // A table has the name that it was given.
    const name =
      attribute[0] === 'Ref' && resource.Type === 'AWS::DynamoDB::Table' ? resource.Properties['TableName'] : undefined;
    return name === undefined ? `<${[this.rename(id), ...attribute].join('.')}>` : String(this.resolve(name));
  }
}
