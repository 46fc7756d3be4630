import { type EntryRecord } from '../../entries';
import { type Command } from '../command';
import { type EntriesOptions, withEntries, stateOptions } from '../entries-session';

/** `xcon state list`: shows what is recorded. */
export const command: Command<readonly EntryRecord[], EntriesOptions> = {
  description:
    'Lists the entries that are recorded as owned by the stack, with the version and the time of the last write.',
  options: stateOptions,
  examples: [
    { text: 'Everything that is recorded', command: 'xcon state list' },
    { text: 'The records in the config table, for a program', command: 'xcon state list --state table --json' },
  ],

  run: (context, _, options) =>
    withEntries(context, options, async ({ state }) => {
      const { environment } = context.globals;
      const records = [...(await state.load()).values()].filter(({ isDeleted }) => isDeleted !== true);
      const shown = records.filter((each) => environment === undefined || each.environment === environment);
      return { result: shown.toSorted((one, other) => (addressOf(one) < addressOf(other) ? -1 : 1)) };
    }),

  renderText: (records, style) =>
    records.length === 0
      ? 'Nothing is recorded.\n'
      : style.table(
          ['ENTRY', 'VERSION', 'PROTECTED', 'WRITTEN'],
          records.map((each) => [
            addressOf(each),
            each.version.slice(0, 12),
            each.protect === true ? 'yes' : '',
            each.writtenAt,
          ]),
        ),

  renderJson: (records) => ({ entries: records.map(shownRecord) }),
};

/** Gives what of a record is shown: neither digests nor what kinds keep. */
export function shownRecord({ address, environment, fields, protect = false, version, writtenAt }: EntryRecord) {
  return { ...address, environment, version, protect, fields: Object.keys(fields), writtenAt };
}

/** Gives the address of a record as text. */
export function addressOf({ address: { directory, kind, name } }: EntryRecord): string {
  return `${kind}:${directory}/${name}`;
}
