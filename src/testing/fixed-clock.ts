import { Clock } from '../di/clock';
import { InvalidSettingsError } from '../errors';

/** A clock whose time changes only by its methods. */
export interface FixedClock extends Clock {
  /** Adds a time, **milliseconds**. */
  advance(ms: number): void;
  /** Sets the time, to a later or an earlier one. */
  set(at: Date | number | string): void;
}

/**
 * Makes a clock with a fixed time, for a context.
 *
 * @param at - The time: a Date, milliseconds since the Unix epoch, or what `Date.parse` reads.
 * @throws InvalidSettingsError for an invalid time.
 */
export function fixedClock(at: Date | number | string): FixedClock {
  return new SettableClock(momentOf(at));
}

class SettableClock extends Clock implements FixedClock {
  constructor(private now = 0) {
    super();
  }

  override nowMs(): number {
    return this.now;
  }

  advance(ms: number): void {
    this.now = momentOf(this.now + ms);
  }

  set(at: Date | number | string): void {
    this.now = momentOf(at);
  }
}

function momentOf(at: Date | number | string): number {
  const ms = new Date(at).getTime();
  if (Number.isFinite(ms)) return ms;
  throw new InvalidSettingsError(
    'fixedClock',
    'expected a Date, milliseconds, or a text such as 2030-01-31T12:00:00Z.',
  );
}
