import { addressText, applyPlan, encodePlan, planEntries, type PlanRequestOptions } from 'xcon/entries';
import { fc } from '../setup/fast-check';
import { memoryKind, MemoryService, MemoryStore } from './memory-service';
import { actionsOf, applied, planAndApply, problemsOf, sessionOf, testKey } from './sessions';

const head = 'service: orders\nenvironments: [staging, prod]\n';

/** A service, its state, and sessions with it. */
function world(held: Readonly<Record<string, readonly [value: string, owner?: string]>> = {}) {
  const service = new MemoryService();
  for (const [entry, [value, owner]] of Object.entries(held)) service.put(entry, value, owner);
  const store = new MemoryStore(service);
  const kinds = [memoryKind(service), memoryKind(service, 'other')];
  const session = (entries: string, more: Parameters<typeof sessionOf>[3] = {}) =>
    sessionOf(`${head}${entries}`, kinds, store, more);
  return { service, store, session };
}

const values = ({ service }: { readonly service: MemoryService }) =>
  Object.fromEntries([...service.held].map(([entry, { value }]) => [entry, value]));

describe('a plan', () => {
  it('creates what is declared, in each environment', async () => {
    const here = world();

    const plan = await planEntries(
      here.session('entries:\n  /orders/{environment}:\n    A: { memory: { staging: one, prod: two } }\n'),
    );

    expect(actionsOf(plan)).toEqual(['create memory:/orders/prod/A', 'create memory:/orders/staging/A']);
    expect(plan.changes[0]?.fields).toEqual([{ field: 'value', after: 'two' }]);
  });

  it('is empty after it was applied, and the services have what the file says', async () => {
    const here = world();
    const session = here.session(
      'entries:\n  /orders/{environment}:\n    A: { memory: { staging: one, prod: two } }\n',
    );

    const report = await planAndApply(session);

    expect(report.isComplete).toBe(true);
    expect(values(here)).toEqual({ 'memory:/orders/staging/A': 'one', 'memory:/orders/prod/A': 'two' });
    expect(actionsOf(await planEntries(session))).toEqual([]);
  });

  it.each([
    [undefined, 'no stack owns it', 'xcon adopt A takes it under management without writing it'],
    ['billing', 'the stack billing owns it', 'xcon adopt A --from billing takes it from there'],
  ] as const)('never overwrites what %s owns, and says how to adopt it', async (owner, summary, detail) => {
    const here = world({ 'memory:/orders/prod/A': owner === undefined ? ['theirs'] : ['theirs', owner] });
    const session = here.session('entries:\n  /orders/prod:\n    A: { memory: ours }\n');

    const plan = await planEntries(session);

    expect(actionsOf(plan)).toEqual([]);
    expect(problemsOf(plan)).toEqual([expect.stringContaining(summary)]);
    expect(problemsOf(plan)[0]).toContain(detail);
    expect(problemsOf(plan)[0]).toMatch(/^xcon.yaml:5:5: error: memory:\/orders\/prod\/A: /);
    await expect(applied(plan, session)).rejects.toMatchObject({ code: 'INVALID_PLAN' });
    expect(values(here)).toEqual({ 'memory:/orders/prod/A': 'theirs' });
  });

  it('never deletes what it does not own, declared or not', async () => {
    const here = world({ 'memory:/orders/prod/A': ['theirs'], 'memory:/orders/prod/B': ['theirs', 'billing'] });
    const session = here.session('entries:\n  /orders/prod:\n    C: { memory: ours }\n');
    await planAndApply(session);

    await planAndApply(here.session('entries: {}\n'));
    await planAndApply(here.session('entries: {}\n'), { destroy: true });

    expect(values(here)).toEqual({ 'memory:/orders/prod/A': 'theirs', 'memory:/orders/prod/B': 'theirs' });
  });

  it('adopts without writing, and shows the differences with the next plan', async () => {
    const here = world({ 'memory:/orders/prod/A': ['theirs'] });
    const session = here.session('entries:\n  /orders/prod:\n    A: { memory: ours }\n');

    await planAndApply(session, { adopt: ['a'] });

    expect(here.service.held.get('memory:/orders/prod/A')).toEqual({ value: 'theirs', owner: 'orders', version: 1 });
    const plan = await planEntries(session);
    expect(actionsOf(plan)).toEqual(['update memory:/orders/prod/A']);
    expect(plan.changes[0]).toMatchObject({ fields: [{ field: 'value', before: 'theirs', after: 'ours' }], drift: [] });
  });

  it('separates drift from what the file changes', async () => {
    const here = world();
    const entries = (a: string) =>
      `entries:\n  /orders/prod:\n    A: { memory: ${a} }\n    B: { memory: b }\n    C: { memory: c }\n`;
    await planAndApply(here.session(entries('a')));
    here.service.put('memory:/orders/prod/B', 'other', 'orders');
    here.service.held.delete('memory:/orders/prod/C');

    const plan = await planEntries(here.session(entries('new')));

    expect(plan.changes.map(({ action, address: { name }, drift }) => [name, action, drift])).toEqual([
      ['A', 'update', []],
      ['B', 'update', ['value']],
      ['C', 'create', ['existence']],
    ]);
  });

  it('keeps a generated value until a rotation is asked for', async () => {
    const here = world();
    const session = here.session('entries:\n  /orders/prod:\n    A: { memory: { generate: { length: 20 } } }\n');
    await planAndApply(session);
    here.service.put('memory:/orders/prod/A', 'made before', 'orders');

    await planAndApply(session);
    expect(values(here)).toEqual({ 'memory:/orders/prod/A': 'made before' });

    await planAndApply(session, { rotate: ['A'] });
    expect(values(here)).not.toEqual({ 'memory:/orders/prod/A': 'made before' });
  });

  it('says that a kept value was changed outside, until it is applied', async () => {
    const here = world();
    const session = here.session('entries:\n  /orders/prod:\n    A: { memory: { generate: { length: 20 } } }\n');
    await planAndApply(session);
    here.service.put('memory:/orders/prod/A', 'rotated', 'orders');

    expect((await planEntries(session)).changes).toMatchObject([{ action: 'unchanged', drift: ['value'] }]);
    await planAndApply(session);
    expect((await planEntries(session)).changes).toMatchObject([{ action: 'unchanged', drift: [] }]);
  });

  it('moves an entry with its value: the new one first', async () => {
    const here = world();
    const generated = (name: string) => `entries:\n  /orders/prod:\n    ${name}: { memory: { generate: {} } }\n`;
    await planAndApply(here.session(generated('OLD')));
    here.service.put('memory:/orders/prod/OLD', 'kept', 'orders');
    here.service.requests.length = 0;

    await planAndApply(here.session(`${generated('NEW')}moved: [{ from: /orders/prod/OLD, to: /orders/prod/NEW }]\n`));

    expect(values(here)).toEqual({ 'memory:/orders/prod/NEW': 'kept' });
    const writes = here.service.requests.filter((each) => /^(create|delete)/.test(each));
    expect(writes).toEqual(['create memory:/orders/prod/NEW', 'delete memory:/orders/prod/OLD']);
  });

  it('carries the value over when the source changes, and deletes nothing when the new entry cannot be created', async () => {
    const here = world();
    const entry = (kind: string) => `entries:\n  /orders/prod:\n    A: { ${kind}: { generate: {} } }\n`;
    await planAndApply(here.session(entry('memory')));
    here.service.put('memory:/orders/prod/A', 'kept', 'orders');
    const plan = await planEntries(here.session(entry('other')));
    here.service.requests.length = 0;
    here.service.diesAt = 6;

    await applied(plan, here.session(entry('other')), { allowDelete: true }).catch(() => undefined);
    expect(here.service.held.get('memory:/orders/prod/A')?.value).toBe('kept');

    here.service.diesAt = Number.POSITIVE_INFINITY;
    await planAndApply(here.session(entry('other')));
    expect(values(here)).toEqual({ 'other:/orders/prod/A': 'kept' });
  });

  it('says what a change hides, and what the end of an entry makes visible', async () => {
    const here = world();
    const shared = '  /global/all:\n    LEVEL: { memory: info }\n';
    await planAndApply(here.session(`entries:\n${shared}`));
    const own = `entries:\n${shared}  /orders/{environment}:\n    level: { memory: { prod: debug } }\n`;

    const plan = await planEntries(here.session(own));
    expect(plan.changes.find(({ action }) => action === 'create')).toMatchObject({
      hides: ['memory:/global/all/LEVEL'],
    });

    await planAndApply(here.session(own));
    const back = await planEntries(here.session(`entries:\n${shared}`));
    expect(back.changes.find(({ action }) => action === 'delete')).toMatchObject({
      reveals: ['memory:/global/all/LEVEL'],
    });
  });

  it('says what an entry hides in its own directory, where lookups ask another source first', async () => {
    const here = world({ 'other:/orders/prod/A': ['theirs', 'billing'] });
    const own = 'entries:\n  /orders/prod:\n    A: { memory: ours }\n';

    const plan = await planEntries(here.session(own));
    expect(plan.changes).toMatchObject([{ action: 'create', hides: ['other:/orders/prod/A'], reveals: [] }]);

    await planAndApply(here.session(own));
    const back = await planEntries(here.session('entries: {}\n'));
    expect(back.changes).toMatchObject([{ action: 'delete', reveals: ['other:/orders/prod/A'] }]);
    const below = world({ 'memory:/orders/prod/A': ['theirs', 'billing'] });
    expect(
      (await planEntries(below.session('entries:\n  /orders/prod:\n    A: { other: ours }\n'))).changes,
    ).toMatchObject([{ action: 'create', hiddenBy: 'memory:/orders/prod/A' }]);
  });

  it('refuses a name that differs only in case from one that is there', async () => {
    const here = world({ 'memory:/orders/prod/host': ['theirs'] });

    const plan = await planEntries(here.session('entries:\n  /orders/prod:\n    HOST: { memory: ours }\n'));

    expect(problemsOf(plan)).toEqual([expect.stringContaining('there is memory:/orders/prod/host already')]);
  });

  it('leaves the entries of other environments alone', async () => {
    const here = world();
    const both = 'entries:\n  /orders/{environment}:\n    A: { memory: a }\n';
    await planAndApply(here.session(both));
    const none = here.session('entries:\n  /global/all:\n    B: { memory: b }\n');

    const plan = await planEntries(none, { environments: ['prod'] });

    expect(actionsOf(plan)).toEqual(['create memory:/global/all/B', 'delete memory:/orders/prod/A']);
    expect(problemsOf(await planEntries(none, { environments: ['test'] }))).toEqual([
      'error: the file has no environment "test".\n  There are staging, prod.',
    ]);
  });
});

describe('what may not be deleted', () => {
  const declared = 'entries:\n  /orders/prod:\n    A: { memory: a, protect: true }\n    B: { memory: b }\n';

  it('is refused when it is not in the file any more, and with destroy', async () => {
    const here = world();
    await planAndApply(here.session(declared));

    const removed = await planEntries(here.session('entries: {}\n'));
    const destroyed = await planEntries(here.session(declared), { destroy: true });

    for (const plan of [removed, destroyed]) {
      expect(problemsOf(plan)).toEqual([expect.stringContaining('memory:/orders/prod/A: it is protected')]);
      expect(actionsOf(plan)).toEqual(['delete memory:/orders/prod/B']);
    }
  });

  it('is everything, unless deletions are allowed, and more than 30 % of the entries', async () => {
    const here = world();
    const names = ['A', 'B', 'C', 'D', 'E', 'F'];
    const entries = (some: readonly string[]) =>
      `entries:\n  /orders/prod:\n${some.map((each) => `    ${each}: { memory: x }\n`).join('')}`;
    await planAndApply(here.session(entries(names)));
    const session = here.session(entries(['A', 'B', 'C']));
    const plan = await planEntries(session);

    await expect(applied(plan, session)).rejects.toThrow(/deletes 3 of 6 entries.*--yes --allow-delete/s);
    await expect(applied(plan, session, { allowDelete: true })).rejects.toThrow(
      /more than 30 %.*--allow-many-deletions/s,
    );
    expect(here.service.held.size).toBe(6);

    await applied(plan, session, { allowDelete: true, allowManyDeletions: true });
    expect(here.service.held.size).toBe(3);
    await applied(await planEntries(session, { destroy: true }), session, { allowDelete: true });
    expect(here.service.held.size).toBe(0);
    expect(here.store.records.size).toBe(0);
  });
});

describe('a plan that something has overtaken', () => {
  const entries = (value: string) => `entries:\n  /orders/prod:\n    A: { memory: ${value} }\n    B: { memory: b }\n`;

  it.each<[string, (here: ReturnType<typeof world>) => string | undefined, RegExp]>([
    ['the file', () => entries('other'), /the file has changed/],
    [
      'an entry',
      ({ service }) => void service.put('memory:/orders/prod/A', 'other', 'orders'),
      /A: it was changed since/,
    ],
    [
      'another entry',
      ({ service }) => void service.put('memory:/orders/prod/B', 'other', 'orders'),
      /B: update is not in the plan/,
    ],
    [
      'a deletion',
      ({ service }) => void service.held.delete('memory:/orders/prod/A'),
      /A: update was planned, and now it is create/,
    ],
  ])('is refused: %s has changed', async (_, change, reason) => {
    const here = world();
    await planAndApply(here.session(entries('a')));
    const plan = await planEntries(here.session(entries('new')));

    const text = change(here) ?? entries('new');
    const before = values(here);

    await expect(applied(plan, here.session(text))).rejects.toMatchObject({
      code: 'STALE_PLAN',
      message: expect.stringMatching(reason) as string,
    });
    expect(values(here)).toEqual(before);
  });

  it('is refused with another key, which could not compare it', async () => {
    const here = world();
    const session = here.session(entries('a'));
    const plan = await planEntries(session);

    await expect(applied(plan, { ...session, key: { ...testKey, id: 'other' } })).rejects.toThrow(/set XCON_STATE_KEY/);
  });

  it('goes on where an apply was ended', async () => {
    const here = world();
    const session = here.session(entries('a'));
    const plan = await planEntries(session);
    here.service.diesAt = here.service.requests.length + 5;
    await applied(plan, session).catch(() => undefined);
    here.service.diesAt = Number.POSITIVE_INFINITY;
    expect(here.service.held.size).toBeGreaterThan(0);

    await applied(plan, session);

    expect(values(here)).toEqual({ 'memory:/orders/prod/A': 'a', 'memory:/orders/prod/B': 'b' });
  });
});

describe('the cached rows of what was changed', () => {
  const entries = 'entries:\n  /orders/prod:\n    A: { memory: a }\n    B: { memory: b }\n';

  it('are dropped once, and again by the next apply where that failed or the run was killed before', async () => {
    const here = world();
    const followed: string[][] = [];
    let problems: readonly string[] = ['throttled'];
    const follow = (changes: readonly { readonly name: string }[]) => {
      followed.push(changes.map(({ name }) => name).sort());
      return Promise.resolve({ partitions: 0, rows: 0, problems });
    };

    const report = await planAndApply(here.session(entries, { follow }));
    expect(report.diagnostics).toMatchObject([{ severity: 'warning' }]);
    problems = [];
    await planAndApply(here.session(entries, { follow }));
    await planAndApply(here.session(entries, { follow }));
    await planAndApply(here.session('entries: {}\n', { follow: () => Promise.reject(new Error('killed')) })).catch(
      () => undefined,
    );
    await planAndApply(here.session('entries: {}\n', { follow }));
    await planAndApply(here.session('entries: {}\n', { follow }));

    expect(followed).toEqual([['A', 'B'], ['A', 'B'], [], ['A', 'B'], []]);
    expect(here.store.records.size).toBe(0);
  });

  it('are dropped when the iteration is left in the middle', async () => {
    const here = world();
    const followed: string[] = [];
    const session = here.session(entries, {
      follow: (changes) => {
        followed.push(...changes.map(({ name }) => name));
        return Promise.resolve({ partitions: 0, rows: 0, problems: [] });
      },
    });

    for await (const event of applyPlan(await planEntries(session), session, { atOnce: 1 }))
      if (event.kind === 'entry') break;

    expect(followed).toEqual(['A']);
    expect(here.store.lockedBy).toBeUndefined();
    expect(actionsOf(await planEntries(session))).toEqual(['create memory:/orders/prod/B']);
  });
});

describe('random files and worlds', () => {
  const names = ['A', 'B', 'C', 'D'];
  const directories = ['/orders/{environment}', '/global/all'];
  const value = fc.constantFrom('one', 'two', 'three');
  const content = fc.oneof(
    value,
    value.map((text) => ({ staging: text })),
    fc.constant({ generate: { length: 12 } }),
  );
  const declaredEntry = fc.record({ kind: fc.constantFrom('memory', 'other'), content, protect: fc.boolean() });
  const declared = fc.dictionary(
    fc.constantFrom(...directories),
    fc.dictionary(fc.constantFrom(...names), declaredEntry, { maxKeys: 4 }),
    { maxKeys: 2 },
  );
  const place = fc.tuple(
    fc.constantFrom('memory', 'other'),
    fc.constantFrom('/orders/staging', '/orders/prod', '/global/all'),
    fc.constantFrom(...names),
  );
  const held = fc.array(fc.tuple(place, value, fc.constantFrom(undefined, 'orders', 'billing')), { maxLength: 8 });

  type Declared = typeof declared extends fc.Arbitrary<infer T> ? T : never;

  function textOf(all: Declared): string {
    const entries = Object.entries(all).map(([directory, some]) => {
      const isShared = directory === '/global/all';
      const lines = Object.entries(some).map(([name, { content: given, kind, protect }]) => {
        const isEach = typeof given === 'object' && 'staging' in given;
        return [name, { [kind]: isShared && isEach ? given.staging : given, protect }];
      });
      return [directory, Object.fromEntries(lines) as unknown];
    });
    return `entries: ${JSON.stringify(Object.fromEntries(entries))}\n`;
  }

  it('come to what the file says, leave what others own, and then there is nothing to do', async () => {
    await fc.assert(
      fc.asyncProperty(
        declared,
        declared,
        held,
        fc.nat(40),
        fc.boolean(),
        async (first, second, there, diesAt, isLastDone) => {
          const here = world(
            Object.fromEntries(
              there.map(
                ([[kind, directory, name], text, owner]) =>
                  [`${kind}:${directory}/${name}`, owner === undefined ? [text] : [text, owner]] as const,
              ),
            ),
          );
          const foreign = [...here.service.held];
          const request: PlanRequestOptions = { adopt: names, adoptFrom: 'billing' };
          const unprotected = textOf(first).replaceAll('"protect":true', '"protect":false');
          const finish = async (text: string): Promise<void> => {
            for (let round = 0; round < 3; round += 1) await planAndApply(here.session(text), request);
          };
          await finish(unprotected);
          const session = here.session(textOf(second));
          const plan = await planEntries(session, request);
          const kept = plan.changes
            .filter(({ action }) => action === 'unchanged')
            .map(({ address: { directory, kind, name } }) => `${kind}:${directory}/${name}`);
          const before = values(here);

          // Ended at some request, whether that was done or not; then again, to the end.
          here.service.diesAt = here.service.requests.length + 1 + diesAt;
          here.service.isLastDone = isLastDone;
          await planAndApply(session, request).catch(() => undefined);
          here.service.diesAt = Number.POSITIVE_INFINITY;
          here.store.lockedBy = undefined;
          await finish(textOf(second));

          const after = await planEntries(session);
          expect(actionsOf(after)).toEqual([]);
          expect(problemsOf(after)).toEqual([]);
          expect(after.changes.flatMap(({ drift }) => drift)).toEqual([]);
          const owned = [...here.service.held].filter(([, { owner }]) => owner === 'orders').map(([entry]) => entry);
          expect(owned.sort()).toEqual(
            session.file.entries.map(({ address: { directory, kind, name } }) => `${kind}:${directory}/${name}`).sort(),
          );
          for (const {
            address: { directory, kind, name },
            config,
          } of session.file.entries) {
            const { value: template } = config as {
              readonly value: { readonly kind: string; readonly value?: unknown };
            };
            const now = here.service.held.get(`${kind}:${directory}/${name}`)?.value;
            if (template.kind === 'literal') expect(now).toBe(template.value);
            else expect(now).not.toBe('');
          }
          for (const entry of kept) expect(values(here)[entry]).toBe(before[entry]);
          const declaredEver = [...here.session(unprotected).file.entries, ...session.file.entries].map(({ address }) =>
            addressText(address),
          );
          for (const [entry, { owner, value: text }] of foreign) {
            if (owner !== 'orders' && !declaredEver.includes(entry))
              expect(here.service.held.get(entry)).toMatchObject({ owner, value: text });
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('make plans that hold no generated value', async () => {
    const here = world();
    const session = here.session('entries:\n  /orders/prod:\n    A: { memory: { generate: { length: 40 } } }\n');
    await planAndApply(session);
    const secret = here.service.held.get('memory:/orders/prod/A')?.value ?? '';

    const plan = await planEntries(session, { rotate: ['A'] });

    expect(secret).toHaveLength(40);
    expect(encodePlan(plan) + JSON.stringify([...here.store.records])).not.toContain(secret.slice(0, 12));
  });
});
