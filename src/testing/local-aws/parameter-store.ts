import { type ServiceContext } from './service';
import { ServiceError } from './service-error';

/** Types of SSM parameters. */
export type ParameterType = 'String' | 'StringList' | 'SecureString';

/** One version of a parameter. */
export interface ParameterVersion {
  readonly version: number;
  readonly value: string;
  readonly modifiedAtMs: number;
  readonly labels: readonly string[];
}

/** A parameter with all its versions, oldest first; never without one. */
export interface Parameter {
  readonly name: string;
  readonly type: ParameterType;
  /** The caller may not use its KMS key. */
  readonly keyDenied: boolean;
  readonly description?: string;
  readonly latest: ParameterVersion;
  readonly versions: readonly ParameterVersion[];
}

/** What is written to a parameter. */
export interface ParameterInput {
  readonly value: string;
  readonly type?: ParameterType | undefined;
  readonly keyDenied?: boolean | undefined;
  readonly labels?: readonly string[] | undefined;
  readonly description?: string | undefined;
}

/** The parameters of the local AWS, in the order in which they were first written. */
export class ParameterStore {
  private readonly parameters = new Map<string, Parameter>();

  constructor(private readonly context: ServiceContext) {}

  /** Every parameter, in order. */
  get all(): readonly Parameter[] {
    return [...this.parameters.values()];
  }

  find(name: string): Parameter | undefined {
    return this.parameters.get(name);
  }

  /** Finds a version by its number or label, the latest when neither is given. */
  findVersion(parameter: Parameter, selector: string | undefined): ParameterVersion | undefined {
    if (selector === undefined) return parameter.latest;
    return parameter.versions.find((each) => String(each.version) === selector || each.labels.includes(selector));
  }

  /** Writes a new version; what `input` leaves out stays as it was. Never refuses anything: the operations do. */
  put(name: string, input: ParameterInput): Parameter {
    const former = this.parameters.get(name);
    const { value, labels = [] } = input;
    const version = (former?.latest.version ?? 0) + 1;
    const latest: ParameterVersion = { version, value, labels, modifiedAtMs: this.context.clock() };
    const description = input.description ?? former?.description;
    const parameter: Parameter = {
      name,
      type: input.type ?? former?.type ?? 'String',
      keyDenied: input.keyDenied ?? former?.keyDenied ?? false,
      ...(description === undefined ? {} : { description }),
      latest,
      versions: [...(former?.versions ?? []).map((each) => without(each, labels)), latest],
    };
    this.parameters.set(name, parameter);
    this.changed('PutParameter', name);
    return parameter;
  }

  /** Forgets a parameter; false when there was none. */
  delete(name: string): boolean {
    if (!this.parameters.delete(name)) return false;
    this.changed('DeleteParameter', name);
    return true;
  }

  /** Moves labels to one version of a parameter. */
  label(parameter: Parameter, version: number, labels: readonly string[]): void {
    const versions = parameter.versions.map((each) => {
      const others = without(each, labels);
      return each.version === version ? { ...others, labels: [...others.labels, ...labels] } : others;
    });
    if (versions.some((each) => each.labels.length > 10)) {
      throw new ServiceError('ParameterVersionLabelLimitExceeded', 'A parameter version can have at most 10 labels.');
    }
    this.parameters.set(parameter.name, { ...parameter, versions, latest: versions.at(-1) ?? parameter.latest });
    this.changed('LabelParameterVersion', parameter.name);
  }

  private changed(operation: string, name: string): void {
    this.context.changed({ service: 'ssm', operation, name });
  }
}

function without(version: ParameterVersion, labels: readonly string[]): ParameterVersion {
  return { ...version, labels: version.labels.filter((label) => !labels.includes(label)) };
}
