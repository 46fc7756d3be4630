/** Why there are no credentials to sign a call with. */
export class CredentialsError extends Error {
  override readonly name = 'CredentialsError';

  /**
   * @param problem - What the source of the credentials answered, without any of them.
   * @param isOutage - Whether the source failed; `false`: it has none for this process, or refuses them.
   */
  constructor(
    problem: string,
    readonly isOutage: boolean,
    options?: ErrorOptions,
  ) {
    super(problem, options);
  }
}
