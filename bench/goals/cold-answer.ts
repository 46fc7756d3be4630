/** What a process that was started for its settings prints. */
export interface ColdAnswer {
  /** How many names had a value. */
  readonly found: number;
  /** From the start of the process to the answer, milliseconds. */
  readonly tookMs: number;
  /** Milliseconds since the Unix epoch. */
  readonly answeredAtMs: number;
}

/** Says that the answer is there. */
export function answered(values: readonly unknown[]): ColdAnswer {
  const tookMs = performance.now();
  return {
    found: values.filter((value) => typeof value === 'string').length,
    tookMs,
    answeredAtMs: performance.timeOrigin + tookMs,
  };
}

/** Prints it; the process ends when its connections do. */
export function print(answer: ColdAnswer): void {
  process.stdout.write(JSON.stringify(answer));
}
