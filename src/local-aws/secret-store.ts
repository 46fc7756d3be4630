import { randomUUID } from 'node:crypto';

import { secretArn } from './arn';
import { type ServiceContext } from './service';
import { ServiceError } from './service-error';

/** What a secret holds: a text, or bytes as base64. */
export type SecretContent = { readonly text: string } | { readonly binary: string };

/** One version of a secret. */
export interface SecretVersion {
  readonly id: string;
  readonly content: SecretContent;
  readonly createdAtMs: number;
  /** Staging labels; a version without any is deprecated. */
  readonly stages: readonly string[];
}

/**
 * Moves a staging label to one version.
 *
 * The version that loses `AWSCURRENT` becomes `AWSPREVIOUS`, as in the real service.
 *
 * @param toId - Version that receives the label; when no version has this id the label is only removed.
 */
export function moveStage(versions: readonly SecretVersion[], stage: string, toId: string): readonly SecretVersion[] {
  const from = versions.find((each) => each.stages.includes(stage));
  const moved = versions.map((each) => {
    const others = each.stages.filter((other) => other !== stage);
    return { ...each, stages: each.id === toId ? [...others, stage] : others };
  });
  if (stage !== 'AWSCURRENT' || from === undefined || from.id === toId) return moved;
  return moveStage(moved, 'AWSPREVIOUS', from.id);
}

/** Adds a version and moves its staging labels to it; the first version of a secret is always current. */
function addVersion(versions: readonly SecretVersion[], added: SecretVersion): readonly SecretVersion[] {
  const stages = versions.length === 0 ? new Set([...added.stages, 'AWSCURRENT']) : added.stages;
  const all: readonly SecretVersion[] = [...versions, { ...added, stages: [] }];
  return [...stages].reduce((moved, stage) => moveStage(moved, stage, added.id), all);
}

/** Versions without a label that are a day old go when there are too many, the oldest first. */
function keptVersions(versions: readonly SecretVersion[], nowMs: number): readonly SecretVersion[] {
  const old = versions.filter(({ stages, createdAtMs }) => stages.length === 0 && createdAtMs <= nowMs - dayMs);
  const gone = new Set(old.slice(0, Math.max(0, versions.length - mostVersions)));
  return versions.filter((each) => !gone.has(each));
}

/** Maps version ids to staging labels, deprecated versions left out. */
export function versionsToStages(versions: readonly SecretVersion[]): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(versions.filter(({ stages }) => stages.length > 0).map(({ id, stages }) => [id, stages]));
}

/** Whether two contents are the same: a repeated request is no conflict. */
export function isSameContent(one: SecretContent, other: SecretContent): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** A secret with all its versions, oldest first. */
export interface Secret {
  readonly name: string;
  readonly arn: string;
  readonly description?: string | undefined;
  readonly kmsKeyId?: string | undefined;
  readonly tags?: ReadonlyMap<string, string> | undefined;
  readonly createdAtMs: number;
  readonly changedAtMs: number;
  /** Day on which its value was last read; absent when it never was. */
  readonly accessedAtMs?: number | undefined;
  /** End of the recovery window; absent while the secret is not scheduled for deletion. */
  readonly deletionAtMs?: number | undefined;
  readonly versions: readonly SecretVersion[];
  /** The caller may not read its value. */
  readonly denied?: boolean | undefined;
  /** False while the listing lags behind. */
  readonly listed?: boolean | undefined;
  readonly rotationEnabled?: boolean | undefined;
  readonly nextRotationAtMs?: number | undefined;
}

/** Properties of a secret beside its versions that an operation may set. */
export type SecretPatch = Partial<Omit<Secret, 'name' | 'arn' | 'createdAtMs' | 'changedAtMs' | 'accessedAtMs'>>;

/** A day, in milliseconds. */
export const dayMs = 86_400_000;

/**
 * Most versions of a secret, and most staging labels of all its versions.
 *
 * Source: https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html
 */
export const mostVersions = 100;
export const mostStages = 20;

const arnForm = /^arn:aws[\w-]*:secretsmanager:[^:]*:[^:]*:secret:/;

/** The secrets of the local AWS, in the order in which they were created. */
export class SecretStore {
  private readonly secrets = new Map<string, Secret>();

  constructor(private readonly context: ServiceContext) {}

  /** Every secret, in order, those scheduled for deletion included. */
  get all(): readonly Secret[] {
    return [...this.secrets.values()].filter((each) => !this.isGone(each));
  }

  /** Current time, milliseconds since the Unix epoch. */
  get nowMs(): number {
    return this.context.clock();
  }

  /** Finds a secret by its name, its ARN, or its ARN without the six characters at the end. */
  find(id: string): Secret | undefined {
    const rest = id.replace(arnForm, '');
    if (rest === id) return this.named(id);
    const whole = this.named(rest.replace(/-[^-]{6}$/, ''));
    return whole !== undefined && whole.arn.endsWith(`:${rest}`) ? whole : this.named(rest);
  }

  /** @throws ServiceError `ResourceNotFoundException` */
  require(id: string): Secret {
    const secret = this.find(id);
    if (secret !== undefined) return secret;
    throw new ServiceError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
  }

  /** @throws ServiceError `ResourceNotFoundException`, or `InvalidRequestException` when it is scheduled for deletion. */
  requireLive(id: string): Secret {
    const secret = this.require(id);
    if (secret.deletionAtMs === undefined) return secret;
    throw new ServiceError(
      'InvalidRequestException',
      "You can't perform this operation on the secret because it was marked for deletion.",
    );
  }

  /** Records that the value of a secret was read. Source: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DescribeSecret.html (the day only) */
  recordAccess(secret: Secret): void {
    this.keep({ ...secret, accessedAtMs: this.nowMs - (this.nowMs % dayMs) });
  }

  /** Makes a secret that has no version yet; listeners are called when it gets one. */
  create(name: string, patch: SecretPatch): Secret {
    const nowMs = this.nowMs;
    return this.keep({ name, arn: secretArn(name), createdAtMs: nowMs, changedAtMs: nowMs, versions: [], ...patch });
  }

  /** Changes a secret, and reports which operation did. */
  update(secret: Secret, patch: SecretPatch, operation: string): Secret {
    const updated = this.keep({ ...secret, ...patch, changedAtMs: this.nowMs });
    this.changed(operation, secret.name);
    return updated;
  }

  /** Gives the versions of `secret` and a further one, for the caller's `update`. */
  versionsWith(secret: Secret, content: SecretContent, id?: string, stages: readonly string[] = ['AWSCURRENT']) {
    const added = { id: id ?? randomUUID(), content, createdAtMs: this.nowMs, stages };
    return keptVersions(addVersion(secret.versions, added), this.nowMs);
  }

  /** Deletes a secret at once. */
  remove(secret: Secret): void {
    this.secrets.delete(secret.name);
    this.changed('DeleteSecret', secret.name);
  }

  private named(name: string): Secret | undefined {
    const secret = this.secrets.get(name);
    return secret === undefined || this.isGone(secret) ? undefined : secret;
  }

  /** Whether the recovery window is over. */
  private isGone({ deletionAtMs = Infinity }: Secret): boolean {
    return deletionAtMs <= this.nowMs;
  }

  private keep(secret: Secret): Secret {
    this.secrets.set(secret.name, secret);
    return secret;
  }

  private changed(operation: string, name: string): void {
    this.context.changed({ service: 'secretsmanager', operation, name });
  }
}

/** The request breaks a constraint of an operation of Secrets Manager. */
export function invalidParameter(message: string): ServiceError {
  return new ServiceError('InvalidParameterException', message);
}
