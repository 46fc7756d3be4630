import { Random } from '../di/random';
import { InvalidSettingsError } from '../errors';

/**
 * Makes a random source that gives these numbers in turn, and then begins again; to be given to a context.
 *
 * @param numbers - At least one, each in `[0, 1)`.
 * @throws InvalidSettingsError for others.
 */
export function fixedRandom(...numbers: readonly number[]): Random {
  if (numbers.length > 0 && numbers.every((each) => each >= 0 && each < 1)) return new GivenNumbers(numbers);
  throw new InvalidSettingsError('fixedRandom', 'expected numbers of at least 0 and less than 1.');
}

class GivenNumbers extends Random {
  private given = 0;

  constructor(private readonly numbers: readonly number[] = [0]) {
    super();
  }

  override next(): number {
    const number = this.numbers[this.given % this.numbers.length] ?? 0;
    this.given += 1;
    return number;
  }
}
