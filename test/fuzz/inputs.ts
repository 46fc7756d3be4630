import { fc } from '../setup/fast-check';

/** How many inputs each property meets: `XCON_FUZZ_RUNS`, else 10,000. */
export const runs = Number(process.env['XCON_FUZZ_RUNS'] ?? 10_000);

/** Longest time that a property may take, **milliseconds**: in proportion to its inputs, and never a measure of speed. */
const patienceMs = Math.max(120_000, runs * 30);

fc.configureGlobal({ ...fc.readConfigureGlobal(), interruptAfterTimeLimit: patienceMs });
jest.setTimeout(2 * patienceMs);

/** Names that mean something to JavaScript. */
const treacherous = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'valueOf',
  'then',
  'toJSON',
];

/** Names and texts: short, long, odd, treacherous. */
export const texts: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: 'grapheme', maxLength: 20 }) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 30 }) },
  { weight: 2, arbitrary: fc.constantFrom(...treacherous) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('', ' ', '/', '//', '|', '|+|', '~xcon|lease|', '{service}', '{', '\0', '\ud800'),
  },
  { weight: 1, arbitrary: fc.stringMatching(/^(\/[A-Za-z0-9_.-]{1,8}){1,4}\/?$/) },
  { weight: 1, arbitrary: fc.stringMatching(/^[+-]?[0-9]{0,40}\.?[0-9]{0,40}([eE][+-]?[0-9]{1,4})?$/) },
);

/** Anything that JSON can say, with treacherous keys among its keys. */
export const jsonValues: fc.Arbitrary<unknown> = fc.oneof(
  texts,
  fc.jsonValue({ maxDepth: 3 }),
  fc.dictionary(texts, fc.jsonValue({ maxDepth: 1 }), { maxKeys: 4, noNullPrototype: true }),
);

/**
 * Makes an object of which each field is mostly well formed, sometimes missing, sometimes anything.
 *
 * @param fields - How each is well formed.
 */
export function mostly(fields: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<unknown> {
  const entries = Object.entries(fields).map(([name, good]): [string, fc.Arbitrary<unknown>] => [
    name,
    fc.oneof(
      { weight: 60, arbitrary: good },
      { weight: 1, arbitrary: jsonValues },
      { weight: 1, arbitrary: fc.constant(undefined) },
    ),
  ]);
  return fc.oneof(
    { weight: 200, arbitrary: fc.record(Object.fromEntries(entries)) },
    { weight: 1, arbitrary: jsonValues },
  );
}

/** One attribute of DynamoDB: mostly of a kind there is. */
export const attributes: fc.Arbitrary<unknown> = fc.letrec<{ attribute: unknown }>((tie) => ({
  attribute: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'attribute' },
    texts.map((S) => ({ S })),
    texts.map((N) => ({ N })),
    fc.boolean().map((BOOL) => ({ BOOL })),
    fc.constant({ NULL: true }),
    fc.uint8Array({ maxLength: 80 }).map((B) => ({ B })),
    fc.array(texts, { maxLength: 3 }).map((SS) => ({ SS })),
    fc.array(texts, { maxLength: 3 }).map((NS) => ({ NS })),
    jsonValues,
    fc.array(tie('attribute'), { maxLength: 3 }).map((L) => ({ L })),
    fc.dictionary(texts, tie('attribute'), { maxKeys: 3, noNullPrototype: true }).map((M) => ({ M })),
  ),
})).attribute;

/** Checks that nothing has found its way onto the prototypes that everything shares. */
export function expectCleanPrototypes(): void {
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect(Object.getOwnPropertyNames(Object.prototype).sort()).toEqual(ownNames);
  expect(Object.keys(Array.prototype)).toEqual([]);
}

const ownNames = Object.getOwnPropertyNames(Object.prototype).sort();
