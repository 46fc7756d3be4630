import { randomBytes } from 'node:crypto';
import { InvalidSettingsError, XconSettings } from '../../src/index';
import { isObviousKey } from '../../src/settings/sealing-key';
import { testKey } from '../base/test-key';

const obvious: readonly (readonly [string, Uint8Array])[] = [
  ['of one byte', Buffer.alloc(32, 7)],
  ['of zeros', Buffer.alloc(32)],
  ['of two bytes in turn', Buffer.alloc(32, 'ab')],
  ['of a pattern of 15 bytes', Buffer.alloc(32, testKey(1).subarray(0, 15))],
  ['that is a text', Buffer.from('correct horse battery staple 123')],
  ['that is hexadecimal', Buffer.from(testKey(1).toString('hex').slice(0, 32))],
  ['that counts up', Buffer.from(Array.from({ length: 32 }, (_, index) => index))],
  ['that counts down by three', Buffer.from(Array.from({ length: 32 }, (_, index) => (512 - 3 * index) & 0xff))],
];

test.each(obvious)('a key %s can be guessed', (_, bytes) => {
  expect(isObviousKey(bytes)).toBe(true);
});

test('random keys cannot', () => {
  for (let runs = 0; runs < 2000; runs += 1) expect(isObviousKey(randomBytes(32))).toBe(false);
  expect(isObviousKey(Buffer.from([...Array.from({ length: 31 }, (_, index) => index * 5 + (index % 2)), 0]))).toBe(
    false,
  );
});

test.each(obvious)('settings refuse one %s, and show none of it', (_, bytes) => {
  const key = Buffer.from(bytes).toString('base64');
  const attempts = [
    () => new XconSettings({ cacheKeys: [testKey(1).toString('base64'), key] }),
    () => new XconSettings({ lastKnownGood: { file: '/var/lib/answers', key: bytes } }),
    () => new XconSettings({ lastKnownGood: { file: '/var/lib/answers', key } }),
  ];

  for (const attempt of attempts) {
    expect(attempt).toThrow(InvalidSettingsError);
    expect(attempt).toThrow(/can be guessed.*randomBytes\(32\)/);
    expect(attempt).not.toThrow(key);
  }
});
