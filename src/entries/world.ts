import { unsettledFields } from './compare';
import { type DeclaredEntry } from './entry-file';
import {
  addressText,
  type AnyEntryKind,
  type EntryAddress,
  type EntryContext,
  type EntryState,
  type Observed,
  type ReadTarget,
} from './entry-kind';
import { CallError } from './service-calls';
import { type StackKey } from './stack-key';
import { type EntryRecords } from './state';
import { type SourceValues } from './value-template';

/** What is to be read. */
export interface WorldRequest {
  /** The entries of the file that the plan is about. */
  readonly declared: readonly DeclaredEntry[];
  /** The records that the plan is about. */
  readonly records: EntryRecords;
  /** Entries whose directories are listed besides, for what changes hide or make visible there. */
  readonly nearby: readonly EntryAddress[];
  /** Whether the values that will be changed are shown, so that they have to be read. */
  readonly isShown: boolean;
  /** Whether fields are read that can change without a new version. */
  readonly isThorough: boolean;
  readonly kinds: readonly AnyEntryKind[];
  readonly key: StackKey;
  readonly sources: SourceValues;
}

/** What the services have, by address. */
export type World = ReadonlyMap<string, Observed<EntryState>>;

/**
 * Reads every declared and every owned entry: by owner first, then the directories in which something may be new or foreign, then
 * whole what these listings do not settle.
 *
 * @throws CallError when a service cannot be asked.
 */
export async function readWorld(request: WorldRequest, context: EntryContext): Promise<World> {
  const parts = request.kinds.map((kind) => partOf(kind, request));
  const owned = await Promise.all(parts.map((part) => listOwned(part, context)));
  // What is created or deleted may hide another entry of its name, or make it visible, whatever the kinds of the two are.
  const isChanging = parts.some((part, index) => hasNewOrUndeclared(part, owned[index] ?? new Map(), context));
  const worlds = await Promise.all(
    parts.map((part, index) => completeWorld(part, owned[index] ?? new Map(), isChanging, request, context)),
  );
  return new Map(worlds.flatMap((each) => [...each]));
}

/** What is to be read of one kind. */
interface KindPart {
  readonly kind: AnyEntryKind;
  readonly declared: readonly DeclaredEntry[];
  /** Address of each record, by its text. */
  readonly recorded: ReadonlyMap<string, EntryAddress>;
  /** Of what is declared, recorded or nearby. */
  readonly directories: readonly string[];
}

function partOf(kind: AnyEntryKind, { declared: all, nearby, records }: WorldRequest): KindPart {
  const declared = all.filter((each) => each.kind.name === kind.name);
  const own = [...records].filter(([, { address }]) => address.kind === kind.name);
  const recorded = new Map(own.map(([entry, { address }]) => [entry, address]));
  const near = nearby.filter((each) => each.kind === kind.name);
  const addresses = [...declared.map(({ address }) => address), ...recorded.values(), ...near];
  return { kind, declared, recorded, directories: [...new Set(addresses.map(({ directory }) => directory))] };
}

/**
 * Lists what the stack owns; of a kind that does not find that by its owner, all directories.
 *
 * The policy for a file has no permission for kinds that neither it nor the state has: where they may not be listed, they are left out.
 */
async function listOwned({ declared, directories, kind, recorded }: KindPart, context: EntryContext): Promise<World> {
  if (kind.list === undefined) return new Map();
  try {
    return await kind.list({ owned: true, directories: kind.listsByOwner === true ? [] : directories }, context);
  } catch (error) {
    const isMentioned = declared.length > 0 || recorded.size > 0;
    if (isMentioned || !(error instanceof CallError) || error.failure !== 'not-permitted') throw error;
    return new Map();
  }
}

function hasNewOrUndeclared({ declared, kind }: KindPart, owned: World, { stack }: EntryContext): boolean {
  if (kind.list === undefined) return false;
  const names = new Set(declared.map(({ address }) => addressText(address)));
  const isNew = [...names].some((entry) => owned.get(entry)?.owner !== stack);
  return isNew || [...owned].some(([entry, { owner }]) => owner === stack && !names.has(entry));
}

async function completeWorld(
  part: KindPart,
  owned: World,
  isChanging: boolean,
  request: WorldRequest,
  context: EntryContext,
): Promise<World> {
  const { declared, kind, recorded } = part;
  if (kind.list === undefined) {
    const addresses = [...declared.map(({ address }) => address), ...recorded.values()];
    const all = new Map(addresses.map((address) => [addressText(address), { address, fields: [] }]));
    return all.size === 0 ? owned : kind.read([...all.values()], context);
  }
  const world = new Map(owned);
  if (isChanging && kind.listsByOwner === true && part.directories.length > 0) {
    const listed = await kind.list({ owned: false, directories: part.directories }, context);
    // The listing by owner says more of what is in both.
    for (const [entry, observed] of listed) if (!world.has(entry)) world.set(entry, observed);
  }
  if (kind.listsWhole === true) return world;
  const targets: ReadTarget[] = [];
  for (const { address, config } of declared) {
    const entry = addressText(address);
    const observed = world.get(entry);
    if (observed === undefined || observed.isDeleted === true) continue;
    // The listing may not say who owns what another stack has.
    const record = request.records.get(entry);
    const fields = unsettledFields({ ...request, kind, address, config, observed, record, rotate: false }, request);
    if (fields.length > 0 || observed.owner !== context.stack) targets.push({ address, fields, listed: observed });
  }
  // A listing may lag behind, and what a record says was there.
  for (const [entry, address] of recorded) if (!world.has(entry)) targets.push({ address, fields: [] });
  if (targets.length === 0) return world;
  for (const [entry, observed] of await kind.read(targets, context)) world.set(entry, observed);
  return world;
}
