import { type Secret } from '../item/secret';
import { type ConfigValue } from '../item/value';
import { type Comparison, compareEntry } from './compare';
import { Diagnostics } from './diagnostics';
import { type DeclaredEntry, type EntryFile, placeOf } from './entry-file';
import { addressText, type AnyEntryKind, type EntryAddress, type EntryState, type Observed } from './entry-kind';
import { type Plan, type PlanAction, type PlannedChange, type PlanRequestOptions } from './plan';
import { openReplacement } from './replacement';
import { type StackKey } from './stack-key';
import { type EntryRecord, type EntryRecords } from './state';
import { type SourceValues } from './value-template';
import { type Visibility, visibilityOf } from './visibility';

/** Everything a plan is made from. */
export interface PlannerInput {
  readonly file: EntryFile;
  /** The entries of the file that the plan is about. */
  readonly declared: readonly DeclaredEntry[];
  /** What the services have, by address: all that is declared or owned, and what else is in the same directories. */
  readonly observed: ReadonlyMap<string, Observed<EntryState>>;
  readonly records: EntryRecords;
  readonly kinds: readonly AnyEntryKind[];
  readonly key: StackKey;
  readonly sources: SourceValues;
  readonly request: PlanRequestOptions;
  readonly nowMs: number;
}

/** A change, with what is needed to make it. */
export interface PlannedWork {
  readonly change: PlannedChange;
  readonly kind: AnyEntryKind;
  /** `undefined` for what is not declared. */
  readonly declared?: DeclaredEntry;
  readonly observed?: Observed<EntryState> | undefined;
  readonly record?: EntryRecord | undefined;
  readonly comparison?: Comparison;
  readonly rotate: boolean;
  /** Absent: those of the plan. */
  readonly sources?: SourceValues;
  /** The value of the entry before it was deleted to be replaced by this one; `undefined`: there is none. */
  readonly carried?: Secret<ConfigValue> | undefined;
}

/** A plan, and the work that it is made of. */
export interface PlannedWorks {
  readonly plan: Plan;
  readonly works: readonly PlannedWork[];
  /** How many entries the stack owns. */
  readonly ownedCount: number;
}

/** Makes a plan. Pure: the same input gives the same plan. */
export function makePlan(input: PlannerInput): PlannedWorks {
  return new Planner(input).run();
}

class Planner {
  private readonly diagnostics = new Diagnostics();
  private readonly works: PlannedWork[] = [];

  constructor(private readonly input: PlannerInput) {}

  run(): PlannedWorks {
    const { declared, file, key, nowMs, request } = this.input;
    const isDestroyed = request.destroy === true;
    if (!isDestroyed) for (const each of declared) this.planDeclared(each);
    this.planUndeclared(new Set(isDestroyed ? [] : file.entries.map(({ address }) => addressText(address))));
    this.checkNames();
    const paired = this.pair();
    const visibility = visibilityOf({
      file,
      observed: this.input.observed,
      changes: paired.map(({ change }) => change),
      kinds: this.input.kinds.map(({ name }) => name),
    });
    const works = paired.map((work) => withVisibility(work, visibility));
    works.sort((one, other) => (addressText(one.change.address) < addressText(other.change.address) ? -1 : 1));
    const plan: Plan = {
      version: 1,
      stack: file.stack,
      file: file.digest,
      keyId: key.id,
      madeAt: new Date(nowMs).toISOString(),
      request,
      changes: works.map(({ change }) => change),
      diagnostics: this.diagnostics.all,
    };
    return { plan, works, ownedCount: this.ownedCount() };
  }

  /** Counts what the services say, and what is recorded of entries that the plan is not about, which were not read. */
  private ownedCount(): number {
    const { file, observed, records, request } = this.input;
    const found = [...observed].filter(([, { isDeleted, owner }]) => owner === file.stack && isDeleted !== true);
    const others = [...records].filter(
      ([, { address, environment, isDeleted }]) => isDeleted !== true && !isAbout(request, file, address, environment),
    );
    return new Set([...found, ...others].map(([entry]) => entry)).size;
  }

  private planDeclared(declared: DeclaredEntry): void {
    const { key, observed: world, records, request } = this.input;
    const { address, at, config, kind } = declared;
    const entry = addressText(address);
    const [observed, former] = [world.get(entry), records.get(entry)];
    const record = former?.isDeleted === true ? undefined : former;
    if (observed !== undefined && observed.owner !== this.input.file.stack && !this.mayAdopt(address, observed)) {
      return this.refuseOther(declared, observed);
    }
    const rotate = matches(request.rotate, address);
    // A run that ended after the deletion has kept what the new one needs.
    const held = observed === undefined ? openReplacement(record, key, entry) : undefined;
    const sources = new Map([...(held?.sources ?? []), ...this.input.sources]);
    const comparison = compareEntry({ address, kind, config, observed, record, key, sources, rotate });
    const action = this.actionOf(declared, observed, comparison);
    if (action === undefined) return;
    if (action === 'create' || action === 'replace') this.checkSources(declared, sources);
    if (action === 'replace' && comparison.isValueKept) {
      const detail =
        'Part of its value is in no file: it would be lost. Give the entry another name with "moved", or rotate it.';
      return this.diagnostics.addError(`its ${comparison.replaced.join(' and ')} cannot be changed in place.`, {
        entry,
        at,
        detail,
      });
    }
    const isRestored = observed?.isDeleted === true;
    const isGone = observed === undefined && record !== undefined;
    const drift = held !== undefined ? [] : isGone ? ['existence'] : comparison.drifted;
    const losesValue = action === 'replace' && comparison.changed.includes('value');
    this.works.push({
      ...{ kind, declared, observed, record, comparison, rotate, sources, carried: held?.carried },
      change: {
        ...changeOf(address, action, observed),
        ...(declared.environment !== undefined && { environment: declared.environment }),
        fields: comparison.shown,
        drift,
        goal: key.digest(JSON.stringify(Object.entries(comparison.digests).sort())),
        ...(losesValue && { losesValue }),
        ...(isRestored && { isRestored }),
      },
    });
  }

  private actionOf(
    declared: DeclaredEntry,
    observed: Observed<EntryState> | undefined,
    comparison: Comparison,
  ): PlanAction | undefined {
    if (observed === undefined) return 'create';
    if (observed.owner !== this.input.file.stack) return 'adopt';
    if (observed.isDeleted === true) return 'update';
    if (comparison.changed.length === 0) return 'unchanged';
    if (comparison.replaced.length === 0) return 'update';
    if (!declared.protect) return 'replace';
    const summary = `it is protected, and its ${comparison.replaced.join(' and ')} can only be changed by deleting it.`;
    this.diagnostics.addError(summary, {
      entry: addressText(declared.address),
      at: declared.at,
      detail: 'Take "protect" away first.',
    });
    return undefined;
  }

  /** What has another owner, or none, is adopted where that was asked for: a deleted one has to be restored first. */
  private mayAdopt(address: EntryAddress, { isDeleted, owner }: Observed<EntryState>): boolean {
    const { adopt, adoptFrom } = this.input.request;
    return isDeleted !== true && matches(adopt, address) && (owner === undefined || owner === adoptFrom);
  }

  private refuseOther({ address, at }: DeclaredEntry, { isDeleted, owner }: Observed<EntryState>): void {
    const entry = addressText(address);
    const facts = { entry, at };
    if (isDeleted === true) {
      const detail = 'Restore it (aws secretsmanager restore-secret) and adopt it, or wait until it is gone.';
      return this.diagnostics.addError(`it is scheduled for deletion, and ${ownerText(owner)}.`, { ...facts, detail });
    }
    const detail =
      owner === undefined
        ? `xcon adopt ${address.name} takes it under management without writing it.`
        : `Declare it in one of the two files only; xcon adopt ${address.name} --from ${owner} takes it from there.`;
    this.diagnostics.addError(`it exists, and ${ownerText(owner)}.`, { ...facts, detail });
  }

  /** A value that cannot be read now is only missed where there is none to keep. */
  private checkSources({ address, at, config, kind }: DeclaredEntry, sources: SourceValues): void {
    const missing = (kind.references?.(config) ?? []).filter((each) => each !== 'prompt' && !sources.has(each));
    if (missing.length === 0) return;
    const summary = `${missing.join(' and ')} ${missing.length === 1 ? 'gives' : 'give'} no value.`;
    this.diagnostics.addError(summary, {
      entry: addressText(address),
      at,
      detail: 'Set the variable, or write the file.',
    });
  }

  private planUndeclared(declared: ReadonlySet<string>): void {
    const { file, kinds, observed: world, records, request } = this.input;
    const owned = [...world].filter(([, { owner }]) => owner === file.stack).map(([entry]) => entry);
    for (const entry of new Set([...records.keys(), ...owned])) {
      if (declared.has(entry)) continue;
      const record = records.get(entry);
      const address = record?.address ?? addressFrom(entry);
      const kind = kinds.find(({ name }) => name === address.kind);
      const environment = record?.environment ?? environmentOf(file, address);
      if (!isAbout(request, file, address, environment)) continue;
      if (kind === undefined) {
        this.diagnostics.addWarning(`it is left as it is: there is no kind "${address.kind}".`, { entry });
        continue;
      }
      const observed = world.get(entry);
      const isOurs = observed?.owner === file.stack && observed.isDeleted !== true;
      if (!isOurs && record === undefined) continue;
      const isMoved = file.moved.some(({ from }) => lowerName(from) === placeOf(address));
      if (isOurs && !isMoved && this.isProtected(entry, record)) {
        this.diagnostics.addError('it is protected, and would be deleted.', {
          entry,
          detail: 'Take "protect" away in one apply, and delete it in the next.',
        });
        continue;
      }
      this.works.push({
        ...{ kind, observed, record, rotate: false },
        change: {
          ...changeOf(address, isOurs ? 'delete' : 'forget', observed),
          ...(environment !== undefined && { environment }),
          drift: record !== undefined && record.isDeleted !== true && observed === undefined ? ['existence'] : [],
        },
      });
    }
  }

  private isProtected(entry: string, record: EntryRecord | undefined): boolean {
    const declared = this.input.file.entries.find(({ address }) => addressText(address) === entry);
    return declared?.protect ?? record?.protect === true;
  }

  /** Lookups compare names without case, and services do not: one of the two would never be found. */
  private checkNames(): void {
    const byPlace = new Map<string, string>();
    for (const [entry, { isDeleted }] of this.input.observed) {
      if (isDeleted !== true) byPlace.set(`${entry.split(':', 1).join()}:${placeOf(addressFrom(entry))}`, entry);
    }
    for (const { change, declared } of this.works) {
      const entry = addressText(change.address);
      const other = byPlace.get(`${change.address.kind}:${placeOf(change.address)}`);
      if (declared === undefined || change.action !== 'create' || other === undefined || other === entry) continue;
      if (this.works.some((each) => each.change.action === 'delete' && addressText(each.change.address) === other))
        continue;
      const detail = 'Lookups compare names without case and would find one of the two: write the name as it is there.';
      this.diagnostics.addError(`there is ${other} already.`, { entry, at: declared.at, detail });
    }
  }

  /** Finds, for what is created, the entry that it takes the place of: that of the same name, or the one that was moved. */
  private pair(): readonly PlannedWork[] {
    const deleted = new Map<string, string>();
    for (const { change } of this.works) {
      if (change.action === 'delete') deleted.set(placeOf(change.address), addressText(change.address));
    }
    const moved = new Map(this.input.file.moved.map(({ from, to }) => [lowerName(to), lowerName(from)]));
    return this.works.map((work) => {
      if (work.change.action !== 'create') return work;
      const place = placeOf(work.change.address);
      const takesFrom = deleted.get(moved.get(place) ?? place);
      return takesFrom === undefined ? work : { ...work, change: { ...work.change, takesFrom } };
    });
  }
}

/**
 * Whether a plan is about an entry.
 *
 * @param environment - Of the entry; `undefined`: the last part of its directory says it, if that is one.
 */
export function isAbout(
  { environments, only }: PlanRequestOptions,
  file: EntryFile,
  address: EntryAddress,
  environment: string | undefined = environmentOf(file, address),
): boolean {
  const isInScope = environments === undefined || environment === undefined || environments.includes(environment);
  return isInScope && (only === undefined || matches(only, address));
}

/** Gives the environment that a directory is of, judged by its last part. */
function environmentOf({ environments }: EntryFile, { directory }: EntryAddress): string | undefined {
  const last = directory.slice(directory.lastIndexOf('/') + 1);
  return environments.find((each) => each === last);
}

function changeOf(
  address: EntryAddress,
  action: PlanAction,
  observed: Observed<EntryState> | undefined,
): PlannedChange {
  const base = observed?.version;
  return { address, action, fields: [], drift: [], hides: [], reveals: [], ...(base !== undefined && { base }) };
}

function withVisibility(work: PlannedWork, visibility: Visibility): PlannedWork {
  const effect = visibility.get(addressText(work.change.address));
  return effect === undefined ? work : { ...work, change: { ...work.change, ...effect } };
}

function ownerText(owner: string | undefined): string {
  return owner === undefined ? 'no stack owns it' : `the stack ${owner} owns it`;
}

/** Whether an entry is one of those that are named: by its name, its full name or its address. */
function matches(names: readonly string[] | undefined, address: EntryAddress): boolean {
  const { directory, name } = address;
  const wanted = [name, `${directory}/${name}`].map((each) => each.toLowerCase());
  return (names ?? []).some((each) => each === addressText(address) || wanted.includes(each.toLowerCase()));
}

/** Reads an address from its text. */
export function addressFrom(text: string): EntryAddress {
  const [colon, slash] = [text.indexOf(':'), text.lastIndexOf('/')];
  return { kind: text.slice(0, colon), directory: text.slice(colon + 1, slash), name: text.slice(slash + 1) };
}

function lowerName(path: string): string {
  const slash = path.lastIndexOf('/');
  return `${path.slice(0, slash)}${path.slice(slash).toLowerCase()}`;
}
