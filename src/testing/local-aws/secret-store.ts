import { randomUUID } from 'node:crypto';

import { secretArn } from './arn';
import { type ServiceContext } from './service';
import { ServiceError } from './service-error';
import { addVersion, type SecretContent, type SecretVersion } from './secret-versions';

/** A secret with all its versions, oldest first. */
export interface Secret {
  readonly name: string;
  readonly arn: string;
  readonly description?: string | undefined;
  readonly kmsKeyId?: string | undefined;
  readonly tags?: readonly unknown[] | undefined;
  readonly createdAtMs: number;
  readonly changedAtMs: number;
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

/** What an operation may set on a secret beside its versions. */
export type SecretPatch = Partial<Omit<Secret, 'name' | 'arn' | 'createdAtMs' | 'changedAtMs'>>;

const arnForm = /^arn:aws[\w-]*:secretsmanager:[^:]*:[^:]*:secret:/;

/** The secrets of the local AWS, in the order in which they were created. */
export class SecretStore {
  private readonly secrets = new Map<string, Secret>();

  constructor(private readonly context: ServiceContext) {}

  /** Every secret, in order, those scheduled for deletion included. */
  get all(): readonly Secret[] {
    return [...this.secrets.values()];
  }

  /** Current time, milliseconds since the Unix epoch. */
  get nowMs(): number {
    return this.context.clock();
  }

  /** Finds a secret by its name, its ARN, or its ARN without the six characters at the end. */
  find(id: string): Secret | undefined {
    const rest = id.replace(arnForm, '');
    if (rest === id) return this.secrets.get(id);
    const whole = this.secrets.get(rest.replace(/-[^-]{6}$/, ''));
    return whole !== undefined && whole.arn.endsWith(`:${rest}`) ? whole : this.secrets.get(rest);
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

  /** Makes a secret that has no version yet; tells nobody, as the version to come does. */
  create(name: string, patch: SecretPatch): Secret {
    const nowMs = this.nowMs;
    return this.keep({ name, arn: secretArn(name), createdAtMs: nowMs, changedAtMs: nowMs, versions: [], ...patch });
  }

  /** Changes a secret, and tells the listeners which operation did. */
  update(secret: Secret, patch: SecretPatch, operation: string): Secret {
    const updated = this.keep({ ...secret, ...patch, changedAtMs: this.nowMs });
    this.changed(operation, secret.name);
    return updated;
  }

  /** Gives `secret` a further version, kept by the caller's `update`. */
  versionsWith(secret: Secret, content: SecretContent, id?: string, stages: readonly string[] = ['AWSCURRENT']) {
    return addVersion(secret.versions, { id: id ?? randomUUID(), content, createdAtMs: this.nowMs, stages });
  }

  /** Forgets a secret at once. */
  remove(secret: Secret): void {
    this.secrets.delete(secret.name);
    this.changed('DeleteSecret', secret.name);
  }

  private keep(secret: Secret): Secret {
    this.secrets.set(secret.name, secret);
    return secret;
  }

  private changed(operation: string, name: string): void {
    this.context.changed({ service: 'secretsmanager', operation, name });
  }
}
