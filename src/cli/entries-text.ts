import { printable } from '../base/printable';
import { type ApplyReport, type Diagnostic, type Plan, type PlanAction, type PlannedChange } from '../entries';
import { type Paint, type TextStyle } from './style';

const signs: Readonly<Record<PlanAction, readonly [sign: string, verb: string, paint: Paint]>> = {
  create: ['+', 'create', 'green'],
  update: ['~', 'update', 'yellow'],
  replace: ['±', 'replace', 'yellow'],
  delete: ['-', 'delete', 'red'],
  adopt: ['=', 'adopt', 'cyan'],
  forget: ['x', 'forget', 'dim'],
  unchanged: [' ', 'unchanged', 'dim'],
};

/** Gives a plan as text: each change with the fields that differ, drift, what lookups will find, and the counts. */
export function planText(plan: Plan, style: TextStyle): string {
  const pending = plan.changes.filter(({ action }) => action !== 'unchanged');
  const drifted = plan.changes.filter(({ drift }) => drift.length > 0);
  const lines = [
    ...pending.flatMap((each) => changeLines(each, style)),
    ...(drifted.length > 0 ? ['', 'Changed outside since the last apply:', ...drifted.map(driftLine)] : []),
    ...diagnosticLines(plan.diagnostics, style),
    '',
    `Plan of ${plan.stack}: ${countsText(plan.changes)}.`,
  ];
  return `${lines.join('\n').replace(/^\n/, '')}\n`;
}

/** Gives problems as text, errors last. */
export function diagnosticLines(diagnostics: readonly Diagnostic[], style: TextStyle): readonly string[] {
  const sorted = diagnostics.toSorted((one, other) => rankOf(one) - rankOf(other));
  return sorted.flatMap(({ at, detail, entry, severity, summary }) => {
    const place = at === undefined ? '' : `${at.file}:${at.line}:${at.column}: `;
    const subject = entry === undefined ? '' : `${entry}: `;
    const label = style.paint(severity === 'error' ? 'red' : 'yellow', severity);
    return [
      '',
      `${printable(place)}${label}: ${printable(subject + summary)}`,
      ...(detail === undefined ? [] : [`  ${printable(detail)}`]),
    ];
  });
}

/** Gives what an apply has done as text. */
export function reportText({ diagnostics, entries, followed }: ApplyReport, style: TextStyle): string {
  const done = entries.filter(({ outcome }) => outcome === 'done');
  const others = entries.filter(({ outcome }) => outcome !== 'done');
  const lines = [
    ...others.map(({ address, action, outcome, problem = '' }) => {
      const label = style.paint(outcome === 'failed' ? 'red' : 'yellow', outcome);
      return `${label}: ${signs[action][1]} ${printable(`${addressOf(address)}: ${problem}`)}`;
    }),
    ...diagnosticLines(diagnostics, style),
    ...(entries.length === 0 ? ['Nothing was to be done.'] : [`Done: ${done.length} of ${entries.length}.`]),
    ...(followed.rows > 0
      ? [
          `Dropped ${counted(followed.rows, 'cached row')} in ${counted(followed.partitions, 'partition')}: running services see the change with their next check.`,
        ]
      : []),
  ];
  return `${lines.join('\n').replace(/^\n/, '')}\n`;
}

/** Gives how many entries are to be created, changed, ... */
export function countsText(changes: readonly PlannedChange[]): string {
  const counts = (Object.keys(signs) as PlanAction[]).flatMap((action) => {
    const count = changes.filter((each) => each.action === action).length;
    if (count === 0) return [];
    return [action === 'unchanged' ? `${count} unchanged` : `${count} to ${signs[action][1]}`];
  });
  return counts.length === 0 ? 'nothing is declared or owned' : counts.join(', ');
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function changeLines(change: PlannedChange, style: TextStyle): readonly string[] {
  const [sign, verb, paint] = signs[change.action];
  const from = change.takesFrom === undefined ? '' : ` (takes the place of ${change.takesFrom})`;
  const head = `${sign} ${change.isRestored === true ? 'restore' : verb} ${addressOf(change.address)}${from}`;
  const fields = change.fields.map(({ after, before, field, note }) => {
    const value = before === undefined ? (after ?? '') : after === undefined ? before : `${before} -> ${after}`;
    return `${field}: ${value}${note === undefined ? '' : ` (${note})`}`;
  });
  // An adoption writes nothing but the owner.
  const later =
    change.action === 'adopt' && fields.length > 0 ? ['The next apply writes what differs from the file:'] : [];
  const effects = [
    ...(change.losesValue === true ? ['deletes the value that it has now'] : []),
    ...change.hides.map((each) => `hides ${each}`),
    ...change.reveals.map((each) => `makes ${each} visible`),
    ...(change.hiddenBy === undefined ? [] : [`is hidden by ${change.hiddenBy}`]),
  ];
  return [
    style.paint(paint, printable(head)),
    ...[...later, ...fields, ...effects].map((each) => `    ${printable(each)}`),
  ];
}

function driftLine({ address, drift }: PlannedChange): string {
  return `  ${printable(addressOf(address))}: ${drift.includes('existence') ? 'deleted' : drift.join(', ')}`;
}

function addressOf({ directory, kind, name }: PlannedChange['address']): string {
  return `${kind}:${directory}/${name}`;
}

function rankOf({ severity }: Diagnostic): number {
  return severity === 'error' ? 1 : 0;
}
