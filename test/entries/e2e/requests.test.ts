import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Clock } from 'xcon';
import { applyPlan, planEntries } from 'xcon/entries';
import { actionsOf, applied, problemsOf } from '../sessions';
import { EntriesWorld } from './entries-world';

let here: EntriesWorld;
afterEach(() => here.close());

/** A file of so many parameters in each of four directories. */
function parameters(perDirectory: number, more = ''): string {
  const names = Array.from({ length: perDirectory }, (_, index) => `    NAME_${index}: value ${index}\n`).join('');
  return `entries:\n${['/a/all', '/b/all', '/c/all', '/d/all'].map((each) => `  ${each}:\n${names}`).join('')}${more}`;
}

/** How often each operation was asked for. */
function countCalls(): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { operation } of here.aws.calls.all) counts[operation] = (counts[operation] ?? 0) + 1;
  return counts;
}

/** Time that passes where something waits, and nowhere else. */
class WaitingClock extends Clock {
  private ms = Date.now();

  override nowMs(): number {
    return this.ms;
  }

  sleep(ms: number): Promise<void> {
    this.ms += ms;
    return new Promise((resolve) => setImmediate(resolve));
  }
}

it('a plan of 500 parameters in four directories that are as they were takes 11 requests, and decrypts nothing', async () => {
  here = await EntriesWorld.start();
  await here.apply(parameters(125));
  here.aws.calls.clear();

  const plan = await here.plan(parameters(125));

  expect(actionsOf(plan)).toEqual([]);
  expect(plan.changes).toHaveLength(500);
  // Ten pages of what the stack owns: nothing else has to be listed. At most 60 were asked of it.
  expect(countCalls()).toEqual({ DescribeParameters: 10, ListSecrets: 1 });
});

it('Terraform takes minutes to refresh some hundred parameters: that plan takes at most 2 s at the rates of the services and 20 ms a request', async () => {
  const roundMs = 20;
  here = await EntriesWorld.start();
  await here.apply(parameters(125));
  const clock = new WaitingClock();
  const session = here.session(parameters(125), {
    rates: {},
    timing: { sleep: (ms) => clock.sleep(ms), nowMs: () => clock.nowMs() },
  });
  here.aws.calls.clear();
  const beganMs = clock.nowMs();

  await here.world.run(() => planEntries(session), [clock]);

  const waitedMs = clock.nowMs() - beganMs;
  // Each page names the next one.
  expect(waitedMs + here.aws.calls.count('DescribeParameters') * roundMs).toBeLessThanOrEqual(2000);
});

it('500 changed values take 61 requests to plan, and an apply 11 beside the writes and those about the cache', async () => {
  here = await EntriesWorld.start();
  await here.apply(parameters(125));
  const changed = parameters(125).replaceAll(': value', ': other');
  here.aws.calls.clear();

  const plan = await here.plan(changed);
  const planned = countCalls();
  here.aws.calls.clear();
  const report = await here.world.run(() => applied(plan, here.session(changed)));

  expect(plan.changes[0]?.fields).toEqual([{ field: 'value', before: 'value 0', after: 'other 0' }]);
  // Batches of ten values, to show what they are now.
  expect(planned).toEqual({ DescribeParameters: 10, ListSecrets: 1, GetParameters: 50 });
  expect(report.entries.filter(({ outcome }) => outcome === 'done')).toHaveLength(500);
  const { DescribeParameters, ListSecrets, PutParameter, ...cache } = countCalls();
  expect({ DescribeParameters, ListSecrets, PutParameter }).toEqual({
    DescribeParameters: 10,
    ListSecrets: 1,
    PutParameter: 500,
  });
  expect(cache).toEqual({ DescribeTable: 1, GetItem: 1, Scan: 1 });
});

it('new and foreign entries are found by listing the directories, once for all of them', async () => {
  here = await EntriesWorld.start({ ssm: { '/c/all/NAME_1': 'by hand' } });

  const plan = await here.plan(parameters(50));

  expect(problemsOf(plan)).toEqual([expect.stringContaining('ssm:/c/all/NAME_1: it exists, and no stack owns it')]);
  expect(actionsOf(plan)).toHaveLength(199);
  expect(countCalls()).toEqual({ DescribeParameters: 2, ListSecrets: 1, ListTagsForResource: 1, GetParameters: 1 });
});

it('rows take one request a directory, and nothing is asked about a row that is gone', async () => {
  here = await EntriesWorld.start();
  const rows = (count: number): string =>
    `entries:\n${['/a/all', '/b/all'].map((each) => `  ${each}:\n${Array.from({ length: count }, (_, index) => `    ROW_${index}: { dynamo: ${index} }\n`).join('')}`).join('')}`;
  await here.apply(rows(60));
  here.aws.calls.clear();

  const plan = await here.plan(rows(50));

  expect(actionsOf(plan)).toHaveLength(20);
  expect(countCalls()).toEqual({ DescribeParameters: 1, ListSecrets: 1, Query: 2 });
});

it('a plan of one name, or of one environment, reads the others not at all', async () => {
  here = await EntriesWorld.start();
  const entries = 'entries:\n  /orders/{environment}:\n    A: one\n    B: one\n  /other/staging:\n    C: one\n';
  const bodies = (): string => JSON.stringify(here.aws.calls.all.map(({ body }) => body));
  for (const name of ['A', 'B'])
    for (const each of ['staging', 'prod']) here.aws.putParameter(`/orders/${each}/${name}`, 'x');

  await here.plan(entries, { only: ['A'], environments: ['prod'] });

  expect(here.aws.calls.of('ListTagsForResource').map(({ body }) => body)).toEqual([
    { ResourceType: 'Parameter', ResourceId: '/orders/prod/A' },
  ]);
  expect(bodies()).not.toContain('/other/staging');
});

it('1,000 entries are written by one request each, in the time that the rates take, with a memory that does not grow', async () => {
  here = await EntriesWorld.start();
  const secrets = Array.from({ length: 100 }, (_, index) => `    SECRET_${index}: { secret: { generate: {} } }\n`).join(
    '',
  );
  const rows = Array.from({ length: 100 }, (_, index) => `    ROW_${index}: { dynamo: ${index} }\n`).join('');
  const entries = parameters(200, `  /e/all:\n${secrets}  /f/all:\n${rows}`);
  const clock = new WaitingClock();
  const waits: string[] = [];
  const session = here.session(entries, {
    rates: {},
    timing: { sleep: (ms) => clock.sleep(ms), nowMs: () => clock.nowMs() },
    onWait: ({ action }) => waits.push(action),
  });
  const heaps: number[] = [];
  const beganMs = clock.nowMs();

  const left = await here.world.run(async () => {
    const times: number[] = [];
    for await (const event of applyPlan(await planEntries(session), session)) {
      if (event.kind === 'started') times.push(event.estimateMs);
      if (event.kind === 'entry' && event.completed % 250 === 0) {
        times.push(event.leftMs);
        heaps.push(usedMemory());
        // What the local AWS remembers of its requests is not of the run.
        here.aws.calls.clear();
      }
      if (event.kind === 'report') expect(event.report.isComplete).toBe(true);
    }
    return times;
  }, [clock]);

  // 800 parameters at three a second.
  const seconds = (clock.nowMs() - beganMs) / 1000;
  expect(seconds).toBeGreaterThan(260);
  expect(seconds).toBeLessThan(300);
  expect(waits).toContain('ssm:PutParameter');
  expect(left[0]).toBeCloseTo(266_667, -2);
  expect(left.at(-1)).toBe(0);
  expect(left.slice(1).every((each, index) => each <= (left.slice(1)[index - 1] ?? each))).toBe(true);
  const [first = 0, ...others] = heaps;
  expect(Math.max(...others) - first).toBeLessThan(8 * 1024 * 1024);

  here.aws.calls.clear();
  expect(actionsOf(await here.plan(entries))).toEqual([]);
  expect(countCalls()).toEqual({ DescribeParameters: 16, ListSecrets: 1, Query: 1 });
});

/** Memory in use once what nothing refers to is gone, **bytes**. */
function usedMemory(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

it('each entry is written by one request', async () => {
  here = await EntriesWorld.start();
  const secrets = 'S1: { secret: { generate: {} } }\n    S2: { secret: { generate: {} } }\n';

  const report = await here.apply(
    parameters(50, `  /e/all:\n    ${secrets}    R1: { dynamo: 1 }\n    R2: { dynamo: 2 }\n`),
  );

  expect(report.isComplete).toBe(true);
  const { CreateSecret, PutItem, PutParameter } = countCalls();
  // One item more is the generation that the change begins in each partition that is in use: there is none.
  expect({ CreateSecret, PutItem, PutParameter }).toEqual({ CreateSecret: 2, PutItem: 2, PutParameter: 200 });
});

it('what is known to be unchanged is not read, and what was changed outside is read alone', async () => {
  here = await EntriesWorld.start();
  await here.apply(parameters(20));
  here.aws.putParameter('/b/all/NAME_3', 'other');
  here.aws.calls.clear();

  const plan = await here.plan(parameters(20));

  expect(plan.changes.filter(({ drift }) => drift.length > 0)).toMatchObject([
    { address: { directory: '/b/all', name: 'NAME_3' }, fields: [{ before: 'other', after: 'value 3' }] },
  ]);
  expect(
    here.aws.calls.of('GetParameters').map(({ body }) => (body as { readonly Names: readonly string[] }).Names),
  ).toEqual([['/b/all/NAME_3']]);
});
