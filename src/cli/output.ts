/** Where a command says something; a dependency, so that tests can read it. */
export interface Output {
  /** What the command was asked for: other programs may read it. */
  readonly result: (text: string) => void;
  /** What it has to say beside that. */
  readonly message: (text: string) => void;
}
