import { type SettingId } from '../chain/by-id';
import { type Answer } from './answer';
import { ConfigSnapshot } from './snapshot';

/** Most answers that are remembered; beyond, all are forgotten (names may come from outside). */
const maxAnswers = 10_000;
/** Most snapshots that are remembered. */
const maxSnapshots = 100;
/** Few names contain it; the joined names are compared as well. */
const separator = '\n';

/** Names that were loaded together, in the caller's case. */
interface LoadedNames {
  readonly names: readonly string[];
  readonly snapshot: ConfigSnapshot;
}

/** The answers that one scope has given since a reset of memory. */
export class RememberedAnswers {
  /** By name, in the caller's case. */
  private readonly byName = new Map<string, Answer>();
  /** Answers of lookups by id, by id and name. */
  private readonly byId = new Map<string, Answer>();
  private readonly snapshots = new Map<string, LoadedNames>();
  private latestLoad: LoadedNames | undefined;

  /**
   * @param generation - Generation of the memory that the answers come from.
   * @param ignoresCase - Whether names are compared lower-cased: not where single names are read at sources.
   */
  constructor(
    readonly generation: object,
    private readonly ignoresCase: boolean,
  ) {}

  /**
   * Gives the answer for a name in the caller's case; `undefined` when there is none.
   *
   * @param id - What was read instead of the directories.
   */
  find(name: string, id?: SettingId): Answer | undefined {
    if (id !== undefined) return this.byId.get(idKey(id, name));
    return this.byName.get(name) ?? this.findInOtherCase(name);
  }

  /** Remembers an answer. @param id - What was read instead of the directories. */
  add(answer: Answer, id?: SettingId): void {
    const answers = id === undefined ? this.byName : this.byId;
    if (answers.size >= maxAnswers) {
      answers.clear();
      this.snapshots.clear();
      this.latestLoad = undefined;
    }
    answers.set(id === undefined ? answer.name : idKey(id, answer.name), answer);
  }

  /** Gives the snapshot of names whose answers are all remembered: the same each time; `undefined` when one is not. */
  snapshotOf(names: readonly string[]): ConfigSnapshot | undefined {
    if (this.latestLoad !== undefined && isSameList(this.latestLoad.names, names)) return this.latestLoad.snapshot;
    // Anything but a string is rejected by the lookup that follows.
    if (!names.every((each) => typeof each === 'string')) return undefined;
    const key = names.join(separator);
    const loaded = this.snapshots.get(key);
    if (loaded !== undefined && isSameList(loaded.names, names)) return (this.latestLoad = loaded).snapshot;
    const answers: Answer[] = [];
    for (const name of names) {
      const answer = this.find(name);
      if (answer === undefined) return undefined;
      answers.push(answer);
    }
    const snapshot = new ConfigSnapshot(answers);
    if (this.snapshots.size >= maxSnapshots) this.snapshots.clear();
    this.latestLoad = { names: [...names], snapshot };
    this.snapshots.set(key, this.latestLoad);
    return snapshot;
  }

  private findInOtherCase(name: string): Answer | undefined {
    // Anything but a string is rejected by the lookup that follows.
    if (!this.ignoresCase || typeof name !== 'string') return undefined;
    const answer = this.byName.get(name.toLowerCase())?.withName(name);
    if (answer !== undefined) this.add(answer);
    return answer;
  }
}

function idKey({ option, id }: SettingId, name: string): string {
  return [option, id, name].join(separator);
}

function isSameList(some: readonly string[], others: readonly string[]): boolean {
  if (some.length !== others.length) return false;
  for (let index = 0; index < some.length; index += 1) if (some[index] !== others[index]) return false;
  return true;
}
