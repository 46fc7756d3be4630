import {
  type FileOwner,
  openAnswers,
  otherEnviron,
  sealAnswers,
} from '../../../src/config/last-known-good/sealed-answers';
import { fc } from '../../setup/fast-check';

const owner: FileOwner = { environ: '/orders/prod', key: new Uint8Array(32).fill(7) };
const content = Buffer.from('hunter2 '.repeat(20));
const damaged = 'it is damaged, or not a file of last known good answers';

it('opens what was sealed, whatever it is', () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.string(), (bytes, environ) => {
      const mine = { ...owner, environ };

      expect(openAnswers(sealAnswers(Buffer.from(bytes), mine), mine)).toEqual(Buffer.from(bytes));
    }),
  );
});

it('shows nothing of the content or the key, and differs each time', () => {
  const [one, other] = [sealAnswers(content, owner), sealAnswers(content, owner)];

  expect(one.equals(other)).toBe(false);
  expect(one.includes('hunter2')).toBe(false);
  expect(one.includes(Buffer.from(owner.key).subarray(0, 8))).toBe(false);
  expect(one.length).toBe(content.length + 68);
});

it('opens a file that was written by an earlier version', () => {
  const file =
    'eGNvbkxLRwFLsG+OTjp3Fb1fOgqRIBfp2nlLTLZbAZhQ//cf8JYH6TmSO3MDzP3u/MKPBoD9IFoVV/OaJAi1XdcfDJ76B4niKm8CgfVSQOo=';

  expect(openAnswers(Buffer.from(file, 'base64'), owner)).toEqual(Buffer.from('what is kept'));
});

it.each<[string, (file: Buffer) => Buffer, FileOwner, string]>([
  ['sealed with another key', (file) => file, { ...owner, key: new Uint8Array(32) }, 'it is sealed with another key'],
  ['of another environment', (file) => file, { ...owner, environ: '/orders/test' }, otherEnviron],
  ['of another version', (file) => file.fill(2, 7, 8), owner, 'it is of another version'],
  ['of another kind', () => Buffer.alloc(100), owner, damaged],
  ['empty', () => Buffer.alloc(0), owner, damaged],
  ['cut off', (file) => file.subarray(0, -1), owner, damaged],
  ['cut off in its head', (file) => file.subarray(0, 60), owner, damaged],
])('does not open one that is %s, and says so', (_, change, opener, reason) => {
  expect(openAnswers(change(sealAnswers(content, owner)), opener)).toBe(reason);
});

it('does not open one in which any bit was changed', () => {
  const file = sealAnswers(content, owner);

  for (let at = 0; at < file.length; at += 1) {
    const changed = Buffer.from(file);
    changed[at] = (changed[at] as number) ^ 1;
    expect(typeof openAnswers(changed, owner)).toBe('string');
  }
});
