import { inspect, isDeepStrictEqual } from 'node:util';
import { Secret } from '../../src/item/secret';
import { leaks, saidBy } from '../end-to-end/said-by';
import { fc } from '../setup/fast-check';

/** Texts that appear nowhere by chance. */
const canaries = fc.stringMatching(/^[A-Za-z0-9+/]{24}$/).map((text) => `cnry${text}`);

/** What copies of an object say, which have what can be listed of it. */
function saidByCopies(object: object): string {
  const copies = [{ ...object }, Object.assign({}, object), Object.entries(object), new Map([[object, object]])];
  return `${inspect(copies, { depth: 10, showHidden: true })}${JSON.stringify(copies)}`;
}

it('gives its value to who asks for it', () => {
  expect(new Secret('hunter2').reveal()).toBe('hunter2');
  expect(new Secret(undefined).reveal()).toBeUndefined();
});

it('says nothing of it in any other way', () => {
  fc.assert(
    fc.property(canaries, (canary) => {
      const secrets = [new Secret(canary), new Secret({ a: [canary], [canary]: 1 }), new Secret(Buffer.from(canary))];

      const said = secrets.map((each) => `${saidBy(each)}${saidBy({ list: [each] })}${saidByCopies(each)}`).join('\n');

      expect(leaks(canary, said)).toEqual([]);
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
