import { paragraphLines, tableLines } from '../base/text-table';
import { type ExplainedPlace, type Explanation } from './explained';
import { actionsOf, labelsOf, notesOf, placeOf, remediesOf } from './notes';

const longestReason = 100;

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
  const wrong = problem === undefined ? [] : paragraphLines(`It cannot be loaded: ${problem}`);
  return [...paragraphLines(`${name}: ${answer}`), ...wrong, ...tableLines(rows), ...grants([explanation])].join('\n');
}

/** Prints the answers of many names, one a row, and what to grant. */
export function explanationsText(explanations: readonly Explanation[]): string {
  const names = labelsOf(explanations);
  const rows = explanations.map((each, index) => [markOf(each), names[index] ?? '', fromOf(each), answerOf(each)]);
  return [...tableLines(rows), ...grants(explanations)].join('\n');
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

/** Lists the grants that refused places need. */
function grants(explanations: readonly Explanation[]): readonly string[] {
  const remedies = remediesOf(explanations.flatMap(({ refusals }) => refusals));
  return remedies
    .filter((each) => actionsOf(each).length > 0)
    .flatMap((each) => paragraphLines(`To read more, ${each}`));
}

function joined(parts: readonly string[]): string {
  return parts.filter((each) => each !== '').join('  ');
}
