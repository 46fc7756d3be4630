import { printable } from '../base/printable';
import { type LocalAwsCall, type SeedChange, type SeedChanges } from '../testing';

const kinds: Readonly<Record<keyof SeedChanges, readonly [one: string, many: string]>> = {
  parameters: ['parameter', 'parameters'],
  secrets: ['secret', 'secrets'],
  tables: ['table', 'tables'],
  rows: ['row', 'rows'],
  kmsKeys: ['KMS key', 'KMS keys'],
  configurations: ['configuration', 'configurations'],
};

/** Says in counts what a seed has changed: `1 parameter added, 2 changed; 1 secret removed`. */
export function describeChanges(changes: SeedChanges): string {
  const parts = Object.entries(kinds).flatMap(([kind, names]) =>
    describeChange(changes[kind as keyof SeedChanges], names),
  );
  return parts.length === 0 ? 'nothing to change' : parts.join('; ');
}

/** Says what was asked and how it ended, never a value: `ssm GetParameter 400 ParameterNotFound 3 ms`. */
export function describeCall(call: LocalAwsCall): string {
  const { service, operation, outcome = 'aborted', status, error, startedAtMs, endedAtMs = startedAtMs } = call;
  const answer = status === undefined ? outcome : error === undefined ? status : `${status} ${error}`;
  const elapsed = `${Math.round(endedAtMs - startedAtMs)} ms`;
  return printable([service, operation === '' ? 'no operation' : operation, answer, elapsed].join(' '));
}

function describeChange(change: SeedChange, [one, many]: readonly [string, string]): readonly string[] {
  const counts = Object.entries(change).filter(([, count]) => count > 0) as readonly (readonly [string, number])[];
  if (counts.length === 0) return [];
  const [[firstVerb, first] = ['', 0], ...others] = counts;
  const rest = others.map(([verb, count]) => `, ${count} ${verb}`);
  return [`${first} ${first === 1 ? one : many} ${firstVerb}${rest.join('')}`];
}
