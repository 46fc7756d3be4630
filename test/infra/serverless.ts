import { parseTemplate, readInfra, type Resource, type Template } from './cloudformation';

/** What a service says under `custom.xcon`. */
export type ServerlessOptions = Readonly<Record<string, string | number | boolean>>;

/** A file of resources. */
export interface Snippet extends Template {
  /** What changes resources that Serverless makes. */
  readonly extensions?: Readonly<Record<string, Pick<Resource, 'Properties'>>>;
}

/** Reads a snippet as Serverless does, for the stage `prod` of the service `orders`. */
export function readSnippet(file: string, options: ServerlessOptions = {}): Snippet {
  return resolved(parseTemplate(readInfra(`serverless/${file}`)), options) as Snippet;
}

/** The function, as Serverless has it. */
export interface FunctionSnippet {
  readonly handler: string;
  readonly description: string;
  readonly runtime: string;
  readonly architecture: string;
  readonly memorySize: number;
  readonly timeout: number;
  readonly logRetentionInDays: number;
  readonly role: string;
  readonly environment: Readonly<Record<string, string | boolean | object>>;
  readonly package: Readonly<Record<string, unknown>>;
}

/** Reads the function. */
export function readHandler(options: ServerlessOptions = {}): FunctionSnippet {
  return readSnippet('change-handler.yml', options) as unknown as FunctionSnippet;
}

/** Gives the template that files of resources, and resources that Serverless makes itself, come to. */
export function mergedTemplate(snippets: readonly Snippet[], made: Template['Resources'] = {}): Template {
  const extensions = snippets.flatMap(({ extensions: each = {} }) => Object.entries(each));
  const extended = extensions.map(([name, { Properties }]) => {
    const resource = made[name];
    if (resource === undefined) throw new Error(`There is no ${name} to extend.`);
    return [name, { ...resource, Properties: { ...resource.Properties, ...Properties } }] as const;
  });
  return {
    Parameters: Object.assign({}, ...snippets.map(({ Parameters }) => Parameters)) as Template['Parameters'] & object,
    Conditions: Object.assign({}, ...snippets.map(({ Conditions }) => Conditions)) as Template['Conditions'] & object,
    Resources: Object.assign(
      {},
      ...snippets.map(({ Resources }) => Resources),
      made,
      Object.fromEntries(extended),
    ) as Template['Resources'],
  };
}

function resolved(value: unknown, options: ServerlessOptions): unknown {
  if (typeof value === 'string') return textOf(value, options);
  if (Array.isArray(value)) return value.map((each) => resolved(each, options));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, resolved(each, options)]));
}

/** A variable that is all of a text keeps the type of its value. */
function textOf(text: string, options: ServerlessOptions): unknown {
  const [whole] = text.matchAll(/^\$\{((?:self|sls):[^}]*)\}$/g);
  if (whole !== undefined) return firstValue(whole[1] ?? '', options);
  return text.replace(/\$\{((?:self|sls):[^}]*)\}/g, (_, sources: string) => String(firstValue(sources, options)));
}

/** Sources follow one another, separated by commas; a literal may be the last. */
function firstValue(sources: string, options: ServerlessOptions): unknown {
  return sources
    .split(', ')
    .map((source) => valueOf(source, options))
    .find((value) => value !== undefined);
}

function valueOf(source: string, options: ServerlessOptions): unknown {
  const [, option] = /^self:custom\.xcon\.(\w+)$/.exec(source) ?? [];
  if (option !== undefined) return options[option];
  if (source === 'self:service') return 'orders';
  if (source === 'sls:stage') return 'prod';
  const [, text] = /^'(.*)'$/.exec(source) ?? [];
  return text ?? (JSON.parse(source) as unknown);
}
