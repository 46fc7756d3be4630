import { printable } from '../../src/base/printable';

it.each([
  ['controls', 'a\u001b[31mb\u0000c\u007fd\u009be', 'a\\u001b[31mb\\u0000c\\u007fd\\u009be'],
  ['line ends', 'a\nb\rc\u2028d\u2029e\tf', 'a\\nb\\rc\\u2028d\\u2029e\\tf'],
  [
    'direction marks and other format characters',
    'a\u202eb\u2066c\u200fd\u{e0001}e\ufeff',
    'a\\u202eb\\u2066c\\u200fd\\u{e0001}e\\ufeff',
  ],
  ['halves of surrogate pairs', 'half \ud83d of 😀', 'half \\ud83d of 😀'],
])('escapes %s', (_, text, shown) => {
  expect(printable(text)).toBe(shown);
});

it('leaves everything else as it is', () => {
  expect(printable('é 漢 😀 العربية "C:\\temp"')).toBe('é 漢 😀 العربية "C:\\temp"');
});
