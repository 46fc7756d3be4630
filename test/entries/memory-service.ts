import {
  addressText,
  type EntryKind,
  type EntryRecord,
  type EntryRecords,
  fillTemplate,
  type LockHolder,
  type Observed,
  parseTemplate,
  type StateStore,
  type ValueTemplate,
} from 'xcon/entries';
import { Secret } from 'xcon';

/** An entry of the service. */
export interface Held {
  readonly value: string;
  readonly owner: string | undefined;
  readonly version: number;
}

/** A service that keeps texts, in memory; every request to it, and to a state beside it, can be its last. */
export class MemoryService {
  readonly held = new Map<string, Held>();
  /** Requests, in order: `put ssm:/orders/prod/A`. */
  readonly requests: string[] = [];
  /** Number of the request that is answered no more, nor any after it; counted from 1. */
  diesAt = Number.POSITIVE_INFINITY;
  /** Whether the request that is answered no more is done. */
  isLastDone = false;

  request<T>(what: string, answer: () => T): Promise<T> {
    this.requests.push(what);
    if (this.requests.length < this.diesAt) return new Promise((resolve) => resolve(answer()));
    if (this.requests.length === this.diesAt && this.isLastDone) answer();
    return Promise.reject(new TypeError('the process has ended'));
  }

  put(entry: string, value: string, owner: string | undefined): number {
    const version = (this.held.get(entry)?.version ?? 0) + 1;
    this.held.set(entry, { value, owner, version });
    return version;
  }
}

interface MemoryConfig {
  readonly value: ValueTemplate;
}

type MemoryFields = { readonly value: Secret<string> | string };

/** A kind of entries in a {@link MemoryService}; generated values are secrets. */
export function memoryKind(service: MemoryService, name = 'memory'): EntryKind<MemoryConfig, MemoryFields> {
  const valueOf = ({ value }: MemoryConfig, observed: Observed<MemoryFields> | undefined, rotate: boolean): string => {
    const current = observed?.state.value;
    const known = current instanceof Secret ? current.reveal() : current;
    const filled = fillTemplate(value, {
      sources: new Map(),
      current: known,
      rotate,
      randomInt: (limit) => limit >> 1,
    });
    return typeof filled === 'string' ? filled : JSON.stringify(filled);
  };
  const observed = (): Map<string, Observed<MemoryFields>> => {
    const own = [...service.held].filter(([entry]) => entry.startsWith(`${name}:`));
    return new Map(
      own.map(([entry, { owner, value, version }]) => [
        entry,
        { version: `${version}`, owner, state: { value }, unread: [] },
      ]),
    );
  };
  return {
    name,
    validate({ address, diagnostics, value: node }) {
      const value = parseTemplate(node, addressText(address), diagnostics);
      return value && { value };
    },
    list: () => service.request('list', observed),
    read: (targets) =>
      service.request('read', () => {
        const wanted = new Set(targets.map(({ address }) => addressText(address)));
        return new Map([...observed()].filter(([entry]) => wanted.has(entry)));
      }),
    plan: ({ config: { value } }) =>
      value.kind === 'literal'
        ? { desired: { value: JSON.stringify(value.value).replace(/^"|"$/g, '') } }
        : { desired: {}, notes: { value: 'generated with apply' } },
    carriedValue: ({ state: { value } }) => (typeof value === 'string' ? new Secret(value) : value),
    create: ({ address, carried, config }, { stack }) =>
      service.request(`create ${addressText(address)}`, () => {
        const entry = addressText(address);
        const kept = config.value.kind === 'literal' ? undefined : carried?.reveal();
        return {
          version: `${service.put(entry, typeof kept === 'string' ? kept : valueOf(config, undefined, false), stack)}`,
        };
      }),
    update: ({ address, config, observed, rotate }, { stack }) =>
      service.request(`update ${addressText(address)}`, () => ({
        version: `${service.put(addressText(address), valueOf(config, observed, rotate), stack)}`,
      })),
    delete: (address) =>
      service.request(`delete ${addressText(address)}`, () => void service.held.delete(addressText(address))),
    import: (address, { version }, { stack }) =>
      service.request(`import ${addressText(address)}`, () => {
        const held = service.held.get(addressText(address));
        if (held !== undefined) service.held.set(addressText(address), { ...held, owner: stack });
        return { version };
      }),
  };
}

/** A state in memory, which the requests to the service and to it end together. */
export class MemoryStore implements StateStore {
  readonly place = 'memory';
  records: EntryRecords = new Map();
  lockedBy: LockHolder | undefined;

  constructor(private readonly service: MemoryService) {}

  load(): Promise<EntryRecords> {
    return this.service.request('load state', () => new Map(this.records));
  }

  save(changes: ReadonlyMap<string, EntryRecord | undefined>): Promise<void> {
    return this.service.request('save state', () => {
      const next = new Map(this.records);
      for (const [entry, record] of changes) {
        if (record === undefined) next.delete(entry);
        else next.set(entry, record);
      }
      this.records = next;
    });
  }

  lock(holder: LockHolder): Promise<void> {
    this.lockedBy = holder;
    return Promise.resolve();
  }

  unlock(id: string): Promise<boolean> {
    const isHeld = this.lockedBy?.id === id;
    if (isHeld) this.lockedBy = undefined;
    return Promise.resolve(isHeld);
  }

  holder(): Promise<LockHolder | undefined> {
    return Promise.resolve(this.lockedBy);
  }
}
