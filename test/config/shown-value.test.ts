import { isSecretName, showValue } from '../../src/config/shown-value';

describe('showValue', () => {
  it.each([
    ['plain', 'plain'],
    ['', ''],
    ['two\nlines\t"quoted"', 'two\\nlines\\t"quoted"'],
    ['{"a": "C:\\temp"}', '{"a": "C:\\temp"}'],
    ['\u007f\u009b31mred', '\\u007f\\u009b31mred'],
    ['half \ud83d of 😀', 'half \\ud83d of 😀'],
    ['\u001b[31mred', '\\u001b[31mred'],
  ])('shows the text %j in one line', (text, shown) => {
    expect(showValue(text)).toBe(shown);
  });

  it('shows data in one line', () => {
    expect(showValue({ a: [1, null] })).toBe('{ a: [ 1, null ] }');
    expect(showValue(null)).toBe('null');
    expect(showValue(12n)).toBe('12n');
  });

  it('cuts what is longer than 40 characters, to 40', () => {
    expect(showValue('x'.repeat(40))).toBe('x'.repeat(40));
    expect(showValue('x'.repeat(41))).toBe(`${'x'.repeat(37)}...`);
  });
});

it.each(['DB_PASSWORD', 'db_passwd', 'API_KEY', 'apiKey', 'PRIVATE_KEY', 'AUTH_TOKEN', 'client_secret'])(
  'takes %s for the name of a secret',
  (name) => {
    expect(isSecretName(name)).toBe(true);
  },
);

it.each(['DB_HOST', 'KEY_COUNT', 'POOL_SIZE'])('takes %s for the name of no secret', (name) => {
  expect(isSecretName(name)).toBe(false);
});
