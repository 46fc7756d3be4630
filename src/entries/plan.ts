import { isPlainObject } from '../item/value';
import { type FieldChange } from './compare';
import { type Diagnostic } from './diagnostics';
import { StalePlanError } from './entries-error';
import { type EntryAddress } from './entry-kind';

/**
 * What is to be done with an entry.
 *
 * - `update` changes it in place, and restores it where it is deleted; `replace` deletes it and creates it again.
 * - `adopt` takes an existing entry under management; `forget` removes the record of one that is gone, or is not owned any more.
 * - `unchanged` writes nothing.
 */
export type PlanAction = 'create' | 'update' | 'replace' | 'delete' | 'adopt' | 'forget' | 'unchanged';

/** What is planned for one entry. Holds no secret. */
export interface PlannedChange {
  /** Kind, directory and name. */
  readonly address: EntryAddress;
  /** `undefined`: the directory is that of all environments. */
  readonly environment?: string;
  /** What is to be done. */
  readonly action: PlanAction;
  /** Fields that differ; none for what is deleted. */
  readonly fields: readonly FieldChange[];
  /** Fields that were changed outside since the last write; `existence`: it was deleted. */
  readonly drift: readonly string[];
  /** Version that the plan was made from; absent: there was no entry. */
  readonly base?: string;
  /** Digest of what the file decides, under the key of the stack; absent for what is not declared. */
  readonly goal?: string;
  /** Address of the entry whose place this one takes, and whose value it keeps. */
  readonly takesFrom?: string;
  /** Whether a `replace` deletes a value that is not the new one: it is confirmed as a deletion is. */
  readonly losesValue?: boolean;
  /** Whether the entry has been deleted and is restored. */
  readonly isRestored?: boolean;
  /** Entries that lookups find no more, because they find this one first. */
  readonly hides: readonly string[];
  /** Entries that lookups find once this one is gone. */
  readonly reveals: readonly string[];
  /** Entry that lookups find in place of this one. */
  readonly hiddenBy?: string;
}

/** What a plan was asked for beside the file. */
export interface PlanRequestOptions {
  /** Environments to plan; absent: all of the file. Directories of all environments are always among them. */
  readonly environments?: readonly string[];
  /** Names, full names or addresses of the entries that the plan is about; absent: all. */
  readonly only?: readonly string[];
  /** Names or addresses of existing entries to take under management. */
  readonly adopt?: readonly string[];
  /** Stack that entries may be taken from; absent: from none. */
  readonly adoptFrom?: string;
  /** Names or addresses of entries whose generated values are made anew, and whose prompts are asked. */
  readonly rotate?: readonly string[];
  /** Deletes everything that the stack owns. */
  readonly destroy?: boolean;
  /** Whether fields are read that others can change without a new version, such as the tags of parameters: one request each. */
  readonly thorough?: boolean;
}

/** What is to be done so that everything is as the file says. Holds no secret; JSON data. */
export interface Plan {
  /** Version of the format. */
  readonly version: 1;
  /** Name of the owner of the entries. */
  readonly stack: string;
  /** SHA-256 of the file that it was made from. */
  readonly file: string;
  /** Key of the digests. */
  readonly keyId: string;
  /** ISO 8601. */
  readonly madeAt: string;
  /** What was asked of the plan. */
  readonly request: PlanRequestOptions;
  /** Every declared and every owned entry, in the order of their addresses. */
  readonly changes: readonly PlannedChange[];
  /** Warnings and errors; a plan with errors cannot be applied. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Gives the changes of a plan that do something. */
export function pendingChanges({ changes }: Plan): readonly PlannedChange[] {
  return changes.filter(({ action }) => action !== 'unchanged');
}

/** Whether a change ends a value that nothing has afterwards: a deletion, and a replacement by another value. */
export function deletesValue({ action, losesValue }: PlannedChange): boolean {
  return action === 'delete' || losesValue === true;
}

/**
 * Gives how many changes of each kind there are.
 *
 * @param changes - Those of a plan.
 */
export function countActions(changes: readonly PlannedChange[]): Readonly<Partial<Record<PlanAction, number>>> {
  const counts: Partial<Record<PlanAction, number>> = {};
  for (const { action } of changes) counts[action] = (counts[action] ?? 0) + 1;
  return counts;
}

/**
 * Gives a plan as the text of a file.
 *
 * @param plan - What `planEntries()` gave. No value of a secret is in it.
 */
export function encodePlan(plan: Plan): string {
  return `${JSON.stringify(plan, undefined, 1)}\n`;
}

/**
 * Reads a plan from the text of a file.
 *
 * @param text - What `encodePlan()` gave.
 * @param file - Name of the file, for messages.
 * @throws StalePlanError for what is no plan, or one of another version.
 */
export function decodePlan(text: string, file: string): Plan {
  const parsed = parsedJson(text);
  const isPlan =
    typeof parsed === 'object' && parsed !== null && isPlainObject(parsed) && Array.isArray(parsed['changes']);
  if (isPlan && parsed['version'] === 1) return parsed as unknown as Plan;
  throw new StalePlanError([
    {
      severity: 'error',
      summary: `${file} is not a plan of this version.`,
      detail: 'Make one: xcon plan --out plan.json',
    },
  ]);
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/**
 * Compares a plan with one that was made just now.
 *
 * What is as the plan wants it has been done by a run that was ended, and is no difference.
 *
 * @throws StalePlanError with every difference.
 */
export function refuseStale(plan: Plan, fresh: Plan): void {
  const problems: string[] = [];
  if (plan.stack !== fresh.stack) problems.push(`it is of the stack ${plan.stack}, and the file of ${fresh.stack}`);
  if (plan.file !== fresh.file) problems.push('the file has changed');
  if (plan.keyId !== fresh.keyId)
    problems.push('it was made with another key: set XCON_STATE_KEY to the same in both places');
  if (problems.length === 0) problems.push(...entryDifferences(plan, fresh));
  if (problems.length === 0) return;
  throw new StalePlanError([
    ...problems.map((each) => ({ severity: 'error' as const, summary: `the plan is stale: ${each}.` })),
    { severity: 'error', summary: 'nothing was changed. Plan again: xcon plan' },
  ]);
}

function entryDifferences(plan: Plan, fresh: Plan): readonly string[] {
  const now = new Map(fresh.changes.map((each) => [keyOf(each), each]));
  const planned = new Map(pendingChanges(plan).map((each) => [keyOf(each), each]));
  const differences: string[] = [];
  for (const [key, change] of planned) {
    const other = now.get(key);
    const isGone = other === undefined && (change.action === 'delete' || change.action === 'forget');
    if (isGone || other?.action === 'unchanged') continue;
    if (other?.action !== change.action)
      differences.push(`${key}: ${change.action} was planned, and now it is ${other?.action ?? 'gone'}`);
    else if (other.base !== change.base) differences.push(`${key}: it was changed since`);
    else if (other.goal !== change.goal) differences.push(`${key}: its source gives another value`);
  }
  for (const change of pendingChanges(fresh)) {
    if (!planned.has(keyOf(change))) differences.push(`${keyOf(change)}: ${change.action} is not in the plan`);
  }
  return differences;
}

function keyOf({ address: { kind, directory, name } }: PlannedChange): string {
  return `${kind}:${directory}/${name}`;
}
