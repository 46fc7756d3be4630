import { inspect, isDeepStrictEqual } from 'node:util';
import { Secret } from '../../src/item/secret';
import { leaksIn, renderingsOf } from '../canary/renderings';
import { fc } from '../setup/fast-check';

/** Texts that appear nowhere by chance. */
const canaries = fc.stringMatching(/^[A-Za-z0-9+/]{24}$/).map((text) => `cnry${text}`);

/** Gives what is printed of copies of an object, which have its enumerable properties. */
function renderingsOfCopies(object: object): string {
  const copies = [{ ...object }, Object.assign({}, object), Object.entries(object), new Map([[object, object]])];
  return `${inspect(copies, { depth: 10, showHidden: true })}${JSON.stringify(copies)}`;
}

it('reveals its value by reveal()', () => {
  expect(new Secret('hunter2').reveal()).toBe('hunter2');
  expect(new Secret(undefined).reveal()).toBeUndefined();
});

it('does not show its value in any other way', () => {
  fc.assert(
    fc.property(canaries, (canary) => {
      const secrets = [new Secret(canary), new Secret({ a: [canary], [canary]: 1 }), new Secret(Buffer.from(canary))];

      const texts = secrets
        .map((each) => `${renderingsOf(each)}${renderingsOf({ list: [each] })}${renderingsOfCopies(each)}`)
        .join('\n');

      expect(leaksIn(texts, canary)).toEqual([]);
    }),
    { numRuns: 20 },
  );
});

it('shows a mask instead', () => {
  const secret = new Secret('hunter2');

  expect(`${secret.toString()} ${JSON.stringify({ secret })}`).toBe('******** {"secret":"********"}');
  expect(inspect({ secret })).toBe('{ secret: Secret(********) }');
});

it('has nothing to list, and cannot be changed', () => {
  const secret = new Secret('hunter2');

  expect(Object.keys(secret)).toEqual([]);
  expect(Reflect.ownKeys(secret).map(String)).toEqual(['Symbol(xcon.secret)']);
  expect(() => Object.assign(secret, { value: 1 })).toThrow(TypeError);
});

it('equals another one in depth when their values are the same, and only then', () => {
  const [one, same, other] = [new Secret({ a: ['x'] }), new Secret({ a: ['x'] }), new Secret({ a: ['y'] })];

  expect(isDeepStrictEqual(one, same)).toBe(true);
  expect(isDeepStrictEqual(one, other)).toBe(false);
  expect(one).toEqual(same);
  expect(one).not.toEqual(other);
  expect(isDeepStrictEqual(new Secret(() => 1), new Secret(() => 1))).toBe(false);
});

it('gives data that cannot be changed from outside', () => {
  const given = { a: [1], bytes: Uint8Array.of(1) };
  const secret = new Secret(given);
  given.a.push(2);
  secret.reveal().bytes[0] = 9;

  expect(secret.reveal()).toEqual({ a: [1], bytes: Uint8Array.of(1) });
  expect(() => secret.reveal().a.push(2)).toThrow(TypeError);
});
