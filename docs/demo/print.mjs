import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../dist/cjs/xcon.js', import.meta.url));
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

/** Runs a command of the package, which prints its answer. */
export async function terminal(command) {
  console.log(`\n$ ${command}`);
  const args = command.split(' ').slice(1);
  const { APP_NAME, APP_ENV, LOG_LEVEL, ...env } = process.env;
  const child = spawn(process.execPath, [program, ...args], { env, stdio: ['ignore', 'inherit', 'inherit'] });
  const [code] = await once(child, 'close');
  // 1: there are differences or problems, which the answer lists.
  if (code > 1) throw new Error(`${command} ended with ${code}.`);
}
