import { describeError } from '../../base/describe-error';
import { callAndForget } from '../../base/start-work';
import { type LastKnownGood } from '../../settings/settings-values';
import { type Answers, keepAnswer, type KeptAnswer, readAnswers, writeAnswers } from './kept-answers';
import { type FileContent, notRegular, readPrivateFile, updatePrivateFile } from './private-file';
import { openAnswers, otherEnviron, sealAnswers } from './sealed-answers';

/** Delay between the first new answer and the write, **milliseconds**: the answers of a start are written together. */
const writeDelayMs = 1000;

/** What a store needs. */
export interface StoreOptions {
  readonly settings: LastKnownGood;
  /** `/{service}/{environment}` of the process. */
  readonly environ: string;
  readonly nowMs: () => number;
  /** Gives a number in `[0, 1)`. */
  readonly random: () => number;
  /** Logs a warning; each event once. */
  readonly warn: (event: string, fields: Readonly<Record<string, unknown>>) => void;
}

/** What identifies a lookup. */
export interface LookupKey {
  /** The places that it searches, and how. */
  readonly chain: string;
  readonly name: string;
}

/** The last good answers, in memory and in a sealed file. No method rejects because of the file. */
export class LastKnownGoodStore {
  private readonly answers: Answers = new Map();
  private loading: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> = Promise.resolve();
  private needs: 'none' | 'met' | 'not met' = 'none';

  constructor(private readonly options: StoreOptions) {}

  /** Keeps the answer of a lookup, and writes it after `writeDelayMs`. */
  keep({ chain, name }: LookupKey, answer: KeptAnswer): void {
    this.needs = 'none';
    keepAnswer(this.answers, { chain, name }, answer);
    if (this.timer !== undefined) return;
    this.timer = setTimeout(() => callAndForget(() => this.flush()), writeDelayMs).unref();
  }

  /** Gives the last good answer, from the file when this process has none; `undefined` when none may be used. */
  async find(key: LookupKey): Promise<KeptAnswer | undefined> {
    const own = this.usable(key);
    if (own !== undefined) return own;
    await (this.loading ??= this.load());
    if (this.answers.size > 0 && !this.answers.has(key.chain)) {
      this.refuse('it has only answers of other providers or directories');
    }
    return this.usable(key);
  }

  /** Records a lookup that needed an answer of this store, and whether there was one. */
  recordNeed(isMet: boolean): void {
    if (this.needs !== 'not met') this.needs = isMet ? 'met' : 'not met';
  }

  /** Whether every lookup that needed an answer of this store has got one, since the last one that did not need it. */
  get servesAllFailures(): boolean {
    return this.needs === 'met';
  }

  /** Writes what has not been written. Never rejects. */
  flush(): Promise<void> {
    if (this.timer !== undefined) {
      clearTimeout(this.timer);
      this.timer = undefined;
      // A write that fails must not fail later ones.
      this.writing = this.writing.then(() => this.write()).catch(() => undefined);
    }
    return this.writing;
  }

  private usable({ chain, name }: LookupKey): KeptAnswer | undefined {
    const answer = this.answers.get(chain)?.get(name);
    const { nowMs } = this.options;
    if (answer === undefined || answer.atMs < this.oldestMs) return undefined;
    const { ttl } = answer.item ?? {};
    return ttl === undefined || ttl * 1000 > nowMs() ? answer : undefined;
  }

  private get key(): Uint8Array {
    const { key } = this.options.settings;
    return typeof key === 'string' ? Buffer.from(key, 'base64') : key;
  }

  private get oldestMs(): number {
    const { nowMs, settings } = this.options;
    return nowMs() - (settings.maxAgeSeconds ?? Number.POSITIVE_INFINITY) * 1000;
  }

  private async load(): Promise<void> {
    try {
      const reason = this.merge(await readPrivateFile(this.options.settings.file));
      if (reason !== undefined) this.refuse(reason);
    } catch (error) {
      this.refuse(describeError(error));
    }
  }

  private refuse(reason: string): void {
    const { settings, warn } = this.options;
    warn('last-good.refused', { file: settings.file, reason, consequence: 'it gives no answer' });
  }

  /** Adds the answers of the file that are newer than those in memory. @returns Why the file is not used; `undefined`: it is used. */
  private merge(content: FileContent): string | undefined {
    const { environ } = this.options;
    if (content === undefined) return undefined;
    if ('distrusted' in content) return content.distrusted;
    const opened = openAnswers(content, { environ, key: this.key });
    if (typeof opened === 'string') return opened;
    const answers = readAnswers(opened);
    for (const [chain, names] of answers ?? []) {
      for (const [name, answer] of names) keepAnswer(this.answers, { chain, name }, answer);
    }
    return answers === undefined ? 'it is damaged' : undefined;
  }

  /** Writes all answers, with those that other processes have written since. */
  private async write(): Promise<void> {
    const { random, settings, warn } = this.options;
    const { file } = settings;
    try {
      await updatePrivateFile(file, (content) => this.updated(content), random);
    } catch (error) {
      warn('last-good.write-failed', {
        file,
        reason: describeError(error),
        consequence: 'a cold start cannot rely on it',
      });
    }
  }

  /** Gives the new content of the file; `undefined` for a file that must not be replaced. */
  private updated(content: FileContent): Buffer | undefined {
    const { environ, settings, warn } = this.options;
    const reason = this.merge(content);
    if (reason === otherEnviron || reason === notRegular) {
      warn('last-good.write-failed', { file: settings.file, reason, consequence: 'it is left as it is' });
      return undefined;
    }
    return sealAnswers(writeAnswers(this.answers, this.oldestMs), { environ, key: this.key });
  }
}
