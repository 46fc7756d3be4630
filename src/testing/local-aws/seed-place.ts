import { type Fields, isFields } from './fields';
import { LocalAwsError } from './local-aws-error';

/** A value of a seed and where it stands; reads it or says what was expected there. Messages never show a value. */
export class SeedPlace {
  /**
   * @param value - What stands there.
   * @param where - Source and path, such as `Seed file a.yaml: ssm["/orders/prod/host"].type`.
   */
  constructor(
    readonly value: unknown,
    readonly where: string,
  ) {}

  /** Tells whether nothing stands there. */
  get isAbsent(): boolean {
    return this.value === undefined;
  }

  /** @throws LocalAwsError */
  text(expected = 'a text (quote it)'): string {
    return typeof this.value === 'string' ? this.value : this.refuse(expected);
  }

  /** @throws LocalAwsError */
  flag(): boolean {
    return typeof this.value === 'boolean' ? this.value : this.refuse('true or false');
  }

  /** @throws LocalAwsError */
  oneOf<T extends string>(allowed: readonly T[]): T {
    return allowed.find((each) => each === this.value) ?? this.refuse(`one of ${allowed.join(', ')}`);
  }

  /** Reads an optional value. */
  ifPresent<T>(read: (place: SeedPlace) => T): T | undefined {
    return this.isAbsent ? undefined : read(this);
  }

  /** Entries of a map with keys of the user's. @throws LocalAwsError */
  entries(expected = 'a map'): readonly (readonly [string, SeedPlace])[] {
    return Object.entries(this.fields(expected)).map(([name, value]) => [
      name,
      this.at(`[${JSON.stringify(name)}]`, value),
    ]);
  }

  /** Members of a list. @throws LocalAwsError */
  members(): readonly SeedPlace[] {
    if (!Array.isArray(this.value)) return this.refuse('a list');
    return this.value.map((value: unknown, index) => this.at(`[${index}]`, value));
  }

  /**
   * Members of a structure, by name.
   *
   * @throws LocalAwsError when there are others than `known`.
   */
  structure<T extends string>(known: readonly T[], expected = 'a map'): Readonly<Record<T, SeedPlace>> {
    const fields = this.fields(expected);
    const stranger = Object.keys(fields).find((name) => !known.some((each) => each === name));
    if (stranger !== undefined) this.at(`.${stranger}`, undefined).reject(`is unknown; known: ${known.join(', ')}`);
    const places = known.map((name) => [name, this.at(`.${name}`, fields[name])]);
    return Object.fromEntries(places) as Record<T, SeedPlace>;
  }

  /** @throws LocalAwsError always: something else was expected. */
  refuse(expected: string): never {
    return this.reject(`is ${kindOf(this.value)}; expected ${expected}`);
  }

  /** @throws LocalAwsError always. */
  reject(problem: string): never {
    throw new LocalAwsError(`${this.where} ${problem}.`);
  }

  private fields(expected: string): Fields {
    return isFields(this.value) ? this.value : this.refuse(expected);
  }

  private at(step: string, value: unknown): SeedPlace {
    const path = this.where.endsWith(':') ? ` ${step.replace(/^\./, '')}` : step;
    return new SeedPlace(value, `${this.where}${path}`);
  }
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  return typeof value === 'string' ? 'another text' : `a ${typeof value}`;
}
