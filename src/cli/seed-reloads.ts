import { type LocalAws, LocalAwsError } from '../testing';
import { type FileWatch } from './file-watch';
import { describeChanges } from './reports';

/** What there is to say about a seed file that has changed. */
export type ReloadOutcome = { readonly changes: string } | { readonly problem: string };

/**
 * Puts a seed file in the place of what it held before, when it has changed.
 *
 * A file that cannot be read or is malformed changes nothing.
 *
 * @returns `undefined` when the file has not changed, or is still being written.
 */
export async function reloadSeed(
  path: string,
  watch: FileWatch,
  aws: Pick<LocalAws, 'reseed'>,
): Promise<ReloadOutcome | undefined> {
  if (!(await watch.hasChanged())) return undefined;
  try {
    return { changes: describeChanges(await aws.reseed(path)) };
  } catch (error) {
    // Any other message may quote the file.
    const problem = error instanceof LocalAwsError ? error.message : `${(error as Error).name} while it was applied.`;
    return { problem };
  }
}
