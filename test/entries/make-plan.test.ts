import { type AnyEntryKind, encodePlan, type EntryRecord, type Observed, type PlanRequestOptions } from 'xcon/entries';
import { Secret } from 'xcon';
import { makePlan, type PlannerInput } from '../../src/entries/planner';
import { fc } from '../setup/fast-check';
import { fileOf, testKey } from './sessions';

const canary = 'canary-9c4e';

/** A kind that reads, as text or as a secret, and can do nothing: the planner asks no service. */
function readOnlyKind(name: string, isSecret: boolean): AnyEntryKind {
  const refuse = (): never => {
    throw new Error('The planner has asked a service.');
  };
  return {
    name,
    validate: ({ value: { content } }) => content,
    plan: ({ config }) => ({
      desired: { value: isSecret ? new Secret(`${canary}${String(config)}`) : String(config) },
    }),
    ...{ list: refuse, read: refuse, create: refuse, update: refuse, delete: refuse, import: refuse },
  };
}

const kinds = [readOnlyKind('text', false), readOnlyKind('token', true)];
const kindName = fc.constantFrom('text', 'token');
const name = fc.constantFrom('A', 'B', 'b', 'C');
const value = fc.constantFrom('one', 'two');
const directories = ['/orders/{environment}', '/global/all'];
const paths = ['/orders/staging', '/orders/prod', '/global/all'];

const declared = fc.dictionary(
  fc.constantFrom(...directories),
  fc.uniqueArray(fc.record({ name, kind: kindName, value, protect: fc.boolean() }), {
    selector: (each) => each.name.toLowerCase(),
    maxLength: 3,
  }),
);
const held = fc.array(
  fc.record({
    ...{ name, kind: kindName, value, directory: fc.constantFrom(...paths) },
    owner: fc.constantFrom(undefined, 'orders', 'billing'),
    version: fc.constantFrom('1', '2'),
    isDeleted: fc.boolean(),
  }),
  { maxLength: 6 },
);
const recorded = fc.array(
  fc.record({ name, kind: kindName, directory: fc.constantFrom(...paths), protect: fc.boolean() }),
  { maxLength: 4 },
);
const request: fc.Arbitrary<PlanRequestOptions> = fc.record(
  {
    adopt: fc.constant(['A', 'B']),
    adoptFrom: fc.constant('billing'),
    rotate: fc.constant(['A']),
    destroy: fc.boolean(),
    only: fc.constant(['A']),
    environments: fc.constant(['prod']),
  },
  { requiredKeys: [] },
);

const input = fc.tuple(declared, held, recorded, request).map(([some, there, known, asked]): PlannerInput => {
  const entries = Object.entries(some).map(([directory, list]) => [
    directory,
    Object.fromEntries(list.map((each) => [each.name, { [each.kind]: each.value, protect: each.protect }])),
  ]);
  const text = `service: orders\nenvironments: [staging, prod]\nentries: ${JSON.stringify(Object.fromEntries(entries))}\n`;
  const file = fileOf(text, kinds);
  const observed = there.map(({ directory, isDeleted, kind, name: own, owner, value: held, version }) => {
    const state = { value: kind === 'token' ? new Secret(`${canary}${held}`) : held };
    const each: Observed<typeof state> = { version, owner, state, unread: [], isDeleted };
    return [`${kind}:${directory}/${own}`, each] as const;
  });
  const records = known.map(({ directory, kind, name: own, protect }): readonly [string, EntryRecord] => [
    `${kind}:${directory}/${own}`,
    {
      address: { kind, directory, name: own },
      ...{ version: '1', keyId: testKey.id, fields: {}, protect, writtenAt: '2026-01-01T00:00:00.000Z' },
    },
  ]);
  return {
    ...{ file, declared: file.entries, kinds, key: testKey, sources: new Map(), request: asked, nowMs: 0 },
    observed: new Map(observed),
    records: new Map(records),
  };
});

const textOf = ({ directory, kind, name: own }: { directory: string; kind: string; name: string }): string =>
  `${kind}:${directory}/${own}`;

describe('the planner, a function of the file, of what there is, and of the state', () => {
  it('gives the same plan for the same input, in whatever order that comes', () => {
    fc.assert(
      fc.property(input, (given) => {
        const { plan } = makePlan(given);

        const turned = {
          ...given,
          observed: new Map([...given.observed].reverse()),
          records: new Map([...given.records].reverse()),
        };
        expect(makePlan(given).plan).toEqual(plan);
        expect(makePlan(turned).plan.changes).toEqual(plan.changes);
      }),
      { numRuns: 100 },
    );
  });

  it('writes nothing that another stack or none owns, unless it is adopted, and deletes only what the stack owns', () => {
    fc.assert(
      fc.property(input, (given) => {
        for (const { action, address } of makePlan(given).plan.changes) {
          const { isDeleted, owner } = given.observed.get(textOf(address)) ?? {};
          if (['update', 'replace', 'delete', 'unchanged'].includes(action)) expect(owner).toBe('orders');
          if (action === 'create') expect(given.observed.has(textOf(address))).toBe(false);
          if (action === 'delete') expect(isDeleted).toBe(false);
          if (action === 'adopt') expect(owner === undefined || owner === given.request.adoptFrom).toBe(true);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('leaves no declared entry out: each has a change, or an error that names it', () => {
    fc.assert(
      fc.property(input, (given) => {
        const { changes, diagnostics } = makePlan(given).plan;
        const named = [...changes.map(({ address }) => textOf(address)), ...diagnostics.map(({ entry }) => entry)];
        if (given.request.destroy === true) return;
        for (const { address } of given.declared) expect(named).toContain(textOf(address));
      }),
      { numRuns: 100 },
    );
  });

  it('never deletes what is protected', () => {
    fc.assert(
      fc.property(input, (given) => {
        const isProtected = new Set([
          ...given.file.entries.filter(({ protect }) => protect).map(({ address }) => textOf(address)),
          ...[...given.records].filter(([, { protect }]) => protect === true).map(([entry]) => entry),
        ]);
        const open = new Set(
          given.file.entries.filter(({ protect }) => !protect).map(({ address }) => textOf(address)),
        );
        for (const { action, address } of makePlan(given).plan.changes) {
          if (action === 'delete' && !open.has(textOf(address))) expect(isProtected).not.toContain(textOf(address));
        }
      }),
      { numRuns: 100 },
    );
  });

  it('has no secret in a plan, whatever is compared', () => {
    fc.assert(
      fc.property(input, (given) => expect(encodePlan(makePlan(given).plan)).not.toContain(canary)),
      { numRuns: 100 },
    );
  });
});
