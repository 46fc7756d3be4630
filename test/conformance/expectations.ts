import { isConfigError } from '../../src/index';
import { UnknownFormError } from './form';
import { findDifference, show } from './match';
import { isJsonObject, type Json, type Op, type RunExpectation } from './vector';

/** How a step ended: with a result, or with something thrown. */
export type Outcome = { readonly value: unknown } | { readonly error: unknown };

/** A request that the local AWS received. */
export interface Call {
  readonly service: string;
  readonly operation: string;
  /** Parsed; `undefined` when it is no JSON object. */
  readonly body: unknown;
}

/** What one run came to. */
export interface RunReport {
  /** One for each step. */
  readonly outcomes: readonly Outcome[];
  /** How many warnings were logged. */
  readonly warnings: number;
  readonly calls: readonly Call[];
}

/**
 * Compares a run with what the vector expects of it.
 *
 * @param cacheTable - Name of the cache table.
 * @returns What differs.
 */
export function compareRun(
  expected: RunExpectation,
  ops: readonly Op[],
  report: RunReport,
  cacheTable: string,
): readonly string[] {
  return [
    ...compareResults(expected.results, ops, report.outcomes),
    ...compareWarnings(expected.warned, report.warnings),
    ...compareCalls(expected.awsCalls, report.calls, cacheTable),
  ];
}

function compareResults(
  expected: RunExpectation['results'],
  ops: readonly Op[],
  outcomes: readonly Outcome[],
): readonly string[] {
  if (expected === undefined) return [];
  if (expected.length !== ops.length) {
    throw new UnknownFormError(`There are ${ops.length} ops and ${expected.length} results.`);
  }
  return ops.flatMap((op, index) => {
    const outcome = outcomes[index];
    const difference = outcome && compareOutcome(expected[index] ?? null, outcome);
    return difference === undefined ? [] : [`op ${index} ${JSON.stringify(op)}: ${difference}`];
  });
}

function compareOutcome(expected: Json, outcome: Outcome): string | undefined {
  const errorExpected = isJsonObject(expected) && expected['error'] === true;
  if (!('error' in outcome)) {
    return errorExpected
      ? `expected a ConfigError, got ${show(outcome.value)}`
      : findDifference(expected, outcome.value);
  }
  if (errorExpected && isConfigError(outcome.error)) return undefined;
  const wanted = errorExpected ? 'a ConfigError' : show(expected);
  return `expected ${wanted}, got the error ${outcome.error instanceof Error ? outcome.error.stack : show(outcome.error)}`;
}

function compareWarnings(expected: boolean | undefined, warnings: number): readonly string[] {
  if (expected === undefined || expected === warnings > 0) return [];
  return [`expected ${expected ? 'a warning' : 'no warning'}, got ${warnings}`];
}

function compareCalls(
  expected: RunExpectation['awsCalls'],
  calls: readonly Call[],
  cacheTable: string,
): readonly string[] {
  switch (expected) {
    case undefined:
      return [];
    case 'none':
      return calls.map((call) => `expected no request, got ${describe(call)}`);
    case 'cacheOnly':
      return calls
        .filter((call) => !isOnlyOf(cacheTable, call))
        .map((call) => `expected requests to the cache table only, got ${describe(call)}`);
    default:
      throw new UnknownFormError(`Unknown awsCalls: ${String(expected)}.`);
  }
}

function isOnlyOf(table: string, { service, body }: Call): boolean {
  const tables = tablesOf(body);
  return service === 'dynamodb' && tables.length > 0 && tables.every((each) => each === table);
}

function tablesOf(body: unknown): readonly unknown[] {
  const { TableName, RequestItems } = (body ?? {}) as { readonly TableName?: unknown; readonly RequestItems?: object };
  return TableName === undefined ? Object.keys(RequestItems ?? {}) : [TableName];
}

function describe({ service, operation, body }: Call): string {
  return `${service} ${operation} ${JSON.stringify(body)}`;
}
