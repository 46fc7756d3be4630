/** Why there are no credentials to sign a call with. */
export class CredentialsError extends Error {
  override readonly name = 'CredentialsError';

  /** What would make the source give them, where that is known. */
  declare readonly remedy?: string;

  /**
   * @param problem - What the source of credentials answered, without any credentials.
   * @param isOutage - Whether the source failed; `false`: it has none for this process, or refuses to give them.
   */
  constructor(
    problem: string,
    readonly isOutage: boolean,
    { remedy, ...options }: ErrorOptions & { readonly remedy?: string } = {},
  ) {
    super(problem, options);
    if (remedy !== undefined) this.remedy = remedy;
  }
}
