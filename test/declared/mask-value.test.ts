import { maskValue, textsIn } from '../../src/declared/mask-value';
import { fc } from '../setup/fast-check';

describe('a message', () => {
  it.each([
    [
      'Invalid type: Expected number but received "hunter2"',
      'hunter2',
      'Invalid type: Expected number but received "***"',
    ],
    ['Invalid URL: Received "hunter2"', '  hunter2\n', 'Invalid URL: Received "***"'],
    ['Invalid: Received "HUNTER2"', 'hunter2', 'Invalid: Received "***"'],
    ['must be a URL (was "h\\"unter2")', 'h"unter2', 'must be a URL (was "***")'],
    ['Unexpected token, ..."ey: "hunt"... is no JSON', '{"key: "hunter2"}', 'Unexpected token, ..."***"... is no JSON'],
    ['Unexpected token, ..."+\' \\ "?"... is no JSON', 'x+\' \\ "?"{', 'Unexpected token, ..."***... is no JSON'],
    ['received "İX\n Y"', 'İX\n Y', 'received "***"'],
    ['Expected <=1 but received "b"', 'a,b,c', 'Expected <=1 but received "***"'],
    ['Expected <=3 but received 12345', 12345, 'Expected <=3 but received ***'],
    ['must be positive (was -5)', -5, 'must be positive (was ***)'],
    ['no such host: db', ['db', { a: 'x' }], 'no such host: ***'],
    ['received #$%!', '#$%!', 'received ***'],
    ['received 12345678901234567890', 12345678901234567890n, 'received ***'],
  ])('%s loses the value', (message, value, masked) => {
    expect(maskValue(message, value)).toBe(masked);
  });

  it.each([
    ['Invalid input: expected number, received string', 'not-a-number'],
    ['Invalid option: expected one of "debug"|"info"|"warning"', 'warn'],
    ['Too small: expected number to be >0', '0'],
    ['Too big: expected number to be <=10', '10.5'],
    ['must be more than 3', 3],
    ['Invalid input: expected boolean, received string', 'maybe, in the future'],
    ['Invalid input', ''],
    ['Invalid key: "newCheckout"', { newCheckout: 'x' }],
  ])('%s keeps what is not the value: %p', (message, value) => {
    expect(maskValue(message, value)).toBe(message);
  });

  it('has no text of the value, whatever the value and however it is quoted', () => {
    const canary = fc.string({ minLength: 8, maxLength: 30, unit: 'binary' }).filter((text) => text.trim().length >= 8);
    const quotes = fc.constantFrom(
      (text: string) => text,
      (text: string) => text.trim(),
      (text: string) => JSON.stringify(text),
      (text: string) => `"${text}"`,
    );

    fc.assert(
      fc.property(canary, quotes, fc.boolean(), (text, quote, isNested) => {
        const value = isNested ? { a: [text] } : text;

        const masked = maskValue(`Invalid: received ${quote(text)}.`, value);

        expect(masked).not.toContain(text);
        expect(masked).not.toContain(text.trim());
      }),
    );
  });
});

it('the texts of data are those of maps, lists, sets and bytes, with or without keys', () => {
  const data = { key: ['a', 1, null, true], set: new Set(['b']), bytes: Uint8Array.of(0x63), none: '' };

  expect(textsIn(data, { keysToo: false })).toEqual(['a', '1', 'b', 'c', 'Yw==']);
  expect(textsIn(data, { keysToo: true })).toEqual(['key', 'a', '1', 'set', 'b', 'bytes', 'c', 'Yw==', 'none']);
});
