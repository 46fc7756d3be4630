import { getOrMake } from '../base/get-or-make';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { type AttributeMap } from '../aws/attribute-value';
import { type PutCondition } from '../aws/table-client';
import { tableKeys } from '../aws/table-names';
import { type Moment } from '../di/moment';
import { type CacheKey, nameOfKey } from './cache-key';
import {
  type AnswerRow,
  type CacheRow,
  createdAtMs,
  type DataKeyRow,
  decodeRow,
  finiteNumber,
  type GenerationRow,
  isAnswer,
  nowhere,
  readAtAttribute,
  answeredAtMs,
} from './rows';
import { isOutdated } from './changes';
import { isExpired } from './expiry';
import { type DirectoryItem } from '../item/directory-item';

/** How long after a change many processes may look up the changed names at the same time, **milliseconds**. */
const rushMs = 120_000;

/** How rows were read. */
export interface PartitionRead {
  /** In `[0, 1)`: decides which rows are early. */
  readonly draw: number;
  /** Current time, **milliseconds** since the Unix epoch. */
  readonly nowMs: number;
  /** When the Query was answered: reads that began later are newer than its result. */
  readonly answeredAt: Moment;
  /** Whether a row must not answer, and only shows that it exists; absent: all answer. */
  readonly isIgnored?: (row: AnswerRow) => boolean;
}

/** Identifies a version of the row with a certain sort key. */
export interface RowVersion {
  readonly createdAt: AttributeValue | undefined;
  readonly readAt: AttributeValue | undefined;
}

/** The rows of one partition: the result of one Query, and what this process has written since. */
export class Partition {
  /** One draw in `[0, 1)`, which decides which rows of this Query are early. */
  readonly draw: number;
  /** When the Query was answered. */
  readonly answeredAt: Moment;
  private readonly versions = new Map<string, RowVersion>();
  private readonly sharedChains: ReadonlySet<string>;
  private readonly chains = new Map<string, Map<string, AnswerRow[]>>();
  /** Original items of the rows that this process has written since. */
  private readonly own = new Map<AnswerRow, DirectoryItem | undefined>();
  private readonly used = new Set<AnswerRow>();
  private readonly dataKeys: DataKeyRow[] = [];
  private readonly generationRow: GenerationRow | undefined;
  private latest: number | undefined;

  /** @param rows - The result of DynamoDB; malformed and outdated rows are left out. */
  constructor(rows: readonly AttributeMap[], { draw, nowMs, answeredAt, isIgnored }: PartitionRead) {
    this.draw = draw;
    this.answeredAt = answeredAt;
    const decoded: CacheRow[] = [];
    for (const attributes of rows) {
      const row = decodeRow(attributes);
      if (!isExpired(finiteNumber(attributes['ttl']), nowMs)) this.recordVersion(attributes);
      if (row !== undefined) decoded.push(row);
    }
    this.generationRow = decoded.find((row) => row.kind === 'generation');
    for (const row of decoded) {
      if (isAnswer(row) && isIgnored?.(row) === true) continue;
      if (!isExpired(row.ttl, nowMs) && !this.isOutdated(row)) this.add(row);
    }
    this.sharedChains = new Set(this.chains.keys());
  }

  /** Generation of the partition; 0 before the first change. */
  get generation(): number {
    return this.generationRow?.current ?? 0;
  }

  /** Gives the version of the row with a sort key, unless it has expired; `undefined` when there is none. */
  versionOf(nameKey: string): RowVersion | undefined {
    return this.versions.get(nameKey);
  }

  /** Whether the Query gave valid rows of a chain: then other processes use them at the same time. */
  isShared({ chain, chainHash }: CacheKey): boolean {
    return this.sharedChains.has(chain) || this.sharedChains.has(chainHash);
  }

  /** Whether a name has changed in a chain so recently that many processes may look it up now. */
  hasJustChanged(key: CacheKey, name: string, nowMs: number): boolean {
    const directories = key.directories.split('|');
    return (this.generationRow?.changes ?? []).some(
      (change) =>
        change.generation > nowMs - rushMs &&
        (change.name === undefined || change.name === name.toLowerCase()) &&
        (change.directory === undefined || directories.includes(change.directory)),
    );
  }

  /** Latest expiry among the plain rows of found names, **seconds** since the Unix epoch; new rows are aligned to it. */
  get latestTtl(): number | undefined {
    return this.latest;
  }

  /** The wrapped data keys, newest first. */
  get wrappedKeys(): readonly DataKeyRow[] {
    return this.dataKeys.toSorted((a, b) => (createdAtMs(b) ?? 0) - (createdAtMs(a) ?? 0));
  }

  /** Gives the rows that may answer for a name, newest first, without expired ones. */
  answers(key: CacheKey, name: string, nowMs: number): readonly AnswerRow[] {
    const all = [...this.chain(key.chain, name), ...this.chain(key.chainHash, name)];
    const rows = key.isCaseSensitive ? all.filter(({ nameKey }) => nameOfKey(nameKey) === name) : all;
    const unexpired = rows.filter(({ ttl }) => !isExpired(ttl, nowMs));
    return unexpired.sort((a, b) => answeredAtMs(b) - answeredAtMs(a) || (createdAtMs(b) ?? 0) - (createdAtMs(a) ?? 0));
  }

  /** Gives the names that a chain has rows for. */
  names(key: CacheKey): readonly string[] {
    const rows = [key.chain, key.chainHash].flatMap((chain) => [...(this.chains.get(chain)?.values() ?? [])].flat());
    return [...new Set(rows.map((row) => (key.isCaseSensitive ? nameOfKey(row.nameKey) : row.name)))];
  }

  /** Whether a chain has any row that has not expired. */
  hasUnexpiredRow(key: CacheKey, nowMs: number): boolean {
    const isUnexpired = ({ ttl }: AnswerRow): boolean => !isExpired(ttl, nowMs);
    for (const chain of [key.chain, key.chainHash]) {
      for (const rows of this.chains.get(chain)?.values() ?? []) if (rows.some(isUnexpired)) return true;
    }
    return false;
  }

  /**
   * Adds a row that this process writes; it replaces the one with the same sort key.
   *
   * @param item - The original item; `undefined`: the name is missing.
   */
  put(row: AnswerRow | DataKeyRow, item?: DirectoryItem): void {
    if (row.kind !== 'key') {
      this.remove(row);
      this.own.set(row, item);
    }
    this.add(row);
  }

  /** Gives the original item of a row that this process has written; `undefined` for a row that was read from the table. */
  ownAnswer(row: AnswerRow): { readonly item: DirectoryItem | undefined } | undefined {
    return this.own.has(row) ? { item: this.own.get(row) } : undefined;
  }

  /** Whether a row that was read from the table is used for the first time; marks it as used. */
  isFirstUse(row: AnswerRow): boolean {
    if (this.own.has(row) || this.used.has(row)) return false;
    this.used.add(row);
    return true;
  }

  /** Records the version of a row that is in the table now. */
  recordVersion(attributes: AttributeMap): void {
    const nameKey = attributes[tableKeys.sort]?.S;
    if (nameKey === undefined) return;
    this.versions.set(nameKey, { createdAt: attributes['created_at'], readAt: attributes[readAtAttribute] });
  }

  /** Records that there is no row with a sort key any more. */
  recordDeletion(nameKey: string): void {
    this.versions.delete(nameKey);
  }

  /** Removes a row. */
  remove(row: AnswerRow): void {
    const names = this.chains.get(chainOf(row));
    const rows = names?.get(row.name);
    if (rows === undefined) return;
    for (const each of rows) if (each.nameKey === row.nameKey) this.own.delete(each);
    names?.set(
      row.name,
      rows.filter(({ nameKey }) => nameKey !== row.nameKey),
    );
  }

  private chain(chain: string, name: string): readonly AnswerRow[] {
    return this.chains.get(chain)?.get(name.toLowerCase()) ?? [];
  }

  private isOutdated(row: CacheRow): boolean {
    return this.generationRow !== undefined && isAnswer(row) && isOutdated(row, this.generationRow);
  }

  private add(row: CacheRow): void {
    if (row.kind === 'key') this.dataKeys.push(row);
    if (!isAnswer(row)) return;
    const names = getOrMake(this.chains, chainOf(row), () => new Map<string, AnswerRow[]>());
    getOrMake(names, row.name, () => []).push(row);
    if (row.kind === 'plain' && row.directory !== nowhere && row.ttl !== undefined) {
      this.latest = Math.max(this.latest ?? row.ttl, row.ttl);
    }
  }
}

/** Makes the condition that a row is still the version that was read. */
export function unlessReplaced({ createdAt, readAt }: RowVersion): PutCondition {
  const known: readonly (readonly [string, string, AttributeValue | undefined])[] = [
    ['created_at', ':created', createdAt],
    [readAtAttribute, ':read', readAt],
  ];
  const conditions = known.map(([attribute, placeholder, value]) =>
    value === undefined ? `attribute_not_exists(${attribute})` : `${attribute} = ${placeholder}`,
  );
  const values = known.flatMap(([, placeholder, value]) =>
    value === undefined ? [] : [[placeholder, value] as const],
  );
  return {
    ConditionExpression: conditions.join(' AND '),
    ...(values.length > 0 && { ExpressionAttributeValues: Object.fromEntries(values) }),
  };
}

function chainOf(row: AnswerRow): string {
  return row.kind === 'plain' ? row.chain : row.chainHash;
}
