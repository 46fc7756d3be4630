import { type Command } from '../command';
import { UsageError } from '../exit-codes';
import {
  changeLines,
  type DoneChange,
  doneJson,
  doneText,
  makeChange,
  showChange,
  takeEffect,
} from '../operations/changes';
import { EntryOpener, notThere, writableNames } from '../operations/entry-place';

interface UnsetOptions {
  readonly in?: string;
  readonly from?: string;
  readonly force?: true;
  readonly recoveryDays?: number;
}

/** `xcon unset`: removes an entry. */
export const command: Command<DoneChange, UnsetOptions> = {
  description:
    'Removes a setting from one directory of one source, and shows what lookups will find then. It looks in the most specific directory ' +
    'unless --in names another. A secret can be restored for 30 days; with --force it is deleted at once.',
  arguments: [
    { name: '<name>', description: 'name of the setting, in any case; or its full name, such as /orders/all/DB_HOST' },
  ],
  options: [
    { flags: '--in <directory>', description: 'directory to remove it from (default: the most specific one)' },
    { flags: '--from <source>', description: `source to remove it from: ${writableNames.join(', ')}` },
    { flags: '--recovery-days <days>', description: 'for how long a secret can be restored: 7 to 30', kind: 'number' },
    { flags: '--force', description: 'delete a secret at once, beyond recovery' },
  ],
  examples: [
    { text: 'Back to the value of all environments', command: 'xcon unset DB_HOST -s orders -e prod' },
    {
      text: 'A secret, which can be restored for a week',
      command: 'xcon unset DB_PASSWORD --recovery-days 7 -s orders -e prod',
    },
  ],
  writes: true,

  async run(context, [name = ''], options) {
    const { force, recoveryDays } = options;
    if (force === true && recoveryDays !== undefined)
      throw new UsageError('--force leaves no --recovery-days: give one of them.');
    return context.at({}, async (config) => {
      const { signal } = context;
      const opener = await EntryOpener.of(config, signal);
      const entry = await opener.open({ name, directory: options.in, source: options.from });
      if (entry.stored === undefined) throw notThere(entry, opener.names);
      const change = {
        kind: 'remove' as const,
        entry,
        options: { ...(force && { force }), ...(recoveryDays !== undefined && { recoveryDays }) },
      };
      await context.confirm({ changes: changeLines(showChange(change)).join('\n'), question: 'Remove it?' });
      const done = await makeChange(change);
      for (const line of await takeEffect(config, [done])) context.inform(line);
      return { result: done };
    });
  },

  renderText: doneText,
  renderJson: doneJson,
};
