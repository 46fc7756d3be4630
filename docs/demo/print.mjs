const columns = 80;

/** Prints a heading. */
export function title(text) {
  console.log(`\n${text}\n${'-'.repeat(columns)}`);
}

/** Prints a table; a cell may have several lines. */
export function table(heads, rows) {
  const cells = [heads, ...rows].map((row) => row.map((cell) => String(cell).split('\n')));
  const widths = heads.map((_, column) => Math.max(...cells.flatMap((row) => row[column].map(({ length }) => length))));
  for (const row of cells) {
    const height = Math.max(...row.map(({ length }) => length));
    for (let line = 0; line < height; line += 1) {
      const texts = row.map((lines, column) => (lines[line] ?? '').padEnd(widths[column]));
      console.log(texts.join('  ').trimEnd());
    }
  }
}

/** Prints a text in lines that fit. */
export function paragraph(text) {
  const line = new RegExp(`(.{1,${columns}})(?: |$)`, 'g');
  console.log(text.replace(line, '$1\n'));
}
