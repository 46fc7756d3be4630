import { InvalidSettingsError } from '../errors';

/**
 * Code that is loaded on first use. Bundlers keep whatever a method may load: a part is provided by a function, so that a bundle
 * holds it only where that function is called. In Node, all parts are provided.
 *
 * @typeParam Module - What is loaded.
 */
export class Part<Module extends object> {
  private importModule: (() => Promise<Module>) | undefined;

  /**
   * @param user - What needs the part, for the error.
   * @param provider - The function that provides it.
   */
  constructor(
    private readonly user: string,
    private readonly provider: string,
  ) {}

  /** Names what loads the part. */
  provide(importModule: () => Promise<Module>): void {
    this.importModule = importModule;
  }

  /** Loads the part. @throws InvalidSettingsError where it is not provided. */
  load(): Promise<Module> {
    return this.importModule === undefined ? Promise.reject(this.absence()) : this.importModule();
  }

  /** Loads the part; `undefined` where it is not provided. */
  async loadIfProvided(): Promise<Module | undefined> {
    return this.importModule?.();
  }

  /** Gives the error of a part that is not provided. */
  absence(): InvalidSettingsError {
    const problem = `is not in this bundle: call ${this.provider}() of xcon or xcon/core where the service starts.`;
    return new InvalidSettingsError(this.user, problem);
  }
}
