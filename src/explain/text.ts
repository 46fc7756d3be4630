import { printable } from '../base/printable';
import { type ExplainedPlace, type Explanation } from './explained';
import { actionsOf, labelsOf, notesOf, placeOf, remediesOf } from './notes';

/** Widest line of a table, in characters. */
const tableWidth = 80;
const longestReason = 100;
/** Width to which long paths and names are shortened, so that there is room for the rest. */
const narrowest = 24;
const gap = '  ';

/** Prints an explanation as a table, and what to grant. */
export function explanationText(explanation: Explanation): string {
  const { name, winner, places, problem } = explanation;
  const answer =
    winner === undefined ? missing(explanation) : `${winner.value ?? ''} from ${placeOf(winner)}`.trimStart();
  const rows = places.map((place) => [
    place === winner ? '>' : ' ',
    place.provider,
    place.directory ?? '',
    place.outcome,
    detailOf(place, explanation.explainedAt),
  ]);
  const wrong = problem === undefined ? [] : wrapped(`It cannot be loaded: ${problem}`);
  return [...wrapped(`${name}: ${answer}`), ...wrong, ...table(rows), ...grants([explanation])].join('\n');
}

/** Prints the answers of many names, one a row, and what to grant. */
export function explanationsText(explanations: readonly Explanation[]): string {
  const names = labelsOf(explanations);
  const rows = explanations.map((each, index) => [markOf(each), names[index] ?? '', fromOf(each), answerOf(each)]);
  return [...table(rows), ...grants(explanations)].join('\n');
}

function markOf({ winner, failure, problem }: Explanation): string {
  if (failure !== undefined || problem !== undefined) return '!';
  return winner === undefined ? '-' : '>';
}

function fromOf({ winner, failure }: Explanation): string {
  const place = winner ?? failure;
  return place === undefined ? '' : placeOf(place);
}

function answerOf(explanation: Explanation): string {
  const { winner, failure, shadows, refusals, explainedAt, problem } = explanation;
  const notes = [
    ...(problem === undefined ? [] : [problem]),
    ...(winner === undefined ? [] : notesOf(winner, explainedAt)),
    ...(shadows.length === 0 ? [] : [`shadows ${shadows.length}`]),
    ...(refusals.length === 0 ? [] : [`not permitted at ${refusals.length}`]),
  ];
  const answer = winner === undefined ? (failure === undefined ? 'not found' : 'failed') : (winner.value ?? '');
  return joined([answer, notes.join(', ')]);
}

function missing({ failure }: Explanation): string {
  return failure === undefined ? 'not found' : `failed at ${placeOf(failure)}`;
}

function detailOf(place: ExplainedPlace, explainedAt: string | undefined): string {
  const actions = actionsOf(place.remedy);
  const why = actions.length === 0 ? place.reason && start(place.reason) : `grant ${actions.join(', ')}`;
  return joined([place.value ?? why ?? '', notesOf(place, explainedAt).join(', ')]);
}

function start(reason: string): string {
  return reason.length > longestReason ? `${reason.slice(0, longestReason - 1)}…` : reason;
}

/** Lists what has to be granted so that refused places can be read. */
function grants(explanations: readonly Explanation[]): readonly string[] {
  const remedies = remediesOf(explanations.flatMap(({ refusals }) => refusals));
  return remedies.filter((each) => actionsOf(each).length > 0).flatMap((each) => wrapped(`To read more, ${each}`));
}

/** Prints rows; when a line is too long, paths are shortened, and the last column goes on in the next line. */
function table(rows: readonly (readonly string[])[]): readonly string[] {
  const cells = rows.map((row) => row.map(printable));
  const fixed = Array.from({ length: (rows[0]?.length ?? 1) - 1 }, (_, column) => columnOf(cells, column));
  const rest = Math.max(0, ...columnOf(cells, fixed.length).map(({ length }) => length));
  const widths = fitted(
    fixed.map((column) => Math.max(...column.map(({ length }) => length))),
    tableWidth - rest,
  );
  const indent = widths.reduce((sum, width) => sum + width + gap.length, 0);
  return cells.flatMap((row) => {
    const head = widths.map((width, column) => shortened(row[column] ?? '', width).padEnd(width)).join(gap);
    const [first = '', ...more] = lines(row.at(-1) ?? '', tableWidth - indent);
    return [`${head}${gap}${first}`.trimEnd(), ...more.map((each) => `${' '.repeat(indent)}${each}`)];
  });
}

function columnOf(rows: readonly (readonly string[])[], column: number): readonly string[] {
  return rows.map((row) => row[column] ?? '');
}

/** Makes wide columns narrower, the widest first, until all have room. */
function fitted(widths: readonly number[], room: number): readonly number[] {
  const fits = [...widths];
  const used = (): number => fits.reduce((sum, width) => sum + width + gap.length, 0);
  for (const width of widths.toSorted((a, b) => b - a)) {
    const column = fits.indexOf(width);
    if (used() > room && width > narrowest) fits[column] = Math.max(narrowest, width - (used() - room));
  }
  return fits;
}

/** Takes out the middle of a text that is too long: its ends identify it. */
function shortened(text: string, width: number): string {
  if (text.length <= width) return text;
  const end = Math.floor((width - 1) / 2);
  return `${text.slice(0, width - 1 - end)}…${text.slice(text.length - end)}`;
}

function wrapped(text: string): readonly string[] {
  const [first = '', ...more] = lines(printable(text), tableWidth - gap.length);
  return [first, ...more.map((each) => `${gap}${each}`)];
}

/** Breaks a text at spaces, and a word where it is wider than a line. */
function lines(text: string, width: number): readonly string[] {
  const all: string[] = [];
  let rest = text;
  while (rest.length > width) {
    const space = rest.lastIndexOf(' ', width);
    const end = space > 0 ? space : width;
    all.push(rest.slice(0, end).trimEnd());
    rest = rest.slice(end).trimStart();
  }
  return [...all, rest];
}

function joined(parts: readonly string[]): string {
  return parts.filter((each) => each !== '').join(gap);
}
