import { encodeRow } from '../../src/cache/cache-row';
import { isOutdated } from '../../src/cache/changes';
import { type GenerationRow, type SourceChange } from '../../src/cache/generation-row';
import { nextGeneration, watchedGeneration } from '../../src/cache/next-generation';
import { fc } from '../setup/fast-check';
import { startMs } from './doubles';
import { plainRow } from './rows';

const one = { directory: '/orders/prod', name: 'one' };
const two = { directory: '/orders/prod', name: 'two' };
const hourMs = 3_600_000;

/** Follows changes one after the other. */
function follow(...steps: readonly (readonly [changes: readonly SourceChange[], nowMs: number])[]): GenerationRow {
  let generation: GenerationRow | undefined;
  for (const [changes, nowMs] of steps) generation = nextGeneration(generation, changes, nowMs);
  if (generation === undefined) throw new Error('There is no step.');
  return generation;
}

describe('nextGeneration', () => {
  test('begins with the time', () => {
    expect(follow([[one], startMs])).toMatchObject({
      current: startMs,
      floor: 0,
      changes: [{ ...one, generation: startMs }],
    });
  });

  test('grows, also when a clock is behind or stands', () => {
    const generation = follow([[one], startMs], [[one], startMs - hourMs], [[one], startMs]);

    expect(generation.current).toBe(startMs + 2);
  });

  test('tells each change once, the newest first', () => {
    const generation = follow([[one, two], startMs], [[one, one], startMs + 5]);

    expect(generation.changes).toEqual([
      { ...one, generation: startMs + 5 },
      { ...two, generation: startMs },
    ]);
  });

  test('makes a change of a day ago the floor', () => {
    const generation = follow([[one], startMs], [[two], startMs + 24 * hourMs + 1]);

    expect(generation).toMatchObject({ floor: startMs, changes: [two] });
  });

  test('makes a change of everything the floor', () => {
    const generation = follow([[one], startMs], [[{ directory: undefined, name: undefined }], startMs + 1]);

    expect(generation).toMatchObject({ floor: startMs + 1, changes: [] });
  });

  test('stays within what is read for half a unit, whatever happens', () => {
    const many = Array.from({ length: 1000 }, (_, index) => ({ directory: '/orders/prod', name: `name_${index}` }));

    const generation = follow(
      [many, startMs],
      ...many.slice(0, 200).map((each, index) => [[each], startMs + 1 + index] as const),
    );

    const told = Object.keys(encodeRow('/orders/prod', generation)['xcon_changes']?.M ?? {});
    expect(told.reduce((sum, each) => sum + Buffer.byteLength(each) + 10, 400)).toBeLessThan(4096);
    expect(generation.changes.length).toBeGreaterThan(40);
    expect(generation.floor).toBeGreaterThan(startMs);
  });

  test('keeps the directories that are watched', () => {
    const watched = watchedGeneration(undefined, ['/orders/prod'], startMs);

    expect(nextGeneration(watched, [one], startMs).directories).toEqual(['/orders/prod']);
  });

  test('never lets a row be used that an earlier generation has outdated', () => {
    const names = ['a', 'b', 'c', 'n'.repeat(1500)];
    const change = fc.record({
      directory: fc.constantFrom('/orders/prod', undefined),
      name: fc.constantFrom(...names, undefined),
    });
    const step = fc.tuple(fc.array(change, { minLength: 1, maxLength: 3 }), fc.constantFrom(0, 1, hourMs, 25 * hourMs));
    const property = fc.property(fc.array(step, { minLength: 1, maxLength: 12 }), (steps) => {
      const rows = names.map((name) => plainRow({ name, generation: startMs }));
      let nowMs = startMs;
      let before: GenerationRow | undefined;
      for (const [changes, laterMs] of steps) {
        nowMs += laterMs;
        const after = nextGeneration(before, changes, nowMs);
        const outdated = (row: (typeof rows)[number], generation: GenerationRow | undefined): boolean =>
          generation !== undefined && isOutdated(row, generation);
        const all = [...rows, ...rows.map((row) => ({ ...row, generation: before?.current ?? 0 }))];
        for (const row of all) expect(outdated(row, before) && !outdated(row, after)).toBe(false);
        before = after;
      }
    });

    fc.assert(property, { numRuns: 200 });
  });
});

describe('watchedGeneration', () => {
  test('is 0 where there has been none', () => {
    expect(watchedGeneration(undefined, ['/a'], startMs)).toMatchObject({ current: 0, directories: ['/a'] });
  });

  test('adds directories, and leaves the generation as it is', () => {
    const before = nextGeneration(watchedGeneration(undefined, ['/a'], startMs), [one], startMs);

    const after = watchedGeneration(before, ['/a', '/b'], startMs + 1);

    expect(after).toMatchObject({ current: startMs, changes: [one], directories: ['/a', '/b'] });
  });

  test('has nothing to add when all are known', () => {
    const before = watchedGeneration(undefined, ['/a', '/b'], startMs);

    expect(watchedGeneration(before, ['/b'], startMs)).toBeUndefined();
  });
});
