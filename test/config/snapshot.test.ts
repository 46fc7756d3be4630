import { inspect } from 'node:util';
import { Answer } from '../../src/config/answer';
import { ConfigSnapshot } from '../../src/config/snapshot';
import {
  ConfigNotFoundError,
  type ConfigValue,
  DirectoryItem,
  InvalidNameError,
  InvalidValueError,
  NotLoadedError,
} from '../../src/index';
import { item, secretItem } from '../chain/doubles';

const loaded = (values: Readonly<Record<string, ConfigValue>>, missing: readonly string[] = []): ConfigSnapshot =>
  new ConfigSnapshot([
    ...Object.entries(values).map(([name, value]) => new Answer(name, item(name, value), [])),
    ...missing.map(
      (name) => new Answer(name, DirectoryItem.nonExistent(name), [{ provider: 'ssm', outcome: 'absent' }]),
    ),
  ]);

describe('get', () => {
  it.each(['DB_HOST', 'db_host', 'Db_Host'])(
    'gives the value of a name that was loaded as DB_HOST, asked as %s',
    (name) => {
      expect(loaded({ DB_HOST: 'db.internal' }).get(name)).toBe('db.internal');
    },
  );

  it.each<ConfigValue>(['', 0, false])('gives %p where that was found, not the fallback', (value) => {
    expect(loaded({ x: value }).get('x', 'fallback')).toBe(value);
  });

  it('gives the fallback for what is missing or null; without one, undefined and null', () => {
    const now = loaded({ nil: null }, ['gone']);

    expect([now.get('nil', 'fallback'), now.get('gone', 'fallback')]).toEqual(['fallback', 'fallback']);
    expect([now.get('nil'), now.get('gone')]).toEqual([null, undefined]);
  });

  it('throws for a name that was not loaded, even with a fallback', () => {
    const now = loaded({ x: 1 });

    expect(() => now.get('y', 'fallback')).toThrow(NotLoadedError);
    expect(() => now.get('y')).toThrow('"y" is not in this snapshot. Add it to the names given to config.load([...]).');
  });

  it('throws for an invalid name', () => {
    expect(() => loaded({}).get('')).toThrow(InvalidNameError);
    expect(() => loaded({}).get(5 as unknown as string)).toThrow(InvalidNameError);
  });

  it('gives frozen data, and a copy of what cannot be frozen', () => {
    const now = loaded({ map: { list: [1] }, binary: new Uint8Array([1, 2]) });

    const first = now.get('binary') as Uint8Array;
    first[0] = 99;

    expect(Object.isFrozen((now.get('map') as { list: unknown }).list)).toBe(true);
    expect(now.get('binary')).toEqual(new Uint8Array([1, 2]));
  });
});

describe('the typed getters', () => {
  it('convert as those of a Config do', () => {
    const now = loaded({ text: 5, number: ' 7 ', flag: 'yes', json: '{"a":1}' });

    expect(now.getString('TEXT')).toBe('5');
    expect(now.getNumber('NUMBER')).toBe(7);
    expect(now.getBoolean('FLAG')).toBe(true);
    expect(now.getJson('JSON')).toEqual({ a: 1 });
    expect([now.requireString('text'), now.requireNumber('number')]).toEqual(['5', 7]);
    expect([now.requireBoolean('flag'), now.requireJson('json')]).toEqual([true, { a: 1 }]);
  });

  it('give the fallback for what is missing or null', () => {
    const now = loaded({ nil: null }, ['gone']);

    for (const name of ['nil', 'gone']) {
      expect(now.getString(name, '')).toBe('');
      expect(now.getNumber(name, 0)).toBe(0);
      expect(now.getBoolean(name, true)).toBe(true);
      expect(now.getJson(name, false)).toBe(false);
      expect([now.getString(name), now.getNumber(name), now.getJson(name)]).toEqual([undefined, undefined, undefined]);
      expect(now.getBoolean(name)).toBe(false);
    }
  });

  it('throw for a value of another type and for a name that was not loaded', () => {
    const now = loaded({ x: 'neither' });

    expect(() => now.getNumber('x', 5)).toThrow(InvalidValueError);
    expect(() => now.getBoolean('x')).toThrow(InvalidValueError);
    expect(() => now.getJson('x')).toThrow(InvalidValueError);
    expect(() => now.getNumber('y', 5)).toThrow(NotLoadedError);
  });
});

describe('require', () => {
  it('gives a value, a found null too', () => {
    expect(loaded({ x: 'value' }).require('X')).toBe('value');
    expect(loaded({ x: null }).require('x')).toBeNull();
  });

  it('throws for a name that is missing, and another error for one that was not loaded', () => {
    const now = loaded({}, ['gone']);

    expect(() => now.require('gone')).toThrow(
      new ConfigNotFoundError('gone', [{ provider: 'ssm', outcome: 'absent' }]),
    );
    expect(() => now.require('other')).toThrow(NotLoadedError);
  });

  it.each(['requireString', 'requireNumber', 'requireBoolean', 'requireJson', 'requireItem'] as const)(
    'by %s throws for a name that is missing, and another error for one that was not loaded',
    (method) => {
      const now = loaded({}, ['gone']);

      expect(() => now[method]('gone')).toThrow(ConfigNotFoundError);
      expect(() => now[method]('other')).toThrow(NotLoadedError);
    },
  );
});

it('gives items, says what has a value, and which names it has', () => {
  const now = loaded({ DB_HOST: null }, ['Gone']);

  expect(now.getItem('db_host')).toMatchObject({ originalName: 'DB_HOST', value: null });
  expect([now.has('Db_Host'), now.has('gone')]).toEqual([true, false]);
  expect(now.names).toEqual(['db_host', 'gone']);
  expect(now.requireItem('db_host')).toBe(now.getItem('db_host'));
  expect(() => now.requireItem('gone')).toThrow(ConfigNotFoundError);
  expect(() => now.has('other')).toThrow(NotLoadedError);
});

it('is frozen', () => {
  const now = loaded({ x: 1 });

  expect(Object.isFrozen(now)).toBe(true);
  expect(() => Object.assign(now, { get: () => 2 })).toThrow(TypeError);
});

it('shows names and origins when it is inspected or written as JSON, no value', () => {
  const now = new ConfigSnapshot([new Answer('token', secretItem('token', 'hunter2'), [])]);

  expect(inspect(now, { depth: 10 })).toBe('ConfigSnapshot(token)');
  expect(JSON.stringify(now)).not.toContain('hunter2');
  expect(JSON.parse(JSON.stringify(now))).toMatchObject({ token: { name: 'token', directory: '/a', secret: true } });
});
