import assert from 'node:assert/strict';
import { describeDiagnostic, type Diagnostic, Diagnostics } from './diagnostics';
import { applyPlan, type ApplyReport, type EntriesSession, planEntries } from './entries';
import { type EntryFile } from './entry-file';
import { type AnyEntryKind, type EntryAddress } from './entry-kind';
import { parseGiven } from './given-node';
import { encodePlan, type Plan, type PlanRequestOptions } from './plan';
import { type StackKey, stackKeyOf } from './stack-key';
import { type EntryRecord, type EntryRecords, type LockHolder, type StateStore } from './state';

/** What a kind is verified with. */
export interface KindSample {
  /** The kind to verify. */
  readonly kind: AnyEntryKind;
  /** Where the entry is made; nothing may be there. */
  readonly address: Pick<EntryAddress, 'directory' | 'name'>;
  /** The value as the file has it, as YAML, and another one. */
  readonly value: string;
  /** Another value that the kind takes, as YAML. */
  readonly otherValue: string;
  /** A value that the kind refuses, as YAML. */
  readonly wrongValue: string;
  /** Texts of the values that must be in no plan, state or report. Absent: the values are no secrets. */
  readonly secrets?: readonly string[];
  /** Makes an unowned entry at the address, as another tool would. Absent: adopting is not verified. */
  readonly createForeign?: () => Promise<void>;
  /** Writes the entry at the address, as another tool would. Absent: drift is not verified. */
  readonly changeForeign?: () => Promise<void>;
}

/**
 * The contract of a kind of entries, as a test: validates, plans, creates, reads, updates, drifts, adopts and deletes an entry with
 * the kind alone, by the same planner and executor as `xcon apply`.
 *
 * @param sample - The kind, and an entry of it with values to write.
 * @throws AssertionError that says which promise of {@link EntryKind} is not kept.
 */
export async function verifyEntryKind(sample: KindSample): Promise<void> {
  await new KindVerification(sample).run();
}

class KindVerification {
  private readonly state = new MemoryState();
  private readonly key: StackKey = stackKeyOf(Buffer.alloc(32, 1), 'verified');
  private readonly said: string[] = [];

  constructor(private readonly sample: KindSample) {}

  /** The kind; it deletes twice, since an entry may be gone when its turn comes. */
  private get kind(): AnyEntryKind {
    const { kind } = this.sample;
    const deleteTwice: AnyEntryKind['delete'] = async (address, context) => {
      await kind.delete(address, context);
      await kind.delete(address, context);
    };
    return Object.create(kind, { delete: { value: deleteTwice } }) as AnyEntryKind;
  }

  async run(): Promise<void> {
    const { changeForeign, createForeign, kind, otherValue, secrets = [], value, wrongValue } = this.sample;
    const { diagnostics } = this.configOf(wrongValue);
    assert.ok(
      diagnostics.some(({ severity }) => severity === 'error'),
      'validate() adds an error for a wrong value',
    );
    await this.expectPlan('there is no entry', value, ['create']);
    await this.applyValue(value);
    await this.expectPlan('it was created', value, ['unchanged']);
    await this.expectPlan('it was created, and the state was lost', value, ['unchanged'], new MemoryState());
    await this.expectPlan('the file has another value', otherValue, ['update', 'replace']);
    const before = this.version;
    await this.applyValue(otherValue);
    await this.expectPlan('it was updated', otherValue, ['unchanged']);
    assert.notEqual(this.version, before, 'the version of an entry changes with its value');
    if (changeForeign !== undefined) {
      await changeForeign();
      const plan = await this.expectPlan('it was changed outside', otherValue, ['update', 'replace', 'unchanged']);
      assert.ok(
        plan.changes.some(({ drift }) => drift.length > 0),
        'a change from outside is drift: read() gives another version',
      );
      await this.applyValue(otherValue);
    }
    await this.applyValue(undefined, { destroy: true });
    await this.expectPlan('it was deleted', value, ['create', 'update']);
    if (createForeign !== undefined) await this.verifyAdoption(createForeign);
    for (const secret of secrets)
      assert.ok(!this.said.join('\n').includes(secret), `a value of ${kind.name} is in a plan, a state or a report`);
  }

  private async verifyAdoption(createForeign: () => Promise<void>): Promise<void> {
    const { value } = this.sample;
    await createForeign();
    const refused = await this.plan(value, {});
    assert.ok(
      refused.diagnostics.some(({ severity }) => severity === 'error'),
      'read() gives no owner for an unowned entry',
    );
    const request = { adopt: [this.sample.address.name] };
    const plan = await this.plan(value, request);
    assert.deepEqual(
      plan.changes.map(({ action }) => action),
      ['adopt'],
      'an unowned entry can be adopted',
    );
    await this.applyValue(value, request);
    await this.expectPlan('it was adopted', value, ['unchanged', 'update', 'replace']);
    await this.applyValue(undefined, { destroy: true });
  }

  private async expectPlan(
    when: string,
    value: string,
    actions: readonly string[],
    state: StateStore = this.state,
  ): Promise<Plan> {
    const [plan, again] = [await this.plan(value, {}, state), await this.plan(value, {}, state)];
    assert.deepEqual({ ...again, madeAt: '' }, { ...plan, madeAt: '' }, `plan() is pure, when ${when}`);
    const [change] = plan.changes;
    assert.ok(
      change !== undefined && actions.includes(change.action),
      `${actions.join(' or ')} is planned when ${when}, not ${change?.action ?? 'nothing'}${problemsText(plan.diagnostics)}`,
    );
    return plan;
  }

  private get version(): string | undefined {
    return [...this.state.records.values()][0]?.version;
  }

  private async plan(
    value: string | undefined,
    request: PlanRequestOptions,
    state: StateStore = this.state,
  ): Promise<Plan> {
    const plan = await planEntries(this.session(value, state), request);
    this.said.push(encodePlan(plan));
    return plan;
  }

  private async applyValue(value: string | undefined, request: PlanRequestOptions = {}): Promise<void> {
    const session = this.session(value, this.state);
    const plan = await this.plan(value, request);
    let report: ApplyReport | undefined;
    for await (const event of applyPlan(plan, session, { allowDelete: true }))
      if (event.kind === 'report') ({ report } = event);
    this.said.push(JSON.stringify(report), JSON.stringify([...this.state.records]));
    const problems = report?.entries.filter(({ outcome }) => outcome !== 'done').map(({ problem }) => problem);
    assert.deepEqual(problems, [], 'create(), update(), import() and delete() succeed, delete() of what is gone, too');
  }

  private session(value: string | undefined, state: StateStore): EntriesSession {
    return {
      ...{ file: this.fileOf(value), state, key: this.key, kinds: [this.kind], rates: { '*': 1e6 } },
      follow: () => Promise.resolve({ partitions: 0, rows: 0, problems: [] }),
    };
  }

  private fileOf(value: string | undefined): EntryFile {
    const { address, kind } = this.sample;
    const at = { file: 'sample.yaml', line: 1, column: 1 };
    const facts = {
      path: at.file,
      digest: '',
      service: 'verified',
      environments: [],
      stack: 'verified',
      chain: [address.directory],
      moved: [],
    };
    if (value === undefined) return { ...facts, entries: [] };
    const { config, diagnostics } = this.configOf(value);
    assert.ok(config !== undefined, `validate() accepts the value of the sample${problemsText(diagnostics)}`);
    const entry = {
      address: { kind: kind.name, ...address },
      kind,
      config,
      environment: undefined,
      protect: false,
      at,
    };
    return { ...facts, entries: [entry] };
  }

  private configOf(value: string): { readonly config: unknown; readonly diagnostics: readonly Diagnostic[] } {
    const { address, kind } = this.sample;
    const diagnostics = new Diagnostics();
    const { root: node } = parseGiven(value, 'sample.yaml', diagnostics);
    const given = { address: { kind: kind.name, ...address }, options: new Map(), diagnostics };
    return { config: node && kind.validate({ ...given, value: node }), diagnostics: diagnostics.all };
  }
}

function problemsText(diagnostics: readonly Diagnostic[]): string {
  return diagnostics.length === 0 ? '' : `: ${diagnostics.map(describeDiagnostic).join('; ')}`;
}

/** A state that ends with the process. It is not shared, so that its lock is always free. */
export class MemoryState implements StateStore {
  readonly place = 'memory';
  /** What is remembered, by address. */
  records: EntryRecords = new Map();
  private lockedBy: LockHolder | undefined;

  load(): Promise<EntryRecords> {
    return Promise.resolve(this.records);
  }

  save(changes: ReadonlyMap<string, EntryRecord | undefined>): Promise<void> {
    const next = new Map(this.records);
    for (const [entry, record] of changes) {
      if (record === undefined) next.delete(entry);
      else next.set(entry, record);
    }
    this.records = next;
    return Promise.resolve();
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
