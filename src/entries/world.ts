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
  readonly kinds: readonly AnyEntryKind[];
  readonly key: StackKey;
  readonly sources: SourceValues;
}

/** What the services have, by address. */
export type World = ReadonlyMap<string, Observed<EntryState>>;

/**
 * Reads every declared and every owned entry: listings first, then whole what a listing does not settle.
 *
 * @throws CallError when a service cannot be asked.
 */
export async function readWorld(request: WorldRequest, context: EntryContext): Promise<World> {
  const worlds = await Promise.all(request.kinds.map((kind) => readKind(kind, request, context)));
  return new Map(worlds.flatMap((each) => [...each]));
}

async function readKind(kind: AnyEntryKind, request: WorldRequest, context: EntryContext): Promise<World> {
  const declared = request.declared.filter((each) => each.kind.name === kind.name);
  const records = [...request.records].filter(([, { address }]) => address.kind === kind.name);
  const addresses = [...declared.map(({ address }) => address), ...records.map(([, { address }]) => address)];
  if (kind.list === undefined) {
    const all = new Map(addresses.map((address) => [addressText(address), { address, fields: [] }]));
    return all.size === 0 ? new Map() : kind.read([...all.values()], context);
  }
  const nearby = request.nearby.filter((each) => each.kind === kind.name);
  const directories = [...new Set([...addresses, ...nearby].map(({ directory }) => directory))];
  const world = new Map(await kind.list(directories, context));
  const targets: ReadTarget[] = [];
  for (const { address, config } of declared) {
    const entry = addressText(address);
    const observed = world.get(entry);
    if (observed === undefined || observed.isDeleted === true) continue;
    // The listing may not say who owns what another stack has.
    const record = request.records.get(entry);
    const fields = unsettledFields(
      { ...request, kind, address, config, observed, record, rotate: false },
      request.isShown,
    );
    if (fields.length > 0 || observed.owner !== context.stack) targets.push({ address, fields, listed: observed });
  }
  // A listing may lag behind, and what a record says was there.
  for (const [entry, { address }] of records) if (!world.has(entry)) targets.push({ address, fields: [] });
  if (targets.length === 0) return world;
  for (const [entry, observed] of await kind.read(targets, context)) world.set(entry, observed);
  return world;
}
