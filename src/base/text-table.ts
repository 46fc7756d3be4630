import { printable } from './printable';

/** Width of tables where nothing else is known, in characters. */
export const defaultWidth = 80;
/** Width to which long paths and names are shortened, so that there is room for the rest. */
const narrowest = 24;
const gap = '  ';

/** How a table is laid out. */
export interface TableLayout {
  /** Widest line, in characters. Default: 80. */
  readonly width?: number;
  /** Least width of a column that is shortened, in characters. Default: 24. */
  readonly narrowest?: number;
  /**
   * Decorates the text of a cell, such as with a color, after it was padded.
   *
   * @param text - Of one line of the cell.
   */
  readonly paint?: (text: string, row: number, column: number) => string;
}

/**
 * Lays out rows in columns. When a line is too long, wide columns are shortened in the middle, where texts that are alike differ
 * least, and the last column continues in the next line.
 *
 * @param rows - Texts in any form: control characters are escaped.
 * @returns The lines, without spaces at their ends.
 */
export function tableLines(rows: readonly (readonly string[])[], layout: TableLayout = {}): readonly string[] {
  const { width = defaultWidth, paint = (text: string) => text } = layout;
  const cells = rows.map((row) => row.map(printable));
  const count = Math.max(1, ...cells.map(({ length }) => length));
  const fixed = Array.from({ length: count - 1 }, (_, column) => columnOf(cells, column));
  const rest = Math.max(0, ...columnOf(cells, fixed.length).map(({ length }) => length));
  const widths = fitted(
    fixed.map((column) => Math.max(0, ...column.map(({ length }) => length))),
    width - rest,
    layout.narrowest ?? narrowest,
  );
  const indent = widths.reduce((sum, each) => sum + each + gap.length, 0);
  return cells.flatMap((row, index) => {
    const head = widths.map((each, column) => {
      const text = shortened(row[column] ?? '', each);
      return `${paint(text, index, column)}${' '.repeat(each - text.length)}${gap}`;
    });
    const [first = '', ...more] = wrap(row[fixed.length] ?? '', Math.max(1, width - indent));
    const last = (text: string): string => (text === '' ? '' : paint(text, index, fixed.length));
    return [
      `${head.join('')}${last(first)}`.trimEnd(),
      ...more.map((each) => `${' '.repeat(indent)}${last(each)}`.trimEnd()),
    ];
  });
}

/** Wraps a text, made printable; the lines behind the first are indented. @param width - Widest line, in characters. */
export function paragraphLines(text: string, width: number = defaultWidth): readonly string[] {
  const [first = '', ...more] = wrap(printable(text), Math.max(1, width - gap.length));
  return [first, ...more.map((each) => `${gap}${each}`)];
}

function columnOf(rows: readonly (readonly string[])[], column: number): readonly string[] {
  return rows.map((row) => row[column] ?? '');
}

/** Makes wide columns narrower, the widest first, until all have room. */
function fitted(widths: readonly number[], room: number, least: number): readonly number[] {
  const fits = [...widths];
  const used = (): number => fits.reduce((sum, width) => sum + width + gap.length, 0);
  for (const width of widths.toSorted((a, b) => b - a)) {
    const column = fits.indexOf(width);
    if (used() > room && width > least) fits[column] = Math.max(least, width - (used() - room));
  }
  return fits;
}

/** Takes out the middle of a text that is too long: its ends identify it. */
function shortened(text: string, width: number): string {
  if (text.length <= width) return text;
  const end = Math.floor((width - 1) / 2);
  return `${text.slice(0, width - 1 - end)}…${text.slice(text.length - end)}`;
}

/** Breaks a text at spaces, and a word where it is wider than a line. */
function wrap(text: string, width: number): readonly string[] {
  const all: string[] = [];
  let rest = text;
  while (rest.length > width) {
    const space = rest.lastIndexOf(' ', width);
    const end = space > 0 ? space : width;
    all.push(rest.slice(0, end).trimEnd());
    rest = rest.slice(end).trimStart();
  }
  return [...all, rest];
}
