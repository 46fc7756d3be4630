import { type BarChart } from '../bar-chart';

/** One line of the table. */
export interface Result {
  readonly what: string;
  /** In words; empty for a figure without a goal. */
  readonly goal: string;
  readonly ours: string;
  /** What ours is held against, and its figure; empty where there is nothing to hold it against. */
  readonly peer: string;
  /** Ours over the peer's. */
  readonly ratio?: number | undefined;
  /** Absent where there is no goal. */
  readonly met?: boolean | undefined;
}

/** What measuring one area comes to. */
export interface Measured {
  readonly results: readonly Result[];
  /** Tables of where time or bytes go. */
  readonly details?: readonly Table[];
  /** Tables of the page, by the names of their places. */
  readonly sections?: Readonly<Record<string, Table>>;
  readonly charts?: readonly NamedChart[];
}

/** Rows under a head. */
export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

/** A picture of results. */
export interface NamedChart extends BarChart {
  /** In `docs/images`. */
  readonly file: string;
}

/** The middle one of some figures. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

/** Writes a number with so many digits as make sense. */
export function figure(value: number, unit: string): string {
  return `${value.toLocaleString('en', { maximumFractionDigits: Math.abs(value) < 100 ? 1 : 0 })} ${unit}`;
}

/** Writes a count with its noun. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** Puts results into a table. */
export function tableOf(results: readonly Result[]): Table {
  return {
    head: ['What', 'Goal', 'Ours', 'Beside', 'Ratio', 'Verdict'],
    rows: results.map((each) => [
      each.what,
      each.goal,
      each.ours,
      each.peer,
      each.ratio?.toFixed(2) ?? '',
      verdict(each),
    ]),
  };
}

function verdict({ met }: Result): string {
  if (met === undefined) return '';
  return met ? 'met' : 'MISSED';
}
