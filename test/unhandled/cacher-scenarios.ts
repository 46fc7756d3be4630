import assert from 'node:assert/strict';
import { Cacher } from '../../src/index';
import { hostileThings } from '../base/hostile-things';
import { failingWith, itemOf, type Scenarios, Service, turns, WrittenProvider } from './scenario';

/** A cacher whose methods are what a test says. */
class WrittenCacher extends Cacher {
  override readonly name = 'written-cacher';

  constructor(methods: Readonly<Record<string, unknown>>) {
    super();
    for (const [method, own] of Object.entries(methods)) Object.defineProperty(this, method, { value: own });
  }

  override find() {
    return Promise.resolve({ kind: 'miss' as const });
  }

  override save(): void {}

  override drop(): void {}

  override names() {
    return Promise.resolve([]);
  }

  override flush(): Promise<void> {
    return Promise.resolve();
  }

  override track(): void {}
}

const methods = [
  'find',
  'save',
  'drop',
  'names',
  'warm',
  'seenGeneration',
  'readGeneration',
  'recordOf',
  'probe',
  'flush',
  'track',
] as const;

async function useAll(service: Service): Promise<void> {
  const { config } = service;
  await service.run(async () => {
    assert.equal(await config.get('FOUND'), 'value');
    assert.equal(await config.get('MISSING'), undefined);
    await config.explain('FOUND');
    await config.health({ probe: true });
    await config.warm();
    const watch = await config.watch({ everySeconds: 0.001 });
    await new Promise((resolve) => setTimeout(resolve, 20));
    watch[Symbol.dispose]();
    await config.flush();
    await config.close();
  });
  await turns();
}

export const cacherScenarios: Scenarios = {
  'a cacher throws and rejects with anything': async () => {
    for (const [, thing] of hostileThings()) {
      for (const method of failingWith(thing)) {
        const cacher = new WrittenCacher(Object.fromEntries(methods.map((name) => [name, method])));
        const service = new Service({ providers: [new WrittenProvider({})], cacher });
        await useAll(service);
        const failed = service.log.warnings.filter(({ event }) => event === 'cache.call-failed');
        assert.equal(new Set(failed.map((line) => line['method'])).size, failed.length);
        assert.ok(failed.some((line) => line['method'] === 'find'));
      }
    }
  },

  'a cacher gives what is no answer': async () => {
    const answers = [
      undefined,
      null,
      'found',
      {},
      { kind: 'found' },
      { kind: 'reference' },
      { kind: 'found', item: { value: 'hunter2' } },
    ];
    for (const answer of [...answers, ...hostileThings().map(([, thing]) => thing)]) {
      const cacher = new WrittenCacher({ find: () => Promise.resolve(answer) });
      await useAll(new Service({ providers: [new WrittenProvider({})], cacher }));
    }
  },

  'a lease cannot be released': async () => {
    const release = () => Promise.reject(new Error('down'));
    const cacher = new WrittenCacher({ find: () => Promise.resolve({ kind: 'miss', lease: { release } }) });
    await useAll(new Service({ providers: [new WrittenProvider({})], cacher }));
    const throwing = new WrittenCacher({ find: () => Promise.resolve({ kind: 'miss', lease: {} }) });
    await useAll(new Service({ providers: [new WrittenProvider({})], cacher: throwing }));
  },

  'a refresh in the background fails in every way': async () => {
    const release = () => Promise.reject(new Error('down'));
    const down = new WrittenProvider({ readDirectory: () => Promise.reject(new Error('down')) });
    const refreshes: readonly (() => unknown)[] = [
      () => Promise.reject(new Error('no lease')),
      () => Promise.resolve({ release }),
      () => Promise.resolve({}),
      () => 'lease',
    ];
    for (const refresh of refreshes) {
      const find = () => Promise.resolve({ kind: 'found', item: itemOf('found', 'value'), refresh: refresh() });
      const names = () => Promise.reject(new Error('down'));
      const cacher = new WrittenCacher({ find, names });
      const service = new Service({ providers: [down], cacher });
      assert.equal(await service.get('FOUND'), 'value');
      await service.run(() => service.config.close());
      await turns();
    }
  },
};
