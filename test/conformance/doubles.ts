import { Clock, Logger, Random } from '../../src/index';
import { UnknownFormError } from './form';
import { type Setup } from './vector';

/** A clock that runs, and can be moved. */
export class TestClock extends Clock {
  private offsetMs = 0;

  override nowMs(): number {
    return Date.now() + this.offsetMs;
  }

  /** Moves the clock; later times from here on. */
  advance(seconds: number): void {
    this.offsetMs += seconds * 1000;
  }
}

const pins: Readonly<Record<string, number>> = { min: 0, mid: 0.5, max: 1 - 2 ** -53 };
const goldenRatio = 0.618_033_988_749_895;

/** A source of chance that repeats itself from test to test, or always gives the pinned number. */
export class TestRandom extends Random {
  private readonly pin: number | undefined;
  private last = 0.5;

  /** @param pinned - Absent: numbers spread evenly over `[0, 1)`. */
  constructor(pinned?: Setup['random']) {
    super();
    this.pin = pinned === undefined ? undefined : pins[pinned];
    if (pinned !== undefined && this.pin === undefined) throw new UnknownFormError(`Unknown random pin: ${pinned}.`);
  }

  override next(): number {
    if (this.pin !== undefined) return this.pin;
    this.last = (this.last + goldenRatio) % 1;
    return this.last;
  }
}

/** Counts the warnings that are logged. */
export class WarningCounter {
  /** How many so far. */
  count = 0;

  /** Makes a Logger that counts its warnings here and writes nothing. */
  logger(): Logger {
    const ignore = (): void => undefined;
    const warn = (): void => {
      this.count += 1;
    };
    return new Logger({ trace: ignore, debug: ignore, info: ignore, warn, error: ignore });
  }
}
