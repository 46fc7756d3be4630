import { mask, printable } from '../../base/printable';
import { type DirectoryItem } from '../../index';
import { isSecret } from '../collect-settings';
import { type Command } from '../command';
import { type CommandContext } from '../context';
import { exitCodes, RefusedError, UsageError } from '../exit-codes';
import { jsonValue, valueText } from '../value-text';

interface GetOptions {
  readonly reveal?: true;
  readonly raw?: true;
}

/** A name that was asked for. */
interface GotName {
  /** As asked. */
  readonly name: string;
  readonly item: DirectoryItem;
  /** Whether its value is shown as a mask. */
  readonly masked: boolean;
}

/** What a lookup came to. */
interface LookedUp extends Pick<GotName, 'name' | 'item'> {
  /** Whether it has no value where it may be read, and may have one where it may not. */
  readonly isUnsure: boolean;
}

interface GetResult {
  readonly names: readonly GotName[];
  readonly isRaw: boolean;
  /** Whether there is one name, whose value is printed by itself. */
  readonly isSingle: boolean;
}

/** `xcon get`: prints values. */
export const command: Command<GetResult, GetOptions> = {
  description:
    'Prints the value of a setting as it is stored: texts as they are, data as JSON, bytes in base64, or as they are with --raw. ' +
    'A newline is added at a terminal only. Of several names it prints lines NAME=value.\n\n' +
    'A secret is masked at a terminal and refused in a pipe, unless --reveal is given. A name that is missing is reported with ' +
    'every place that was searched, with --quiet in one line; the exit code is 1, or 3 where a place may not be read.',
  arguments: [{ name: '<name...>', description: 'names of settings, in any case' }],
  options: [
    { flags: '--reveal', description: 'print secrets' },
    { flags: '--raw', description: 'print the bytes of a binary value' },
  ],
  examples: [
    { text: 'The host of the database of a service', command: 'xcon get DB_HOST --service orders --environment prod' },
    { text: 'A secret, for a program that reads it', command: 'xcon get DB_PASSWORD -s orders -e prod --reveal' },
    { text: 'Two settings and where they come from', command: 'xcon get DB_HOST PAGE_SIZE -s orders -e prod --json' },
  ],

  async run(context, args, { reveal, raw }) {
    if (raw === true && args.length > 1) throw new UsageError('--raw prints one value: give one name.');
    const items = await itemsOf(context, args);
    const names = items.map(({ name, item }) => ({
      name,
      item,
      masked: reveal !== true && (item.secret || isSecret(name, item.value)),
    }));
    const found = names.filter(({ item }) => !item.nonExistent);
    const hidden = found.filter(({ masked }) => masked).map(({ name }) => name);
    if (hidden.length > 0 && !context.globals.json) {
      const text = `${hidden.join(', ')}: masked, because it is a secret. To print it, add --reveal.`;
      if (!context.style.isTerminal) throw new RefusedError(text);
      context.inform(text);
    }
    const missing = items.some(({ isUnsure }) => isUnsure) ? exitCodes.failed : exitCodes.negative;
    const exitCode = found.length < names.length ? missing : exitCodes.done;
    return { result: { names, isRaw: raw === true, isSingle: args.length === 1 }, exitCode };
  },

  renderText({ names, isRaw, isSingle }, { isTerminal }) {
    const found = names.filter(({ item }) => !item.nonExistent);
    if (!isSingle) return found.map((each) => `${each.name}=${textOf(each)}\n`).join('');
    const [only] = found;
    if (only === undefined) return '';
    const { value } = only.item;
    if (isRaw && value instanceof Uint8Array && !only.masked) return value;
    return `${textOf(only)}${isTerminal ? '\n' : ''}`;
  },

  renderJson({ names }) {
    return {
      settings: names.map(({ name, item, masked }) =>
        item.nonExistent
          ? { name, found: false }
          : {
              name,
              found: true,
              value: masked ? mask : jsonValue(item.value),
              masked,
              provider: item.provider,
              directory: item.directory.path,
              version: item.version,
              viaCacher: item.viaCacher,
              stale: item.stale,
            },
      ),
    };
  },
};

/** Looks up names; of a missing one it reports where it was looked for. */
async function itemsOf(context: CommandContext, names: readonly string[]): Promise<readonly LookedUp[]> {
  const { signal } = context;
  (await context.session()).checkNames(names);
  return context.at({}, async (config) => {
    const found = await Promise.all(
      names.map(async (name) => ({ name, item: await config.getItem(name, { signal }) })),
    );
    const lookedUp: LookedUp[] = [];
    for (const { name, item } of found) {
      if (!item.nonExistent) {
        lookedUp.push({ name, item, isUnsure: false });
        continue;
      }
      const { places, refusals } = await config.explain(name, { signal });
      const isUnsure = refusals.length > 0;
      lookedUp.push({ name, item, isUnsure });
      const where = isUnsure ? ' in the places that can be read' : '';
      context.complain(`xcon: ${printable(name)} was not found${where}.`);
      if (context.globals.quiet) continue;
      const lines = places.map(({ provider, directory, outcome }) => [provider, placeOf(directory), outcome]);
      context.inform(context.messageStyle.table(['PROVIDER', 'DIRECTORY', 'OUTCOME'], lines).trimEnd());
    }
    return lookedUp;
  });
}

/** Paths that begin with an underscore mark values that are in no directory. */
function placeOf(directory = ''): string {
  return directory.startsWith('/_') ? '' : directory;
}

function textOf({ item, masked }: GotName): string {
  return masked ? mask : valueText(item.value);
}
