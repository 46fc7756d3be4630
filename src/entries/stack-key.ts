import { createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { shortDigest } from '../base/digest';
import { seal, type SealOptions, unseal } from '../base/seal';
import { readPrivateFile, updatePrivateFile } from '../config/last-known-good/private-file';
import { InvalidSettingsError } from '../errors';

/** Variable that holds the key of a stack: 32 bytes, base64. */
export const keyVariable = 'XCON_STATE_KEY';
const keyBytes = 32;

/** The key of a stack: digests in state and plan are made with it, and what kinds keep is encrypted with it. */
export interface StackKey {
  /** Identifies the key; the key cannot be derived from it. */
  readonly id: string;
  /** Gives the HMAC-SHA-256 of a text, base64url. Without the key, the text cannot be guessed from it. */
  digest(text: string): string;
  /** Encrypts JSON data. @param owner - Address of the entry: it opens for no other. */
  seal(data: unknown, owner: string): string;
  /** Opens what {@link StackKey.seal} has made. @returns `undefined` for what another key or owner has, or is damaged. */
  open(sealed: string, owner: string): unknown;
}

/**
 * Makes the key of a stack from 32 bytes; of the same bytes, each stack has another one.
 *
 * @param bytes - 32 random bytes.
 * @param stack - Name of the stack.
 */
export function stackKeyOf(bytes: Uint8Array, stack: string): StackKey {
  const derived = (purpose: string): Buffer => Buffer.from(hkdfSync('sha256', bytes, stack, purpose, keyBytes));
  const [digestKey, sealKey] = [derived('xcon entries digest 1'), derived('xcon entries seal 1')];
  const options = (owner: string): SealOptions => ({
    key: sealKey,
    purpose: 'xcon entries private 1',
    associatedData: (saltAndNonce) => Buffer.concat([saltAndNonce, Buffer.from(owner)]),
  });
  return {
    id: shortDigest(digestKey),
    digest: (text) => createHmac('sha256', digestKey).update(text).digest('base64url'),
    seal: (data, owner) => seal(Buffer.from(JSON.stringify(data)), options(owner)).toString('base64'),
    open: (sealed, owner) => {
      const content = unseal(Buffer.from(sealed, 'base64'), options(owner));
      return content === undefined ? undefined : (JSON.parse(content.toString()) as unknown);
    },
  };
}

/**
 * Gives the key of a stack: that of the variable `XCON_STATE_KEY`, else that of a file, which is made when it is not there.
 *
 * @param stack - Name of the stack.
 * @param path - A file of this user alone (mode 600).
 * @param variables - Where the variable is looked up. Default: those of the process.
 * @throws InvalidSettingsError for a variable or a file that holds no key.
 */
export async function loadStackKey(
  stack: string,
  path: string,
  variables: Readonly<Record<string, string | undefined>> = process.env,
): Promise<StackKey> {
  const given = variables[keyVariable];
  if (given !== undefined && given !== '') return stackKeyOf(decoded(given, keyVariable), stack);
  const content = await readPrivateFile(path);
  if (content instanceof Uint8Array && content.length > 0) return stackKeyOf(decoded(content.toString(), path), stack);
  if (content !== undefined && !(content instanceof Uint8Array))
    throw new InvalidSettingsError(path, `${content.distrusted}.`);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  let text = '';
  await updatePrivateFile(
    path,
    (there) => {
      // Another process may have been faster.
      text =
        there instanceof Uint8Array && there.length > 0 ? there.toString() : randomBytes(keyBytes).toString('base64');
      return Buffer.from(text);
    },
    Math.random,
  );
  return stackKeyOf(decoded(text, path), stack);
}

function decoded(text: string, where: string): Uint8Array {
  const bytes = Buffer.from(text.trim(), 'base64');
  if (bytes.length === keyBytes) return bytes;
  throw new InvalidSettingsError(
    where,
    `expected ${keyBytes} bytes as base64: openssl rand -base64 ${keyBytes} makes one.`,
  );
}
