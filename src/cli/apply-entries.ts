import { type ApplyOptions, type ApplyReport, type EntriesSession, type Plan, type PlannedChange } from '../entries';
import { type CommandContext } from './context';
import { waitReport } from './entries-session';
import { planText } from './entries-text';
import { exitCodes, RefusedError } from './exit-codes';

/** What is allowed without a question. */
export interface ApplyChoices {
  readonly allowDelete?: true | undefined;
  readonly allowManyDeletions?: true | undefined;
}

/** What came of an apply, and the code that the command ends with. */
export interface AppliedPlan {
  readonly report: ApplyReport;
  readonly exitCode: number;
}

/**
 * Shows a plan, has it confirmed, and applies it.
 *
 * What deletes is confirmed with the name of the stack, in a pipe with `--yes --allow-delete`.
 *
 * @throws InvalidPlanError, StalePlanError and what else refuses a plan; RefusedError when it is not confirmed.
 */
export async function applyConfirmed(
  context: CommandContext,
  plan: Plan,
  session: EntriesSession,
  { allowDelete, allowManyDeletions }: ApplyChoices,
  operation: string,
): Promise<AppliedPlan> {
  const { applyPlan, InvalidPlanError, pendingChanges } = await import('../entries');
  const errors = plan.diagnostics.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new InvalidPlanError(errors);
  const pending = pendingChanges(plan);
  const isAllowed = await confirmPlan(context, plan, pending, allowDelete === true);
  const options: ApplyOptions = { operation, allowDelete: isAllowed, allowManyDeletions: allowManyDeletions === true };
  const report = await context.progress(`Applying ${pending.length} changes`, async (update) => {
    let done = 'Planning again';
    const onWait = waitReport(context, (text) => update(`${done}, ${text}`));
    for await (const event of applyPlan(plan, { ...session, onWait }, options)) {
      if (event.kind === 'report') return event.report;
      const leftMs = event.kind === 'started' ? event.estimateMs : event.leftMs;
      const completed = event.kind === 'started' ? 0 : event.completed;
      done = `Applied ${completed} of ${event.total}, about ${Math.ceil(leftMs / 1000)} s left`;
      update(done);
    }
    throw new Error('The apply ended without a report.');
  });
  return { report, exitCode: exitCodeOf(context, report) };
}

/** @returns Whether deletions are allowed. */
async function confirmPlan(
  context: CommandContext,
  plan: Plan,
  pending: readonly PlannedChange[],
  allowDelete: boolean,
): Promise<boolean> {
  if (pending.length === 0) return false;
  const changes = planText(plan, context.messageStyle);
  const count = pending.length === 1 ? '1 change' : `${pending.length} changes`;
  const { deletesValue } = await import('../entries');
  const deletes = pending.filter(deletesValue).length;
  if (deletes === 0 || (context.globals.yes && allowDelete)) {
    await context.confirm({ changes, question: `Apply ${count} to the stack ${plan.stack}?` });
    return deletes > 0;
  }
  context.complain(changes.replace(/\n$/, ''));
  if (!context.isInteractive || context.globals.yes) {
    throw new RefusedError(
      `Nothing was changed: ${deletes === 1 ? '1 entry, or its value,' : `${deletes} entries, or their values,`} would be deleted. To allow it without a question, add --yes --allow-delete.`,
    );
  }
  const typed = await context.host.prompts.text(
    `${count}, ${deletes} of which delete. Type the name of the stack to apply them`,
    context.signal,
  );
  context.signal.throwIfAborted();
  if (typed !== plan.stack) throw new RefusedError('Nothing was changed: that is not the name of the stack.');
  return true;
}

function exitCodeOf({ signal }: CommandContext, { isComplete }: ApplyReport): number {
  if (!signal.aborted) return isComplete ? exitCodes.done : exitCodes.failed;
  const { exit = 'interrupted' } = signal.reason as { readonly exit?: keyof typeof exitCodes };
  return exitCodes[exit];
}
