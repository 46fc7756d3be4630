import { declarationsOf } from '../../src/declared/declare';
import { setting } from '../../src/declared/setting';
import { settingsTable } from '../../src/declared/settings-table';
import { fc } from '../setup/fast-check';
import { golden } from './golden';
import { ordersSettings } from './orders-settings';

/** Names that can be declared: one with a slash is refused. */
const names = fc.string().map((text) => text.replaceAll('/', ''));

it('describes each setting in a row', () => {
  expect(settingsTable(declarationsOf(ordersSettings))).toBe(golden('settings-table.md'));
});

it('tells no value of a secret', () => {
  expect(golden('settings-table.md')).not.toContain('canary');
});

it('writes what means something to Markdown as it is', () => {
  const text = settingsTable(
    declarationsOf({ a: setting('A`B', { default: '``', description: '<b> [x](y) *z*\n| _' }) }),
  );

  expect(text.split('\n')[2]).toContain(
    '| ``A`B`` | text | ``` `` ``` | anywhere   | \\<b\\> \\[x\\](y) \\*z\\* \\| \\_ |',
  );
});

it('has a row of six cells for each setting, whatever is in them', () => {
  fc.assert(
    fc.property(names, fc.string(), fc.string(), (name, description, value) => {
      const given = setting(`N${name}`, { description, default: value });

      const lines = settingsTable(declarationsOf({ a: given })).split('\n');

      expect(lines).toHaveLength(4);
      for (const line of lines.slice(0, 3)) expect(line.match(/(?<!\\)\|/g)).toHaveLength(7);
    }),
  );
});
