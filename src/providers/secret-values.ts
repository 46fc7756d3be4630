import type {
  BatchGetSecretValueCommandOutput,
  GetSecretValueCommandOutput,
  SecretsManagerClient,
  SecretValueEntry,
} from '@aws-sdk/client-secrets-manager';
import { classifyAwsError, remedyOf } from '../aws/aws-errors';
import { describeError } from '../base/describe-error';
import { startWork } from '../base/start-work';
import { batchesOf, promisesOf } from '../aws/batches';
import { momentOf } from '../base/time';
import { DirectoryItem } from '../item/directory-item';
import { Unavailable, type UnreadSecret } from '../item/directory-listing';
import { type SecretOutcome } from './provider';

/** Up to this many values are read one by one, in parallel; more by the batch call. */
const mostSingleReads = 5;
/** Names that a secret can have; `rds!` begins those that RDS manages. */
export const secretName = /^[A-Za-z0-9/_+=.@!-]+$/;
/** What the ARN of a secret begins with. */
const arnPrefix = /^arn:[^:]+:secretsmanager:[^:]*:[^:]*:secret:/;
/** Most ids that a batch call takes. */
const maxBatchSize = 20;

/** How secrets are read. */
export interface SecretReading {
  /** The client to read with. */
  readonly connecting: Promise<SecretsManagerClient>;
  /** Short name of the provider. */
  readonly source: string;
  /** What tells it apart in cache keys. */
  readonly cacheName: string;
  readonly signal: AbortSignal;
}

/**
 * Reads the values of secrets by name, in one round.
 *
 * @returns A promise per exact name.
 */
export function readSecretValues(
  reading: SecretReading,
  secrets: readonly UnreadSecret[],
): ReadonlyMap<string, Promise<SecretOutcome>> {
  const reader = new SecretValueReader(reading);
  const possible = secrets.filter(({ exactName }) => secretName.test(exactName.replace(arnPrefix, '')));
  // A name that no secret can have would fail the call.
  const started = new Map<string, Promise<SecretOutcome>>(
    secrets.map(({ exactName }) => [exactName, Promise.resolve(undefined)]),
  );
  if (possible.length <= mostSingleReads) {
    for (const each of possible)
      started.set(
        each.exactName,
        startWork(() => reader.readOne(each)),
      );
    return started;
  }
  for (const batch of batchesOf(possible, maxBatchSize)) {
    for (const [name, outcome] of promisesOf(batch, exactNameOf, reader.readBatch(batch))) started.set(name, outcome);
  }
  return started;
}

/**
 * Reads the version of a secret that the current one has replaced.
 *
 * @returns `undefined` when there is none.
 * Source: https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html#term_version
 */
export function readPreviousValue(reading: SecretReading, secret: UnreadSecret): Promise<SecretOutcome> {
  return new SecretValueReader(reading).readOne(secret, 'AWSPREVIOUS');
}

function exactNameOf({ exactName }: UnreadSecret): string {
  return exactName;
}

type BatchError = NonNullable<BatchGetSecretValueCommandOutput['Errors']>[number];

class SecretValueReader {
  constructor(private readonly reading: SecretReading) {}

  /** @param stage - Label of the version to read; absent: the current one. */
  async readOne(secret: UnreadSecret, stage?: string): Promise<SecretOutcome> {
    const { connecting, signal: abortSignal } = this.reading;
    const client = await connecting;
    const { GetSecretValueCommand } = await import('@aws-sdk/client-secrets-manager');
    try {
      await client.config.region();
      const command = new GetSecretValueCommand({ SecretId: secret.exactName, VersionStage: stage });
      return this.itemOf(secret, await client.send(command, { abortSignal }));
    } catch (error) {
      return outcomeOf(secret, error, describeError(error));
    }
  }

  /** Reads up to 20 values. @returns What picks one of them; it reads the value alone where the batch could not. */
  async readBatch(secrets: readonly UnreadSecret[]): Promise<(secret: UnreadSecret) => Promise<SecretOutcome>> {
    const { connecting, signal: abortSignal } = this.reading;
    const client = await connecting;
    const { BatchGetSecretValueCommand } = await import('@aws-sdk/client-secrets-manager');
    const input = { SecretIdList: secrets.map(({ exactName }) => exactName) };
    let output: BatchGetSecretValueCommandOutput;
    try {
      await client.config.region();
      output = await client.send(new BatchGetSecretValueCommand(input), { abortSignal });
    } catch (error) {
      if (classifyAwsError(error) !== 'not-permitted') throw error;
      return (secret) => this.readOne(secret);
    }
    const values = new Map(output.SecretValues?.flatMap((each) => [each.Name, each.ARN].map((id) => [id, each])));
    const errors = new Map(output.Errors?.map((each) => [each.SecretId, each]));
    return (secret) => this.pick(secret, values.get(secret.exactName), errors.get(secret.exactName));
  }

  private async pick(
    secret: UnreadSecret,
    value: SecretValueEntry | undefined,
    error: BatchError | undefined,
  ): Promise<SecretOutcome> {
    if (value !== undefined) return this.itemOf(secret, value);
    if (error === undefined) return this.readOne(secret);
    const thrown = Object.assign(new Error(error.Message ?? ''), { name: error.ErrorCode ?? 'Error' });
    return outcomeOf(secret, thrown, describeError(thrown));
  }

  private itemOf(secret: UnreadSecret, value: GetSecretValueCommandOutput | SecretValueEntry): DirectoryItem {
    const { exactName, directory, nextRotationMs } = secret;
    const found = value.SecretString ?? value.SecretBinary;
    if (typeof found !== 'string' && !(found instanceof Uint8Array)) {
      throw new Error(`The answer for ${exactName} has neither SecretString nor SecretBinary.`);
    }
    const name = exactName.slice(exactName.lastIndexOf('/') + 1);
    const { source, cacheName } = this.reading;
    return new DirectoryItem({
      name,
      value: found,
      directory,
      source,
      cacheName,
      secret: true,
      exactName,
      nextRotationMs,
      version: value.VersionId,
      changedAtMs: momentOf(value.CreatedDate),
    });
  }
}

function outcomeOf({ exactName }: UnreadSecret, error: unknown, reason: string): SecretOutcome {
  const failure = classifyAwsError(error);
  if (failure === 'not-found') return undefined;
  if (failure !== 'not-permitted') throw error;
  const resource = arnPrefix.test(exactName) ? exactName : `arn:aws:secretsmanager:*:*:secret:${exactName}-*`;
  return new Unavailable(reason, remedyOf(error, `allow secretsmanager:GetSecretValue on ${resource}`));
}
