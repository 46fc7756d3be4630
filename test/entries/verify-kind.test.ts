import { type AnyEntryKind, verifyEntryKind } from 'xcon/entries';
import { memoryKind, MemoryService } from './memory-service';

const address = { directory: '/verified/all', name: 'SAMPLE' };
const entry = 'memory:/verified/all/SAMPLE';

function sampleOf(service: MemoryService, kind: AnyEntryKind = memoryKind(service)) {
  return {
    ...{ kind, address, value: 'one', otherValue: 'two', wrongValue: '{ none: 1 }' },
    createForeign: () => Promise.resolve(void service.put(entry, 'foreign', undefined)),
    changeForeign: () => Promise.resolve(void service.put(entry, 'foreign', 'verified')),
  };
}

it('a kind that keeps the contract passes', async () => {
  await verifyEntryKind(sampleOf(new MemoryService()));
});

describe('a kind that does not', () => {
  it.each<[string, (kind: AnyEntryKind, service: MemoryService) => Partial<AnyEntryKind>, RegExp]>([
    [
      'validates nothing',
      () => ({ validate: () => ({ value: { kind: 'literal', value: 'one' } }) }),
      /validate\(\) adds an error/,
    ],
    [
      'does not create',
      () => ({ create: () => Promise.resolve({ version: '1' }) }),
      /unchanged is planned when it was created/,
    ],
    [
      'has no owner',
      (kind) => ({ create: (request, context) => kind.create(request, { ...context, stack: 'other' }) }),
      /when it was created/,
    ],
    [
      'has one version for all values',
      (kind) => ({
        list: async (scope, context) => {
          const all = (await kind.list?.(scope, context)) ?? new Map();
          return new Map([...all].map(([key, observed]) => [key, { ...observed, version: '1' }]));
        },
        update: async (request, context) => ({ ...(await kind.update(request, context)), version: '1' }),
        create: async (request, context) => ({ ...(await kind.create(request, context)), version: '1' }),
      }),
      /the version of an entry changes with its value/,
    ],
    [
      'fails to delete what is gone',
      (_, service) => ({
        delete: () => (service.held.delete(entry) ? Promise.resolve() : Promise.reject(new TypeError('gone'))),
      }),
      /delete/,
    ],
    [
      'plans differently each time',
      () => ({ plan: () => ({ desired: { value: `${Math.random()}` } }) }),
      /plan\(\) is pure/,
    ],
  ])('%s is found out', async (_, change, message) => {
    const service = new MemoryService();
    const kind: AnyEntryKind = memoryKind(service);

    await expect(verifyEntryKind(sampleOf(service, { ...kind, ...change(kind, service) }))).rejects.toThrow(message);
  });
});

it('a value in a plan is found out', async () => {
  await expect(verifyEntryKind({ ...sampleOf(new MemoryService()), secrets: ['two'] })).rejects.toThrow(
    /a value of memory is in a plan/,
  );
});
