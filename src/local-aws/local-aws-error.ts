import { ConfigError } from '../errors';

/**
 * Invalid use of the local AWS, or of another substitute for AWS in tests: a malformed seed or fault, a host that is not loopback, a command
 * without an answer, a missing package.
 *
 * Never sent over HTTP: clients get the errors of the real services.
 */
export class LocalAwsError extends ConfigError {
  override readonly name = 'LocalAwsError';
  readonly code = 'LOCAL_AWS';

  /** @param problem - What is wrong, where, and what was expected; never a value. */
  constructor(problem: string, options?: ErrorOptions) {
    super(problem, options);
  }
}

/**
 * Loads a package that is only needed by those who use a part of the local AWS.
 *
 * @param purpose - What needs it, for the message.
 * @param load - The dynamic import, so that bundlers see its literal name.
 * @throws LocalAwsError that says what to install when the package is missing; any other failure is passed on.
 */
export async function loadOptional<T>(name: string, purpose: string, load: () => Promise<T>): Promise<T> {
  return load().catch(explainMissing(name, purpose));
}

/**
 * Handles the failure of an import of an optional package, where bundlers must see that it may fail: behind `.catch`.
 *
 * @param purpose - What needs the package, for the message.
 * @throws LocalAwsError that says what to install when the package is missing; any other failure is passed on.
 */
export function explainMissing(name: string, purpose: string): (error: unknown) => never {
  return (error) => {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== 'MODULE_NOT_FOUND' && code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new LocalAwsError(`${purpose} needs the package ${name}. Run: npm install --save-dev ${name}`, {
      cause: error,
    });
  };
}
