import { inspect } from 'node:util';
import { defineSettings, secret, setting } from '../../src/index';

const declared = defineSettings({ host: setting(), db: { password: secret({ default: 'hunter2' }) } });

it('shows the names that it has declared', () => {
  expect(inspect(declared)).toBe('DeclaredSettings(HOST, DB_PASSWORD)');
  expect(JSON.stringify(declared)).toBe('{"host":"HOST","db.password":"DB_PASSWORD"}');
});

it('has declarations that cannot be changed', () => {
  expect(declared.declarations.map(({ key, kind }) => [key, kind])).toEqual([
    ['host', 'setting'],
    ['db.password', 'secret'],
  ]);
  expect(Object.isFrozen(declared.declarations)).toBe(true);
});
