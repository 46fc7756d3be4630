import { styleText } from 'node:util';
import { defaultWidth, tableLines } from '../base/text-table';
import { type CliOutput } from './host';

/** What color may say; nothing is said by color alone. */
export type Paint = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

/** How text is laid out for one output: plain in a pipe, within the width of a terminal, with color where that is wanted. */
export class TextStyle {
  /**
   * @param columns - Widest line, in characters; infinite: any.
   * @param hasColor - Whether {@link TextStyle.paint} does anything.
   * @param isTerminal - Whether a person reads it.
   */
  constructor(
    readonly columns: number,
    readonly hasColor: boolean,
    readonly isTerminal: boolean,
  ) {}

  /**
   * Gives the style for an output. In a pipe nothing is shortened or wrapped, so that `grep` finds a text whole.
   *
   * @param wantsColor - Neither `--no-color` nor `NO_COLOR` was given.
   */
  static of({ columns, isTerminal }: CliOutput, wantsColor: boolean): TextStyle {
    const width = isTerminal ? (columns ?? defaultWidth) : Number.POSITIVE_INFINITY;
    return new TextStyle(width, isTerminal && wantsColor, isTerminal);
  }

  /** Colors a text; the text must be printable already. */
  paint(paint: Paint, text: string): string {
    return this.hasColor && text !== '' ? styleText(paint, text, { validateStream: false }) : text;
  }

  /**
   * Lays out a table; where a line would be too wide, its last column wraps and wide ones before it are shortened.
   *
   * @param heads - Of the columns.
   * @param rows - Texts in any form: what would steer a terminal is escaped.
   * @param paintCell - Chooses the color of a cell; absent, or `undefined`: none.
   * @param narrowest - Least width of a column that is shortened, in characters; absent: 12.
   * @returns With a newline at the end; empty without rows.
   */
  table(
    heads: readonly string[],
    rows: readonly (readonly string[])[],
    paintCell: (row: number, column: number) => Paint | undefined = () => undefined,
    narrowest = 12,
  ): string {
    if (rows.length === 0) return '';
    const lines = tableLines([heads, ...rows], {
      width: this.columns,
      narrowest,
      paint: (text, row, column) => {
        const paint = row === 0 ? 'bold' : paintCell(row - 1, column);
        return paint === undefined ? text : this.paint(paint, text);
      },
    });
    return `${lines.join('\n')}\n`;
  }
}
