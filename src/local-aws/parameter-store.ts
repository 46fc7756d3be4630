import { localUserArn } from './arn';
import { type ServiceContext } from './service';
import { ServiceError } from './service-error';

/** Types of SSM parameters. */
export type ParameterType = 'String' | 'StringList' | 'SecureString';

/** Tiers that a parameter can have; `Intelligent-Tiering` chooses one of them. */
export type ParameterTier = 'Standard' | 'Advanced';

/**
 * Most versions that are kept, and most labels of one.
 *
 * Source: https://docs.aws.amazon.com/general/latest/gr/ssm.html (Parameter Store quotas)
 */
const mostVersions = 100;
const mostLabels = 10;

/** Key of a `SecureString` that names none: the key of the account that AWS manages. */
export const defaultKeyId = 'alias/aws/ssm';

/** Properties of a version in `PutParameter` beside its value. */
export interface ParameterProperties {
  readonly description?: string | undefined;
  /** Of a `SecureString`. */
  readonly keyId?: string | undefined;
  readonly tier?: ParameterTier | undefined;
  readonly allowedPattern?: string | undefined;
}

/** One version of a parameter. */
export interface ParameterVersion extends ParameterProperties {
  readonly version: number;
  readonly value: string;
  readonly modifiedAtMs: number;
  /** ARN of who wrote it. */
  readonly modifiedBy: string;
  readonly labels: readonly string[];
}

/** A parameter with its versions, oldest first; never without one. */
export interface Parameter {
  readonly name: string;
  readonly type: ParameterType;
  /** The caller may not use its KMS key. */
  readonly keyDenied: boolean;
  readonly tags: ReadonlyMap<string, string>;
  readonly latest: ParameterVersion;
  readonly versions: readonly ParameterVersion[];
}

/** What is written to a parameter. */
export interface ParameterInput extends ParameterProperties {
  readonly value: string;
  readonly type?: ParameterType | undefined;
  readonly keyDenied?: boolean | undefined;
  readonly labels?: readonly string[] | undefined;
  readonly tags?: ReadonlyMap<string, string> | undefined;
  readonly modifiedBy?: string | undefined;
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

  /** @throws ServiceError `ParameterNotFound` */
  require(name: string): Parameter {
    const parameter = this.find(name);
    if (parameter === undefined) throw new ServiceError('ParameterNotFound', '');
    return parameter;
  }

  /** Finds a version by its number or label, the latest when neither is given. */
  findVersion(parameter: Parameter, selector: string | undefined): ParameterVersion | undefined {
    if (selector === undefined) return parameter.latest;
    return parameter.versions.find((each) => String(each.version) === selector || each.labels.includes(selector));
  }

  /** @throws ServiceError `ParameterVersionNotFound` */
  requireVersion(parameter: Parameter, selector: string | undefined): ParameterVersion {
    const found = this.findVersion(parameter, selector);
    if (found !== undefined) return found;
    throw new ServiceError(
      'ParameterVersionNotFound',
      `Systems Manager could not find version ${selector} of ${parameter.name}. Verify the version and try again.`,
    );
  }

  /** Writes a new version; what `input` leaves out stays as it was, except the key. Never refuses anything: the operations do. */
  put(name: string, input: ParameterInput): Parameter {
    const former = this.parameters.get(name);
    const { value, labels = [], modifiedBy = localUserArn } = input;
    const type = input.type ?? former?.type ?? 'String';
    const latest: ParameterVersion = {
      version: (former?.latest.version ?? 0) + 1,
      value,
      labels,
      modifiedAtMs: this.context.clock(),
      modifiedBy,
      description: input.description ?? former?.latest.description,
      keyId: type === 'SecureString' ? (input.keyId ?? defaultKeyId) : undefined,
      tier: input.tier ?? former?.latest.tier ?? 'Standard',
      allowedPattern: input.allowedPattern ?? former?.latest.allowedPattern,
    };
    const parameter: Parameter = {
      name,
      type,
      keyDenied: input.keyDenied ?? former?.keyDenied ?? false,
      tags: input.tags ?? former?.tags ?? new Map(),
      latest,
      versions: [...(former?.versions ?? []).map((each) => without(each, labels)), latest].slice(-mostVersions),
    };
    this.parameters.set(name, parameter);
    this.changed('PutParameter', name);
    return parameter;
  }

  /** Deletes a parameter; false when there was none. */
  delete(name: string): boolean {
    if (!this.parameters.delete(name)) return false;
    this.changed('DeleteParameter', name);
    return true;
  }

  /** Moves labels to one version of a parameter. @throws ServiceError `ParameterVersionLabelLimitExceeded` */
  label(parameter: Parameter, version: number, labels: readonly string[]): void {
    const versions = parameter.versions.map((each) => {
      const others = without(each, labels);
      return each.version === version ? { ...others, labels: [...others.labels, ...labels] } : others;
    });
    if (versions.some((each) => each.labels.length > mostLabels)) {
      throw new ServiceError(
        'ParameterVersionLabelLimitExceeded',
        `A parameter version can have at most ${mostLabels} labels.`,
      );
    }
    this.keepVersions(parameter, versions, 'LabelParameterVersion');
  }

  /** Removes labels from one version of a parameter. */
  unlabel(parameter: Parameter, version: number, labels: readonly string[]): void {
    const versions = parameter.versions.map((each) => (each.version === version ? without(each, labels) : each));
    this.keepVersions(parameter, versions, 'UnlabelParameterVersion');
  }

  /** Replaces the tags of a parameter. */
  tag(parameter: Parameter, tags: ReadonlyMap<string, string>, operation: string): void {
    this.parameters.set(parameter.name, { ...parameter, tags });
    this.changed(operation, parameter.name);
  }

  private keepVersions(parameter: Parameter, versions: readonly ParameterVersion[], operation: string): void {
    this.parameters.set(parameter.name, { ...parameter, versions, latest: versions.at(-1) ?? parameter.latest });
    this.changed(operation, parameter.name);
  }

  private changed(operation: string, name: string): void {
    this.context.changed({ service: 'ssm', operation, name });
  }
}

/**
 * Refuses another version where the oldest would have to go and has a label.
 *
 * Source: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html
 *
 * @throws ServiceError `ParameterMaxVersionLimitExceeded`
 */
export function checkVersionLimit({ name, versions }: Parameter): void {
  const [oldest] = versions;
  if (oldest === undefined || versions.length < mostVersions || oldest.labels.length === 0) return;
  throw new ServiceError(
    'ParameterMaxVersionLimitExceeded',
    `You attempted to create a new version of ${name} by calling the PutParameter API with the overwrite flag. ` +
      `Version ${oldest.version}, the oldest version, can't be deleted because it has a label associated with it. ` +
      'Move the label to another version of the parameter, and try again.',
  );
}

function without(version: ParameterVersion, labels: readonly string[]): ParameterVersion {
  return { ...version, labels: version.labels.filter((label) => !labels.includes(label)) };
}
