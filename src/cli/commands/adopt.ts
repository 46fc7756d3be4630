import { type ApplyReport } from '../../entries';
import { applyConfirmed } from '../apply-entries';
import { type Command } from '../command';
import { type EntriesOptions, withEntries, readPlan, requestOf, stateOptions } from '../entries-session';
import { reportText } from '../entries-text';
import { UsageError } from '../exit-codes';

interface AdoptOptions extends EntriesOptions {
  readonly from?: string;
}

/** `xcon adopt`: takes existing entries under management. */
export const command: Command<ApplyReport, AdoptOptions> = {
  description:
    'Takes existing parameters, secrets or rows under management, without writing their values: they get the tag (rows: the ' +
    'attribute) that names the stack as their owner. The file has to declare them. Where they differ from it, the next plan shows it.',
  arguments: [{ name: '<name...>', description: 'names, full names or addresses of declared entries' }],
  options: [
    ...stateOptions,
    {
      flags: '--from <stack>',
      description: 'the stack that owns them now; it has to let go of them in its file first',
    },
  ],
  examples: [
    { text: 'Take over a parameter that was made by hand', command: 'xcon adopt DB_HOST -e prod' },
    { text: 'Take over an entry of another stack', command: 'xcon adopt LOG_LEVEL --from billing --yes' },
  ],
  writes: true,

  run: (context, names, options) =>
    withEntries(context, options, async (session) => {
      const { pendingChanges } = await import('../../entries');
      const { from } = options;
      const request = {
        ...requestOf(context, { only: names }),
        adopt: names,
        ...(from !== undefined && { adoptFrom: from }),
      };
      const plan = await readPlan(context, session, request);
      if (plan.changes.length === 0 && plan.diagnostics.length === 0)
        throw new UsageError(`The file declares no ${names.join(', ')}: declare what is to be adopted.`);
      const adopted = pendingChanges(plan).filter(({ action }) => action === 'adopt');
      const others = pendingChanges(plan).length - adopted.length;
      if (others > 0)
        context.inform(
          `xcon: ${others} of the named entries are not there to be adopted, or owned already; xcon apply changes them.`,
        );
      const { exitCode, report } = await applyConfirmed(
        context,
        { ...plan, changes: adopted },
        session,
        {},
        'xcon adopt',
      );
      return { result: report, exitCode };
    }),

  renderText: (report, style) => reportText(report, style),
  renderJson: (report) => report,
};
