import { mask } from '../../base/printable';
import { isSecretName, showValue } from '../../explain/shown-value';
import { type EntryVersion } from '../../index';
import { type Command } from '../command';
import { isSecret } from '../collect-settings';
import { CommandError } from '../exit-codes';
import { EntryOpener, notThere, type OpenEntry, writableNames } from '../operations/entry-place';
import { jsonValue } from '../value-text';

interface HistoryOptions {
  readonly in?: string;
  readonly from?: string;
}

interface HistoryResult {
  readonly entry: Pick<OpenEntry, 'exactName'> & { readonly provider: string };
  readonly masked: boolean;
  /** The newest first. */
  readonly versions: readonly EntryVersion[];
}

/** `xcon history`: lists the versions of an entry. */
export const command: Command<HistoryResult, HistoryOptions> = {
  description:
    'Lists the versions of a setting in one directory of one source, the newest first, with time, author and labels as far as the source ' +
    'has them. Values of secrets are masked. Rows of the configuration table have no versions.',
  arguments: [
    { name: '<name>', description: 'name of the setting, in any case; or its full name, such as /orders/all/DB_HOST' },
  ],
  options: [
    { flags: '--in <directory>', description: 'directory of the entry (default: the most specific one that has it)' },
    { flags: '--from <source>', description: `source of the entry: ${writableNames.join(', ')}` },
  ],
  examples: [
    { text: 'Who changed it, and when', command: 'xcon history DB_HOST -s orders -e prod' },
    { text: 'Of all environments', command: 'xcon history LOG_LEVEL --in /orders/all -s orders -e prod --json' },
  ],

  async run(context, [name = ''], options) {
    return context.at({}, async (config) => {
      const { signal } = context;
      const opener = await EntryOpener.of(config, signal);
      const { names } = opener;
      const found = names.names.find((each) => each.name.toLowerCase() === name.toLowerCase());
      const first = found?.places.find(({ directory }) => directory !== undefined)?.directory;
      const given = { name, directory: options.in ?? first, source: options.from };
      const entry = await opener.open(given, false);
      const { address, exactName, provider, stored, writer } = entry;
      if (stored === undefined) throw notThere(entry, names);
      const versions = await writer.history(address, { signal });
      if (versions === undefined) {
        throw new CommandError(`${exactName} has no versions: ${provider.cacheName} keeps none.`, 'negative');
      }
      const masked = stored.secret || isSecretName(address.name);
      return { result: { entry: { exactName, provider: provider.cacheName }, masked, versions } };
    });
  },

  renderText({ masked, versions }, style) {
    const heads = ['VERSION', 'WRITTEN', 'BY', 'LABELS', 'VALUE'];
    const rows = versions.map(({ current, labels, value, version, writtenAtMs, writtenBy = '' }) => [
      current ? `${version} *` : version,
      timeText(writtenAtMs) ?? '',
      writtenBy.split('/').slice(1).join('/') || writtenBy,
      labels.join(' '),
      masked ? mask : value === undefined ? '' : showValue(value),
    ]);
    return style.table(heads, rows);
  },

  renderJson: ({ entry, masked, versions }) => ({
    ...entry,
    versions: versions.map(({ current, labels, value, version, writtenAtMs, writtenBy }) => ({
      version,
      current,
      writtenAt: timeText(writtenAtMs),
      writtenBy,
      labels,
      value: masked ? mask : value === undefined ? undefined : isSecret('', value) ? mask : jsonValue(value),
    })),
  }),
};

function timeText(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : new Date(ms).toISOString();
}
