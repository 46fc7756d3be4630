import { isDeepStrictEqual } from 'node:util';
import { afterThisTurn } from '../di/after-this-turn';
import { type Moment } from '../di/moment';
import { type AnswerRow, createdAtMs, encodeRow, referenceKey } from './cache-row';
import { type CachedChain, type CacheSession, type CertainAnswer } from './cacher';
import { earlyWindow, isEarly } from './expiry';
import { type Partition } from './partition';
import { type PartitionState } from './partition-state';
import { makeRow } from './row-maker';
import { fitsItem } from './row-size';
import { type RowChange } from './row-writer';
import { sealingKeyFor } from './sealing-key';
import { fitsSortKey } from './sort-key';

/** How much older than a lookup may last the reads behind a row may be when it is written, **milliseconds**. */
const writingMs = 5000;
/** Longest time that counts for a lookup, **milliseconds**: reads that take longer have failed. */
const longestLookupMs = 60_000;
/** Most new rows of a chain in use that are written one by one, each by a conditional put. */
const mostSinglePuts = 3;

/** An answer to be written, and when the oldest read behind it began. */
interface DatedAnswer extends CertainAnswer {
  readonly readAt: Moment;
}

interface Job {
  readonly chain: CachedChain;
  /** Answers to be written; empty for a job that only drops a row. */
  readonly answers: readonly DatedAnswer[];
  /** Name whose reference is dropped. */
  readonly dropped?: string;
}

/**
 * Writes the rows of one partition: what comes in one turn, and while others are being written, goes out together, each row once.
 *
 * It holds the rule that no row is older than what was known. A row is written only when
 * - the reads behind it began a few seconds ago at most ({@link leftMs});
 * - they began after the Query that this process knows the partition by, so that they have seen all that it shows, its
 *   generation included; or it shows neither a generation nor a row of the name;
 * - no other process has replaced the row that the Query showed ({@link RowChange.unless}).
 */
export class PartitionWriter {
  private pending: Job[] = [];
  private writing: Promise<void> | undefined;

  constructor(private readonly state: PartitionState) {}

  /** Writes answers. Never rejects. @returns When they are written, or are not going to be. */
  save(chain: CachedChain, answers: readonly CertainAnswer[]): Promise<void> {
    const justNow: Moment = { order: Number.MAX_SAFE_INTEGER, atMs: chain.session.nowMs() };
    return this.add({ chain, answers: answers.map((each) => ({ ...each, readAt: each.readAt ?? justNow })) });
  }

  /** Drops the reference of a name. Never rejects. */
  drop(chain: CachedChain, name: string): Promise<void> {
    return this.add({ chain, answers: [], dropped: name });
  }

  private add(job: Job): Promise<void> {
    this.pending.push(job);
    return (this.writing ??= this.writePending());
  }

  private async writePending(): Promise<void> {
    await new Promise<void>((resolve) => afterThisTurn(resolve));
    while (this.pending.length > 0) {
      const jobs = this.pending;
      this.pending = [];
      await this.write(jobs).catch(() => undefined);
    }
    this.writing = undefined;
  }

  private async write(jobs: readonly Job[]): Promise<void> {
    const rows = await this.state.rows();
    const [first] = jobs;
    if (rows === undefined || first === undefined) return;
    const changes = new Map<string, RowChange>();
    for (const each of jobs) this.dropRow(each, rows, changes);
    const fresh = answersOf(jobs).filter((each) => this.isToWrite(rows, each));
    const { session } = first.chain;
    const answers = fresh.map(({ answer }) => answer);
    const { key: sealingKey, row: keyRow } = await sealingKeyFor(this.state, rows, answers, session);
    const random = session.random();
    const { environ } = first.chain.key;
    if (keyRow !== undefined) {
      changes.set(keyRow.nameKey, { put: encodeRow(environ, keyRow) });
      rows.put(keyRow);
    }
    const puts = fresh.flatMap(({ chain, answer }) => {
      const clock = {
        nowMs: session.nowMs(),
        random,
        latestTtl: rows.latestTtl,
        generation: hasSeen(rows, answer) ? rows.generation : 0,
      };
      const row = makeRow(chain, answer, clock, sealingKey);
      const put = row && encodeRow(environ, row);
      if (row === undefined || put === undefined || !fitsSortKey(row.nameKey) || !fitsItem(put)) return [];
      return [{ chain, answer, row, put, version: rows.versionOf(row.nameKey) }];
    });
    const added = puts.filter(({ chain, version }) => version === undefined && rows.isShared(chain.key));
    const unlessNew = added.length <= mostSinglePuts ? ('there is one' as const) : undefined;
    for (const { chain, answer, row, put, version } of puts) {
      const unless = version ?? (rows.isShared(chain.key) ? unlessNew : undefined);
      changes.set(row.nameKey, { put, readAtMs: answer.readAt.atMs, ...(unless !== undefined && { unless }) });
      rows.put(row, answer.item);
      rows.note(put);
    }
    await this.state.write([...changes.values()]);
  }

  private dropRow({ chain, dropped }: Job, rows: Partition, changes: Map<string, RowChange>): void {
    if (dropped === undefined) return;
    const nameKey = referenceKey(chain.key, dropped);
    const row = rows.answers(chain.key, dropped, 0).find((each) => each.nameKey === nameKey);
    if (row === undefined) return;
    rows.remove(row);
    rows.noteGone(nameKey);
    changes.set(nameKey, { delete: { nameKey } });
  }

  /** Whether an answer may be written, and is not in the table yet, or its newest row ends soon. */
  private isToWrite(rows: Partition, { chain, answer }: ChainAnswer): boolean {
    const { key, session } = chain;
    if (leftMs(answer.readAt.atMs, session) <= 0) return false;
    const [newest] = rows.answers(key, answer.name, session.nowMs());
    if (!hasSeen(rows, answer) && (rows.generation > 0 || newest !== undefined)) return false;
    if (newest !== undefined && isRowEarly(session, rows, newest)) return true;
    if (answer.item !== undefined && !this.state.isNewFor(chain, answer.item)) return false;
    if (newest === undefined) return true;
    const made = makeRow(chain, answer, { nowMs: 0, random: 0, latestTtl: undefined }, undefined);
    return made === undefined || !isDeepStrictEqual(comparable(made), comparable(newest));
  }
}

/**
 * Gives for how long a row may still be written, **milliseconds**: until its reads are older than a lookup lasts, and 5 s more.
 *
 * Neither a process that answers from what it remembers nor one that was frozen may write: what it knows may have changed, and
 * others may have written it since.
 *
 * @param readAtMs - When the oldest read behind the row began, **milliseconds** since the Unix epoch.
 */
export function leftMs(readAtMs: number, { nowMs, settings }: CacheSession): number {
  // A clock that was set back tells nothing of the time that has passed.
  return Math.min(settings.lookupBudgetMs, longestLookupMs) + writingMs - Math.abs(nowMs() - readAtMs);
}

/** Whether a row that is still good is to be refreshed now. */
export function isRowEarly({ nowMs, settings }: CacheSession, rows: Partition, row: AnswerRow): boolean {
  if (row.ttl === undefined) return false;
  return isEarly(row.ttl, earlyWindow(row.ttl, createdAtMs(row), settings.cacheTtlSeconds), rows.draw, nowMs());
}

interface ChainAnswer {
  readonly chain: CachedChain;
  readonly answer: DatedAnswer;
}

/** Gives the answers of all jobs, each once: of several for a name, the one that was read last. */
function answersOf(jobs: readonly Job[]): readonly ChainAnswer[] {
  const all = new Map<string, ChainAnswer>();
  for (const { chain, answers } of jobs) {
    for (const answer of answers) {
      const nameKey = chain.key.nameKey(answer.name);
      const other = all.get(nameKey);
      if (other === undefined || other.answer.readAt.order <= answer.readAt.order) all.set(nameKey, { chain, answer });
    }
  }
  return [...all.values()];
}

/** Whether the reads behind an answer have seen all that the Query has shown. */
function hasSeen({ answeredAt }: Partition, { readAt }: DatedAnswer): boolean {
  return readAt.order > answeredAt.order;
}

/** What of a row is its answer. */
function comparable(row: AnswerRow): unknown {
  const facts = { source: undefined, ttl: undefined, createdAt: undefined, generation: undefined, readAtMs: undefined };
  const provider = row.kind === 'reference' ? row.provider : undefined;
  return { ...row, ...facts, provider, originalName: undefined };
}
