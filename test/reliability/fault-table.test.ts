import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type LocalAws, startLocalAws } from '../../src/testing/local-aws/local-aws';
import { root } from '../docs/documents';
import { type Cell, tryCell } from './cell';
import { faults } from './faults';
import { requestKinds, seed } from './requests';

const page = join(root, 'docs/reliability.md');
const [begin, end] = ['<!-- fault table -->', '<!-- end: fault table -->'];
const cells = new Map<string, Cell>();
let aws: LocalAws;
let count = 0;

beforeAll(async () => {
  aws = await startLocalAws({ seed });
});
afterAll(() => aws.close());

describe.each(requestKinds)('$title', (kind) => {
  const possible = faults.filter(({ appliesTo }) => appliesTo?.(kind) ?? true);

  it.each(possible)('$title', async (fault) => {
    const cell = await tryCell(aws, kind, fault, `cell${(count += 1)}`);

    // What holds for every cell.
    expect(['value', 'next place', '`ProviderError`']).toContain(cell.get);
    expect(cell.requests).toBeGreaterThan(0);
    expect(cell.requests).toBeLessThanOrEqual(fault.title === 'pages without end' ? 1000 : 7);
    if (cell.get === '`ProviderError`') expect(cell.cached).toBe('no');
    if (cell.get === 'next place') expect(cell.logged).toContain('provider.refused');
    if (kind.table === 'global-all-configCache' || kind.service === 'kms') expect(cell.get).toBe('value');
    cells.set(`${kind.title} ${fault.title}`, cell);
  });
});

/** XCON_WRITE_DOCS=1 writes the page; without it, the page must already say what was seen. */
it('is what docs/reliability.md says', () => {
  const text = readFileSync(page, 'utf8');
  const before = text.slice(0, text.indexOf(begin) + begin.length);
  const after = text.slice(text.indexOf(end));
  const written = `${before}\n\n${tables()}\n\n${after}`;
  if (process.env['XCON_WRITE_DOCS'] === '1') writeFileSync(page, written);

  expect(text.includes(begin) && text.includes(end)).toBe(true);
  expect(readFileSync(page, 'utf8')).toBe(written);
});

function tables(): string {
  const head = ['Fault', '`get` gives', 'Requests', 'Answered', 'Asked again', 'Warns', 'Cached'];
  return requestKinds
    .map((kind) => {
      const rows = faults.flatMap((fault) => {
        const cell = cells.get(`${kind.title} ${fault.title}`);
        if (cell === undefined) return [];
        const { get, requests, within, again, logged, cached } = cell;
        return [[fault.title, get, `${requests}`, within, `${again}`, logged, cached]];
      });
      return `### ${kind.title} (\`${kind.operation}\`)\n\n${aligned([head, ...rows])}`;
    })
    .join('\n\n');
}

/** Writes a table with columns of one width, the first row being its head. */
function aligned(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [head = [], ...body] = rows;
  return [head, widths.map((width) => '-'.repeat(width)), ...body].map(line).join('\n');
}
