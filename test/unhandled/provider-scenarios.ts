import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { runInNewContext } from 'node:vm';
import { Directory, DirectoryListing, isConfigError, ProviderError, Unavailable } from '../../src/index';
import { hostileThings } from '../base/hostile-things';
import {
  failingWith,
  failureOf,
  foreignRejection,
  itemOf,
  type Scenarios,
  Service,
  turns,
  WrittenProvider,
} from './scenario';

const thenable = { then: (_: unknown, reject: (error: Error) => void) => reject(new Error('of a thenable')) };

const noListings: readonly (readonly [string, unknown])[] = [
  ['a plain object', {}],
  ['nothing', undefined],
  ['null', null],
  ['a text', 'hunter2'],
  ['a list', []],
  ['a listing of anything', new DirectoryListing(Directory.literal('/orders/prod'), [{ name: 'found' } as never])],
  ['an object like a listing', { find: () => 'hunter2', names: ['found'], size: 1 }],
];

/** Checks that lookups reject with a ProviderError that names the provider and what was expected, and no value. */
async function failsWith(service: Service, expected: RegExp): Promise<void> {
  const load = service.run(() => service.config.load(['FOUND']));
  for (const { error } of await Promise.all([service.get('FOUND'), service.get('FOUND'), load].map(failureOf))) {
    assert.ok(error instanceof ProviderError);
    assert.match(error.message, /^Provider "written" failed for \/orders\/prod: /);
    assert.match(error.message, expected);
    assert.doesNotMatch(error.message, /hunter2/);
  }
}

async function usesAll({ config }: Service): Promise<void> {
  await config.explain('FOUND');
  await config.health({ probe: true });
  await config.warm();
  await config.flush();
}

export const providerScenarios: Scenarios = {
  'readDirectory gives what is no listing': async () => {
    for (const [, given] of noListings) {
      const service = new Service({ providers: [new WrittenProvider({ readDirectory: () => given })] });
      await failsWith(service, /expected a (DirectoryListing|listing)/);
      await service.run(() => usesAll(service));
      await service.run(() => service.config.close());
    }
    for (const [, given] of hostileThings()) {
      const service = new Service({ providers: [new WrittenProvider({ readDirectory: () => given })] });
      await failsWith(service, /^/);
    }
  },

  'readDirectory gives what is no listing, below an answer that is found': async () => {
    for (const [, given] of [...noListings, ...hostileThings()]) {
      const good = new WrittenProvider({}, { name: 'good' });
      const bad = new WrittenProvider({ readDirectory: () => given });
      const service = new Service({ providers: [good, bad] });
      assert.equal(await service.get('FOUND'), 'value');
      await turns();
    }
  },

  'readDirectory throws, or rejects with, anything': async () => {
    for (const [, thing] of hostileThings()) {
      for (const readDirectory of [...failingWith(thing), foreignRejection, () => thenable]) {
        const service = new Service({ providers: [new WrittenProvider({ readDirectory })] });
        const { error } = await failureOf(service.get('FOUND'));
        assert.ok(isConfigError(error));
        assert.match(inspect(error), /^ProviderError: Provider "written" failed/);
        await service.run(() => usesAll(service));
        const below = new Service({
          providers: [new WrittenProvider({}, { name: 'good' }), new WrittenProvider({ readDirectory })],
        });
        assert.equal(await below.get('FOUND'), 'value');
      }
    }
  },

  'readDirectories gives other promises than it was asked for': async () => {
    const rejected = (): Promise<never> => Promise.reject(new Error('down'));
    const listed = (): Promise<DirectoryListing> =>
      Promise.resolve(new DirectoryListing(Directory.literal('/orders/prod'), [itemOf('found', 'value')]));
    const given: readonly (() => unknown)[] = [
      () =>
        new Map<unknown, unknown>([
          ['/orders/prod', listed()],
          ['/extra', rejected()],
          [7, rejected()],
          ['/other', foreignRejection()],
        ]),
      () =>
        new Map<unknown, unknown>([
          ['/orders/prod', listed()],
          ['/orders/all', thenable],
        ]),
      (): unknown => runInNewContext('new Map([["/extra", Promise.reject(new Error("of another realm"))]])'),
      () => ({ '/orders/prod': listed() }),
      () => new Map([['/orders/all', rejected()]]),
      () => [['/orders/prod', listed()]],
      () => undefined,
      () => Promise.resolve(new Map([['/orders/prod', listed()]])),
      () => rejected(),
    ];
    for (const readDirectories of given) {
      const service = new Service({ providers: [new WrittenProvider({ readDirectories })] });
      const outcome: unknown = await service.get('FOUND').catch((error: unknown) => error);
      assert.ok(outcome === 'value' || outcome instanceof ProviderError);
      await service.get('MISSING').catch(() => undefined);
      await turns();
    }
  },

  'readSecrets gives anything': async () => {
    const unread = {
      kind: 'unread',
      name: 'token',
      exactName: '/orders/prod/token',
      directory: Directory.literal('/orders/prod'),
      nextRotationMs: undefined,
    } as const;
    const list = (directory: Directory) => Promise.resolve(new DirectoryListing(directory, [unread]));
    const exactName = unread.exactName;
    const given: readonly (() => unknown)[] = [
      ...hostileThings().map(
        ([, thing]) =>
          () =>
            new Map([[exactName, Promise.resolve(thing)]]),
      ),
      ...hostileThings().map(
        ([, thing]) =>
          () =>
            new Map([[exactName, failingWith(thing)[1]?.()]]),
      ),
      () =>
        new Map<unknown, unknown>([
          [exactName, foreignRejection()],
          ['extra', Promise.reject(new Error('down'))],
        ]),
      () => ({}),
      () => undefined,
    ];
    for (const readSecrets of given) {
      const service = new Service({ providers: [new WrittenProvider({ readDirectory: list, readSecrets })] });
      const outcomes = await Promise.allSettled([service.get('TOKEN'), service.get('token'), service.get('TOKEN')]);
      assert.equal(new Set(outcomes.map(({ status }) => status)).size, 1);
      await service.run(() => usesAll(service));
    }
  },

  'a read that is given up rejects later': async () => {
    const late: ((error: Error) => void)[] = [];
    const readDirectory = (): Promise<never> => new Promise((_, reject) => late.push(reject));
    const service = new Service({ providers: [new WrittenProvider({ readDirectory })] }, { lookupBudgetMs: 20 });
    const aborting = new AbortController();
    const first = failureOf(service.get('FOUND', aborting.signal));
    const second = failureOf(service.get('OTHER'));
    aborting.abort(new Error('stop'));
    assert.equal(((await first).error as Error).message, 'stop');
    assert.ok((await second).error instanceof ProviderError);
    for (const reject of late) reject(new Error('down'));
    await turns();
    await service.run(() => service.config.close());
  },

  'warm and close of a provider throw and reject': async () => {
    for (const [, thing] of hostileThings()) {
      for (const method of [...failingWith(thing), () => thenable]) {
        const provider = new WrittenProvider({ warm: method, close: method });
        const service = new Service({
          providers: [provider, new WrittenProvider({ close: method }, { name: 'other' })],
        });
        await service.run(() => service.config.warm());
        assert.equal(await service.get('FOUND'), 'value');
        await failureOf(service.run(() => service.config.close()));
      }
    }
  },

  'a refusal has a reason that is no text': async () => {
    const readDirectory = () => Promise.resolve(new Unavailable(Symbol('reason') as never, undefined as never));
    const service = new Service({ providers: [new WrittenProvider({ readDirectory })] });
    await service.get('FOUND').catch(() => undefined);
    await service.run(() => usesAll(service)).catch(() => undefined);
  },
};
