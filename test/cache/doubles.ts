import { Clock, Logger, Random } from '../../src/index';

/** A moment that tests begin at, **milliseconds** since the Unix epoch. */
export const startMs = Date.parse('2026-03-01T12:00:00.000Z');

/** A clock that advances only when a test moves it. */
export class TestClock extends Clock {
  constructor(private timeMs: number = startMs) {
    super();
  }

  override nowMs(): number {
    return this.timeMs;
  }

  /** Moves the clock. */
  advance(seconds: number): void {
    this.timeMs += seconds * 1000;
  }
}

/** Gives the given numbers in turn, then the last of them for ever. */
export class TestRandom extends Random {
  private readonly numbers: number[];

  constructor(...numbers: readonly number[]) {
    super();
    this.numbers = numbers.length === 0 ? [0.5] : [...numbers];
  }

  override next(): number {
    return (this.numbers.length > 1 ? this.numbers.shift() : this.numbers[0]) ?? 0.5;
  }

  /** Gives this number from now on. */
  pin(number: number): void {
    this.numbers.splice(0, this.numbers.length, number);
  }
}

/** One line of the log. */
export type LogLine = Readonly<Record<string, unknown>>;

/** Keeps the warnings that are logged. */
export class RecordedLog {
  readonly warnings: LogLine[] = [];
  /** Every line of any level, as text, to look for what must not be there. */
  readonly text: string[] = [];

  /** Makes a Logger that writes here alone. */
  logger(): Logger {
    const keep = (line: LogLine): void => void this.text.push(JSON.stringify(line));
    const warn = (line: LogLine): void => {
      keep(line);
      this.warnings.push(line);
    };
    return new Logger({ trace: keep, debug: keep, info: keep, warn, error: keep });
  }

  /** The events of the warnings, in order. */
  get events(): readonly unknown[] {
    return this.warnings.map(({ event }) => event);
  }
}
