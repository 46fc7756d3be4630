import { randomBytes } from 'node:crypto';
import type { KMSClient } from '@aws-sdk/client-kms';

interface Input {
  readonly CiphertextBlob?: Uint8Array;
  readonly EncryptionContext?: Readonly<Record<string, string>>;
}

/** Wraps data keys in memory, behind as much of the KMS client as the cache uses. */
export class MemoryKms {
  private readonly wrapped = new Map<string, { readonly key: Uint8Array; readonly context: string }>();

  /** This as the client that `AwsClients` takes. */
  get client(): KMSClient {
    return this as unknown as KMSClient;
  }

  send({ constructor, input }: { readonly constructor: { readonly name: string }; readonly input: Input }) {
    const context = JSON.stringify(input.EncryptionContext);
    if (constructor.name === 'GenerateDataKeyCommand') {
      const key = Uint8Array.from(randomBytes(32));
      const blob = Uint8Array.from(randomBytes(64));
      this.wrapped.set(Buffer.from(blob).toString('hex'), { key, context });
      return Promise.resolve({ Plaintext: key, CiphertextBlob: blob });
    }
    const known = this.wrapped.get(Buffer.from(input.CiphertextBlob ?? []).toString('hex'));
    if (known?.context === context) return Promise.resolve({ Plaintext: known.key });
    return Promise.reject(Object.assign(new Error('not ours'), { name: 'InvalidCiphertextException' }));
  }

  destroy(): void {
    // Nothing is open.
  }
}
