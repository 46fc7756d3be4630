import { createHash, randomUUID } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { type FileHandle, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { sleep } from '../../base/time';

/** Largest file that is read, **bytes**. */
const maxBytes = 64 * 1024 * 1024;
/** Permissions of others than the owner. */
const othersMode = 0o077;
/** Age at which a temporary file counts as left over from a write that was aborted, **milliseconds**. */
const longestWriteMs = 60_000;
/** Attempts to be the only writer, and the longest pause between two, **milliseconds**: about 5 s in all. */
const mostAttempts = 200;
const longestPauseMs = 50;

/** Result of reading a file: its content, `undefined` when there is none, or why it is not trusted. */
export type FileContent = Buffer | undefined | { readonly distrusted: string };

/** Why something that is not a regular file (a pipe, a device, a directory) is neither read nor replaced. */
export const notRegular = 'it is not a regular file';

/**
 * Reads a file that no other user may read or write.
 *
 * Does not block on a pipe or a device at its path.
 *
 * @throws The error of the file system, unless there is no such file.
 */
export async function readPrivateFile(path: string): Promise<FileContent> {
  let handle;
  try {
    handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
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
 * Updates a file that no other user may read, atomically.
 *
 * Only one process at a time writes it, so that no update is lost: its temporary file in the same folder marks it as the writer. Temporary
 * files of processes that have ended are removed.
 *
 * @param update - Gives the new content; `undefined` leaves the file as it is.
 * @param random - Gives a number in `[0, 1)`, for the pauses between attempts.
 * @throws The error of the file system; an `Error` when other processes keep writing it.
 * Source: https://pubs.opengroup.org/onlinepubs/9799919799/functions/rename.html
 */
export async function updatePrivateFile(
  path: string,
  update: (content: FileContent) => Buffer | undefined,
  random: () => number,
): Promise<void> {
  for (let attempt = 1; attempt <= mostAttempts; attempt += 1) {
    if (await updateAlone(path, update)) return;
    await sleep(longestPauseMs * random());
  }
  throw new Error('other processes are writing it');
}

/**
 * Updates a file unless there is another writer. @returns Whether it did.
 *
 * A writer creates its temporary file before it looks for others, so that of two writers at least one sees the other.
 */
async function updateAlone(path: string, update: (content: FileContent) => Buffer | undefined): Promise<boolean> {
  const temporary = temporaryName(path);
  let handle: FileHandle | undefined;
  try {
    handle = await open(temporary, 'wx', 0o600);
    if (await hasOtherWriter(path, temporary, await handle.stat())) return false;
    const content = update(await readPrivateFile(path));
    if (content === undefined) return true;
    await handle.writeFile(content);
    await handle.sync();
    if (!(await renamed(temporary, path))) return false;
  } finally {
    await handle?.close();
    await rm(temporary, { force: true });
  }
  await syncDirectory(dirname(path));
  return true;
}

/** Renames a temporary file. @returns Whether it still existed: that of a process that was stopped for long has been removed. */
async function renamed(temporary: string, path: string): Promise<boolean> {
  try {
    await rename(temporary, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

/** Whether another process is writing; removes temporary files of processes that have ended. */
async function hasOtherWriter(path: string, own: string, { mtimeMs: nowMs }: Stats): Promise<boolean> {
  const folder = dirname(path);
  let isOther = false;
  for (const name of await readdir(folder)) {
    const other = join(folder, name);
    const writer = other === own ? undefined : writerOf(name, path);
    if (writer === undefined) continue;
    if (await isLeftover(other, writer, nowMs)) await rm(other, { force: true });
    else isOther = true;
  }
  return isOther;
}

interface Writer {
  readonly host: string;
  readonly pid: number;
}

function temporaryName(path: string): string {
  return `${path}.${thisHost()}.${process.pid}.${randomUUID()}.tmp`;
}

/** Gives the process whose temporary file has this name; `undefined` for any other name. */
function writerOf(name: string, path: string): Writer | undefined {
  const start = `${basename(path)}.`;
  const match = /^([0-9a-f]{8})\.(\d{1,10})\.[0-9a-f-]{36}\.tmp$/.exec(
    name.startsWith(start) ? name.slice(start.length) : '',
  );
  return match === null ? undefined : { host: match[1] ?? '', pid: Number(match[2]) };
}

/**
 * Whether the writer of a temporary file has ended.
 *
 * For a writer on another host or in another container, only the age counts; it is measured by the clock of the file system.
 */
async function isLeftover(temporary: string, { host, pid }: Writer, nowMs: number): Promise<boolean> {
  if (host === thisHost() && !isRunning(pid)) return true;
  // A file that does not exist any more belongs to no writer.
  const mtimeMs = await stat(temporary).then(
    (stats) => stats.mtimeMs,
    () => Number.NEGATIVE_INFINITY,
  );
  return nowMs - mtimeMs > longestWriteMs;
}

/** Source: https://nodejs.org/api/process.html#processkillpid-signal */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** Identifies this host in file names. */
function thisHost(): string {
  return createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
}

function distrustOf(stats: Stats): string | undefined {
  const { mode, size, uid } = stats;
  if (!stats.isFile()) return notRegular;
  if (size > maxBytes) return `it is larger than ${maxBytes} bytes`;
  // Windows has neither owners nor modes of this kind.
  const own = process.getuid?.();
  if (own === undefined) return undefined;
  if (uid !== own) return 'it belongs to another user';
  if ((mode & othersMode) !== 0) return `others may use it (mode ${(mode & 0o777).toString(8)}); make it 600`;
  return undefined;
}

/** Makes the new name durable, where directories can be synced. */
async function syncDirectory(path: string): Promise<void> {
  try {
    const handle = await open(path, 'r');
    await handle.sync().finally(() => handle.close());
  } catch {
    // Windows does not support it; the file itself has been synced.
  }
}
