import type {
  DescribeSecretCommandOutput,
  SecretsManagerClient,
  SecretVersionsListEntry,
} from '@aws-sdk/client-secrets-manager';
import { randomUUID } from 'node:crypto';
import { readPages } from '../aws/pages';
import { tagListOf, tagsOf } from '../aws/tags';
import { momentOf } from '../base/time';
import { type ConfigValue } from '../item/value';
import { isSecretId } from './secret-values';
import { type KnownFailures, unlessAbsent, type WriteCall, WriteCalls } from './write-calls';
import { WriteError } from './write-error';
import {
  type CallOptions,
  type EntryAddress,
  type EntryVersion,
  type EntryWrite,
  type ReadEntryOptions,
  type RemoveOptions,
  type RemoveOutcome,
  type SourceWriter,
  type StoredEntry,
  type WriteOutcome,
  type WriteSession,
} from './writer';

/** Days for which a deleted secret can be restored where nothing else is said, and their limits. */
const recoveryDays = { usual: 30, least: 7, most: 30 } as const;
/** Staging label of the version that lookups get. */
const currentStage = 'AWSCURRENT';
const restoreIt = 'restore it, delete it for good, or wait until it is gone';

/** Source: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html#API_CreateSecret_Errors */
const failures: KnownFailures = {
  ResourceNotFoundException: ['not-found', 'there is no such secret or version'],
  ResourceExistsException: ['exists', 'the secret exists already; write it without the condition that it does not'],
  LimitExceededException: [
    'quota',
    'a quota is reached: the secrets of the account, or the versions of this one; remove some, or try again later',
  ],
  EncryptionFailure: [
    'unusable-key',
    'the KMS key cannot be used; enable it, allow kms:GenerateDataKey, or give another one',
  ],
  DecryptionFailure: ['unusable-key', 'the KMS key cannot be used; enable it, or allow kms:Decrypt'],
  PreconditionNotMetException: ['busy', 'the secret is being replicated; try again in a moment'],
  MalformedPolicyDocumentException: ['invalid', 'the resource policy of the secret is not valid'],
};

/** Writes secrets of Secrets Manager; description, key, tags and rotation of one that exists stay as they are. */
export class SecretsWriter implements SourceWriter {
  private readonly calls: WriteCalls;

  constructor(
    readonly provider: string,
    private readonly connecting: Promise<SecretsManagerClient>,
    session: WriteSession,
  ) {
    this.calls = new WriteCalls(provider, session, { failures });
  }

  exactName({ directory, name }: EntryAddress): string {
    return `${directory.path}/${name}`;
  }

  async read(
    address: EntryAddress,
    { withValue = true, signal }: ReadEntryOptions = {},
  ): Promise<StoredEntry | undefined> {
    const name = this.exactName(address);
    if (!isSecretId(name)) return undefined;
    const described = await this.describe(name, signal);
    if (described === undefined) return undefined;
    const isReadable = withValue && described.DeletedDate === undefined && currentOf(described) !== undefined;
    const value = isReadable ? await this.valueOf(name, undefined, signal).catch(unlessRefused) : undefined;
    return storedEntry(name, described, value);
  }

  async write(address: EntryAddress, write: EntryWrite): Promise<WriteOutcome> {
    const { expected, restore = false, signal } = write;
    const name = this.checkedName(address);
    const content = this.contentOf(name, write.value);
    const described = await this.describe(name, signal);
    if (expected === 'absent' && described !== undefined && described.DeletedDate === undefined) {
      throw this.calls.refuse(name, 'exists', 'the secret exists already');
    }
    if (typeof expected === 'object' && currentOf(described) !== expected.version) throw this.calls.changed(name);
    if (described?.DeletedDate !== undefined) {
      if (!restore) throw this.scheduled(name, described.DeletedDate);
      await this.restore(address, { signal });
    }
    return described === undefined ? this.create(name, content, write) : this.update(name, content, write);
  }

  async remove(
    address: EntryAddress,
    { expected, force = false, recoveryDays: days, signal }: RemoveOptions = {},
  ): Promise<RemoveOutcome> {
    const name = this.checkedName(address);
    this.checkDays(name, force, days);
    const described = await this.describe(name, signal);
    if (described === undefined) return { recoverableUntilMs: undefined };
    if (expected !== undefined && currentOf(described) !== expected.version) throw this.calls.changed(name);
    // Also where the answer to an earlier attempt was lost.
    if (described.DeletedDate !== undefined && !force) return { recoverableUntilMs: momentOf(described.DeletedDate) };
    const { DeleteSecretCommand } = await import('@aws-sdk/client-secrets-manager');
    const client = await this.connecting;
    const how = force ? { ForceDeleteWithoutRecovery: true } : { RecoveryWindowInDays: days ?? recoveryDays.usual };
    const command = new DeleteSecretCommand({ SecretId: name, ...how });
    const call = this.call(client, name, 'DeleteSecret', signal, { changes: true });
    const { DeletionDate: date } = await this.calls.send(call, (o) => client.send(command, o));
    return { recoverableUntilMs: force ? undefined : momentOf(date) };
  }

  async restore(address: EntryAddress, { signal }: CallOptions = {}): Promise<void> {
    const name = this.checkedName(address);
    const { RestoreSecretCommand } = await import('@aws-sdk/client-secrets-manager');
    const client = await this.connecting;
    const call = this.call(client, name, 'RestoreSecret', signal, { changes: true });
    await this.calls.send(call, (o) => client.send(new RestoreSecretCommand({ SecretId: name }), o));
  }

  async tag(
    address: EntryAddress,
    tags: Readonly<Record<string, string>>,
    { signal }: CallOptions = {},
  ): Promise<void> {
    const name = this.checkedName(address);
    const { TagResourceCommand } = await import('@aws-sdk/client-secrets-manager');
    const client = await this.connecting;
    const command = new TagResourceCommand({ SecretId: name, Tags: tagListOf(tags) });
    const call = this.call(client, name, 'TagResource', signal, { changes: true });
    await this.calls.send(call, (o) => client.send(command, o));
  }

  /** Lists the versions that are still kept, also those without a staging label; Secrets Manager does not say who wrote them. */
  async history(address: EntryAddress, { signal }: CallOptions = {}): Promise<readonly EntryVersion[]> {
    const name = this.checkedName(address);
    const versions = await this.versionsOf(name, signal);
    return versions
      .toSorted(newestFirst)
      .map(({ VersionId: version = '', VersionStages: labels = [], CreatedDate }) => ({
        version,
        current: labels.includes(currentStage),
        writtenAtMs: momentOf(CreatedDate),
        writtenBy: undefined,
        labels,
        value: undefined,
      }));
  }

  async readVersion(address: EntryAddress, version: string, { signal }: CallOptions = {}): Promise<ConfigValue> {
    const name = this.checkedName(address);
    const versions = await this.versionsOf(name, signal);
    const found = versions.find((each) => each.VersionId === version || each.VersionStages?.includes(version) === true);
    if (found?.VersionId === undefined) {
      throw this.calls.noVersion(name, version);
    }
    return this.valueOf(name, found.VersionId, signal);
  }

  private async create(
    name: string,
    content: SecretContent,
    { description, keyId, signal, tags }: EntryWrite,
  ): Promise<WriteOutcome> {
    const { CreateSecretCommand } = await import('@aws-sdk/client-secrets-manager');
    const client = await this.connecting;
    const input = {
      Name: name,
      ...content,
      // The same for all attempts: one that has been done is not done again.
      ClientRequestToken: randomUUID(),
      ...(description !== undefined && { Description: description }),
      ...(keyId !== undefined && { KmsKeyId: keyId }),
      ...(tags !== undefined && { Tags: tagListOf(tags) }),
    };
    const call = this.call(client, name, 'CreateSecret', signal, { changes: true, sent: content.SecretString });
    const { VersionId: version } = await this.calls.send(call, (o) => client.send(new CreateSecretCommand(input), o));
    return { version, created: true };
  }

  private async update(
    name: string,
    content: SecretContent,
    { description, keyId, signal }: EntryWrite,
  ): Promise<WriteOutcome> {
    const client = await this.connecting;
    const input = { SecretId: name, ...content, ClientRequestToken: randomUUID() };
    const sent = { changes: true, sent: content.SecretString };
    if (description === undefined && keyId === undefined) {
      const { PutSecretValueCommand } = await import('@aws-sdk/client-secrets-manager');
      const call = this.call(client, name, 'PutSecretValue', signal, sent);
      const { VersionId } = await this.calls.send(call, (o) => client.send(new PutSecretValueCommand(input), o));
      return { version: VersionId, created: false };
    }
    const { UpdateSecretCommand } = await import('@aws-sdk/client-secrets-manager');
    const facts = {
      ...(description !== undefined && { Description: description }),
      ...(keyId !== undefined && { KmsKeyId: keyId }),
    };
    const call = this.call(client, name, 'UpdateSecret', signal, sent);
    const command = new UpdateSecretCommand({ ...input, ...facts });
    const { VersionId } = await this.calls.send(call, (o) => client.send(command, o));
    return { version: VersionId, created: false };
  }

  /** @returns `undefined` when there is no such secret. */
  private async describe(
    name: string,
    signal: AbortSignal | undefined,
  ): Promise<DescribeSecretCommandOutput | undefined> {
    const { DescribeSecretCommand } = await import('@aws-sdk/client-secrets-manager');
    const client = await this.connecting;
    const call = this.call(client, name, 'DescribeSecret', signal);
    return unlessAbsent(this.calls.send(call, (o) => client.send(new DescribeSecretCommand({ SecretId: name }), o)));
  }

  private async versionsOf(name: string, signal: AbortSignal | undefined): Promise<readonly SecretVersionsListEntry[]> {
    const { ListSecretVersionIdsCommand } = await import('@aws-sdk/client-secrets-manager');
    const client = await this.connecting;
    const call = this.call(client, name, 'ListSecretVersionIds', signal);
    return readPages(
      (token: string | undefined) => {
        const input = { SecretId: name, IncludeDeprecated: true, MaxResults: 100, NextToken: token };
        return this.calls.send(call, (o) => client.send(new ListSecretVersionIdsCommand(input), o));
      },
      (page) => page.NextToken,
      (page) => page.Versions,
    );
  }

  /** @param version - Id of the version; absent: the current one. */
  private async valueOf(
    name: string,
    version: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<ConfigValue> {
    const { GetSecretValueCommand } = await import('@aws-sdk/client-secrets-manager');
    const client = await this.connecting;
    const call = this.call(client, name, 'GetSecretValue', signal);
    const command = new GetSecretValueCommand({ SecretId: name, VersionId: version });
    const { SecretBinary: bytes, SecretString: text } = await this.calls.send(call, (o) => client.send(command, o));
    const value = text ?? bytes;
    if (value !== undefined) return value;
    throw this.calls.refuse(name, 'failed', 'the answer of the service has no value');
  }

  private contentOf(name: string, value: ConfigValue): SecretContent {
    if (typeof value === 'string') return { SecretString: value };
    if (value instanceof Uint8Array) return { SecretBinary: value };
    throw this.calls.refuse(name, 'invalid', 'expected a text or bytes; write data as JSON text');
  }

  private checkedName(address: EntryAddress): string {
    const name = this.exactName(address);
    if (isSecretId(name)) return name;
    throw this.calls.refuse(
      name,
      'invalid',
      'no secret can have this name; it has letters, digits and /_+=.@!-, and 512 characters at most',
    );
  }

  private checkDays(name: string, force: boolean, days: number | undefined): void {
    if (days === undefined) return;
    const { least, most } = recoveryDays;
    if (force) throw this.calls.refuse(name, 'invalid', 'with force there is no time in which it can be restored');
    if (Number.isInteger(days) && days >= least && days <= most) return;
    throw this.calls.refuse(name, 'invalid', `a secret can be restored for ${least} to ${most} days`);
  }

  private scheduled(name: string, date: Date): WriteError {
    const problem = `the secret is scheduled for deletion on ${date.toISOString()}; ${restoreIt}`;
    return this.calls.refuse(name, 'scheduled-for-deletion', problem);
  }

  private call(
    client: SecretsManagerClient,
    name: string,
    operation: string,
    signal: AbortSignal | undefined,
    more: Pick<WriteCall, 'changes' | 'sent'> = {},
  ): WriteCall {
    const resource = `arn:aws:secretsmanager:*:*:secret:${name}-*`;
    return { client, entry: name, remedy: `allow secretsmanager:${operation} on ${resource}`, signal, ...more };
  }
}

interface SecretContent {
  readonly SecretString?: string;
  readonly SecretBinary?: Uint8Array;
}

function storedEntry(
  exactName: string,
  described: DescribeSecretCommandOutput,
  value: ConfigValue | undefined,
): StoredEntry {
  const { DeletedDate, Description, KmsKeyId, LastChangedDate, Tags } = described;
  return {
    exactName,
    value,
    secret: true,
    version: currentOf(described),
    changedAtMs: momentOf(LastChangedDate),
    changedBy: undefined,
    deletionAtMs: momentOf(DeletedDate),
    keyId: KmsKeyId,
    description: Description,
    tags: tagsOf(Tags),
  };
}

/** Gives the id of the current version; `undefined` for a secret without a value. */
function currentOf(described: DescribeSecretCommandOutput | undefined): string | undefined {
  const versions = Object.entries(described?.VersionIdsToStages ?? {});
  return versions.find(([, stages]) => stages.includes(currentStage))?.[0];
}

function newestFirst(one: SecretVersionsListEntry, other: SecretVersionsListEntry): number {
  return (momentOf(other.CreatedDate) ?? 0) - (momentOf(one.CreatedDate) ?? 0);
}

/** A value that may not be read can still be overwritten. */
function unlessRefused(error: unknown): undefined {
  const reasons: readonly string[] = ['not-permitted', 'unusable-key', 'not-found'];
  if (error instanceof WriteError && reasons.includes(error.reason)) return undefined;
  throw error;
}
