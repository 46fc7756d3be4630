import { reportText } from '../../src/cli/entries-text';
import { TextStyle } from '../../src/cli/style';
import { type ApplyReport } from '../../src/entries';

const style = new TextStyle(80, false, false);
const report = (rows: number, partitions: number): ApplyReport => ({
  ...{ entries: [], isComplete: true, calls: 0, diagnostics: [] },
  followed: { rows, partitions, problems: [] },
});

it.each([
  [0, 1, undefined],
  [1, 1, 'Dropped 1 cached row in 1 partition: running'],
  [3, 2, 'Dropped 3 cached rows in 2 partitions: running'],
])('a report of %i cached rows in %i partitions says %p', (rows, partitions, expected) => {
  const text = reportText(report(rows, partitions), style);

  if (expected === undefined) expect(text).not.toContain('Dropped');
  else expect(text).toContain(expected);
});
