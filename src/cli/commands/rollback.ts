import { type Command } from '../command';
import { CommandError } from '../exit-codes';
import {
  changeLines,
  type DoneChange,
  doneJson,
  doneText,
  isUnchanged,
  makeChange,
  showChange,
  takeEffect,
} from '../operations/changes';
import { EntryOpener, notThere, writableNames } from '../operations/entry-place';

interface RollbackOptions {
  readonly in?: string;
  readonly to?: string;
}

/** `xcon rollback`: writes the value of an older version once more. */
export const command: Command<DoneChange, RollbackOptions> = {
  description:
    'Writes the value that an older version has, as a new version: what was there in between stays in the history. It is a setting of the ' +
    'most specific directory unless --in names another.',
  arguments: [
    { name: '<name>', description: 'name of the setting, in any case; or its full name, such as /orders/all/DB_HOST' },
    { name: '<version>', description: 'version to go back to, as `xcon history` lists it, or its label' },
  ],
  options: [
    { flags: '--in <directory>', description: 'directory of the entry (default: the most specific one)' },
    { flags: '--to <source>', description: `source of the entry: ${writableNames.join(', ')}` },
  ],
  examples: [
    { text: 'To the version before', command: 'xcon rollback DB_HOST 3 -s orders -e prod' },
    {
      text: 'A secret, to the value before the last',
      command: 'xcon rollback DB_PASSWORD AWSPREVIOUS -s orders -e prod',
    },
  ],
  writes: true,

  async run(context, [name = '', version = ''], options) {
    return context.at({}, async (config) => {
      const { signal } = context;
      const opener = await EntryOpener.of(config, signal);
      const given = { name, directory: options.in, source: options.to };
      const entry = await opener.open(given);
      const { address, exactName, stored, writer } = entry;
      if (stored === undefined) throw notThere(entry, opener.names);
      if (stored.deletionAtMs !== undefined) {
        throw new CommandError(
          `${exactName} is scheduled for deletion. Restore it first: xcon set --restore.`,
          'refused',
        );
      }
      const value = await writer.readVersion(address, version, { signal });
      const change = { kind: 'write' as const, entry, write: { value } };
      const shown = showChange(change);
      if (isUnchanged(change)) {
        context.inform(`${exactName} has the value of version ${version} already.`);
        return { result: { ...shown, version: stored.version, recoverableUntil: undefined } };
      }
      const changes = [...changeLines(shown), `  as in version ${version}`].join('\n');
      await context.confirm({ changes, question: 'Write it?' });
      const done = await makeChange(change);
      for (const line of await takeEffect(config, [done])) context.inform(line);
      return { result: done };
    });
  },

  renderText: doneText,
  renderJson: doneJson,
};
