import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  encodePlan,
  type StateLockedError,
  FileState,
  type LockHolder,
  planEntries,
  type StateStore,
  stackKeyOf,
  TableState,
} from 'xcon/entries';
import { actionsOf, applied, testKey } from '../sessions';
import { EntriesWorld } from './entries-world';

let here: EntriesWorld;
let nowMs = 1_700_000_000_000;

beforeEach(async () => {
  here = await EntriesWorld.start();
});
afterEach(() => here.close());

const stores: readonly (readonly [string, (stack?: string) => StateStore])[] = [
  [
    'a file',
    (stack = 'orders') => new FileState({ path: join(here.folder, 'shared.json'), stack, nowMs: () => nowMs }),
  ],
  [
    'the config table',
    (stack = 'orders') =>
      new TableState({
        client: () => here.world.clients.dynamo(),
        table: 'global-all-config',
        stack,
        nowMs: () => nowMs,
        random: () => 0.5,
      }),
  ],
];

const holder = (id: string): LockHolder => ({
  id,
  who: 'someone@here, process 1',
  operation: 'apply',
  untilMs: nowMs + 1000,
});
const record = (name: string) => ({
  ...{
    address: { kind: 'ssm', directory: '/orders/prod', name },
    version: '1',
    keyId: 'k',
    fields: {},
    writtenAt: '2026-01-01T00:00:00.000Z',
  },
});

describe.each(stores)('the state in %s', (_, open) => {
  it('keeps, replaces and removes records', async () => {
    const store = open();
    await store.save(
      new Map(
        [
          ['a', record('A')],
          ['ssm:/orders/prod/B', record('B')],
        ].map(([, each]) => [
          `ssm:/orders/prod/${(each as ReturnType<typeof record>).address.name}`,
          each as ReturnType<typeof record>,
        ]),
      ),
    );
    await store.save(
      new Map([
        ['ssm:/orders/prod/A', { ...record('A'), version: '2' }],
        ['ssm:/orders/prod/B', undefined],
      ]),
    );

    expect([...(await open().load())]).toEqual([['ssm:/orders/prod/A', { ...record('A'), version: '2' }]]);
  });

  it('is locked by one run at a time, which the other is told; the lock ends, and can be given up', async () => {
    const [one, other] = [open(), open()];
    await one.lock(holder('first'));

    const refusal = (await other.lock(holder('second')).catch((error: unknown) => error)) as StateLockedError;
    expect(refusal).toMatchObject({
      code: 'STATE_LOCKED',
      message: expect.stringMatching(/locked by someone@here.*xcon unlock first/s) as string,
    });

    await one.lock({ ...holder('first'), untilMs: nowMs + 2000 });
    nowMs += 1500;
    await expect(other.lock(holder('second'))).rejects.toThrow('locked');
    nowMs += 1000;
    await other.lock(holder('second'));
    expect(await one.unlock('first')).toBe(false);
    expect(await other.holder()).toMatchObject({ id: 'second' });
    expect(await other.unlock('second')).toBe(true);
    expect(await one.holder()).toBeUndefined();
  });

  it('lets one of two applies at once write, and refuses the other before it writes anything', async () => {
    const store = open();
    const session = here.session('entries:\n  /orders/prod:\n    A: 1\n    B: 2\n    C: 3\n', { state: store });
    const outcomes = await here.world.run(async () => {
      const plan = await planEntries(session);
      return Promise.allSettled([applied(plan, session), applied(plan, session)]);
    });

    const done = outcomes.filter(({ status }) => status === 'fulfilled');
    const refused = outcomes.flatMap((each) =>
      each.status === 'rejected' ? [(each.reason as StateLockedError).code] : [],
    );
    expect(done.length).toBeGreaterThanOrEqual(1);
    expect(refused.every((code) => code === 'STATE_LOCKED')).toBe(true);
    expect(here.aws.calls.count('PutParameter')).toBe(3);
    expect(await here.world.run(() => planEntries(session)).then(actionsOf)).toEqual([]);
  });
});

it('a file of a state is its user’s alone, and one of another stack is refused', async () => {
  const path = join(here.folder, 'own.json');
  await new FileState({ path, stack: 'orders' }).save(new Map([['ssm:/orders/prod/A', record('A')]]));

  expect(statSync(path).mode & 0o777).toBe(0o600);
  await expect(new FileState({ path, stack: 'billing' }).load()).rejects.toMatchObject({ code: 'STATE_UNREADABLE' });
  writeFileSync(path, '{"version":1,"stack":"orders","entries":[{}]}');
  await expect(new FileState({ path, stack: 'orders' }).load()).rejects.toThrow(/damaged.*found again by its tags/s);
});

it('the rows of a state are no settings: lookups and plans of the config table pass them by', async () => {
  const [, open] = stores[1] ?? [];
  await open?.().save(new Map([['ssm:/orders/prod/A', record('A')]]));
  const [row] = await here.aws.rows('global-all-config');

  expect(row?.['app_key']?.S).toBe('~xcon|state|orders');
});

it('another key reads the values again, and claims no drift', async () => {
  const entries = 'entries:\n  /orders/prod:\n    A: 1\n    B: { dynamo: 2 }\n';
  await here.apply(entries);
  here.aws.calls.clear();
  const key = stackKeyOf(Buffer.alloc(32, 9), 'orders');

  const plan = await here.world.run(() => planEntries(here.session(entries, { key })));

  expect(plan.changes).toMatchObject([
    { action: 'unchanged', drift: [] },
    { action: 'unchanged', drift: [] },
  ]);
  expect(here.aws.calls.count('GetParameters')).toBe(1);
});

it('no value of a secret is in file, plan, state, report or log', async () => {
  const canary = 'canary-5b1f9c';
  const entries =
    'entries:\n  /orders/prod:\n    A: { secret: { from: env:A } }\n    B: { ssm: { from: env:A } }\n    C: { secret: { json: { key: { from: env:A }, made: { generate: {} } } } }\n';
  const said: string[] = [];
  for (const round of ['first', 'second']) {
    const reader = { variables: { A: `${canary}-${round}` } };
    const plan = await here.plan(entries, {}, reader);
    const report = await here.apply(entries, { reader });
    said.push(encodePlan(plan), JSON.stringify(report));
  }
  here.aws.setFaults([
    { target: 'PutParameter|PutSecretValue', status: 400, type: 'ValidationException', message: `no: ${canary}` },
  ]);
  const failed = await here.apply(entries, { reader: { variables: { A: `${canary}-third` } } });
  said.push(
    JSON.stringify(failed),
    here.stateText,
    JSON.stringify(here.world.log.lines),
    JSON.stringify(here.session(entries).file.entries),
  );

  expect(failed.isComplete).toBe(false);
  expect(said.join('\n')).not.toContain(canary);
  expect(here.stateText).toContain(testKey.id);
});
