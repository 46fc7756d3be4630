import { ValueMask } from '../../src/declared/mask-value';
import { fc } from '../setup/fast-check';

const maskValue = (message: string, value: unknown): string | undefined =>
  new ValueMask(value, { keysToo: false }).message(message);

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

describe('the key of a path', () => {
  it.each<[string, string, unknown, boolean, boolean]>([
    ['is a value', 'hunter2', ['hunter2'], false, true],
    ['is a part of a value', 'Hunter', { a: 'x-hunter2' }, false, true],
    ['has a value in it', 'no-hunter2-here', { a: 'hunter2' }, false, true],
    ['has a piece of a value in it', '["hunter2-an', { a: 'x["hunter2-and more' }, false, true],
    ['is a number in the value', '4711', { a: [4711] }, false, true],
    ['is a key of a plain value', 'port', { port: 'x' }, false, false],
    ['is a key of a secret', 'port', { port: 'x' }, true, true],
    ['is a number, and a key of a secret', '12', { '12345': 1 }, true, true],
    ['is not in the value', 'password', { port: 'x' }, true, false],
  ])('that %s is masked, or not: %s', (_, key, value, keysToo, isMasked) => {
    expect(new ValueMask(value, { keysToo }).key(key)).toBe(isMasked ? '***' : key);
  });
});

it('looks at maps, lists, sets and bytes', () => {
  const data = {
    key: ['abcd', null, true],
    set: new Set(['efgh']),
    bytes: Uint8Array.from(Buffer.from('ijkl')),
    none: '',
  };

  expect(maskValue('key abcd efgh ijkl aWprbA== set', data)).toBe('key *** *** *** *** set');
});

it('a value that is too long to be looked for lets no message and no key be repeated', () => {
  const mask = (length: number): ValueMask => new ValueMask('x'.repeat(length), { keysToo: false });

  expect([mask(65_536).message('ok'), mask(65_536).key('ok')]).toEqual(['ok', 'ok']);
  expect([mask(65_537).message('ok'), mask(65_537).key('ok')]).toEqual([undefined, '***']);
});

it('a long message is cut, and no piece of the value is left by the cut', () => {
  const value = `cnry+${'/'.repeat(20)}`;

  for (let length = 370; length < 400; length += 1) {
    const masked = maskValue(`${'y '.repeat(length / 2)}${' '.repeat(length % 2)}${value} and more`, value) ?? '';

    expect(masked.length).toBeLessThanOrEqual(403);
    expect(masked).not.toMatch(/cn?r?y?|\//);
  }
});
