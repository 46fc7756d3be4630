/** What a process that was started for its settings prints. */
export interface ColdAnswer {
  /** How many names had a value. */
  readonly found: number;
  /** From the start of the process to the answer, milliseconds. */
  readonly tookMs: number;
  /** From the question to the answer, milliseconds. */
  readonly lookupMs: number;
  /** Milliseconds since the Unix epoch. */
  readonly answeredAtMs: number;
}

/** Asks, and says when the answer is there. */
export async function timed(ask: () => Promise<readonly unknown[]>): Promise<ColdAnswer> {
  const askedMs = performance.now();
  const values = await ask();
  const tookMs = performance.now();
  return {
    found: values.filter((value) => typeof value === 'string').length,
    tookMs,
    lookupMs: tookMs - askedMs,
    answeredAtMs: performance.timeOrigin + tookMs,
  };
}

/** Prints it; the process ends when its connections do. */
export function print(answer: ColdAnswer): void {
  process.stdout.write(JSON.stringify(answer));
}
