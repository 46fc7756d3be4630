import { type AwsClients } from '../aws/aws-clients';
import { type ServiceAction } from '../aws/requests/service-request';
import { type Secret } from '../item/secret';
import { type ConfigValue } from '../item/value';
import { type ResolvedSettings } from '../settings/settings-values';
import { type Diagnostics } from './diagnostics';
import { type GivenMap, type GivenNode } from './given-node';
import { type SourceValues } from './value-template';

export { type ServiceAction };

/** What identifies an entry: its kind, and the directory and name that lookups find it by. */
export interface EntryAddress {
  /** Name of the kind: `ssm`. */
  readonly kind: string;
  /** Path of its directory, placeholders filled in. */
  readonly directory: string;
  /** Its name, as it is stored. */
  readonly name: string;
}

/** Gives an address as text: `ssm:/orders/prod/DB_HOST`. */
export function addressText({ kind, directory, name }: EntryAddress): string {
  return `${kind}:${directory}/${name}`;
}

/**
 * What can be said of an entry, by field. A type alias, not an interface.
 *
 * A sensitive field is a `Secret`: its type is what keeps it out of plans, reports, states and logs. Every other field is shown.
 */
export type EntryState = Readonly<Record<string, ConfigValue | Secret<ConfigValue> | undefined>>;

/** What a service has under an address. */
export interface Observed<State extends EntryState> {
  /** Changes with every write of the value, by any writer; a plan is bound to it. */
  readonly version: string;
  /** The stack that owns the entry; `undefined`: none does, or it has not been read. */
  readonly owner: string | undefined;
  /** Fields as they are; absent: not set, or not read. */
  readonly state: Partial<State>;
  /** Fields that {@link EntryKind.list} did not read. */
  readonly unread: readonly (keyof State & string)[];
  /** Whether it has been deleted and can be restored. */
  readonly isDeleted?: boolean;
}

/** Which entries are listed. */
export interface ListScope {
  /** Paths of the directories whose entries are wanted, whatever owns them. */
  readonly directories: readonly string[];
  /** Whether those are wanted that the stack owns, as far as the service finds entries by their owner. */
  readonly owned: boolean;
}

/** An entry to read, and the fields that are needed of it. */
export interface ReadTarget {
  /** Kind, directory and name. */
  readonly address: EntryAddress;
  /** Names of the fields. */
  readonly fields: readonly string[];
  /** What {@link EntryKind.list} gave for it in the same run; absent: it was not listed, and is read whole. */
  readonly listed?: Observed<EntryState>;
}

/** What an entry is to be, in a form that can be compared with what it is. */
export interface DesiredState<State extends EntryState> {
  /** Fields that the file decides; the others are left as they are. */
  readonly desired: Partial<State>;
  /** The observed fields in the same form. Absent: as they were read. */
  readonly observed?: Partial<State>;
  /** Fields whose change needs the entry to be deleted and created again. */
  readonly replaceOn?: readonly (keyof State & string)[];
  /** What a person should know of a field that cannot be shown: `generated with apply`. */
  readonly notes?: Readonly<Partial<Record<keyof State & string, string>>>;
}

/** What a plan is made from. */
export interface PlanRequest<Config, State extends EntryState, Private> {
  /** Kind, directory and name. */
  readonly address: EntryAddress;
  /** What `validate` made of the file. */
  readonly config: Config;
  /** `undefined`: there is no such entry. */
  readonly observed: Observed<State> | undefined;
  /** What the kind has kept with the last write; `undefined`: nothing, or it cannot be opened. */
  readonly kept: Private | undefined;
  /** Values that the file takes from elsewhere (`from`). */
  readonly sources: SourceValues;
  /** Whether generated values are made anew, and `prompt` is asked. */
  readonly rotate: boolean;
}

/** An entry to write. */
export interface WriteRequest<Config, State extends EntryState, Private> extends PlanRequest<Config, State, Private> {
  /** Fields that differ from what the file says. */
  readonly changed: readonly (keyof State & string)[];
  /** The value of the entry that this one takes the place of; `undefined`: there is none. */
  readonly carried: Secret<ConfigValue> | undefined;
}

/** What came of a write. */
export interface Written<Private> {
  /** As {@link Observed.version}, after the write. */
  readonly version: string;
  /** Kept in the state, encrypted, and given to the next plan and write. JSON data. */
  readonly keep?: Private;
}

/** What a kind works with. */
export interface EntryContext {
  /** Name of the stack: who owns what is written. */
  readonly stack: string;
  /** AWS clients of the context. */
  readonly clients: AwsClients;
  /** Library settings of the context. */
  readonly settings: ResolvedSettings;
  /** Ends the run between two calls; a call that has begun is not aborted, so that its outcome is known. */
  readonly signal: AbortSignal;
  /** Gives the current time, **milliseconds** since the Unix epoch. */
  readonly nowMs: () => number;
  /** Gives a whole number from 0 to below a limit, from a source fit for secrets. */
  readonly randomInt: (limit: number) => number;
  /** Gives a digest of a text under the key of the stack; the text cannot be guessed from it without the key. */
  readonly digest: (text: string) => string;
  /** For problems of single entries, which leave the others as they are. */
  readonly diagnostics: Diagnostics;
  /**
   * Makes a call within the rate limit of its action, and again after throttling or an outage.
   *
   * @throws CallError naming the action, with what the last attempt threw as its `cause`.
   */
  call<T>(action: ServiceAction, request: () => Promise<T>): Promise<T>;
}

/** What the file says of one entry. */
export interface GivenEntry {
  /** Kind, directory and name. */
  readonly address: EntryAddress;
  /** The value, that of the environment where it differs by environment. */
  readonly value: GivenNode;
  /** What stands beside the value, without `protect`. */
  readonly options: GivenMap;
  /** Where the kind reports problems of the entry. */
  readonly diagnostics: Diagnostics;
}

/**
 * How entries of one kind are checked, read, compared and written.
 *
 * @typeParam Config - What {@link EntryKind.validate} makes of the file.
 * @typeParam State - What can be compared; its sensitive fields are `Secret`s.
 * @typeParam Private - What is kept, encrypted, between two runs; JSON data.
 */
export interface EntryKind<Config, State extends EntryState, Private = undefined> {
  /** Key of the value in the file: `ssm`. Lower-case letters. */
  readonly name: string;

  /** Whether `update` works without the fields in `observed.unread`, so that an apply need not read them. Default: false. */
  readonly updatesUnread?: boolean;

  /**
   * Checks what the file says, before anything is read.
   *
   * @returns `undefined` after a problem, which is added to the diagnostics.
   */
  validate(given: GivenEntry): Config | undefined;

  /** Gives the `from` references of a config, each of which is read once. Absent: there are none. */
  references?(config: Config): readonly string[];

  /**
   * Whether `list` finds the entries that the stack owns in any directory. Then directories are listed only where an entry may be new,
   * or not owned. Default: false.
   */
  readonly listsByOwner?: boolean;

  /** Whether `list` reads entries whole, as they are now: what it does not give is not there. Default: false. */
  readonly listsWhole?: boolean;

  /** Fields that others can change without a new version, and that `list` does not read. Default: none. */
  readonly unversioned?: readonly (keyof State & string)[];

  /**
   * Lists entries in as few calls as the service needs, without what is costly to read.
   *
   * Absent: {@link EntryKind.read} is asked for each entry of the file and of the state.
   *
   * @returns By {@link addressText}: all that the scope names, and others where that takes no further call.
   */
  list?(scope: ListScope, context: EntryContext): Promise<ReadonlyMap<string, Observed<State>>>;

  /**
   * Reads entries with their owners: whole, or the named fields of those that were listed.
   *
   * @returns By {@link addressText}; one that is absent does not exist.
   */
  read(targets: readonly ReadTarget[], context: EntryContext): Promise<ReadonlyMap<string, Observed<State>>>;

  /** Says what an entry is to be. Pure: the same request gives the same answer. */
  plan(request: PlanRequest<Config, State, Private>): DesiredState<State>;

  /** Gives the value of an entry that was read, for the entry that takes its place. Absent: none is carried over. */
  carriedValue?(observed: Observed<State>): Secret<ConfigValue> | undefined;

  /** Creates an entry, owned by the stack from the same call on. @throws CallError */
  create(request: WriteRequest<Config, State, Private>, context: EntryContext): Promise<Written<Private>>;

  /** Changes an entry, restoring it where it is deleted. @throws CallError */
  update(request: WriteRequest<Config, State, Private>, context: EntryContext): Promise<Written<Private>>;

  /** Deletes an entry; one that is gone already counts as deleted. @throws CallError */
  delete(address: EntryAddress, context: EntryContext): Promise<void>;

  /** Marks an existing entry as owned by the stack, without writing its value. @throws CallError */
  import(address: EntryAddress, observed: Observed<State>, context: EntryContext): Promise<Written<Private>>;
}

/** A kind whose types are not known here; methods of kinds get what they have made themselves. */
export type AnyEntryKind = EntryKind<unknown, EntryState, unknown>;

/** Name of the tag of parameters and secrets, and of the attribute of rows, that names the owner. */
export const ownerTag = 'xcon:stack';
