import type { ParameterHistory, SSMClient } from '@aws-sdk/client-ssm';
import { readPages } from '../aws/pages';
import {
  deleteParameter,
  getParameterHistory,
  listParameterTags,
  parameterFactsOf,
  putParameter,
  tagParameter,
} from '../aws/requests/parameters';
import { tagsOf } from '../aws/tags';
import { momentOf } from '../base/time';
import { type ConfigValue } from '../item/value';
import { isParameterName } from './secure-parameters';
import { requireText, unlessAbsent, wasRepeated, WriteCalls } from './write-calls';
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

/**
 * Writes parameters.
 *
 * What a parameter has beside its value stays as it is: description, tier, key, pattern and policies are read first and written
 * again, because `PutParameter` would take its defaults for them.
 */
export class SsmWriter implements SourceWriter {
  private readonly calls: WriteCalls;

  constructor(
    readonly provider: string,
    private readonly connecting: Promise<SSMClient>,
    session: WriteSession,
  ) {
    this.calls = new WriteCalls(provider, session);
  }

  exactName({ directory, name }: EntryAddress): string {
    return `${directory.path}/${name}`;
  }

  async read(
    address: EntryAddress,
    { withValue = true, withTags = false, signal }: ReadEntryOptions = {},
  ): Promise<StoredEntry | undefined> {
    const name = this.exactName(address);
    if (!isParameterName(name)) return undefined;
    const versions = await this.versionsOf(name, withValue, signal);
    const latest = latestOf(versions);
    if (latest === undefined) return undefined;
    const tags = withTags ? await this.tagsOf(name, signal) : undefined;
    return storedEntry(name, latest, tags);
  }

  async write(address: EntryAddress, write: EntryWrite): Promise<WriteOutcome> {
    const { expected, signal, value } = write;
    const name = this.checkedName(address);
    const text = requireText(this.calls, name, value);
    if (text === '') {
      throw this.calls.refuse(name, 'invalid', 'Parameter Store takes no empty value; remove it, or put it elsewhere');
    }
    const latest = expected === 'absent' ? undefined : latestOf(await this.versionsOf(name, false, signal));
    if (typeof expected === 'object' && versionText(latest) !== expected.version) throw this.calls.changed(name);
    const { description, keyId, secret, tags, tier, type } = write;
    const former = latest && parameterFactsOf(latest);
    const wanted = type ?? (secret === true ? 'SecureString' : (former?.type ?? 'String'));
    const put = { name, value: text, type: wanted, tier, keyId, description, tags, former };
    try {
      const request = putParameter(await this.connecting, put);
      const { Version } = await this.calls.send(request, { entry: name, signal });
      return { version: Version === undefined ? undefined : `${Version}`, created: latest === undefined };
    } catch (error) {
      if (latest === undefined && (await this.isOwnCreation(error, address, text))) {
        return { version: '1', created: true };
      }
      throw error;
    }
  }

  async remove(address: EntryAddress, { expected, signal }: RemoveOptions = {}): Promise<RemoveOutcome> {
    const name = this.checkedName(address);
    if (expected !== undefined) {
      const latest = latestOf(await this.versionsOf(name, false, signal));
      if (latest !== undefined && versionText(latest) !== expected.version) throw this.calls.changed(name);
    }
    // Gone already: also where the answer to an earlier attempt was lost.
    await unlessAbsent(this.calls.send(deleteParameter(await this.connecting, name), { entry: name, signal }));
    return { recoverableUntilMs: undefined };
  }

  async tag(
    address: EntryAddress,
    tags: Readonly<Record<string, string>>,
    { signal }: CallOptions = {},
  ): Promise<void> {
    const name = this.checkedName(address);
    await this.calls.send(tagParameter(await this.connecting, name, tags), { entry: name, signal });
  }

  async history(address: EntryAddress, { signal }: CallOptions = {}): Promise<readonly EntryVersion[]> {
    const versions = await this.versionsOf(this.checkedName(address), false, signal);
    const latest = latestOf(versions);
    return versions
      .toSorted((one, other) => numberOf(other) - numberOf(one))
      .map((each) => ({
        version: `${each.Version}`,
        current: each === latest,
        writtenAtMs: momentOf(each.LastModifiedDate),
        writtenBy: each.LastModifiedUser,
        labels: each.Labels ?? [],
        value: each.Type === 'SecureString' ? undefined : each.Value,
      }));
  }

  async readVersion(address: EntryAddress, version: string, { signal }: CallOptions = {}): Promise<ConfigValue> {
    const name = this.checkedName(address);
    const versions = await this.versionsOf(name, true, signal);
    const found = versions.find((each) => `${each.Version}` === version || each.Labels?.includes(version) === true);
    if (found === undefined) {
      throw this.calls.noVersion(name, version);
    }
    const { Value: value } = found;
    if (value !== undefined) return value;
    throw this.calls.refuse(
      name,
      'unusable-key',
      `version ${version} cannot be decrypted; allow kms:Decrypt on its key`,
    );
  }

  /**
   * Reads the versions of a parameter; none when there is no such parameter. Where the key of a secret is refused, its values are
   * left out.
   */
  private async versionsOf(
    name: string,
    decrypt: boolean,
    signal: AbortSignal | undefined,
  ): Promise<readonly ParameterHistory[]> {
    const client = await this.connecting;
    const read = (withDecryption: boolean): Promise<readonly ParameterHistory[]> =>
      readPages(
        (token: string | undefined) =>
          this.calls.send(getParameterHistory(client, name, withDecryption, token), { entry: name, signal }),
        (page) => page.NextToken,
        (page) => page.Parameters,
      );
    const encrypted = (): Promise<readonly ParameterHistory[]> => read(false).then((all) => all.map(withoutCiphertext));
    if (!decrypt) return (await unlessAbsent(encrypted())) ?? [];
    try {
      return (await unlessAbsent(read(true))) ?? [];
    } catch (error) {
      const isOfKey = error instanceof WriteError && ['unusable-key', 'not-permitted'].includes(error.reason);
      if (!isOfKey) throw error;
      return (await unlessAbsent(encrypted())) ?? [];
    }
  }

  private async tagsOf(name: string, signal: AbortSignal | undefined): Promise<Readonly<Record<string, string>>> {
    const request = listParameterTags(await this.connecting, name);
    const { TagList: tags } = await this.calls.send(request, { entry: name, signal });
    return tagsOf(tags);
  }

  /**
   * Whether a parameter that exists already is the one that this writer was creating: when the answer to the first attempt is lost,
   * the SDK repeats the call.
   */
  private async isOwnCreation(error: unknown, address: EntryAddress, text: string): Promise<boolean> {
    if (!(error instanceof WriteError) || error.reason !== 'exists' || !wasRepeated(error)) return false;
    const stored = await this.read(address).catch(() => undefined);
    return stored?.version === '1' && stored.value === text;
  }

  private checkedName(address: EntryAddress): string {
    const name = this.exactName(address);
    if (isParameterName(name)) return name;
    throw this.calls.refuse(
      name,
      'invalid',
      'no parameter can have this name; it has letters, digits and ._- between slashes, and 1,011 characters at most',
    );
  }
}

function storedEntry(
  exactName: string,
  latest: ParameterHistory,
  tags: Readonly<Record<string, string>> | undefined,
): StoredEntry {
  return {
    exactName,
    value: latest.Value,
    secret: latest.Type === 'SecureString',
    version: versionText(latest),
    changedAtMs: momentOf(latest.LastModifiedDate),
    changedBy: latest.LastModifiedUser,
    deletionAtMs: undefined,
    type: latest.Type,
    tier: latest.Tier,
    keyId: latest.KeyId,
    description: latest.Description,
    tags,
  };
}

function latestOf(versions: readonly ParameterHistory[]): ParameterHistory | undefined {
  return versions.toSorted((one, other) => numberOf(other) - numberOf(one))[0];
}

function numberOf({ Version: version = 0 }: ParameterHistory): number {
  return version;
}

function versionText(version: ParameterHistory | undefined): string | undefined {
  return version?.Version === undefined ? undefined : `${version.Version}`;
}

/** What a call without decryption gives for a `SecureString` is no value. */
function withoutCiphertext(version: ParameterHistory): ParameterHistory {
  return version.Type === 'SecureString' ? { ...version, Value: undefined } : version;
}
