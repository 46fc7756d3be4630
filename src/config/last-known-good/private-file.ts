import { randomUUID } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Largest file that is read, **bytes**. */
const maxBytes = 64 * 1024 * 1024;
/** Permissions of others than the owner. */
const othersMode = 0o077;

/** What came of reading a file: its content, `undefined` when there is none, or why it is not trusted. */
export type FileContent = Buffer | undefined | { readonly distrusted: string };

/**
 * Reads a file that nobody else may read or write.
 *
 * @throws What the file system answers, unless there is no such file.
 */
export async function readPrivateFile(path: string): Promise<FileContent> {
  let handle;
  try {
    handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    if (code === 'ELOOP') return { distrusted: 'it is a symbolic link' };
    throw error;
  }
  try {
    const distrusted = distrustOf(await handle.stat());
    return distrusted === undefined ? await handle.readFile() : { distrusted };
  } finally {
    await handle.close();
  }
}

/**
 * Writes a file that nobody else may read, as a whole or not at all: beside it first, then in its place.
 *
 * @throws What the file system answers.
 * Source: https://pubs.opengroup.org/onlinepubs/9799919799/functions/rename.html
 */
export async function writePrivateFile(path: string, content: Buffer): Promise<void> {
  const beside = `${path}.${randomUUID()}.tmp`;
  try {
    const handle = await open(beside, 'wx', 0o600);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
  await syncDirectory(dirname(path));
}

function distrustOf(stats: Stats): string | undefined {
  const { mode, size, uid } = stats;
  if (!stats.isFile()) return 'it is no file';
  if (size > maxBytes) return `it is larger than ${maxBytes} bytes`;
  // Windows has neither owners nor modes of this kind.
  const own = process.getuid?.();
  if (own === undefined) return undefined;
  if (uid !== own) return 'it belongs to another user';
  if ((mode & othersMode) !== 0) return `others may use it (mode ${(mode & 0o777).toString(8)}); make it 600`;
  return undefined;
}

/** Makes the new name last over a loss of power, where directories can be synced. */
async function syncDirectory(path: string): Promise<void> {
  try {
    const handle = await open(path, 'r');
    await handle.sync().finally(() => handle.close());
  } catch {
    // Windows cannot; the file itself has been synced.
  }
}
