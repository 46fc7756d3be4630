import { setImmediate as turn } from 'node:timers/promises';
import {
  Clock,
  config,
  Config,
  type Directory,
  DirectoryItem,
  type ListingOutcome,
  type LookupStrategy,
  Provider,
  type SecretOutcome,
  type UnreadSecret,
} from '../../../src/index';
import { type TestClock } from '../../cache/doubles';
import { FleetProcess } from '../../cache/fleet-process';
import { cacheKey, pythonRow } from '../../cache/rows';
import { fc } from '../../setup/fast-check';
import { CacheWorld } from '../cache-world';
import { parameterEvent } from '../fixtures/parameter-store';

const names = ['a', 'b'];
const directories = ['/orders/prod', '/global/all'];
const processCount = 3;
/** How far the clocks of the processes are ahead, **milliseconds**. */
const skews = [0, 25_000, -25_000];

/** What happens, one after the other; what is begun goes on meanwhile. */
type Step =
  | {
      readonly kind: 'begin a lookup';
      readonly process: number;
      readonly name: string;
      readonly isCached: boolean;
      readonly turns: number;
    }
  | { readonly kind: 'let lookups end' }
  | { readonly kind: 'change'; readonly directory: string; readonly name: string; readonly isFollowed: boolean }
  | { readonly kind: 'follow changes' }
  | { readonly kind: 'forget'; readonly process: number; readonly pastCache: boolean }
  | { readonly kind: 'wait'; readonly seconds: number }
  | { readonly kind: 'Python reads' }
  | { readonly kind: 'Python writes'; readonly name: string };

const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('begin a lookup' as const),
      process: fc.nat({ max: processCount - 1 }),
      name: fc.constantFrom(...names),
      isCached: fc.constantFrom(true, true, true, false),
      turns: fc.constantFrom(1, 15, 30),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ kind: 'let lookups end' as const }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('change' as const),
      directory: fc.constantFrom(...directories),
      name: fc.constantFrom(...names),
      isFollowed: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ kind: 'follow changes' as const }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('forget' as const),
      process: fc.nat({ max: processCount - 1 }),
      pastCache: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), seconds: fc.constantFrom(0.001, 1, 100, 800, 1000) }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'Python reads' as const }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('Python writes' as const), name: fc.constantFrom(...names) }) },
);

/** What the sources have, and what a chain makes of it. */
class Settings {
  private readonly values = new Map<string, string>();
  private changes = 0;

  /** Gives a place another value, and takes it away every third time. */
  change(directory: string, name: string): void {
    this.changes += 1;
    if (this.changes % 3 === 0) this.values.delete(`${directory}/${name}`);
    else this.values.set(`${directory}/${name}`, `value ${this.changes}`);
  }

  of(directory: string): Readonly<Record<string, string>> {
    const entries = names.map((name) => [name, this.values.get(`${directory}/${name}`)] as const);
    return Object.fromEntries(entries.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
  }

  find(name: string): readonly [directory: string, value: string] | undefined {
    const directory = directories.find((each) => this.values.has(`${each}/${name}`));
    return directory === undefined ? undefined : [directory, this.values.get(`${directory}/${name}`) ?? ''];
  }
}

/** Gives what there was when it was asked, some turns later. */
class SlowSource extends Provider {
  override readonly name = 'source';
  override readonly readsByName = true;

  constructor(
    private readonly settings: Settings,
    private readonly turns: number,
  ) {
    super();
  }

  override async readDirectory(directory: Directory): Promise<ListingOutcome> {
    const values = this.settings.of(directory.path);
    await this.takeTurns();
    return this.listing(directory, values);
  }

  override readSecrets(asked: readonly UnreadSecret[]): ReadonlyMap<string, Promise<SecretOutcome>> {
    return new Map(asked.map((each) => [each.exactName, this.readOne(each)]));
  }

  private async readOne({ directory, name }: UnreadSecret): Promise<SecretOutcome> {
    const value = this.settings.of(directory.path)[name];
    await this.takeTurns();
    return value === undefined ? undefined : new DirectoryItem({ name, value, directory, source: this.name });
  }

  private async takeTurns(): Promise<void> {
    for (let turns = 0; turns < this.turns; turns += 1) await turn();
  }
}

class SkewedClock extends Clock {
  constructor(
    private readonly clock: TestClock,
    private readonly skewMs: number,
  ) {
    super();
  }

  override nowMs(): number {
    return this.clock.nowMs() + this.skewMs;
  }
}

/** Processes of one service, a Python process beside them, and the handler of changes, at work. */
class Race {
  private readonly world = new CacheWorld();
  private readonly settings = new Settings();
  private readonly processes: readonly FleetProcess[];
  private readonly lookups: Promise<unknown>[] = [];
  private unfollowed: unknown[] = [];
  private python:
    { readonly atMs: number; readonly found: ReadonlyMap<string, readonly [string, string] | undefined> } | undefined;

  constructor(
    turns: readonly number[],
    private readonly strategy: LookupStrategy,
  ) {
    this.processes = skews.map((skewMs, index) => this.process(turns[index] ?? 0, skewMs));
  }

  async run(all: readonly Step[]): Promise<void> {
    // A change in a directory of many is followed in partitions that have a row.
    await this.world.plain('any');
    for (const each of all) await this.perform(each);
    await this.settle();
    await this.follow();
  }

  /** Gives what processes that have no memory find otherwise than the sources have it. */
  async wrongAnswers(): Promise<readonly string[]> {
    const fresh = this.process(0, 0);
    const wrong: string[] = [];
    for (const name of names) {
      const [value, expected] = [await fresh.get(name), this.settings.find(name)?.[1]];
      if (value !== expected) wrong.push(`${name} is ${JSON.stringify(value)}, not ${expected}`);
    }
    await Promise.all([fresh, ...this.processes].map((each) => each.close()));
    return wrong;
  }

  private async perform(step: Step): Promise<void> {
    switch (step.kind) {
      case 'begin a lookup':
        this.lookups.push(this.beginLookup(step));
        for (let turns = 0; turns < step.turns; turns += 1) await turn();
        return;
      case 'let lookups end':
        return this.settle();
      case 'change':
        this.settings.change(step.directory, step.name);
        this.unfollowed.push(parameterEvent('Update', `${step.directory}/${step.name}`));
        return step.isFollowed ? this.follow() : undefined;
      case 'follow changes':
        return this.follow();
      case 'forget':
        await this.processes[step.process]?.run(() => config.refresh({ pastCache: step.pastCache }));
        return;
      case 'wait':
        // No lookup takes longer than its budget.
        if (step.seconds >= 5) await this.settle();
        this.world.clock.advance(step.seconds);
        return;
      case 'Python reads':
        this.python = {
          atMs: this.world.clock.nowMs(),
          found: new Map(names.map((name) => [name, this.settings.find(name)])),
        };
        return;
      case 'Python writes':
        return this.writeAsPython(step.name);
    }
  }

  /** A Config without a cache shares what is remembered of the sources with one that has it. */
  private beginLookup({ process, name, isCached }: Extract<Step, { kind: 'begin a lookup' }>): Promise<unknown> {
    const its = this.processes[process];
    if (its === undefined || isCached) return its?.get(name) ?? Promise.resolve();
    return its.run(() => new Config({ cacher: null }).get(name));
  }

  private async settle(): Promise<void> {
    await Promise.all(this.lookups.splice(0));
    for (const each of this.processes) await each.flush();
  }

  private async follow(): Promise<void> {
    for (const event of this.unfollowed.splice(0)) await this.world.handle(event);
  }

  /** Writes out of a memory that is good for a quarter of an hour. */
  private async writeAsPython(name: string): Promise<void> {
    const nowMs = this.world.clock.nowMs();
    if (this.python === undefined || nowMs - this.python.atMs >= 900_000) return;
    const [directory = '/_nonExistent', value] = this.python.found.get(name) ?? [];
    const key = cacheKey(directories.join('|'), 'source');
    const row = pythonRow({
      name_key: { S: key.nameKey(name) },
      real_name: { S: name },
      real_directory: { S: directory },
      cache_concat_directory_paths: { S: key.directories },
      cache_concat_provider_names: { S: key.providers },
      created_at: { S: new Date(nowMs).toISOString() },
      ttl: { N: `${Math.floor(nowMs / 1000) + 40_000}` },
    });
    const missing = Object.fromEntries(Object.entries(row).filter(([attribute]) => attribute !== 'value'));
    await this.world.dynamo.plant({ ...missing, ...(value !== undefined && { value: { S: value } }) });
  }

  private process(turns: number, skewMs: number): FleetProcess {
    return new FleetProcess(undefined, {
      clock: new SkewedClock(this.world.clock, skewMs),
      clients: { dynamo: this.world.dynamo.client },
      settings: { refreshLease: false },
      config: { providers: [new SlowSource(this.settings, turns)], directories, strategy: this.strategy },
    });
  }
}

/** How long reads of the sources take: also longer than following a change does. */
const turnsOfReads = fc.constantFrom(0, 3, 50, 150);

it('no row survives that was written out of memory of before a change, however things interleave', async () => {
  const property = fc.asyncProperty(
    fc.array(steps, { minLength: 3, maxLength: 25 }),
    fc.tuple(turnsOfReads, turnsOfReads, turnsOfReads),
    fc.constantFrom<LookupStrategy>('listing', 'names'),
    async (all, turns, strategy) => {
      const race = new Race(turns, strategy);
      await race.run(all);

      expect(await race.wrongAnswers()).toEqual([]);
    },
  );

  await fc.assert(property, { numRuns: 500 });
});

it('nor does one that a lookup by name writes after memory has been forgotten', async () => {
  const begin = { kind: 'begin a lookup' as const, process: 0, isCached: true };
  const change = { kind: 'change' as const, directory: '/orders/prod', isFollowed: true };
  const race = new Race([150, 0, 0], 'names');

  await race.run([
    { ...change, name: 'a' },
    { ...begin, name: 'a', turns: 30 },
    { ...change, name: 'a' },
    { kind: 'forget', process: 0, pastCache: false },
    { kind: 'let lookups end' },
  ]);

  expect(await race.wrongAnswers()).toEqual([]);
});
