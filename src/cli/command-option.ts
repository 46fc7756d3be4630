/** An option of a command. */
export interface CommandOption {
  /** Such as `--reveal`, `--only <names>`, `-f, --format <format>`; `-s -e -d -q -v -h` are taken. */
  readonly flags: string;
  readonly description: string;
  /** The texts that its value may be; absent: any. */
  readonly choices?: readonly string[];
  /**
   * How its value is read: `text` (default); `list`: separated by commas, and repeatable, gives a list of texts; `repeated`: as
   * `list`, commas kept; `number`: a whole number from 0.
   */
  readonly kind?: 'text' | 'list' | 'repeated' | 'number';
  /** Its value when it is not given; absent: `undefined`. */
  readonly default?: string | number | boolean;
}
