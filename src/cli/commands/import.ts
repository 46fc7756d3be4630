import { printable } from '../../base/printable';
import { type Command } from '../command';
import { type CommandContext } from '../context';
import { exitCodes, InterruptedError } from '../exit-codes';
import { changeLines, isUnchanged, showChange, type ShownChange, takeEffect } from '../operations/changes';
import { planImport, runImport, type ImportedEntry } from '../operations/import-entries';
import { EntryOpener, writableNames } from '../operations/entry-place';
import { readSettingsFile } from '../settings-file';

interface ImportOptions {
  readonly in?: string;
  readonly to?: string;
  readonly secret?: readonly string[];
  readonly plain?: readonly string[];
  readonly format?: 'dotenv' | 'json' | 'yaml';
}

/** `xcon import`: writes the settings of a file. */
export const command: Command<readonly ImportedEntry[], ImportOptions> = {
  description:
    'Writes every setting of a file (.env, JSON or YAML: a map of names and values) to one directory, after it has shown what will ' +
    'change. One entry that fails does not stop the others: the report says what was written and what was not, and a second run goes on.' +
    '\n\nA new setting whose name is like that of a secret is encrypted, unless --plain names it. Nothing is removed.',
  arguments: [{ name: '<file>', description: 'the file' }],
  options: [
    { flags: '--in <directory>', description: 'directory to write to (default: the most specific one)' },
    { flags: '--to <source>', description: `source of new settings: ${writableNames.join(', ')} (default: ssm)` },
    { flags: '--secret <names>', description: 'settings to encrypt', kind: 'list' },
    { flags: '--plain <names>', description: 'settings that are no secrets, whatever they are called', kind: 'list' },
    {
      flags: '--format <format>',
      description: 'format of the file (default: by its name)',
      choices: ['dotenv', 'json', 'yaml'],
    },
  ],
  examples: [
    { text: 'What a .env file has, to Parameter Store', command: 'xcon import .env -s orders -e staging' },
    { text: 'In a pipeline', command: 'xcon import prod.yaml --in /orders/prod -s orders -e prod --yes --json' },
  ],
  writes: true,

  async run(context, [file = ''], options) {
    const settings = await readSettingsFile(file, context.host.cwd, options.format);
    return context.at({}, async (config) => {
      const { signal } = context;
      const changes = await context.progress('Reading what is there', async () =>
        planImport(await EntryOpener.of(config, signal), settings, options),
      );
      const open = changes.filter((each) => !isUnchanged(each));
      const unchanged = changes
        .filter(isUnchanged)
        .map((each) => ({ ...showChange(each), outcome: 'unchanged' as const }));
      if (open.length === 0) {
        context.inform(`All ${changes.length} settings of the file are as they are there.`);
        return { result: unchanged };
      }
      const lines = open.flatMap((each) => changeLines(showChange(each)));
      const counts = unchanged.length === 0 ? [] : [`leaves ${unchanged.length} as they are`];
      await context.confirm({ changes: [...lines, ...counts].join('\n'), question: `Write ${open.length} settings?` });
      const done = await context.progress(`Writing ${open.length} settings`, (update) =>
        runImport(open, signal, (count) => update(`Writing ${count} of ${open.length} settings`)),
      );
      const written = done.filter(({ outcome }) => outcome === 'written');
      if (written.length > 0) for (const line of await takeEffect(config, written)) context.inform(line);
      report(context, done, written);
      return { result: [...done, ...unchanged], exitCode: exitCodeFor(context, done) };
    });
  },

  renderText(result, style) {
    const rows = result.map(({ exactName, outcome, problem, provider }) => [
      exactName,
      provider,
      outcome,
      problem ?? '',
    ]);
    return style.table(['ENTRY', 'SOURCE', 'OUTCOME', 'PROBLEM'], rows, (row) =>
      result[row]?.outcome === 'failed' ? 'red' : undefined,
    );
  },

  renderJson: (result) => ({
    entries: result.map(({ exactName, outcome, problem, provider, version }) => ({
      exactName,
      provider,
      outcome,
      version,
      problem,
    })),
  }),
};

function report(context: CommandContext, done: readonly ImportedEntry[], written: readonly ShownChange[]): void {
  const left = done.length - written.length;
  if (left === 0) return;
  context.complain(
    printable(
      `xcon: ${written.length} of ${done.length} settings were written. Run it again to go on with the other ${left}.`,
    ),
  );
}

function exitCodeFor({ signal }: CommandContext, done: readonly ImportedEntry[]): number {
  const reason: unknown = signal.reason;
  if (signal.aborted && reason instanceof InterruptedError) return exitCodes[reason.exit];
  return done.some(({ outcome }) => outcome === 'failed') ? exitCodes.failed : exitCodes.done;
}
