import { format, inspect } from 'node:util';
import fc from 'fast-check';
import { pino } from 'pino';
import { Secret } from '../../src/item/secret';

/** Texts that appear nowhere by chance. */
const canaries = fc.stringMatching(/^[A-Za-z0-9+/]{24}$/).map((text) => `cnry${text}`);

/** Everything that somebody might make of an object on the way to a log. */
function saidBy(object: object): string {
  const lines: string[] = [];
  const logger = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
  logger.trace({ object }, 'with %s and %o', object, object);
  logger.fatal(object);
  const clone = structuredClone({ object });
  return [
    ...lines,
    ...[0, 10].flatMap((depth) => [
      inspect(object, { depth, showHidden: true, getters: true }),
      inspect({ nested: [object] }, { depth, showHidden: true, getters: true }),
    ]),
    format('%s %o %O %j %d', object, object, object, object, object),
    JSON.stringify(object),
    JSON.stringify({ nested: [object] }),
    `${(object as Secret<unknown>).toString()} ${object as unknown as string} ${(object as unknown as string) + ''}`,
    inspect([clone, { ...object }, Object.assign({}, object), Object.entries(object)], { depth: 10, showHidden: true }),
    JSON.stringify([clone, { ...object }]),
    inspect(Reflect.ownKeys(object).map((key) => Reflect.get(object, key) as unknown)),
    inspect(new Error('x', { cause: object }), { depth: 10 }),
    inspect(new Map([[object, object]]), { depth: 10, showHidden: true }),
  ].join('\n');
}

it('gives its value to who asks for it', () => {
  expect(new Secret('hunter2').reveal()).toBe('hunter2');
  expect(new Secret(undefined).reveal()).toBeUndefined();
});

it('says nothing of it in any other way', () => {
  fc.assert(
    fc.property(canaries, (canary) => {
      const secrets = [new Secret(canary), new Secret({ a: [canary], [canary]: 1 }), new Secret(Buffer.from(canary))];

      const said = secrets.map(saidBy).join('\n');

      expect(said).not.toContain(canary);
      expect(said).not.toContain([...Buffer.from(canary)].slice(0, 8).join(','));
      expect(said).not.toContain(Buffer.from(canary).toString('hex').slice(0, 16));
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

  expect([...Object.keys(secret), ...Reflect.ownKeys(secret)]).toEqual([]);
  expect(() => Object.assign(secret, { value: 1 })).toThrow(TypeError);
});

it('gives data that nobody else can change', () => {
  const given = { a: [1], bytes: Uint8Array.of(1) };
  const secret = new Secret(given);
  given.a.push(2);
  secret.reveal().bytes[0] = 9;

  expect(secret.reveal()).toEqual({ a: [1], bytes: Uint8Array.of(1) });
  expect(() => secret.reveal().a.push(2)).toThrow(TypeError);
});
