import { type AttributeMap } from '../aws/attribute-value';
import { type CacheKey, nameOfKey } from './cache-key';
import {
  type CacheRow,
  createdAtMs,
  type DataKeyRow,
  decodeRow,
  nowhere,
  type PlainRow,
  type ReferenceRow,
  type SealedRow,
} from './cache-row';
import { isExpired } from './expiry';

/** A row that answers for a name. */
export type AnswerRow = PlainRow | SealedRow | ReferenceRow;

/** The rows of one partition, as one Query gave them and as this process has written to them since. */
export class Partition {
  /** One draw in `[0, 1)`, which decides for all rows of this Query what is early. */
  readonly draw: number;
  private readonly chains = new Map<string, Map<string, AnswerRow[]>>();
  private readonly dataKeys: DataKeyRow[] = [];
  private latest: number | undefined;

  /**
   * @param rows - As DynamoDB gave them; unusable ones are passed over.
   * @param draw - In `[0, 1)`.
   */
  constructor(rows: readonly AttributeMap[], draw: number, nowMs: number) {
    this.draw = draw;
    for (const attributes of rows) {
      const row = decodeRow(attributes);
      if (row !== undefined && !isExpired(row.ttl, nowMs)) this.take(row);
    }
  }

  /** Latest end among the plain rows of found names, **seconds** since the Unix epoch; what new rows are aligned to. */
  get latestTtl(): number | undefined {
    return this.latest;
  }

  /** The wrapped data keys, newest first. */
  get wrappedKeys(): readonly DataKeyRow[] {
    return this.dataKeys.toSorted((a, b) => (createdAtMs(b) ?? 0) - (createdAtMs(a) ?? 0));
  }

  /** Gives the rows that may answer for a name, newest first; those that have ended are left out. */
  answers(key: CacheKey, name: string, nowMs: number): readonly AnswerRow[] {
    const all = [...this.chain(key.chain, name), ...this.chain(key.chainHash, name)];
    const rows = key.tellsCase ? all.filter(({ nameKey }) => nameOfKey(nameKey) === name) : all;
    const live = rows.filter(({ ttl }) => !isExpired(ttl, nowMs));
    return live.sort((a, b) => (createdAtMs(b) ?? 0) - (createdAtMs(a) ?? 0));
  }

  /** Gives the names that a chain has rows for. */
  names(key: CacheKey): readonly string[] {
    const rows = [key.chain, key.chainHash].flatMap((chain) => [...(this.chains.get(chain)?.values() ?? [])].flat());
    return [...new Set(rows.map((row) => (key.tellsCase ? nameOfKey(row.nameKey) : row.name)))];
  }

  /** Whether a chain has any row that has not ended. */
  hasLiveRow(key: CacheKey, nowMs: number): boolean {
    const isLive = ({ ttl }: AnswerRow): boolean => !isExpired(ttl, nowMs);
    for (const chain of [key.chain, key.chainHash]) {
      for (const rows of this.chains.get(chain)?.values() ?? []) if (rows.some(isLive)) return true;
    }
    return false;
  }

  /** Puts a row in the place of the one with its sort key. */
  put(row: AnswerRow | DataKeyRow): void {
    if (row.kind !== 'key') this.remove(row);
    this.take(row);
  }

  /** Takes a row out. */
  remove(row: AnswerRow): void {
    const names = this.chains.get(chainOf(row));
    const left = names?.get(row.name)?.filter(({ nameKey }) => nameKey !== row.nameKey);
    if (left !== undefined) names?.set(row.name, left);
  }

  private chain(chain: string, name: string): readonly AnswerRow[] {
    return this.chains.get(chain)?.get(name.toLowerCase()) ?? [];
  }

  private take(row: CacheRow): void {
    if (row.kind === 'key') this.dataKeys.push(row);
    if (row.kind === 'key' || row.kind === 'lease') return;
    let names = this.chains.get(chainOf(row));
    if (names === undefined) this.chains.set(chainOf(row), (names = new Map<string, AnswerRow[]>()));
    names.set(row.name, [...(names.get(row.name) ?? []), row]);
    if (row.kind === 'plain' && row.directory !== nowhere && row.ttl !== undefined) {
      this.latest = Math.max(this.latest ?? row.ttl, row.ttl);
    }
  }
}

function chainOf(row: AnswerRow): string {
  return row.kind === 'plain' ? row.chain : row.chainHash;
}
