import { mask } from '../../base/printable';
import { durationText } from '../../base/time';
import { Clock, type ReachableName, type ReachablePlace, type SearchedPlace } from '../../index';
import { ownNames, reportRefusals } from '../collect-settings';
import { type Command } from '../command';
import { type CommandContext } from '../context';
import { exitCodes } from '../exit-codes';
import { jsonValue, shownText } from '../value-text';

interface ListOptions {
  readonly all?: true;
  readonly names?: true;
  readonly reveal?: true;
  readonly variables?: true;
}

interface ListResult {
  readonly names: readonly ReachableName[];
  readonly refusals: readonly SearchedPlace[];
  /** Values of names, by name as listed; only with `--reveal`. */
  readonly values: ReadonlyMap<string, unknown>;
  readonly nowMs: number;
  readonly options: ListOptions;
}

/** `xcon list`: prints every name that can be looked up. */
export const command: Command<ListResult, ListOptions> = {
  description:
    'Lists every name that can be looked up here: the value that services get, where it comes from, its version and age, whether ' +
    'the cache table has it, and how many places below have it, too. Secrets are not read unless --reveal is given.\n\n' +
    'Variables of this process are listed where they hide a setting; with --variables all of them are.',
  options: [
    { flags: '--all', description: 'list the places that are hidden, too' },
    { flags: '--names', description: 'print the names alone, one a line' },
    { flags: '--reveal', description: 'read secrets, and print all values as they are' },
    { flags: '--variables', description: 'list the variables of this process, too' },
  ],
  examples: [
    { text: 'Everything that a service can read', command: 'xcon list --service orders --environment prod' },
    { text: 'With what is hidden by it', command: 'xcon list -s orders -e prod --all' },
    { text: 'The names, for a script', command: 'xcon list -s orders -e prod --names' },
  ],

  async run(context, _, options) {
    const {
      names: all,
      refusals,
      nowMs,
    } = await context.at({}, async (config) => {
      const listing = config.names({ signal: context.signal });
      const found = await context.progress('Listing the directories', () => listing);
      return { ...found, nowMs: Clock.grab().nowMs() };
    });
    const names = options.variables === true ? all : ownNames({ names: all });
    reportRefusals(context, refusals);
    const values = options.reveal === true ? await valuesOf(context, names) : new Map<string, unknown>();
    const exitCode = names.length === 0 && refusals.length > 0 ? exitCodes.failed : exitCodes.done;
    return { result: { names, refusals, values, nowMs, options }, exitCode };
  },

  renderText({ names, values, nowMs, options }, style) {
    if (options.names === true) return names.map(({ name }) => `${name}\n`).join('');
    const rows = names.flatMap((each) => {
      const { winner, places, name } = each;
      const value = values.has(name) ? shownText(values.get(name)) : (winner?.value ?? notPermitted);
      const hidden = places.filter((place) => place !== winner);
      const own = [name, value, ...facts(winner ?? places[0], nowMs), notesOf(each, hidden.length)];
      const below = hidden.map((place) => ['', place.value ?? notPermitted, ...facts(place, nowMs), 'hidden']);
      return options.all === true ? [own, ...below] : [own];
    });
    return style.table(['NAME', 'VALUE', 'SOURCE', 'VER', 'AGE', 'NOTES'], rows, (row) =>
      rows[row]?.[0] === '' ? 'dim' : undefined,
    );
  },

  renderJson({ names, refusals, values }) {
    return {
      names: names.map(({ name, winner, places, secret, cached }) => ({
        name,
        secret,
        winner: winner && { ...winner, value: values.has(name) ? values.get(name) : winner.value },
        shadows: places.filter((each) => each !== winner),
        cached,
      })),
      refusals,
    };
  },
};

const notPermitted = '(not permitted)';

function facts(place: ReachablePlace | undefined, nowMs: number): readonly string[] {
  if (place === undefined) return ['', '', ''];
  const { provider, directory, version = '', changedAtMs } = place;
  const age = changedAtMs === undefined ? '' : durationText(nowMs - changedAtMs).replace('under ', '<');
  return [directory === undefined ? provider : `${provider} ${directory}`, version, age];
}

function notesOf({ cached, winner }: ReachableName, hidden: number): string {
  const row = cached === undefined ? '' : cached.kind === 'plain' ? 'cached' : `cached (${cached.kind})`;
  const notes = [row, winner?.staleSince === undefined ? '' : 'stale', hidden === 0 ? '' : `hides ${hidden}`];
  return notes.filter((each) => each !== '').join(', ');
}

async function valuesOf(
  context: CommandContext,
  names: readonly ReachableName[],
): Promise<ReadonlyMap<string, unknown>> {
  return context.at({}, async (config) => {
    const found = names.filter(({ winner }) => winner !== undefined).map(({ name }) => name);
    const snapshot = await config.load(found, { signal: context.signal });
    return new Map(found.map((name) => [name, snapshot.has(name) ? jsonValue(snapshot.get(name) ?? null) : mask]));
  });
}
