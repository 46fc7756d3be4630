import { applyPlan, planEntries } from 'xcon/entries';
import { Clock, Context } from '../../src/index';
import { memoryKind, MemoryService, MemoryStore } from './memory-service';
import { planAndApply, sessionOf } from './sessions';

const minuteMs = 60_000;
const entries = 'service: orders\nentries:\n  /orders/prod:\n    A: { memory: one }\n';

/** A clock, a service that takes a while for each request of some action, and a session with them. */
function world(slow: (what: string) => number) {
  const clock = { nowMs: 1_700_000_000_000 };
  class SetClock extends Clock {
    override nowMs(): number {
      return clock.nowMs;
    }
  }
  const service = new MemoryService();
  const locks: number[] = [];
  class TimedStore extends MemoryStore {
    override lock(...[holder]: Parameters<MemoryStore['lock']>): Promise<void> {
      locks.push(clock.nowMs);
      return super.lock(holder);
    }
  }
  const store = new TimedStore(service);
  const kind = memoryKind(service);
  const timed: typeof kind = {
    ...kind,
    list: async (_, context) => {
      // Ten requests of a slow listing.
      for (let page = 0; page < 10; page += 1) {
        await context.call({ action: 'memory:List', resource: '*' }, () => Promise.resolve());
        clock.nowMs += slow('list');
      }
      return (await kind.list?.({ directories: [], owned: true }, context)) ?? new Map();
    },
  };
  const run = <T>(fn: () => Promise<T>): Promise<T> => Context.createRoot([new SetClock()]).run(fn);
  return { clock, run, service, store, locks, session: sessionOf(entries, [timed], store) };
}

it('a lock is renewed while an apply plans again, so that it lasts longer than its time', async () => {
  const here = world(() => 2 * minuteMs);

  const report = await here.run(() => planAndApply(here.session));

  expect(report.isComplete).toBe(true);
  expect(here.locks.length).toBeGreaterThan(5);
  const gaps = here.locks.slice(1).map((each, index) => each - (here.locks[index] ?? 0));
  expect(Math.max(...gaps)).toBeLessThan(5 * minuteMs);
});

it.each(['ends', 'is given up by another'])('an apply whose lock %s while it plans writes nothing', async (how) => {
  let isApplying = false;
  const here = world(() => (isApplying && how === 'ends' ? 6 * minuteMs : 0));
  const plan = await here.run(() => planEntries(here.session));
  isApplying = true;
  const load = here.store.load.bind(here.store);
  here.store.load = () => {
    if (how !== 'ends') here.store.lockedBy = undefined;
    return load();
  };

  const applying = here.run(async () => {
    for await (const event of applyPlan(plan, here.session)) expect(event).toBeUndefined();
  });

  await expect(applying).rejects.toMatchObject({ code: 'STATE_LOCKED' });
  await expect(applying).rejects.toThrow('ended while this run had it');
  expect(here.service.held.size).toBe(0);
});
