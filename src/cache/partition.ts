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
  saidAtMs,
} from './rows';
import { isOutdated } from './changes';
import { isExpired } from './expiry';
import { type DirectoryItem } from '../item/directory-item';

/** For how long after a change many processes may ask for what changed at the same time, **milliseconds**. */
const rushMs = 120_000;

/** How rows came. */
export interface PartitionRead {
  /** In `[0, 1)`: decides for all rows what is early. */
  readonly draw: number;
  /** Current time, **milliseconds** since the Unix epoch. */
  readonly nowMs: number;
  /** When the Query was answered: reads that began later have seen all that it shows. */
  readonly answeredAt: Moment;
  /** Whether a row may not answer, and only says what is there; absent: all may. */
  readonly isPassedOver?: (row: AnswerRow) => boolean;
}

/** What identifies a row among all that have had its sort key. */
export interface RowVersion {
  readonly createdAt: AttributeValue | undefined;
  readonly readAt: AttributeValue | undefined;
}

/** The rows of one partition, as one Query gave them and as this process has written to them since. */
export class Partition {
  /** One draw in `[0, 1)`, which decides for all rows of this Query what is early. */
  readonly draw: number;
  /** When the Query was answered. */
  readonly answeredAt: Moment;
  private readonly versions = new Map<string, RowVersion>();
  private readonly sharedChains: ReadonlySet<string>;
  private readonly chains = new Map<string, Map<string, AnswerRow[]>>();
  /** What the rows that this process has written since say, as it was found. */
  private readonly own = new Map<AnswerRow, DirectoryItem | undefined>();
  private readonly used = new Set<AnswerRow>();
  private readonly dataKeys: DataKeyRow[] = [];
  private readonly generationRow: GenerationRow | undefined;
  private latest: number | undefined;

  /** @param rows - As DynamoDB gave them; unusable ones are passed over, and those that may not have seen a change. */
  constructor(rows: readonly AttributeMap[], { draw, nowMs, answeredAt, isPassedOver }: PartitionRead) {
    this.draw = draw;
    this.answeredAt = answeredAt;
    const decoded: CacheRow[] = [];
    for (const attributes of rows) {
      const row = decodeRow(attributes);
      if (!isExpired(finiteNumber(attributes['ttl']), nowMs)) this.note(attributes);
      if (row !== undefined) decoded.push(row);
    }
    this.generationRow = decoded.find((row) => row.kind === 'generation');
    for (const row of decoded) {
      if (isAnswer(row) && isPassedOver?.(row) === true) continue;
      if (!isExpired(row.ttl, nowMs) && !this.isOutdated(row)) this.take(row);
    }
    this.sharedChains = new Set(this.chains.keys());
  }

  /** Generation of the partition; 0 when no change has been followed yet. */
  get generation(): number {
    return this.generationRow?.current ?? 0;
  }

  /** Gives the version of the row that has a sort key and has not ended; `undefined` when there is none. */
  versionOf(nameKey: string): RowVersion | undefined {
    return this.versions.get(nameKey);
  }

  /** Whether the Query gave rows of a chain that count: then other processes answer from it at the same time. */
  isShared({ chain, chainHash }: CacheKey): boolean {
    return this.sharedChains.has(chain) || this.sharedChains.has(chainHash);
  }

  /** Whether a name has changed in a chain so lately that all processes may look it up now. */
  hasJustChanged(key: CacheKey, name: string, nowMs: number): boolean {
    const directories = key.directories.split('|');
    return (this.generationRow?.changes ?? []).some(
      (change) =>
        change.generation > nowMs - rushMs &&
        (change.name === undefined || change.name === name.toLowerCase()) &&
        (change.directory === undefined || directories.includes(change.directory)),
    );
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
    const rows = key.isCaseSensitive ? all.filter(({ nameKey }) => nameOfKey(nameKey) === name) : all;
    const live = rows.filter(({ ttl }) => !isExpired(ttl, nowMs));
    return live.sort((a, b) => saidAtMs(b) - saidAtMs(a) || (createdAtMs(b) ?? 0) - (createdAtMs(a) ?? 0));
  }

  /** Gives the names that a chain has rows for. */
  names(key: CacheKey): readonly string[] {
    const rows = [key.chain, key.chainHash].flatMap((chain) => [...(this.chains.get(chain)?.values() ?? [])].flat());
    return [...new Set(rows.map((row) => (key.isCaseSensitive ? nameOfKey(row.nameKey) : row.name)))];
  }

  /** Whether a chain has any row that has not ended. */
  hasLiveRow(key: CacheKey, nowMs: number): boolean {
    const isLive = ({ ttl }: AnswerRow): boolean => !isExpired(ttl, nowMs);
    for (const chain of [key.chain, key.chainHash]) {
      for (const rows of this.chains.get(chain)?.values() ?? []) if (rows.some(isLive)) return true;
    }
    return false;
  }

  /**
   * Puts a row that this process writes in the place of the one with its sort key.
   *
   * @param item - What it says, as it was found; `undefined`: the name is missing.
   */
  put(row: AnswerRow | DataKeyRow, item?: DirectoryItem): void {
    if (row.kind !== 'key') {
      this.remove(row);
      this.own.set(row, item);
    }
    this.take(row);
  }

  /** Gives what a row of this process says, as it was found; `undefined` for a row that was read from the table. */
  ownAnswer(row: AnswerRow): { readonly item: DirectoryItem | undefined } | undefined {
    return this.own.has(row) ? { item: this.own.get(row) } : undefined;
  }

  /** Says whether the table gives an answer that it has not given before, by a row that was read from it. */
  isFirstUse(row: AnswerRow): boolean {
    if (this.own.has(row) || this.used.has(row)) return false;
    this.used.add(row);
    return true;
  }

  /** Takes note of what is in the table under a sort key now. */
  note(attributes: AttributeMap): void {
    const nameKey = attributes[tableKeys.sort]?.S;
    if (nameKey === undefined) return;
    this.versions.set(nameKey, { createdAt: attributes['created_at'], readAt: attributes[readAtAttribute] });
  }

  /** Takes note of that nothing is in the table under a sort key now. */
  noteGone(nameKey: string): void {
    this.versions.delete(nameKey);
  }

  /** Takes a row out. */
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

  private take(row: CacheRow): void {
    if (row.kind === 'key') this.dataKeys.push(row);
    if (!isAnswer(row)) return;
    let names = this.chains.get(chainOf(row));
    if (names === undefined) this.chains.set(chainOf(row), (names = new Map<string, AnswerRow[]>()));
    names.set(row.name, [...(names.get(row.name) ?? []), row]);
    if (row.kind === 'plain' && row.directory !== nowhere && row.ttl !== undefined) {
      this.latest = Math.max(this.latest ?? row.ttl, row.ttl);
    }
  }
}

/** Makes the condition that the row under its keys is still the one that was read. */
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
