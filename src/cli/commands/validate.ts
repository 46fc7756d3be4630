import { type Diagnostic } from '../../entries';
import { type Command } from '../command';
import { diagnosticLines } from '../entries-text';
import { type EntriesOptions, placeOptions, readEntryFile } from '../entries-session';
import { exitCodes } from '../exit-codes';

interface ValidateResult {
  /** Entries in all environments; 0 for a file with errors. */
  readonly entries: number;
  readonly diagnostics: readonly Diagnostic[];
}

/** `xcon validate`: checks the file of entries. */
export const command: Command<ValidateResult, EntriesOptions> = {
  description:
    'Checks the file of entries whole, without asking any service: keys, types, names, sizes, placeholders and duplicates. ' +
    'Every problem is reported at once, with file, line and column. It ends with 2 when there is an error, as every command about that file does.',
  options: placeOptions,
  examples: [
    { text: 'Check the nearest xcon.yaml', command: 'xcon validate' },
    { text: 'Problems of another file, for a program', command: 'xcon validate --file deploy/entries.yaml --json' },
  ],

  async run(context, _, options) {
    const { diagnostics, file } = await readEntryFile(context, options);
    const exitCode = file === undefined ? exitCodes.usage : exitCodes.done;
    return { result: { entries: file?.entries.length ?? 0, diagnostics }, exitCode };
  },

  renderText({ diagnostics, entries }, style) {
    const lines = diagnosticLines(diagnostics, style);
    const isValid = diagnostics.every(({ severity }) => severity !== 'error');
    return `${[...lines, ...(isValid ? [entries === 1 ? '1 entry is valid.' : `${entries} entries are valid.`] : [])].join('\n').replace(/^\n/, '')}\n`;
  },

  renderJson: ({ diagnostics, entries }) => ({ entries, diagnostics }),
};
