import { mask } from '../../base/printable';
import { showValue } from '../../explain/shown-value';
import { type ConfigValue } from '../../index';
import { collectSettings, isSecret } from '../collect-settings';
import { type Command } from '../command';
import { type CommandContext } from '../context';
import { exitCodes, UsageError } from '../exit-codes';
import { checkEnvironment } from '../xcon-file';
import { isSettingsFile, readSettingsFile } from '../settings-file';
import { type Paint } from '../style';
import { jsonValue, valueText } from '../value-text';

interface DiffOptions {
  readonly all?: true;
  readonly reveal?: true;
  readonly only?: readonly string[];
  readonly except?: readonly string[];
}

/** What one side has under a name. */
interface SideValue {
  readonly name: string;
  readonly value: ConfigValue;
  readonly secret: boolean;
  /** Where it comes from: provider and directory, or the file. */
  readonly source: string;
}

/** What a side has, by lower-cased name. */
interface Side {
  readonly values: ReadonlyMap<string, SideValue>;
  /** Whether names may be missing. */
  readonly isPartial: boolean;
}

type State = 'same' | 'different' | 'only in A' | 'only in B';

interface ComparedName {
  readonly name: string;
  readonly state: State;
  readonly a: SideValue | undefined;
  readonly b: SideValue | undefined;
  /** Whether the values are masked. */
  readonly masked: boolean;
}

interface DiffResult {
  readonly sides: readonly [a: string, b: string];
  readonly names: readonly ComparedName[];
  readonly options: DiffOptions;
}

const paints: Readonly<Record<State, Paint>> = {
  same: 'dim',
  different: 'yellow',
  'only in A': 'red',
  'only in B': 'green',
};

/** `xcon diff`: compares what two environments, or files, have. */
export const command: Command<DiffResult, DiffOptions> = {
  description:
    'Compares the settings of two environments: what is different, and what only one of them has. Secrets are compared without ' +
    'being shown. Values are compared as text, so that a number is the same as its digits. Exit code 1: there are differences; 3: there are none, and ' +
    'not every place can be listed.\n\n' +
    'A side is an environment (staging), a service and an environment (billing/prod), or a file: .env, JSON or YAML, recognized by its ' +
    'ending or by ./ in front, whose maps and lists are masked as secrets are. Variables of this process are left out.',
  arguments: [
    { name: '<a>', description: 'environment, service/environment, or file' },
    { name: '<b>', description: 'what it is compared with' },
  ],
  options: [
    { flags: '--all', description: 'list what is the same, too' },
    { flags: '--only <names>', description: 'compare these settings', kind: 'list' },
    { flags: '--except <names>', description: 'compare all settings but these', kind: 'list' },
    { flags: '--reveal', description: 'print secrets' },
  ],
  examples: [
    { text: 'What a release to production would meet', command: 'xcon diff staging prod --service orders' },
    { text: 'A file of this machine and an environment', command: 'xcon diff ./local.env prod -s orders --all' },
  ],

  async run(context, [a = '', b = ''], options) {
    if (a === b) throw new UsageError(`Both sides are ${a}: name two environments, services or files.`);
    const [some, others] = await Promise.all([sideOf(context, a), sideOf(context, b)]);
    const names = compare(some, others, options);
    const isSame = names.every(({ state }) => state === 'same');
    const isPartial = some.isPartial || others.isPartial;
    // What cannot be listed may differ.
    const exitCode = !isSame ? exitCodes.negative : isPartial ? exitCodes.failed : exitCodes.done;
    return { result: { sides: [a, b], names, options }, exitCode };
  },

  renderText({ sides, names, options }, style) {
    const listed = names.filter(({ state }) => options.all === true || state !== 'same');
    const shown = (side: SideValue | undefined, { masked }: ComparedName): string => {
      if (side === undefined) return '';
      if (masked) return mask;
      return options.reveal === true ? valueText(side.value) : showValue(side.value);
    };
    const labels: Readonly<Record<State, string>> = {
      same: 'same',
      different: 'different',
      'only in A': `only ${sides[0]}`,
      'only in B': `only ${sides[1]}`,
    };
    const rows = listed.map((each) => [each.name, labels[each.state], shown(each.a, each), shown(each.b, each)]);
    const table = style.table(['NAME', 'STATE', ...sides], rows, (row, column) => {
      const state = listed[row]?.state;
      return column === 1 && state !== undefined ? paints[state] : undefined;
    });
    const count = (state: State): number => names.filter((each) => each.state === state).length;
    const counts = (Object.keys(labels) as State[]).map((state) => `${count(state)} ${labels[state]}`);
    return `${table}${table === '' ? '' : '\n'}${counts.join(', ')}\n`;
  },

  renderJson({ sides: [a, b], names, options }) {
    const shown = (side: SideValue | undefined, masked: boolean) =>
      side && { value: masked ? mask : jsonValue(side.value), source: side.source };
    return {
      a,
      b,
      names: names
        .filter(({ state }) => options.all === true || state !== 'same')
        .map(({ name, state, masked, ...both }) => ({
          name,
          state: state === 'only in A' ? 'only-a' : state === 'only in B' ? 'only-b' : state,
          secret: masked,
          a: shown(both.a, masked),
          b: shown(both.b, masked),
        })),
    };
  },
};

function compare(some: Side, others: Side, { only, except = [], reveal }: DiffOptions): readonly ComparedName[] {
  const wanted = only?.map((each) => each.toLowerCase());
  const left = new Set(except.map((each) => each.toLowerCase()));
  const keys = [...new Set([...some.values.keys(), ...others.values.keys(), ...(wanted ?? [])])].toSorted();
  return keys
    .filter((key) => !left.has(key) && (wanted === undefined || wanted.includes(key)))
    .flatMap((key) => {
      const [a, b] = [some.values.get(key), others.values.get(key)];
      const name = (a ?? b)?.name;
      if (name === undefined) return [];
      const masked = reveal !== true && (a?.secret === true || b?.secret === true);
      return [{ name, state: stateOf(a, b), a, b, masked }];
    });
}

function stateOf(a: SideValue | undefined, b: SideValue | undefined): State {
  if (a === undefined) return 'only in B';
  if (b === undefined) return 'only in A';
  return comparable(a.value) === comparable(b.value) ? 'same' : 'different';
}

/** Gives a value as text, the keys of maps in one order. */
function comparable(value: ConfigValue): string {
  return typeof value === 'object' && value !== null ? JSON.stringify(inOrder(jsonValue(value))) : valueText(value);
}

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return entries.map(([key, each]) => [key, inOrder(each)]);
}

async function sideOf(context: CommandContext, text: string): Promise<Side> {
  if (isSettingsFile(text)) {
    const entries = [...(await readSettingsFile(text, context.host.cwd))];
    const values = entries.map(
      ([name, value]) => [name.toLowerCase(), ofFile(name, value as ConfigValue, text)] as const,
    );
    return { values: new Map(values), isPartial: false };
  }
  const slash = text.indexOf('/');
  if (slash === -1) checkEnvironment(text, await context.xconFile());
  const service = slash === -1 ? undefined : text.slice(0, slash);
  const { settings, isPartial } = await collectSettings(context, {}, { service, environment: text.slice(slash + 1) });
  const values = settings.map(({ name, item, secret }): readonly [string, SideValue] => [
    name.toLowerCase(),
    { name, value: item.value, secret, source: `${item.provider} ${item.directory.path}` },
  ]);
  return { values: new Map(values), isPartial };
}

/** A map of a file may be anything, such as a whole configuration with secrets in it: it is compared, and masked. */
function ofFile(name: string, value: ConfigValue, source: string): SideValue {
  const isData = typeof value === 'object' && value !== null;
  return { name, value, secret: isData || isSecret(name, value), source };
}
