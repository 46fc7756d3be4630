import { isPlainObject } from '../../item/value';
import { type ConfigValue, type EntryWrite } from '../../index';
import { isSecretName } from '../../explain/shown-value';
import { type Command } from '../command';
import { type CommandContext } from '../context';
import { RefusedError, UsageError } from '../exit-codes';
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
import { EntryOpener, type OpenEntry, writableNames } from '../operations/entry-place';

interface SetOptions {
  readonly in?: string;
  readonly to?: string;
  readonly secret?: true;
  readonly type?: string;
  readonly tier?: string;
  readonly keyId?: string;
  readonly description?: string;
  readonly jsonField?: string;
  readonly valueFile?: string;
  readonly valueFrom?: string;
  readonly restore?: true;
}

/** `xcon set`: writes a value. */
export const command: Command<DoneChange, SetOptions> = {
  description:
    'Writes the value of a setting, and shows the old and the new one and what lookups will find before it does. It goes to the most ' +
    'specific directory, and to the source that has the name now, else to Parameter Store. Description, tier, key and tags of an ' +
    'entry stay as they are.\n\n' +
    'The value of a secret is never an argument: it is read from standard input (-), a file, a variable, or asked for at the terminal.',
  arguments: [
    { name: '<name>', description: 'name of the setting, in any case; or its full name, such as /orders/all/DB_HOST' },
    { name: '[value]', description: 'the value; - reads standard input' },
  ],
  options: [
    { flags: '--in <directory>', description: 'directory to write to (default: the most specific one)' },
    { flags: '--to <source>', description: `source to write to: ${writableNames.join(', ')}` },
    { flags: '--secret', description: 'encrypt it: a SecureString, or a secret where it is one already' },
    {
      flags: '--type <type>',
      description: 'type of a parameter, or json for a row',
      choices: ['String', 'StringList', 'SecureString', 'text', 'json'],
    },
    {
      flags: '--tier <tier>',
      description: 'tier of a parameter',
      choices: ['Standard', 'Advanced', 'Intelligent-Tiering'],
    },
    { flags: '--key-id <key>', description: 'KMS key that encrypts it' },
    { flags: '--description <text>', description: 'what it is for' },
    { flags: '--json-field <field>', description: 'write one field of the JSON that is there' },
    { flags: '--value-file <path>', description: 'file that holds the value' },
    { flags: '--value-from <variable>', description: 'variable that holds the value' },
    { flags: '--restore', description: 'restore a secret that is scheduled for deletion' },
  ],
  examples: [
    { text: 'A parameter of one service', command: 'xcon set PAGE_SIZE 100 -s orders -e prod' },
    { text: 'A secret, asked for without showing it', command: 'xcon set DB_PASSWORD --secret -s orders -e prod' },
    { text: 'From a program', command: 'openssl rand -hex 24 | xcon set API_KEY - --secret -s orders -e prod --yes' },
  ],
  writes: true,

  async run(context, [name = '', value], options) {
    return context.at({}, async (config) => {
      const { signal } = context;
      const given = { name, directory: options.in, source: options.to };
      const entry = await (await EntryOpener.of(config, signal)).open(given);
      const isSecret = options.secret === true || entry.provider.holdsOnlySecrets || entry.stored?.secret === true;
      const text = await valueOf(context, { name, value, isSecret }, options);
      const write = await restorable(context, entry, writeOf(entry, text, options), options.restore === true);
      const isHidden = value === undefined || value === '-';
      const change = { kind: 'write' as const, entry, write, isHidden };
      const shown = showChange(change);
      if (isUnchanged(change)) {
        context.inform(`${shown.exactName} has this value already.`);
        return { result: { ...shown, version: entry.stored?.version, recoverableUntil: undefined } };
      }
      await context.confirm({ changes: changeLines(shown).join('\n'), question: 'Write it?' });
      const done = await context.progress(`Writing ${shown.exactName}`, () => makeChange(change));
      for (const line of await takeEffect(config, [done])) context.inform(line);
      return { result: done };
    });
  },

  renderText: doneText,
  renderJson: doneJson,
};

async function valueOf(
  context: CommandContext,
  { name, value, isSecret }: { readonly name: string; readonly value: string | undefined; readonly isSecret: boolean },
  { valueFile: file, valueFrom: variable }: SetOptions,
): Promise<string | Uint8Array> {
  const isInput = value === '-';
  if (value === undefined || isInput || file !== undefined || variable !== undefined) {
    if (value !== undefined && !isInput)
      throw new UsageError('Give the value in one way: as an argument, in a file or in a variable.');
    return context.readSecretValue({ name, isInput, file, variable });
  }
  if (isSecret) {
    throw new UsageError(
      `${name} is a secret: other users of this machine can see arguments. Give - and the value on standard input, --value-file, ` +
        '--value-from, or no value to be asked for it.',
    );
  }
  if (isSecretName(name.slice(name.lastIndexOf('/') + 1)))
    context.inform(`${name} looks like a secret. To encrypt it, add --secret.`);
  return value;
}

function writeOf(entry: OpenEntry, given: string | Uint8Array, options: SetOptions): EntryWrite {
  const { type, tier, keyId, description, secret } = options;
  const isParameter = type !== undefined && type !== 'text' && type !== 'json';
  return {
    value: typeof given === 'string' ? valueIn(entry, given, options) : bytesFor(entry, given, options),
    ...(secret !== undefined && { secret }),
    ...(isParameter && { type }),
    ...(tier !== undefined && { tier }),
    ...(keyId !== undefined && { keyId }),
    ...(description !== undefined && { description }),
  };
}

function valueIn(entry: OpenEntry, text: string, { jsonField, type }: SetOptions): ConfigValue {
  return jsonField === undefined ? typed(entry, text, type) : withField(entry, jsonField, text);
}

/** Gives bytes, which only Secrets Manager and rows hold. @throws UsageError */
function bytesFor({ exactName, provider }: OpenEntry, bytes: Uint8Array, { jsonField }: SetOptions): Uint8Array {
  if (provider.name !== 'ssm' && jsonField === undefined) return bytes;
  const where = jsonField === undefined ? 'Parameter Store holds' : 'a field of JSON holds';
  throw new UsageError(
    `${exactName}: the value is no text in UTF-8, and ${where} nothing else. Encode it, as in base64.`,
  );
}

/** Gives the value that a text means: of a row, JSON where that was asked for, or the row has no text now. */
function typed({ provider, stored, exactName }: OpenEntry, text: string, type: string | undefined): ConfigValue {
  const isRow = provider.name === 'dynamo';
  if (type === 'json' && !isRow)
    throw new UsageError('--type json is for rows of the configuration table (--to dynamo).');
  const keepsData = isRow && type === undefined && stored?.value !== undefined && typeof stored.value !== 'string';
  if (type !== 'json' && !keepsData) return text;
  try {
    return JSON.parse(text) as ConfigValue;
  } catch {
    throw new UsageError(`${exactName} takes JSON, and the value is none. For a text, add --type text.`);
  }
}

function withField({ exactName, stored }: OpenEntry, field: string, text: string): string {
  const before = stored === undefined ? '{}' : stored.value;
  if (typeof before !== 'string') {
    throw new UsageError(`${exactName} has no text that can be read, so that no field of it can be set.`);
  }
  try {
    const data = JSON.parse(before) as unknown;
    if (typeof data === 'object' && data !== null && isPlainObject(data))
      return JSON.stringify({ ...data, [field]: text });
  } catch {
    // Said below: the parser's message quotes the text.
  }
  throw new UsageError(`${exactName} is no JSON object, so that no field of it can be set.`);
}

/** A secret that is scheduled for deletion is restored where that was asked for, or is confirmed at the terminal. */
export async function restorable(
  context: CommandContext,
  { stored, exactName }: OpenEntry,
  write: EntryWrite,
  isAsked: boolean,
): Promise<EntryWrite> {
  if (stored?.deletionAtMs === undefined) return write;
  if (!isAsked) {
    const changes = `${exactName} is scheduled for deletion on ${new Date(stored.deletionAtMs).toISOString()}.`;
    if (!context.isInteractive) throw new RefusedError(`${changes} To restore it, add --restore.`);
    await context.confirm({ changes, question: 'Restore it?' });
  }
  return { ...write, restore: true };
}
