import type {
  DescribeSecretCommandOutput,
  SecretsManagerClient,
  SecretVersionsListEntry,
} from '@aws-sdk/client-secrets-manager';
import { readPages } from '../aws/pages';
import {
  createSecret,
  currentStage,
  currentVersionOf,
  deleteSecret,
  describeSecret,
  getSecretValue,
  listSecretVersions,
  putSecretValue,
  recoveryDays,
  restoreSecret,
  type SecretContent,
  tagSecret,
  updateSecret,
} from '../aws/requests/secrets';
import { tagsOf } from '../aws/tags';
import { momentOf } from '../base/time';
import { type ConfigValue } from '../item/value';
import { isSecretId } from './secret-values';
import { unlessAbsent, WriteCalls } from './write-calls';
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

const restoreIt = 'restore it, delete it for good, or wait until it is gone';

/** Writes secrets of Secrets Manager; description, key, tags and rotation of one that exists stay as they are. */
export class SecretsWriter implements SourceWriter {
  private readonly calls: WriteCalls;

  constructor(
    readonly provider: string,
    private readonly connecting: Promise<SecretsManagerClient>,
    session: WriteSession,
  ) {
    this.calls = new WriteCalls(provider, session);
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
    const isReadable =
      withValue && described.DeletedDate === undefined && currentVersionOf(described?.VersionIdsToStages) !== undefined;
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
    if (typeof expected === 'object' && currentVersionOf(described?.VersionIdsToStages) !== expected.version)
      throw this.calls.changed(name);
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
    if (expected !== undefined && currentVersionOf(described?.VersionIdsToStages) !== expected.version)
      throw this.calls.changed(name);
    // Also where the answer to an earlier attempt was lost.
    if (described.DeletedDate !== undefined && !force) return { recoverableUntilMs: momentOf(described.DeletedDate) };
    const request = deleteSecret(await this.connecting, name, force ? 0 : days);
    const { DeletionDate: date } = await this.calls.send(request, { entry: name, signal });
    return { recoverableUntilMs: force ? undefined : momentOf(date) };
  }

  async restore(address: EntryAddress, { signal }: CallOptions = {}): Promise<void> {
    const name = this.checkedName(address);
    await this.calls.send(restoreSecret(await this.connecting, name), { entry: name, signal });
  }

  async tag(
    address: EntryAddress,
    tags: Readonly<Record<string, string>>,
    { signal }: CallOptions = {},
  ): Promise<void> {
    const name = this.checkedName(address);
    await this.calls.send(tagSecret(await this.connecting, name, tags), { entry: name, signal });
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
    const request = createSecret(await this.connecting, name, content, { description, keyId, tags });
    const { VersionId: version } = await this.calls.send(request, { entry: name, signal });
    return { version, created: true };
  }

  private async update(
    name: string,
    content: SecretContent,
    { description, keyId, signal }: EntryWrite,
  ): Promise<WriteOutcome> {
    const client = await this.connecting;
    const request =
      description === undefined && keyId === undefined
        ? putSecretValue(client, name, content)
        : updateSecret(client, name, { description, keyId }, content);
    const { VersionId: version } = await this.calls.send<{ readonly VersionId?: string | undefined }>(request, {
      entry: name,
      signal,
    });
    return { version, created: false };
  }

  /** @returns `undefined` when there is no such secret. */
  private async describe(
    name: string,
    signal: AbortSignal | undefined,
  ): Promise<DescribeSecretCommandOutput | undefined> {
    return unlessAbsent(this.calls.send(describeSecret(await this.connecting, name), { entry: name, signal }));
  }

  private async versionsOf(name: string, signal: AbortSignal | undefined): Promise<readonly SecretVersionsListEntry[]> {
    const client = await this.connecting;
    return readPages(
      (token: string | undefined) => this.calls.send(listSecretVersions(client, name, token), { entry: name, signal }),
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
    const request = getSecretValue(await this.connecting, name, version);
    const { SecretBinary: bytes, SecretString: text } = await this.calls.send(request, { entry: name, signal });
    const value = text ?? bytes;
    if (value !== undefined) return value;
    throw this.calls.refuse(name, 'failed', 'the answer of the service has no value');
  }

  private contentOf(name: string, value: ConfigValue): SecretContent {
    if (typeof value === 'string' || value instanceof Uint8Array) return value;
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
    version: currentVersionOf(described?.VersionIdsToStages),
    changedAtMs: momentOf(LastChangedDate),
    changedBy: undefined,
    deletionAtMs: momentOf(DeletedDate),
    keyId: KmsKeyId,
    description: Description,
    tags: tagsOf(Tags),
  };
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
