import { getOrMake } from '../base/get-or-make';
import { isDeepStrictEqual } from 'node:util';
import { errorSummary } from '../base/describe-error';
import { type DirectoryItem } from '../item/directory-item';
import { afterThisTurn } from '../base/start-work';
import { type Moment } from '../di/moment';
import { type AnswerRow, type DataKeyRow, encodeRow, fitsItem, referenceKey } from './rows';
import { type CachedChain, type CacheSession, type CacheableAnswer } from './cacher';
import { isRowEarly, writableMs } from './expiry';
import { type Keyring, type SealingKey } from './keyring';
import { type Partition, unlessReplaced } from './partition';
import { makeRow } from './answer-rows';
import { ifAbsent, type RowChange } from '../aws/table-client';
import { fitsSortKey } from '../aws/table-names';

/** Up to this many new rows of a chain in use are written one by one, by conditional puts. */
const mostSinglePuts = 3;

/** An answer to write, and when the oldest read behind it began. */
interface DatedAnswer extends CacheableAnswer {
  readonly readAt: Moment;
}

/** The part of a partition that a {@link PartitionWriter} uses. */
export interface WritablePartition {
  readonly keyring: Pick<Keyring, 'current'>;
  /** Gives the rows; `undefined` when they cannot be read now. */
  rows(): Promise<Partition | undefined>;
  /** Writes and deletes rows. Never rejects. */
  write(changes: readonly RowChange[]): Promise<void>;
  /** Logs a problem with the cache once. */
  warn(event: string, fields: Readonly<Record<string, unknown>>): void;
}

/** The key for new sealed rows. */
interface SealingKeyChoice {
  /** `undefined`: secrets are not sealed, or there is no key. */
  readonly key: SealingKey | undefined;
  /** The row to write when the key is new. */
  readonly row: DataKeyRow | undefined;
}

interface Job {
  readonly chain: CachedChain;
  /** Answers to write; empty for a job that only drops a row. */
  readonly answers: readonly DatedAnswer[];
  /** Name whose reference is dropped. */
  readonly dropped?: string;
}

/**
 * Writes the rows of one partition. Jobs of one turn of the event loop, and those that arrive during a write, are written together, each
 * row once.
 *
 * A row never replaces newer information. It is written only when
 * - the reads behind it began at most a few seconds ago ({@link writableMs});
 * - they began after the Query of the partition, so that they are newer than everything in its result, the generation included; or the
 *   result has neither a generation nor a row of the name;
 * - no other process has replaced the row in the result ({@link unlessReplaced}).
 */
export class PartitionWriter {
  private pending: Job[] = [];
  private writing: Promise<void> | undefined;
  /** Items that have been saved, by chain. */
  private readonly saved = new Map<string, WeakSet<DirectoryItem>>();

  constructor(private readonly partition: WritablePartition) {}

  /** Writes answers. Never rejects. @returns Resolves when they have been written or left out. */
  save(chain: CachedChain, answers: readonly CacheableAnswer[]): Promise<void> {
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
    const rows = await this.partition.rows();
    const [first] = jobs;
    if (rows === undefined || first === undefined) return;
    const changes = new Map<string, RowChange>();
    for (const each of jobs) this.dropRow(each, rows, changes);
    const fresh = answersOf(jobs).filter((each) => this.isToWrite(rows, each));
    const { session } = first.chain;
    const answers = fresh.map(({ answer }) => answer);
    const { key: sealingKey, row: keyRow } = await this.sealingKeyFor(rows, answers, session);
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
        generation: isNewerThan(rows, answer) ? rows.generation : 0,
      };
      const row = makeRow(chain, answer, clock, sealingKey);
      const put = row && encodeRow(environ, row);
      if (row === undefined || put === undefined || !fitsSortKey(row.nameKey) || !fitsItem(put)) return [];
      return [{ chain, answer, row, put, version: rows.versionOf(row.nameKey) }];
    });
    const added = puts.filter(({ chain, version }) => version === undefined && rows.isShared(chain.key));
    const conditionOfNew = added.length <= mostSinglePuts ? ifAbsent : undefined;
    for (const { chain, answer, row, put, version } of puts) {
      const conditionOfAdded = rows.isShared(chain.key) ? conditionOfNew : undefined;
      const condition = version === undefined ? conditionOfAdded : unlessReplaced(version);
      const leftMs = (): number => writableMs(answer.readAt.atMs, chain.session);
      changes.set(row.nameKey, { put, leftMs, ...(condition !== undefined && { condition }) });
      rows.put(row, answer.item);
      rows.recordVersion(put);
    }
    await this.partition.write([...changes.values()]);
  }

  /** Gives the key for sealing the secrets among answers; when KMS gives none, they are not cached. */
  private async sealingKeyFor(
    rows: Partition,
    answers: readonly CacheableAnswer[],
    { settings }: CacheSession,
  ): Promise<SealingKeyChoice> {
    const none = { key: undefined, row: undefined };
    if (settings.cacheSecrets !== 'encrypt' || !answers.some(({ item }) => item?.secret === true)) return none;
    try {
      const current = await this.partition.keyring.current(rows.wrappedKeys);
      return 'row' in current ? current : { key: current, row: undefined };
    } catch (error) {
      const reason = errorSummary(error).name;
      this.partition.warn('cache.no-sealing-key', { reason, consequence: 'secrets are not cached' });
      return none;
    }
  }

  private dropRow({ chain, dropped }: Job, rows: Partition, changes: Map<string, RowChange>): void {
    if (dropped === undefined) return;
    const nameKey = referenceKey(chain.key, dropped);
    const row = rows.answers(chain.key, dropped, 0).find((each) => each.nameKey === nameKey);
    if (row === undefined) return;
    rows.remove(row);
    rows.recordDeletion(nameKey);
    changes.set(nameKey, { delete: { partition: chain.key.environ, sort: nameKey } });
  }

  /** Whether an answer may be written, and is not in the table yet, or its newest row expires soon. */
  private isToWrite(rows: Partition, { chain, answer }: ChainAnswer): boolean {
    const { key, session } = chain;
    if (writableMs(answer.readAt.atMs, session) <= 0) return false;
    const [newest] = rows.answers(key, answer.name, session.nowMs());
    if (!isNewerThan(rows, answer) && (rows.generation > 0 || newest !== undefined)) return false;
    if (newest !== undefined && isRowEarly(session, rows, newest)) return true;
    if (answer.item !== undefined && !this.isNewFor(chain, answer.item)) return false;
    if (newest === undefined) return true;
    const made = makeRow(chain, answer, { nowMs: 0, random: 0, latestTtl: undefined }, undefined);
    return made === undefined || !isDeepStrictEqual(comparable(made), comparable(newest));
  }

  /** Whether an item has not been saved for a chain before; it counts as saved from then on. */
  private isNewFor({ key }: CachedChain, item: DirectoryItem): boolean {
    const saved = getOrMake(this.saved, key.chain, () => new WeakSet());
    if (saved.has(item)) return false;
    saved.add(item);
    return true;
  }
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

/** Whether the reads behind an answer began after the Query was answered. */
function isNewerThan({ answeredAt }: Partition, { readAt }: DatedAnswer): boolean {
  return readAt.order > answeredAt.order;
}

/** Gives the part of a row that is its answer. */
function comparable(row: AnswerRow): unknown {
  const ignored = {
    source: undefined,
    ttl: undefined,
    createdAt: undefined,
    generation: undefined,
    readAtMs: undefined,
  };
  const provider = row.kind === 'reference' ? row.provider : undefined;
  return { ...row, ...ignored, provider, originalName: undefined };
}
