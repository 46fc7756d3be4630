import { inspect } from 'node:util';
import { type FoundValue, foundIn, toBoolean, toJson, toNumber, toText } from '../../src/config/coerce';
import { type ConfigValue, DirectoryItem, InvalidValueError } from '../../src/index';
import { item } from '../chain/doubles';
import { fc } from '../setup/fast-check';

const found = (value: ConfigValue): FoundValue => ({ name: 'X', value, origin: 'ssm (/a)' });
const thrownBy = (work: () => unknown): InvalidValueError => {
  try {
    work();
  } catch (error) {
    return error as InvalidValueError;
  }
  throw new Error('Nothing was thrown.');
};

describe('foundIn', () => {
  it('says where the value is from', () => {
    expect(foundIn('X', item('x', 1, '/orders/prod'))).toEqual({ name: 'X', value: 1, origin: 'map (/orders/prod)' });
    expect(foundIn('X', DirectoryItem.nonExistent('x')).origin).toBe('nowhere (/_nonExistent)');
  });
});

describe('toText', () => {
  it('leaves texts as they are and writes numbers and booleans out', () => {
    expect(toText(found('  as is '))).toBe('  as is ');
    expect(toText(found(''))).toBe('');
    expect(toText(found(1.5))).toBe('1.5');
    expect(toText(found(12345678901234567890n))).toBe('12345678901234567890');
    expect(toText(found(false))).toBe('false');
  });

  it.each<[string, ConfigValue]>([
    ['null', null],
    ['a list', [1]],
    ['a map', { a: 1 }],
    ['binary', new Uint8Array(1)],
    ['a set', new Set(['a'])],
  ])('refuses %s', (kind, value) => {
    const error = thrownBy(() => toText(found(value)));

    expect(error).toBeInstanceOf(InvalidValueError);
    expect(error.message).toBe(`The value of "X" is not a text; found ${kind} from ssm (/a).`);
  });
});

describe('toNumber', () => {
  it.each([
    ['0', 0],
    ['-0', -0],
    ['10', 10],
    ['-1.50', -1.5],
    ['1e3', 1000],
    ['1E+3', 1000],
    ['2.5e-1', 0.25],
    ['  7 ', 7],
    ['\n7\t', 7],
  ])('reads %j', (text, number) => {
    expect(toNumber(found(text))).toBe(number);
  });

  it.each([
    '',
    ' ',
    '+1',
    '01',
    '.5',
    '5.',
    '1_000',
    '1,5',
    '0x10',
    '0b1',
    'Infinity',
    '-Infinity',
    'NaN',
    '1e',
    '1 2',
  ])('refuses %j, which is not a JSON number', (text) => {
    expect(thrownBy(() => toNumber(found(text)))).toMatchObject({
      code: 'INVALID_VALUE',
      key: 'X',
      expected: 'a number',
      found: 'a string from ssm (/a)',
    });
  });

  it('refuses a JSON number that is not finite as a double', () => {
    expect(() => toNumber(found('1e999'))).toThrow(InvalidValueError);
  });

  it('leaves numbers as they are, and refuses integers that a double cannot hold', () => {
    expect(toNumber(found(-2.5))).toBe(-2.5);
    expect(thrownBy(() => toNumber(found(2n ** 64n))).message).toContain(
      'is not a number that a double holds exactly; read it as a string, or as a bigint; found a bigint from ssm (/a).',
    );
  });

  it.each<ConfigValue>([
    '9007199254740993',
    ' -9007199254740993 ',
    '9007199254740993.0',
    '90071992547409930e-1',
    2n ** 53n + 1n,
  ])('refuses %p, a whole number that a double would round', (value) => {
    expect(() => toNumber(found(value))).toThrow(InvalidValueError);
  });

  it.each<[ConfigValue, number]>([
    ['9007199254740992', 2 ** 53],
    ['1e23', 1e23],
    ['0.1', 0.1],
    ['0.10000000000000000001', 0.1],
    [2n ** 53n, 2 ** 53],
  ])('reads %p, which is exact as a double or not a whole number', (value, expected) => {
    expect(toNumber(found(value))).toBe(expected);
  });

  it.each<ConfigValue>([true, null, [1], { a: 1 }])('refuses %p', (value) => {
    expect(() => toNumber(found(value))).toThrow(InvalidValueError);
  });

  it('reads exactly the texts that JSON.parse reads as a number', () => {
    const texts = fc.oneof(
      fc.double().map(String),
      fc.stringMatching(/^[-+]?[0-9]{0,3}\.?[0-9]{0,3}([eE][-+]?[0-9]{0,2})?$/),
      fc.string(),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const expected = jsonNumber(text);

        if (expected === undefined) expect(() => toNumber(found(text))).toThrow(InvalidValueError);
        else expect(toNumber(found(text))).toBe(expected);
      }),
      { numRuns: 500 },
    );
  });
});

describe('toBoolean', () => {
  it.each(['true', 't', 'yes', 'y', '1', 'on', 'TRUE', 'On', ' Yes\n'])('reads %j as true', (text) => {
    expect(toBoolean(found(text))).toBe(true);
  });

  it.each(['false', 'f', 'no', 'n', '0', 'off', '', '  ', 'FALSE', ' Off '])('reads %j as false', (text) => {
    expect(toBoolean(found(text))).toBe(false);
  });

  it.each(['2', 'yep', 'truee', 'null', '-', '01'])('refuses %j', (text) => {
    const error = thrownBy(() => toBoolean(found(text)));

    expect(error).toBeInstanceOf(InvalidValueError);
    expect(error.expected).toBe('a boolean (true, t, yes, y, 1, on; false, f, no, n, 0, off or empty)');
  });

  it.each<[ConfigValue, boolean]>([
    [true, true],
    [false, false],
    [1, true],
    [0, false],
    [0n, false],
    [3n, true],
    [null, false],
    [[], false],
    [[0], true],
    [{}, false],
    [{ a: 0 }, true],
    [new Set<string>(), false],
    [new Set(['']), true],
    [new Uint8Array(), false],
    [new Uint8Array(1), true],
  ])('reads %p by whether it is empty', (value, expected) => {
    expect(toBoolean(found(value))).toBe(expected);
  });
});

describe('toJson', () => {
  it('parses bytes as JSON in UTF-8, and refuses others', () => {
    expect(toJson(found(Buffer.from('{"a": "ü"}')))).toEqual({ a: 'ü' });
    for (const bytes of [Buffer.from('hunter2'), new Uint8Array([0x22, 0xff, 0x22])])
      expect(() => toJson(found(bytes))).toThrow('The value of "X" is not JSON; found binary from ssm (/a).');
  });

  it('refuses a whole number that a double would round', () => {
    expect(toJson(found('9007199254740992'))).toBe(2 ** 53);
    expect(() => toJson(found('9007199254740993'))).toThrow('is not a number that a double holds exactly');
  });

  it('keeps whole numbers in lists and maps that a double would round: as bigints, others as texts', () => {
    const json = `{"id":9007199254740993,"all":[-9007199254740993,1e2,1e400,0.1,5],"~1":"\\u007e~9007199254740993 \\" 9007199254740993"}`;

    expect(toJson(found(json))).toEqual({
      id: 9007199254740993n,
      all: [-9007199254740993n, 100, '1e400', 0.1, 5],
      '~1': '~~9007199254740993 " 9007199254740993',
    });
    expect(toJson(found(Buffer.from('[9007199254740993]')))).toEqual([9007199254740993n]);
  });

  it('parses texts and freezes what it gives', () => {
    const data = toJson(found(' {"a": [1, {"b": null}]} '));

    expect(data).toEqual({ a: [1, { b: null }] });
    expect([data, (data as { a: unknown }).a].every(Object.isFrozen)).toBe(true);
  });

  it('leaves anything else as it is', () => {
    const value = Object.freeze([1, 2]);

    expect(toJson(found(value))).toBe(value);
    expect(toJson(found(null))).toBeNull();
    expect(toJson(found(5))).toBe(5);
  });

  it('keeps a key called __proto__ as data', () => {
    const data = toJson(found('{"__proto__": {"polluted": true}}'));

    expect(Object.keys(data as object)).toEqual(['__proto__']);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('reads what JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(toJson(found(JSON.stringify(value)))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it.each(['', '{', "{'a': 1}", 'undefined', '[1,]'])('refuses %j', (text) => {
    const error = thrownBy(() => toJson(found(text)));

    expect(error).toBeInstanceOf(InvalidValueError);
    expect(error.message).toBe('The value of "X" is not JSON; found a string from ssm (/a).');
  });

  it('never quotes the text in an error, nor keeps what the parser says of it', () => {
    const secrets = fc.stringMatching(/^[a-zA-Z]{8,12}$/).filter((text) => jsonNumber(text) === undefined);
    fc.assert(
      fc.property(secrets, (secret) => {
        const error = thrownBy(() => toJson(found(`{"password": ${secret}`)));

        expect(`${error.message} ${error.stack ?? ''} ${JSON.stringify(error)}`).not.toContain(secret);
        expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(secret);
        expect(error.cause).toBeUndefined();
      }),
    );
  });
});

it.each([
  ['toNumber', toNumber],
  ['toBoolean', toBoolean],
])('%s never quotes the text that it refuses', (_, convert) => {
  const error = thrownBy(() => convert(found('hunter2-hunter2')));

  expect(`${error.stack ?? ''} ${inspect(error, { depth: 10 })}`).not.toContain('hunter2');
});

/** What JSON makes of a text, when that is a finite number. */
function jsonNumber(text: string): number | undefined {
  try {
    const parsed: unknown = JSON.parse(text.trim());
    return typeof parsed === 'number' && Number.isFinite(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}
