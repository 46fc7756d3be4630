import { printable } from '../base/printable';

/** How bad a problem is: an `error` stops what was asked for, a `warning` does not. */
export type Severity = 'error' | 'warning';

/** A place in a file: its path, line and column, counted from 1. */
export interface FilePosition {
  /** Path of the file. */
  readonly file: string;
  /** Line, from 1. */
  readonly line: number;
  /** Column, from 1. */
  readonly column: number;
}

/** A problem of the file, of an entry or of a call to AWS. Never holds a value. */
export interface Diagnostic {
  /** Whether it prevents an apply, or is only reported. */
  readonly severity: Severity;
  /** What is wrong, in one sentence. */
  readonly summary: string;
  /** Why, and what to do about it; absent where the summary says it. */
  readonly detail?: string;
  /** Address of the entry; absent for problems of the file as a whole. */
  readonly entry?: string;
  /** Where in the file; absent for what is in none. */
  readonly at?: FilePosition;
}

/** What a diagnostic may say beside its summary. */
export type DiagnosticFacts = Pick<Diagnostic, 'detail' | 'entry' | 'at'>;

/** Collects every problem, so that all are reported at once. */
export class Diagnostics {
  private readonly found: Diagnostic[] = [];

  /** Every problem, in the order in which it was found. */
  get all(): readonly Diagnostic[] {
    return this.found;
  }

  /** Whether one of them is an error. */
  get hasErrors(): boolean {
    return this.found.some(({ severity }) => severity === 'error');
  }

  /** Adds a problem that stops what was asked for. */
  addError(summary: string, facts: DiagnosticFacts = {}): void {
    this.add({ severity: 'error', summary, ...facts });
  }

  /** Adds a problem that does not stop anything. */
  addWarning(summary: string, facts: DiagnosticFacts = {}): void {
    this.add({ severity: 'warning', summary, ...facts });
  }

  /** Adds a diagnostic, unless the same one is there. */
  add(diagnostic: Diagnostic): void {
    const text = describeDiagnostic(diagnostic);
    if (!this.found.some((each) => describeDiagnostic(each) === text)) this.found.push(diagnostic);
  }
}

/** Gives a diagnostic as text: `xcon.yaml:4:3: error: ...`, its detail on a line of its own. */
export function describeDiagnostic({ severity, summary, detail, entry, at }: Diagnostic): string {
  const place = at === undefined ? '' : `${at.file}:${at.line}:${at.column}: `;
  const subject = entry === undefined ? '' : `${entry}: `;
  return (
    printable(`${place}${severity}: ${subject}${summary}`) + (detail === undefined ? '' : `\n  ${printable(detail)}`)
  );
}
