import { inspect } from 'node:util';
import { type Attempt } from '../chain/walk';
import { type DirectoryItem } from '../item/directory-item';
import { mask } from '../item/secret';
import { type ConfigValue } from '../item/value';

/** One place of the lookup order, and what it has for the name. */
export interface ExplainedPlace extends Attempt {
  /** The value as it may be shown: masked when it is a secret; absent where there is none or it was not read. */
  readonly value?: string | undefined;
  /** Version at the source; absent where it has none. */
  readonly version?: string | undefined;
  /** For a value from the cache table: when its row was written, ISO 8601. */
  readonly cachedAt?: string | undefined;
}

const longestValue = 40;
/** Widest line of a table, in characters. */
const tableWidth = 80;
const secretNames = /pass(word|wd|phrase)?|secret|token|credential|private_?key|api_?key|access_?key/i;

/** Where a name was looked for, what was found, and what that hides. */
export class Explanation {
  /**
   * @param name - As asked.
   * @param places - Every place, in the order of the lookup.
   * @param winner - The place whose value `get` gives; `undefined` when it gives none.
   */
  constructor(
    readonly name: string,
    readonly places: readonly ExplainedPlace[],
    readonly winner: ExplainedPlace | undefined,
  ) {
    Object.freeze(this.places);
    Object.freeze(this);
  }

  /** The places that have a value too, behind the winner. */
  get shadows(): readonly ExplainedPlace[] {
    return this.places.filter(({ outcome }) => outcome === 'shadowed');
  }

  /** Prints a table, at most 80 columns wide as long as the paths allow. */
  toString(): string {
    const rows = this.places.map((place) => [
      place === this.winner ? '>' : ' ',
      place.provider,
      place.directory ?? '',
      place.outcome,
      place.value ?? place.reason?.slice(0, longestValue) ?? '',
    ]);
    const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
    const lines = rows.map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .slice(0, tableWidth)
        .trimEnd(),
    );
    return [`${this.name}: ${this.winner === undefined ? 'not found' : describe(this.winner)}`, ...lines].join('\n');
  }

  /** Gives the explanation as data; secrets are masked. */
  toJSON(): Readonly<Record<string, unknown>> {
    return { name: this.name, winner: this.winner, places: this.places };
  }

  [inspect.custom](): string {
    return this.toString();
  }
}

/** Whether a name sounds like that of a secret, so that a value from anywhere is masked. */
export function isSecretName(name: string): boolean {
  return secretNames.test(name);
}

/** Gives a value as it may be shown: in one line, not too long. */
export function showValue(value: ConfigValue): string {
  const text = typeof value === 'string' ? value : inspect(value, { breakLength: Number.POSITIVE_INFINITY, depth: 3 });
  const line = JSON.stringify(text).slice(1, -1);
  return line.length > longestValue ? `${line.slice(0, longestValue - 3)}...` : line;
}

/** Gives what an item adds to its place. */
export function showItem(item: DirectoryItem, masked: boolean): Pick<ExplainedPlace, 'value' | 'version' | 'cachedAt'> {
  return {
    value: masked || item.secret ? mask : showValue(item.value),
    version: item.version,
    cachedAt: item.viaCacher ? item.createdAt : undefined,
  };
}

function describe({ provider, directory, value }: ExplainedPlace): string {
  return `${value ?? ''} from ${provider}${directory === undefined ? '' : ` ${directory}`}`.trimStart();
}
