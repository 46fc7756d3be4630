import type {
  BatchGetSecretValueCommandOutput,
  GetSecretValueCommandOutput,
  ListSecretsCommandOutput,
  SecretListEntry,
  SecretsManagerClient,
  SecretValueEntry,
} from '@aws-sdk/client-secrets-manager';
import { classifyAwsError, refusalOf } from '../aws/aws-errors';
import { batchesOf, promisesOf } from '../aws/batches';
import { callAws } from '../aws/call-aws';
import { readPages, wholeAnswer } from '../aws/pages';
import { errorSummary } from '../base/describe-error';
import { startWork } from '../base/start-work';
import { momentOf } from '../base/time';
import { DirectoryItem } from '../item/directory-item';
import { type UnreadSecret } from '../item/directory-listing';
import { type SourceReading } from './aws-provider';
import { type SecretOutcome } from './provider';

/** Up to this many values are read one by one, in parallel; more by the batch call. */
export const mostSingleReads = 5;
/** Names that a secret can have; `rds!` begins those that RDS manages. */
export const secretName = /^[A-Za-z0-9/_+=.@!-]+$/;
/** Prefix of the ARN of a secret. */
const arnPrefix = /^arn:[^:]+:secretsmanager:[^:]*:[^:]*:secret:/;
/** Most ids that a batch call takes. */
const maxBatchSize = 20;
/**
 * Longest name of a secret, and longest id, which can be an ARN.
 * Source: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html
 */
const longest = { name: 512, id: 2048 } as const;

/** How secrets are read. */
export interface SecretReading extends SourceReading<SecretsManagerClient> {
  /** Staging label of the versions to read; absent: the current ones. */
  readonly versionStage?: string | undefined;
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
  const valid = secrets.filter(({ exactName }) => isSecretId(exactName));
  // An invalid name would fail the call.
  const started = new Map<string, Promise<SecretOutcome>>(
    secrets.map(({ exactName }) => [exactName, Promise.resolve(undefined)]),
  );
  // The batch call gives current versions only.
  if (valid.length <= mostSingleReads || reading.versionStage !== undefined) {
    for (const each of valid)
      started.set(
        each.exactName,
        startWork(() => reader.readOne(each)),
      );
    return started;
  }
  for (const batch of batchesOf(valid, maxBatchSize)) {
    for (const [name, outcome] of promisesOf(batch, exactNameOf, reader.readBatch(batch))) started.set(name, outcome);
  }
  return started;
}

/**
 * Reads the previous version of a secret.
 *
 * @returns `undefined` when there is none.
 * Source: https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html#term_version
 */
export function readPreviousValue(reading: SecretReading, secret: UnreadSecret): Promise<SecretOutcome> {
  return new SecretValueReader(reading).readOne(secret, 'AWSPREVIOUS');
}

/** Whether a secret can have a full name or an ARN. */
export function isSecretId(exactName: string): boolean {
  const name = exactName.replace(arnPrefix, '');
  return secretName.test(name) && exactName.length <= (name === exactName ? longest.name : longest.id);
}

function exactNameOf({ exactName }: UnreadSecret): string {
  return exactName;
}

type BatchError = NonNullable<BatchGetSecretValueCommandOutput['Errors']>[number];

class SecretValueReader {
  constructor(private readonly reading: SecretReading) {}

  /** @param stage - Label of the version to read; absent: the one of the reading, else the current one. */
  async readOne(secret: UnreadSecret, stage = this.reading.versionStage): Promise<SecretOutcome> {
    const { connecting, signal: abortSignal } = this.reading;
    const client = await connecting;
    const { GetSecretValueCommand } = await import('@aws-sdk/client-secrets-manager');
    try {
      const command = new GetSecretValueCommand({ SecretId: secret.exactName, VersionStage: stage });
      return this.itemOf(secret, wholeAnswer(await callAws(client, () => client.send(command, { abortSignal }))));
    } catch (error) {
      return this.outcomeOf(secret, error);
    }
  }

  /** Reads up to 20 values. @returns A function that gives one of them; it reads the value alone where the batch call failed. */
  async readBatch(secrets: readonly UnreadSecret[]): Promise<(secret: UnreadSecret) => Promise<SecretOutcome>> {
    const { connecting, signal: abortSignal } = this.reading;
    const client = await connecting;
    const { BatchGetSecretValueCommand } = await import('@aws-sdk/client-secrets-manager');
    const input = { SecretIdList: secrets.map(({ exactName }) => exactName) };
    let output: BatchGetSecretValueCommandOutput;
    try {
      const command = new BatchGetSecretValueCommand(input);
      output = wholeAnswer(await callAws(client, () => client.send(command, { abortSignal })));
    } catch (error) {
      const refusal = refusalOf(error, '');
      if (refusal?.isOfClients === true) return () => Promise.resolve(refusal);
      // The error may concern one id, or only the batch call.
      if (refusal === undefined && !['bad-request', 'not-found'].includes(classifyAwsError(error))) throw error;
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
    return this.outcomeOf(secret, thrown);
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

  private async outcomeOf(secret: UnreadSecret, error: unknown): Promise<SecretOutcome> {
    const { exactName } = secret;
    const resource = arnPrefix.test(exactName) ? exactName : `arn:aws:secretsmanager:*:*:secret:${exactName}-*`;
    const key = /kms/i.test(errorSummary(error).message) ? ', and kms:Decrypt on its key' : '';
    const refusal = refusalOf(error, `allow secretsmanager:GetSecretValue on ${resource}${key}`);
    if (refusal !== undefined) return refusal;
    if (classifyAwsError(error) === 'not-found' || (await this.isDeleted(secret, error))) return undefined;
    throw error;
  }

  /**
   * Whether a secret is in its recovery window. It may still be listed for some minutes; reading it fails.
   *
   * The error also covers other states of a secret, and its message differs between services. Where the message does not decide, the listing
   * of deleted secrets does, which needs no further permission.
   */
  private async isDeleted({ exactName }: UnreadSecret, error: unknown): Promise<boolean> {
    const { name, message } = errorSummary(error);
    if (name !== invalidRequest) return false;
    if (/delet/i.test(message)) return true;
    try {
      const listed = await this.listWithDeleted(exactName);
      return listed.some((each) => [each.Name, each.ARN].includes(exactName) && each.DeletedDate !== undefined);
    } catch {
      // The caller throws its own error, which is more specific.
      return false;
    }
  }

  private async listWithDeleted(exactName: string): Promise<readonly SecretListEntry[]> {
    const { connecting, signal: abortSignal } = this.reading;
    const client = await connecting;
    const { ListSecretsCommand } = await import('@aws-sdk/client-secrets-manager');
    // An ARN ends with a hyphen and six characters that are not part of the name.
    const name = arnPrefix.test(exactName) ? exactName.replace(arnPrefix, '').slice(0, -7) : exactName;
    const input = {
      Filters: [{ Key: 'name' as const, Values: [name] }],
      IncludePlannedDeletion: true,
      MaxResults: 100,
    };
    return readPages(
      (token: string | undefined): Promise<ListSecretsCommandOutput> =>
        client.send(new ListSecretsCommand({ ...input, NextToken: token }), { abortSignal }),
      (page) => page.NextToken,
      (page) => page.SecretList,
    );
  }
}

/** Error of Secrets Manager when the state of a secret does not allow a call. */
const invalidRequest = 'InvalidRequestException';
