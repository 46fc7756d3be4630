import { ConfigError, nameErrors } from '../errors';

/**
 * Why an entry was not written, removed or read for a write.
 *
 * - `exists`: it was to be created, and is there already. `changed`: it is not as it was when it was read.
 * - `busy`: the service is still applying another change. `throttled`: it allows no more calls for now.
 * - `type-mismatch`: the type of a parameter cannot be changed. `invalid`: the source cannot hold this value, name or option.
 * - `scheduled-for-deletion`: a secret of this name waits for its deletion. `quota`: a limit of the service is reached.
 * - `not-permitted`, `unusable-key`: the credentials, or the KMS key, do not allow it.
 * - `read-only`: the source cannot be written. `not-found`: there is no such entry or version. `failed`: anything else.
 */
export type WriteFailure =
  | 'exists'
  | 'changed'
  | 'busy'
  | 'throttled'
  | 'type-mismatch'
  | 'invalid'
  | 'scheduled-for-deletion'
  | 'quota'
  | 'not-permitted'
  | 'unusable-key'
  | 'read-only'
  | 'not-found'
  | 'failed';

/** A source did not write, remove or restore an entry. The message never has its value. */
export class WriteError extends ConfigError {
  override readonly name = 'WriteError';
  readonly code = 'WRITE_FAILED';

  /**
   * @param provider - Short name of the provider.
   * @param entry - Full name of the entry; `undefined` when the source as a whole cannot be written.
   * @param reason - Why, for code.
   * @param problem - Why and what to do, for people; without any value.
   * @param options - `cause`: the error of the SDK.
   */
  constructor(
    readonly provider: string,
    readonly entry: string | undefined,
    readonly reason: WriteFailure,
    problem: string,
    options?: ErrorOptions,
  ) {
    super(`${entry === undefined ? provider : `${entry} (${provider})`}: ${problem}`, options);
  }
}

nameErrors({ WriteError });

/**
 * Makes the error of a source that cannot be written.
 *
 * @param isShared - Whether other processes read the same source.
 */
export function readOnly(provider: string, isShared: boolean): WriteError {
  const problem = isShared
    ? 'this source can be read and not written from here; change it where it is kept, or choose another one'
    : 'this source belongs to the process that reads it, as environment variables do; set it where that process is started, or choose another source';
  return new WriteError(provider, undefined, 'read-only', problem);
}
