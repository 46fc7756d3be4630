import { type ApplyReport } from '../../entries';
import { type ApplyChoices, applyConfirmed } from '../apply-entries';
import { type Command } from '../command';
import { type EntriesOptions, withEntries, planOptions, readPlan, requestOf } from '../entries-session';
import { reportText } from '../entries-text';
import { deleteOptions } from './apply';

/** `xcon destroy`: deletes what a stack owns. */
export const command: Command<ApplyReport, EntriesOptions & ApplyChoices> = {
  description:
    'Deletes every parameter, secret and row that the stack owns, and nothing else. Secrets can be restored for 30 days. An entry ' +
    'with "protect: true" refuses the whole. It is confirmed with the name of the stack, in a pipe by --yes --allow-delete.',
  options: [...planOptions, ...deleteOptions],
  examples: [
    { text: 'Delete what the stack has in staging', command: 'xcon destroy -e staging' },
    { text: 'Delete everything of a stack in a pipeline', command: 'xcon destroy --yes --allow-delete' },
  ],
  writes: true,

  run: (context, _, options) =>
    withEntries(context, options, async (session) => {
      const plan = await readPlan(context, session, { ...requestOf(context, options), destroy: true });
      const { exitCode, report } = await applyConfirmed(context, plan, session, options, 'xcon destroy');
      return { result: report, exitCode };
    }),

  renderText: (report, style) => reportText(report, style),
  renderJson: (report) => report,
};
