import { ConfigError } from '../../errors';

/**
 * The local AWS, or another stand-in for AWS in tests, was asked for something it cannot do: a malformed seed or fault, a
 * host that is not loopback, a command without an answer, a missing package.
 *
 * Never sent over HTTP: clients get the errors the real services give.
 */
export class LocalAwsError extends ConfigError {
  override readonly name = 'LocalAwsError';
  readonly code = 'LOCAL_AWS';

  /** @param problem - What is wrong, where, and what was expected; never a value. */
  constructor(problem: string, options?: ErrorOptions) {
    super(problem, options);
  }
}
