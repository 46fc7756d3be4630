import { type LocalAws, LocalAwsError } from '../testing';
import { FileWatch } from './file-watch';
import { describeChanges } from './reports';

/** What became of a seed file that has changed, in words and never with a value. */
export interface ReloadOutcome {
  readonly kind: 'applied' | 'refused';
  readonly text: string;
}

/** The seed file, which may change while the local AWS runs. */
export class SeedFile {
  private constructor(
    private readonly path: string,
    private readonly watch: FileWatch,
  ) {}

  /** Begins with the file as it is now; to be called before it is read, so that no change is missed. */
  static async begin(path: string): Promise<SeedFile> {
    return new SeedFile(path, await FileWatch.begin(path));
  }

  /**
   * Puts the file in the place of what it said before, when it has changed; to be called at intervals.
   *
   * A file that cannot be read or is malformed changes nothing.
   *
   * @returns `undefined` when the file has not changed, or is still being written.
   */
  async reload(aws: Pick<LocalAws, 'reseed'>): Promise<ReloadOutcome | undefined> {
    if (!(await this.watch.hasChanged())) return undefined;
    try {
      const changes = await aws.reseed(this.path);
      return { kind: 'applied', text: `${this.path} was read again: ${describeChanges(changes)}.` };
    } catch (error) {
      // Any other message may quote the file.
      const problem = error instanceof LocalAwsError ? error.message : `${(error as Error).name} while doing so.`;
      return { kind: 'refused', text: `${this.path} was not applied. ${problem}` };
    }
  }
}
