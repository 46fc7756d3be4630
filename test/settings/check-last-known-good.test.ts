import { inspect } from 'node:util';
import { InvalidSettingsError, XconSettings, xconSettings } from '../../src/index';
import { testKey } from '../base/test-key';
import { checkLastKnownGood } from '../../src/settings/check-last-known-good';

const file = '/var/lib/orders/answers';
const key = Uint8Array.from(testKey(1));
const base64 = Buffer.from(key).toString('base64');
const check = (value: unknown) => checkLastKnownGood(value, 'lastKnownGood');

it.each([
  ['bytes', key],
  ['base64', base64],
  ['base64 without padding', base64.slice(0, -1)],
])('accepts the key as %s', (_, given) => {
  expect(check({ file, key: given })).toMatchObject({ file, key, maxAgeSeconds: 604_800 });
});

it('accepts another age, and undefined', () => {
  expect(check({ file, key, maxAgeSeconds: 60 })?.maxAgeSeconds).toBe(60);
  expect(check(undefined)).toBeUndefined();
});

it('does not follow later changes of the given object', () => {
  const given = Uint8Array.from(key);
  const checked = check({ file, key: given });

  given.fill(0);

  expect(checked?.key).toEqual(key);
});

it.each<[unknown, string]>([
  [file, 'lastKnownGood'],
  [null, 'lastKnownGood'],
  [[file], 'lastKnownGood'],
  [{ key }, 'lastKnownGood.file'],
  [{ file: 'answers', key }, 'lastKnownGood.file'],
  [{ file }, 'lastKnownGood.key'],
  [{ file, key: 'hunter2' }, 'lastKnownGood.key'],
  [{ file, key: key.subarray(1) }, 'lastKnownGood.key'],
  [{ file, key, maxAgeSeconds: 0 }, 'lastKnownGood.maxAgeSeconds'],
  [{ file, key, maxAgeSeconds: Number.NaN }, 'lastKnownGood.maxAgeSeconds'],
  [{ file, key, maxAgeSeconds: '5' }, 'lastKnownGood.maxAgeSeconds'],
])('refuses %p and names %s, never the key', (value, setting) => {
  let error: unknown;
  try {
    check(value);
  } catch (thrown) {
    error = thrown;
  }

  expect(error).toBeInstanceOf(InvalidSettingsError);
  expect((error as InvalidSettingsError).setting).toBe(setting);
  expect(String(error)).not.toContain('hunter2');
});

it('shows no key where settings are shown', () => {
  const settings = new XconSettings({ lastKnownGood: { file, key: base64 } });

  const shown = settings.run(() => [
    inspect(settings, { depth: null }),
    JSON.stringify(settings),
    inspect(xconSettings, { depth: null }),
    inspect(xconSettings.lastKnownGood, { depth: null }),
    JSON.stringify(settings.resolve()),
  ]);

  expect(shown.join()).not.toContain(base64);
  expect(shown.join()).not.toContain('65, 65');
});
