import { type CollectedSetting, collectSettings } from '../collect-settings';
import { type Command } from '../command';
import { RefusedError } from '../exit-codes';
import { type ExportFormat, exportFormats, formatSettings } from '../export-formats';
import { jsonValue } from '../value-text';

interface ExportOptions {
  readonly format: ExportFormat;
  readonly only?: readonly string[];
  readonly except?: readonly string[];
  readonly reveal?: true;
}

interface ExportResult {
  readonly settings: readonly CollectedSetting[];
  readonly text: string;
}

/** `xcon export`: writes settings in a format of another tool. */
export const command: Command<ExportResult, ExportOptions> = {
  description:
    'Writes the settings of a service in a format that another tool reads: dotenv, json, yaml, shell (for eval), docker ' +
    '(for --env-file), github (for $GITHUB_ENV) or tfvars. What is written is read back exactly; a value that the format cannot ' +
    'hold is an error that names the setting. Variables of this process are left out.\n\n' +
    'dotenv, shell, docker and github have the names of variables, as xcon run makes them, and data as JSON; json, yaml and tfvars ' +
    'have names as they are stored, and data as it is. Bytes are written in base64. Secrets need --reveal.',
  options: [
    { flags: '--format <format>', description: 'what to write', choices: exportFormats, default: 'dotenv' },
    { flags: '--only <names>', description: 'these settings; each must have a value', kind: 'list' },
    { flags: '--except <names>', description: 'all settings but these', kind: 'list' },
    { flags: '--reveal', description: 'write secrets, too' },
  ],
  examples: [
    {
      text: 'Settings without secrets, for a shell',
      command: 'eval "$(xcon export -s orders -e prod --format shell --only DB_HOST,PAGE_SIZE)"',
    },
    {
      text: 'Everything, for a container',
      command: 'xcon export -s orders -e prod --format docker --reveal > orders.env',
    },
  ],

  async run(context, _, { format, only, except, reveal }) {
    const collected = await collectSettings(context, { only, except });
    const settings = collected.settings.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    const secrets = settings.filter(({ secret }) => secret).map(({ name }) => name);
    if (secrets.length > 0 && reveal !== true) {
      throw new RefusedError(
        `${secrets.join(', ')}: secret. To write secrets, add --reveal; to leave them out, --except.`,
      );
    }
    const values = settings.map(({ name, item }) => ({ name, value: item.value }));
    return { result: { settings, text: await formatSettings(values, format) } };
  },

  renderText: ({ text }) => text,

  renderJson({ settings }) {
    return {
      settings: settings.map(({ name, item, secret }) => ({
        name,
        value: jsonValue(item.value),
        secret,
        provider: item.provider,
        directory: item.directory.path,
      })),
    };
  },
};
