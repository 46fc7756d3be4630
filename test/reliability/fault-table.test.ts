import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type LocalAws, startLocalAws } from '../../src/local-aws/local-aws';
import { root } from '../docs/documents';
import { withPatientSignals } from '../setup/patience';
import { type Cell, tryCell } from './cell';
import { type Fault, faults } from './faults';
import { type RequestKind, requestKinds, seed } from './requests';

const page = join(root, 'docs/reference/faults.md');
const [begin, end] = ['<!-- fault table -->', '<!-- end: fault table -->'];
const cells = new Map<string, Promise<Cell>>();
let aws: LocalAws;

withPatientSignals();

beforeAll(async () => {
  aws = await startLocalAws({ seed });
});
afterAll(() => aws.close());

/** Gives a cell, which is tried once: by its own test, or by that of the page when it comes first. */
function cellOf(kind: RequestKind, fault: Fault): Promise<Cell> {
  const title = `${kind.title} ${fault.title}`;
  const cell = cells.get(title) ?? tryCell(aws, kind, fault, `cell${cells.size + 1}`);
  cells.set(title, cell);
  return cell;
}

const canHappen = (kind: RequestKind): readonly Fault[] => faults.filter(({ appliesTo }) => appliesTo?.(kind) ?? true);

describe.each(requestKinds)('$title', (kind) => {
  it.each(canHappen(kind))('$title', async (fault) => {
    const cell = await cellOf(kind, fault);

    // What holds for every cell.
    expect(['value', 'next place', '`ProviderError`']).toContain(cell.get);
    expect(cell.requests).toBeGreaterThan(0);
    expect(cell.requests).toBeLessThanOrEqual(fault.title === 'pages without end' ? 1000 : 7);
    if (cell.get === '`ProviderError`') expect(cell.cached).toBe('no');
    if (cell.get === 'next place') expect(cell.logged).toMatch(/provider\.refused|aws\.refused/);
    if (kind.table === 'global-all-configCache' || kind.service === 'kms') expect(cell.get).toBe('value');
  });
});

/** XCON_WRITE_DOCS=1 writes the page; without it, the page must already say what was seen. */
it('is what docs/reference/faults.md says', async () => {
  const text = readFileSync(page, 'utf8');
  const before = text.slice(0, text.indexOf(begin) + begin.length);
  const after = text.slice(text.indexOf(end));
  const written = `${before}\n\n${await tables()}\n\n${after}`;
  if (process.env['XCON_WRITE_DOCS'] === '1') writeFileSync(page, written);

  expect(text.includes(begin) && text.includes(end)).toBe(true);
  expect(readFileSync(page, 'utf8')).toBe(written);
});

async function tables(): Promise<string> {
  const head = ['Fault', '`get` gives', 'Requests', 'Answered', 'Asked again', 'Warns', 'Cached'];
  const parts: string[] = [];
  for (const kind of requestKinds) {
    const rows: (readonly string[])[] = [];
    for (const fault of canHappen(kind)) {
      const { get, requests, within, again, logged, cached } = await cellOf(kind, fault);
      rows.push([fault.title, get, `${requests}`, within, `${again}`, logged, cached]);
    }
    parts.push(`## ${kind.title} (\`${kind.operation}\`)\n\n${aligned([head, ...rows])}`);
  }
  return parts.join('\n\n');
}

/** Writes a table with columns of one width, the first row being its head. */
function aligned(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [head = [], ...body] = rows;
  return [head, widths.map((width) => '-'.repeat(width)), ...body].map(line).join('\n');
}
