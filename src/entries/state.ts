import { isPlainObject } from '../item/value';
import { StateError, StateLockedError } from './entries-error';
import { type EntryAddress } from './entry-kind';

/** What is remembered of an entry that the stack owns. No value is in it, nor a digest that one could be guessed from. */
export interface EntryRecord {
  /** Kind, directory and name. */
  readonly address: EntryAddress;
  /** Environment that it is of; absent for a directory of all environments. */
  readonly environment?: string;
  /** Version after the last write. */
  readonly version: string;
  /** Key that the digests were made with. */
  readonly keyId: string;
  /** Digest of each field that the file decided with the last write. */
  readonly fields: Readonly<Record<string, string>>;
  /** Whether the entry may not be deleted; absent: it may. */
  readonly protect?: boolean;
  /** ISO 8601. */
  readonly writtenAt: string;
  /** What its kind keeps, encrypted. */
  readonly kept?: string;
  /** What is needed to create it again, encrypted, from before it is deleted to be replaced until it has been created. */
  readonly replacing?: string;
  /** Whether it was deleted; the record is kept until the change has been followed. */
  readonly isDeleted?: boolean;
  /** Whether cached rows may still have what the entry was before. */
  readonly isUnfollowed?: boolean;
}

/** The records of a stack, by address. */
export type EntryRecords = ReadonlyMap<string, EntryRecord>;

/** Who has the lock of a stack. */
export interface LockHolder {
  /** Identifies the lock: `xcon unlock ID`. */
  readonly id: string;
  /** `user@host, process 4711`. */
  readonly who: string;
  /** Command that has it. */
  readonly operation: string;
  /** When it ends unless it is renewed, **milliseconds** since the Unix epoch. */
  readonly untilMs: number;
}

/** Where the records of one stack are, and its lock. */
export interface StateStore {
  /** Names the place in messages: `.xcon/state.json`. */
  readonly place: string;
  /** Reads all records. @throws StateError for what is no state, or of another stack. */
  load(): Promise<EntryRecords>;
  /** Writes records; `undefined` removes one. They last when it resolves. */
  save(changes: ReadonlyMap<string, EntryRecord | undefined>): Promise<void>;
  /** Takes the lock, or renews it for the same id. @throws StateLockedError naming who has it. */
  lock(holder: LockHolder): Promise<void>;
  /** Gives the lock up. @returns Whether it was held with this id. */
  unlock(id: string): Promise<boolean>;
  /** Gives who has the lock; `undefined`: it is free, or has ended. */
  holder(): Promise<LockHolder | undefined>;
}

/** Gives the error for a lock that another run has. */
export function lockedError(place: string, { id, operation, untilMs, who }: LockHolder): StateLockedError {
  const until = new Date(untilMs).toISOString();
  return new StateLockedError([
    {
      severity: 'error',
      summary: `the state ${place} is locked by ${who} (${operation}), until ${until} unless it is renewed.`,
      detail: `Wait for it to end. If that process is gone: xcon unlock ${id}`,
    },
  ]);
}

/** Gives the error for a state that cannot be used. */
export function unreadableState(place: string, problem: string): StateError {
  return new StateError([
    {
      severity: 'error',
      summary: `the state ${place} cannot be used: ${problem}.`,
      detail: 'Restore it, or move it away: what the stack owns is found again by its tags.',
    },
  ]);
}

/** Reads a record from JSON. @returns `undefined` for what is none. */
export function readRecord(given: unknown): EntryRecord | undefined {
  if (typeof given !== 'object' || given === null || !isPlainObject(given)) return undefined;
  const { address, version, keyId, fields, writtenAt } = given as Partial<Record<keyof EntryRecord, unknown>>;
  const isText = (each: unknown): each is string => typeof each === 'string';
  const { kind, directory, name } = (address ?? {}) as Partial<Record<keyof EntryAddress, unknown>>;
  const isWhole = [kind, directory, name, version, keyId, writtenAt].every(isText);
  const areFields = typeof fields === 'object' && fields !== null && Object.values(fields).every(isText);
  return isWhole && areFields ? (given as unknown as EntryRecord) : undefined;
}

/** Reads who has a lock from JSON. @returns `undefined` for a lock that is free or has ended. */
export function readHolder(given: unknown, nowMs: number): LockHolder | undefined {
  if (typeof given !== 'object' || given === null) return undefined;
  const { id, untilMs } = given as Partial<LockHolder>;
  return typeof id === 'string' && typeof untilMs === 'number' && untilMs > nowMs ? (given as LockHolder) : undefined;
}
