import { actionsOf, applied } from '../sessions';
import { EntriesWorld } from './entries-world';

let here: EntriesWorld;
afterEach(() => here.close());

/** A file of so many parameters in each of four directories. */
function parameters(perDirectory: number, more = ''): string {
  const names = Array.from({ length: perDirectory }, (_, index) => `    NAME_${index}: value ${index}\n`).join('');
  return `entries:\n${['/a/all', '/b/all', '/c/all', '/d/all'].map((each) => `  ${each}:\n${names}`).join('')}${more}`;
}

it('a plan of 500 parameters in four directories that are as they were takes at most 60 requests, and decrypts nothing', async () => {
  here = await EntriesWorld.start({}, { latencyMs: 0 });
  await here.apply(parameters(125));
  here.aws.setLatency(20);
  here.aws.calls.clear();
  const beganMs = performance.now();

  const plan = await here.plan(parameters(125));

  const tookMs = performance.now() - beganMs;
  expect(actionsOf(plan)).toEqual([]);
  expect(plan.changes).toHaveLength(500);
  expect(here.aws.calls.count('DescribeParameters')).toBe(20);
  expect(here.aws.calls.count()).toBeLessThanOrEqual(60);
  expect(here.aws.calls.count(/GetParameter/)).toBe(0);
  // Ten pages, one after the other, at 20 ms a request; the rest is the work of a busy machine.
  expect(tookMs).toBeLessThan(20_000);
});

it('500 changed values take 60 requests at most beside the writes: no tags are read, and an apply reads no values', async () => {
  here = await EntriesWorld.start();
  await here.apply(parameters(125));
  const changed = parameters(125).replaceAll(': value', ': other');
  here.aws.calls.clear();

  const plan = await here.plan(changed);
  const planned = here.aws.calls.count();
  here.aws.calls.clear();
  const report = await here.world.run(() => applied(plan, here.session(changed)));

  expect(plan.changes[0]?.fields).toEqual([{ field: 'value', before: 'value 0', after: 'other 0' }]);
  // Twice ten pages of 50, 50 batches of ten values to show, and the secrets of the stack.
  expect(planned).toBe(71);
  expect(report.entries.filter(({ outcome }) => outcome === 'done')).toHaveLength(500);
  expect(here.aws.calls.count('PutParameter')).toBe(500);
  expect(here.aws.calls.count(/^(GetParameter|GetSecret|ListTags)/)).toBe(0);
  expect(here.aws.calls.count() - 500).toBeLessThanOrEqual(60);
  expect(here.aws.calls.count('DescribeParameters')).toBe(20);
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

it('1,000 entries are written by one request each, and are read again by a few', async () => {
  here = await EntriesWorld.start();
  const secrets = Array.from({ length: 100 }, (_, index) => `    SECRET_${index}: { secret: { generate: {} } }\n`).join(
    '',
  );
  const rows = Array.from({ length: 100 }, (_, index) => `    ROW_${index}: { dynamo: ${index} }\n`).join('');
  const entries = parameters(200, `  /e/all:\n${secrets}  /f/all:\n${rows}`);

  const report = await here.apply(entries);

  expect(report.isComplete).toBe(true);
  const counts = Object.fromEntries(
    ['PutParameter', 'CreateSecret', 'PutItem'].map((each) => [each, here.aws.calls.count(each)]),
  );
  // One item more is the generation that the change begins in each partition that is in use: there is none.
  expect(counts).toEqual({ PutParameter: 800, CreateSecret: 100, PutItem: 100 });
  here.aws.calls.clear();
  expect(actionsOf(await here.plan(entries))).toEqual([]);
  expect(here.aws.calls.count()).toBeLessThanOrEqual(40);
  expect(here.aws.calls.count(/GetParameter|GetSecretValue/)).toBe(0);
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
