import { mkdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { type FileContent, readPrivateFile, updatePrivateFile } from '../config/last-known-good/private-file';
import { addressText } from './entry-kind';
import {
  type EntryRecord,
  type EntryRecords,
  lockedError,
  type LockHolder,
  readHolder,
  readRecord,
  type StateStore,
  unreadableState,
} from './state';

/** Version of the format. */
const version = 1;

/** Where the state of a stack is kept in a file. */
export interface FileStateOptions {
  /** The file; its lock is beside it, with `.lock` appended. */
  readonly path: string;
  /** Name of the owner of the entries. */
  readonly stack: string;
  /** Gives the current time, **milliseconds** since the Unix epoch. Default: the system's. */
  readonly nowMs?: () => number;
  /** Gives a number in `[0, 1)`, for pauses between attempts. Default: `Math.random`. */
  readonly random?: () => number;
}

/** What a lock in a file says of its process, so that one that has ended is not waited for. */
interface FileLock extends LockHolder {
  readonly host: string;
  readonly pid: number;
}

/**
 * The state in a file of this user alone: written as a whole or not at all, mode 600, synced to the disk. For one machine; teams
 * use {@link TableState}.
 */
export class FileState implements StateStore {
  constructor(private readonly options: FileStateOptions) {}

  get place(): string {
    return this.options.path;
  }

  async load(): Promise<EntryRecords> {
    return this.recordsOf(await readPrivateFile(this.options.path));
  }

  async save(changes: ReadonlyMap<string, EntryRecord | undefined>): Promise<void> {
    if (changes.size === 0) return;
    await this.update(this.options.path, (content) => {
      const records = new Map(this.recordsOf(content));
      for (const [address, record] of changes) {
        if (record === undefined) records.delete(address);
        else records.set(address, record);
      }
      const sorted = [...records].sort(([one], [other]) => (one < other ? -1 : 1));
      const state = { version, stack: this.options.stack, entries: sorted.map(([, record]) => record) };
      return Buffer.from(`${JSON.stringify(state, undefined, 1)}\n`);
    });
  }

  async lock(holder: LockHolder): Promise<void> {
    const lock: FileLock = { ...holder, host: hostname(), pid: process.pid };
    await this.update(this.lockPath, (content) => {
      const other = this.liveLock(content);
      if (other !== undefined && other.id !== holder.id) throw lockedError(this.place, other);
      return Buffer.from(JSON.stringify(lock));
    });
  }

  async unlock(id: string): Promise<boolean> {
    if ((await readPrivateFile(this.lockPath)) === undefined) return false;
    let isHeld = false;
    await this.update(this.lockPath, (content) => {
      isHeld = this.liveLock(content)?.id === id;
      return isHeld ? Buffer.from('{}') : undefined;
    });
    return isHeld;
  }

  async holder(): Promise<LockHolder | undefined> {
    return this.liveLock(await readPrivateFile(this.lockPath));
  }

  private get lockPath(): string {
    return `${this.options.path}.lock`;
  }

  private async update(path: string, change: (content: FileContent) => Buffer | undefined): Promise<void> {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await updatePrivateFile(path, change, this.options.random ?? Math.random);
  }

  private recordsOf(content: FileContent): EntryRecords {
    if (content === undefined) return new Map();
    if (!(content instanceof Uint8Array)) throw unreadableState(this.place, content.distrusted);
    const parsed = parsedJson(content) as { version?: unknown; stack?: unknown; entries?: unknown } | undefined;
    if (parsed?.version !== version || !Array.isArray(parsed.entries))
      throw unreadableState(this.place, 'it is damaged, or of another version');
    if (parsed.stack !== this.options.stack) throw unreadableState(this.place, 'it is of another stack');
    const records = parsed.entries.map(readRecord);
    if (records.some((each) => each === undefined)) throw unreadableState(this.place, 'it is damaged');
    return new Map(records.flatMap((each) => (each === undefined ? [] : [[addressText(each.address), each] as const])));
  }

  private liveLock(content: FileContent): LockHolder | undefined {
    if (!(content instanceof Uint8Array)) return undefined;
    const holder = readHolder(parsedJson(content), (this.options.nowMs ?? Date.now)()) as FileLock | undefined;
    if (holder === undefined) return undefined;
    return holder.host === hostname() && !isRunning(holder.pid) ? undefined : holder;
  }
}

function parsedJson(content: Buffer): unknown {
  try {
    return JSON.parse(content.toString()) as unknown;
  } catch {
    return undefined;
  }
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
