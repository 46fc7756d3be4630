import type { KMSClient } from '@aws-sdk/client-kms';
import { errorSummary } from '../base/describe-error';
import { shortDigest } from '../base/digest';
import { seal, type SealOptions, unseal } from '../base/seal';
import { withTimeoutSignal } from '../base/time-limit';
import { importKms } from '../aws/optional-packages';
import { type ResolvedSettings } from '../settings/settings-values';
import { createdAtMs, dataKeyKey, type DataKeyRow, rowTime, nowhere } from './rows';

/** A key that values are sealed with. */
export interface SealingKey {
  /** Identifies the key; part of sort keys. Hexadecimal. */
  readonly id: string;
  /** 32 bytes. */
  readonly bytes: Uint8Array;
  /** When the key is no longer available for opening, **seconds** since the Unix epoch; absent: always available. */
  readonly endsAt?: number;
}

/** What a sealed value is bound to: it does not open after its row was moved, extended or relabelled. */
export interface SealBinding {
  readonly environ: string;
  readonly nameKey: string;
  readonly directory: string;
  readonly source: string | undefined;
  readonly ttl: number | undefined;
  readonly createdAt: string | undefined;
  readonly generation?: number | undefined;
  readonly readAtMs?: number | undefined;
}

/** First byte of a sealed value. */
const version = 2;
/** First byte of the content: whether a text or bytes follow. */
const textTag = 0;
const binaryTag = 1;
/** How long a data key seals before a new one is made, **milliseconds**. */
const dataKeyLifeMs = 24 * 3600 * 1000;
/** How long a wrapped data key is kept after that, so that the last values that it sealed can be opened, **seconds**. */
const dataKeyGraceSeconds = 24 * 3600;

/** Time limit for a call to KMS, **milliseconds**: the lookup continues without the key. */
const kmsTimeoutMs = 1000;

/** What the keys of one partition depend on. */
export interface KeyringOptions {
  readonly settings: ResolvedSettings;
  /** Partition key; the encryption context of data keys. */
  readonly environ: string;
  /** Gives the KMS client; called when a data key is needed. */
  readonly kms: () => Promise<KMSClient>;
  readonly nowMs: () => number;
}

/** A new data key, with the row that keeps it for other processes. */
export interface NewDataKey {
  readonly key: SealingKey;
  readonly row: DataKeyRow;
}

/** The keys of one partition: those of the settings, and data keys that a KMS key wraps. */
export class Keyring {
  readonly #given: readonly SealingKey[];
  #generating: Promise<NewDataKey> | undefined;
  readonly #unwrapped = new Map<string, Promise<SealingKey>>();

  constructor(private readonly options: KeyringOptions) {
    this.#given = options.settings.cacheKeys.map(givenKey);
  }

  /**
   * Gives the key with an id.
   *
   * @param wrapped - Data keys of the partition.
   * @returns `undefined` when there is no such key.
   * @throws The error of KMS when it does not unwrap the key.
   */
  async find(keyId: string, wrapped: readonly DataKeyRow[]): Promise<SealingKey | undefined> {
    const known = this.#given.find(({ id }) => id === keyId);
    if (known !== undefined) return known;
    const row = wrapped.find((each) => each.keyId === keyId);
    return row === undefined || this.options.settings.cacheKmsKeyId === undefined ? undefined : this.unwrap(row);
  }

  /**
   * Gives the key to seal with: the first of the settings, else the newest data key of the last 24 hours, else a new one.
   *
   * @throws The error of KMS.
   */
  async current(wrapped: readonly DataKeyRow[]): Promise<SealingKey | NewDataKey> {
    const [first] = this.#given;
    if (first !== undefined) return first;
    const oldest = this.options.nowMs() - dataKeyLifeMs;
    for (const row of wrapped) {
      if ((createdAtMs(row) ?? 0) <= oldest) continue;
      const key = await this.unwrap(row).catch(unlessForged);
      if (key !== undefined) return key;
    }
    this.#generating ??= this.generate();
    this.#generating.catch(() => (this.#generating = undefined));
    return this.#generating;
  }

  private unwrap(row: DataKeyRow): Promise<SealingKey> {
    const id = identity(row);
    const known = this.#unwrapped.get(id);
    if (known !== undefined) return known;
    const unwrapped = this.decrypt(row);
    this.#unwrapped.set(id, unwrapped);
    unwrapped.catch(() => this.#unwrapped.delete(id));
    return unwrapped;
  }

  private async decrypt(row: DataKeyRow): Promise<SealingKey> {
    const { environ, kms, settings } = this.options;
    const client = await kms();
    const { DecryptCommand } = await importKms();
    const context = contextOf(environ, row.createdAt);
    const input = { CiphertextBlob: row.wrapped, KeyId: settings.cacheKmsKeyId, EncryptionContext: context };
    const { Plaintext: bytes } = await withTimeoutSignal(kmsTimeoutMs, (abortSignal) =>
      client.send(new DecryptCommand(input), { abortSignal }),
    );
    if (bytes?.length !== 32) throw new Error('KMS gave no key of 32 bytes.');
    return { id: row.keyId, bytes, endsAt: endOf(createdAtMs(row) ?? 0) };
  }

  private async generate(): Promise<NewDataKey> {
    const { environ, kms, nowMs, settings } = this.options;
    const client = await kms();
    const { GenerateDataKeyCommand } = await importKms();
    const createdMs = nowMs();
    const context = contextOf(environ, rowTime(createdMs));
    const input = { KeyId: settings.cacheKmsKeyId, KeySpec: 'AES_256' as const, EncryptionContext: context };
    const { Plaintext: bytes, CiphertextBlob: wrapped } = await withTimeoutSignal(kmsTimeoutMs, (abortSignal) =>
      client.send(new GenerateDataKeyCommand(input), { abortSignal }),
    );
    if (bytes?.length !== 32 || wrapped === undefined) throw new Error('KMS gave no data key.');
    const key = { id: shortDigest(wrapped), bytes, endsAt: endOf(createdMs) };
    const row = dataKeyRow(key.id, wrapped, createdMs);
    this.#unwrapped.set(identity(row), Promise.resolve(key));
    return { key, row };
  }
}

/** Encryption context of a data key: it is not unwrapped after its row was moved to another partition, or its time was changed. */
function contextOf(environ: string, createdAt = ''): Record<string, string> {
  return { environ, created_at: createdAt };
}

/** Identifies a data key; an edited row has another identity. */
function identity({ keyId, createdAt = '' }: DataKeyRow): string {
  return `${keyId}|${createdAt}`;
}

/** Gives when a data key expires, **seconds** since the Unix epoch. */
function endOf(createdMs: number): number {
  return Math.ceil((createdMs + dataKeyLifeMs) / 1000) + dataKeyGraceSeconds;
}

/** Skips a key whose row was forged: KMS rejects it. */
function unlessForged(error: unknown): undefined {
  if (errorSummary(error).name !== 'InvalidCiphertextException') throw error;
  return undefined;
}

function dataKeyRow(keyId: string, wrapped: Uint8Array, nowMs: number): DataKeyRow {
  return {
    kind: 'key',
    nameKey: dataKeyKey(keyId),
    name: '~xcon-key',
    directory: nowhere,
    source: 'xcon-key',
    ttl: endOf(nowMs),
    createdAt: rowTime(nowMs),
    keyId,
    wrapped,
  };
}

function givenKey(text: string): SealingKey {
  const bytes = Buffer.from(text, 'base64');
  return { id: shortDigest(bytes), bytes };
}

/**
 * Seals a value under a key derived for this row alone ({@link seal}).
 *
 * @returns Version, salt (16 bytes), nonce (12), tag (16), ciphertext.
 */
export function sealSecret(value: string | Uint8Array, key: SealingKey, binding: SealBinding): Uint8Array {
  const content = Buffer.concat([Buffer.of(typeof value === 'string' ? textTag : binaryTag), Buffer.from(value)]);
  return Buffer.concat([Buffer.of(version), seal(content, sealOptions(key, binding))]);
}

/**
 * Opens a sealed value.
 *
 * @returns `undefined` when it is damaged, of another version, or not bound to this context and this key.
 */
export function openSecret(sealed: Uint8Array, key: SealingKey, binding: SealBinding): string | Uint8Array | undefined {
  const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
  if (bytes[0] !== version) return undefined;
  const opened = unseal(bytes.subarray(1), sealOptions(key, binding));
  if (opened === undefined || opened.length === 0) return undefined;
  return opened[0] === textTag ? opened.toString('utf8', 1) : Uint8Array.from(opened.subarray(1));
}

function sealOptions({ bytes, id }: SealingKey, binding: SealBinding): SealOptions {
  const { environ, nameKey, directory, source, ttl, createdAt, generation, readAtMs } = binding;
  const bound = [environ, nameKey, directory, source, ttl, createdAt, generation, readAtMs, id];
  const associatedData = Buffer.from(JSON.stringify(bound.map((each) => each ?? null)));
  return { key: bytes, purpose: 'xcon sealed row 2', associatedData: () => associatedData };
}
