import { type PlannedChange } from './plan';
import { type PlannedWork } from './planner';
import { type ServiceCalls } from './service-calls';

const mainActions: ReadonlyMap<string, string> = new Map([
  ...['create', 'update', 'replace'].map((each) => [`ssm ${each}`, 'ssm:PutParameter'] as const),
  ['ssm delete', 'ssm:DeleteParameter'],
  ['ssm adopt', 'ssm:AddTagsToResource'],
  ['secret create', 'secretsmanager:CreateSecret'],
  ['secret update', 'secretsmanager:PutSecretValue'],
  ['dynamo create', 'dynamodb:PutItem'],
]);

/** Counts what is still to be done, by the action that takes the longest for it. */
export class WorkLeft {
  private readonly counts = new Map<string, number>();

  constructor(
    works: readonly PlannedWork[],
    private readonly calls: ServiceCalls,
  ) {
    for (const { change } of works) this.add(change, 1);
  }

  /** Leaves out what has been done. */
  remove(change: Pick<PlannedChange, 'action' | 'address'>): void {
    this.add(change, -1);
  }

  /** Time that the slowest action takes at its rate, **milliseconds**. */
  get ms(): number {
    return Math.max(0, ...[...this.counts].map(([action, count]) => count * this.calls.pauseOf(action)));
  }

  private add({ action, address }: Pick<PlannedChange, 'action' | 'address'>, count: number): void {
    const call = mainActions.get(`${address.kind} ${action}`);
    if (call !== undefined) this.counts.set(call, (this.counts.get(call) ?? 0) + count);
  }
}
