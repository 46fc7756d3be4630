import { type EntryRecord } from '../../entries';
import { type Command } from '../command';
import { type EntriesOptions, withEntries, stateOptions } from '../entries-session';
import { exitCodes } from '../exit-codes';
import { addressOf, shownRecord } from './state-list';

/** `xcon state show`: shows one record. */
export const command: Command<EntryRecord | undefined, EntriesOptions> = {
  description:
    'Shows what is recorded of an entry: version, fields that the file decides, protection, time of the last write. No value and no ' +
    'digest is shown. It ends with 1 when there is no such record.',
  arguments: [{ name: '<address>', description: 'such as ssm:/orders/prod/DB_HOST' }],
  options: stateOptions,
  examples: [
    { text: 'One record', command: 'xcon state show ssm:/orders/prod/DB_HOST' },
    { text: 'The same, for a program', command: 'xcon state show secret:/orders/prod/DB_PASSWORD --json' },
  ],

  run: (context, [address = ''], options) =>
    withEntries(context, options, async ({ state }) => {
      const record = (await state.load()).get(address);
      return { result: record, exitCode: record === undefined ? exitCodes.negative : exitCodes.done };
    }),

  renderText(record, style) {
    if (record === undefined) return 'There is no such record.\n';
    const { environment, fields, protect, version, writtenAt } = shownRecord(record);
    const rows = [
      ['entry', addressOf(record)],
      ['environment', environment ?? 'all'],
      ['version', version],
      ['fields', fields.join(', ')],
      ['protected', protect ? 'yes' : 'no'],
      ['written', writtenAt],
    ];
    return style.table(['WHAT', 'RECORDED'], rows);
  },

  renderJson: (record) => (record === undefined ? { found: false } : { found: true, ...shownRecord(record) }),
};
