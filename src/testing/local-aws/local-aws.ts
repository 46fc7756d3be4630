import { type AttributeValue } from '@aws-sdk/client-dynamodb';

import { type CallLog } from './call-log';
import { type LocalAwsFault } from './faults';
import { type LocalAwsLimits, type LocalAwsOptions } from './local-aws-options';
import { type LocalAwsSeed, type SeedChanges, type SeedParameter } from './local-aws-seed';
import { LocalAwsServer } from './local-aws-server';
import { type LocalAwsChange } from './service';

export { type CallLog, type LocalAwsCall, type LocalAwsOutcome } from './call-log';
export { LocalAwsError } from './local-aws-error';
export { type LocalAwsFault } from './faults';
export { localAwsEnvironment, type LocalAwsLimits, type LocalAwsOptions } from './local-aws-options';
export {
  type LocalAwsSeed,
  type SeedChange,
  type SeedChanges,
  type SeedParameter,
  type SeedRotation,
  type SeedSecret,
  type SeedTable,
} from './local-aws-seed';
export { type ParameterType } from './parameter-store';
export { type LocalAwsChange, type LocalAwsService } from './service';

/**
 * AWS on one loopback port, for tests: SSM Parameter Store, Secrets Manager, DynamoDB, the part of KMS that wraps keys,
 * and who asks, from STS.
 *
 * It holds everything in memory and checks no signatures.
 */
export interface LocalAws extends AsyncDisposable {
  /** Endpoint for every client, without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** Variables that point the AWS SDKs and the CLI here; the credentials in it are obviously not real. */
  readonly environment: Readonly<Record<string, string>>;
  /** The requests received. */
  readonly calls: CallLog;

  /**
   * Adds to what is there, and overwrites what has the same name.
   *
   * @param seed - A seed, or the path of a seed file.
   * @throws LocalAwsError when it is malformed; nothing is applied then.
   */
  seed(seed: LocalAwsSeed | string): Promise<void>;
  /**
   * Replaces what seeds have given until now.
   *
   * What this seed names is then as it says, also where clients have changed it; what only former seeds named is gone;
   * what clients have made under other names stays. What is as it should be is not written again.
   *
   * @param seed - A seed, or the path of a seed file.
   * @throws LocalAwsError when it is malformed; everything stays as it was then.
   */
  reseed(seed: LocalAwsSeed | string): Promise<SeedChanges>;
  /** Replaces the faults; their counts begin anew. @throws LocalAwsError */
  setFaults(faults: readonly LocalAwsFault[]): void;
  /** @param latencyMs - Milliseconds every request waits before it is performed. */
  setLatency(latencyMs: number): void;
  /** Replaces the limits; absent ones are lifted. */
  setLimits(limits: LocalAwsLimits): void;

  /** Every row of a table, as the SDK would give it; none when there is no such table. */
  rows(table: string): Promise<Record<string, AttributeValue>[]>;
  /** Deletes every row of a table. */
  clearTable(table: string): Promise<void>;
  /** Deletes a table, if there is one. */
  deleteTable(table: string): Promise<void>;
  /**
   * Deletes the rows whose time to live is over, in tables that have it enabled.
   *
   * @param nowSeconds - Seconds since the Unix epoch.
   * @returns How many rows were deleted.
   */
  expireItems(nowSeconds: number): Promise<number>;

  /** Writes a parameter as a seed does; its type stays when only a text is given. */
  putParameter(name: string, value: string | SeedParameter): void;
  /** Deletes a parameter, if there is one. */
  deleteParameter(name: string): void;
  /** Gives a secret a new current version, and creates or restores it when need be. */
  putSecret(name: string, value: string | Uint8Array): void;
  /** Deletes a secret at once, if there is one. */
  deleteSecret(name: string): void;

  /**
   * Calls `listener` after every change of a parameter, a secret or the rows of a table, also those made by clients.
   *
   * @returns Ends the calls.
   */
  onChange(listener: (change: LocalAwsChange) => void): () => void;
  /** Ends every connection and frees the port. Never rejects; may be called again. */
  close(): Promise<void>;
}

/**
 * Starts a local AWS.
 *
 * @throws LocalAwsError for a malformed option or seed, a host that is not loopback, and a port that is taken;
 * InvalidSettingsError for an option that does not exist.
 *
 * @example
 * const aws = await startLocalAws({ seed: { ssm: { '/orders/prod/db_host': 'db.internal' } } });
 * const ssm = new SSMClient({ endpoint: aws.url, region: 'us-east-1', credentials });
 * // ...
 * await aws.close();
 */
export async function startLocalAws(options: LocalAwsOptions = {}): Promise<LocalAws> {
  return LocalAwsServer.start(options);
}
