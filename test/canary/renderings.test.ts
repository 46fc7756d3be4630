import { Secret } from '../../src/index';
import { leaksIn, renderingsOf } from './renderings';

const canary = `cnry"O'Brien"&<b>\\path+z/=09`;

class Hidden {
  constructor() {
    Object.defineProperty(this, 'field', { value: canary, enumerable: false });
  }
}

it.each<[string, unknown]>([
  ['a text', canary],
  ['a field', { deep: { deeper: [canary] } }],
  ['a hidden field', new Hidden()],
  ['a getter', Object.defineProperty({}, 'field', { get: () => canary })],
  ['bytes', { bytes: Buffer.from(canary) }],
  ['an array of bytes', Uint8Array.from(Buffer.from(canary))],
  ['base64', `x${Buffer.from(`xx${canary}`).toString('base64')}`],
  ['an error', new Error(canary)],
  ['the cause of an error', new Error('outer', { cause: new Error('inner', { cause: new Error(canary) }) })],
  ['a field of an error', Object.assign(new Error('x'), { body: canary })],
  ['one of many errors', new AggregateError([new Error(canary)])],
  ['JSON', { toJSON: () => canary }],
  ['text that it is turned into', { toString: () => canary }],
  ['a URL', new URL(`http://127.0.0.1/?x=${encodeURIComponent(canary)}`)],
  ['a map', new Map([['key', new Set([canary])]])],
  ['half of it', canary.slice(0, 14)],
])('the canary is found in %s', (_, value) => {
  expect(leaksIn(renderingsOf(value), canary)).not.toEqual([]);
});

it('nothing is found in a Secret, which shows no value', () => {
  expect(leaksIn(renderingsOf(new Secret(canary)), canary)).toEqual([]);
});
