import { stat } from 'node:fs/promises';

/**
 * Notices that a file has changed and come to rest.
 *
 * It compares the answers of `stat` instead of listening for events: those are lost when an editor puts a new file in the
 * place of the old one, behind symbolic links, and on some mounted folders.
 */
export class FileWatch {
  private constructor(
    private readonly path: string,
    private reported: string,
    private seen = reported,
  ) {}

  /** Begins with the file as it is now; it may be missing. */
  static async begin(path: string): Promise<FileWatch> {
    return new FileWatch(path, await fingerprint(path));
  }

  /**
   * Looks at the file; to be called at intervals.
   *
   * @returns Whether it is another than when this was last true, and as it was one look ago, so that its writer has finished.
   */
  async hasChanged(): Promise<boolean> {
    const now = await fingerprint(this.path);
    const isAtRest = now === this.seen;
    this.seen = now;
    if (!isAtRest || now === this.reported) return false;
    this.reported = now;
    return true;
  }
}

async function fingerprint(path: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join(' ');
  } catch (error) {
    return `absent ${(error as NodeJS.ErrnoException).code}`;
  }
}
