import assert from 'node:assert/strict';
import { runInNewContext } from 'node:vm';
import { SSMClient, GetParametersByPathCommand } from '@aws-sdk/client-ssm';
import { AwsClients, Clock, defineSettings, secret, setting, type StandardSchema } from '../../src/index';
import { startLocalAws } from '../../src/testing';
import { hostileThings } from '../base/hostile-things';
import { clientOptions } from '../cache/fleet-process';
import { failingWith, failureOf, foreignRejection, type Scenarios, Service, turns, WrittenProvider } from './scenario';

const down = (): Promise<never> => Promise.reject(new Error('down'));

/** Gives a listener that is asynchronous, which only the compiler refuses. */
function asListener(listener: () => unknown): () => void {
  return listener;
}

function schemaOf(validate: (value: unknown) => unknown): StandardSchema {
  return { '~standard': { version: 1, vendor: 'written', validate } } as unknown as StandardSchema;
}

export const listenerScenarios: Scenarios = {
  'onError and listeners of changes throw and reject with anything': async () => {
    for (const [, thing] of hostileThings()) {
      for (const listener of failingWith(thing)) {
        let reads = 0;
        const readDirectory = (directory: never) => {
          reads += 1;
          if (reads > 4) throw thing;
          return Promise.resolve(new WrittenProvider({})['listing'](directory, { FOUND: `${reads}` }));
        };
        const service = new Service(
          { providers: [new WrittenProvider({ readDirectory })] },
          { staleIfErrorSeconds: 0 },
        );
        const declared = defineSettings({ found: setting('FOUND') }, { onError: asListener(listener) });
        await service.run(async () => {
          await declared.load();
          const subscription = declared.onChange('found', listener);
          await declared.refresh();
          await turns();
          reads = 10;
          await service.config.refresh();
          await turns(10);
          subscription[Symbol.dispose]();
          await service.config.close();
        });
      }
    }
  },

  'retryOn throws and rejects': async () => {
    const service = new Service({ providers: [new WrittenProvider({})] });
    const declared = defineSettings({ found: secret('FOUND') });
    for (const retryOn of [...failingWith(new Error('retryOn')), foreignRejection]) {
      const using = service.run(() => declared.withSecret('found', down, { retryOn: retryOn as never }));
      await failureOf(using);
    }
  },

  'a schema throws, rejects and gives anything': async () => {
    const things = hostileThings().map(([, thing]) => thing);
    const validations: readonly ((value: unknown) => unknown)[] = [
      down,
      foreignRejection,
      () => ({ then: (_: unknown, reject: (error: Error) => void) => setImmediate(() => reject(new Error('late'))) }),
      ...things.flatMap(failingWith),
      ...things.map((thing) => () => thing),
      ...things.map((thing) => () => ({ value: thing })),
      ...things.map((thing) => () => ({ issues: [thing] })),
    ];
    for (const validate of validations) {
      const service = new Service({ providers: [new WrittenProvider({})] });
      const declared = defineSettings({ found: setting('FOUND', schemaOf(validate)) });
      await service.run(async () => {
        await declared.load().catch(() => undefined);
        await declared.explain().catch(() => undefined);
        for (const describe of [() => declared.document(), () => declared.envExample()]) {
          try {
            await describe();
          } catch {
            // A schema that cannot be described is an error of the call, and no end of the process.
          }
        }
      });
      await turns(1);
    }
  },

  'a signal cannot be listened to, throws, or fires with anything': async () => {
    const slow = new WrittenProvider({
      readDirectory: async () => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        throw new Error('down');
      },
    });
    const throwing = (): never => {
      throw new Error('signal');
    };
    const signals: unknown[] = [
      { throwIfAborted: () => undefined },
      { throwIfAborted: throwing },
      { throwIfAborted: () => undefined, addEventListener: throwing, removeEventListener: throwing },
      runInNewContext('({ throwIfAborted() {}, addEventListener(_, fire) { fire(); }, removeEventListener() {} })'),
    ];
    for (const signal of signals) {
      const service = new Service({ providers: [slow] });
      await failureOf(service.get('FOUND', signal as AbortSignal));
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    for (const [, thing] of hostileThings()) {
      const aborting = new AbortController();
      const service = new Service({ providers: [slow] });
      const failing = failureOf(service.get('FOUND', aborting.signal));
      aborting.abort(thing);
      await failing;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  },

  'memory is watched by a listener that fails': async () => {
    const service = new Service({ providers: [new WrittenProvider({})] });
    service.localCache.onReset(() => {
      throw new Error('listener');
    });
    service.localCache.onReset(asListener(down));
    await service.run(() => service.config.refresh());
    assert.equal(await service.get('FOUND'), 'value');
  },

  'a clock throws while a source is read': async () => {
    let isBroken = false;
    class BrokenClock extends Clock {
      override nowMs(): number {
        if (isBroken) throw new Error('clock');
        return super.nowMs();
      }
    }
    const readDirectory = async (): Promise<never> => {
      await turns(1);
      isBroken = true;
      throw new Error('down');
    };
    const service = new Service({ providers: [new WrittenProvider({ readDirectory })] }, {}, [new BrokenClock()]);
    await failureOf(service.get('FOUND'));
    isBroken = false;
    await service.run(() => service.config.close());
  },

  'onCall of the local AWS throws and rejects': async () => {
    for (const [, thing] of hostileThings()) {
      for (const onCall of failingWith(thing)) {
        const aws = await startLocalAws({
          seed: { ssm: { '/orders/prod/FOUND': 'value' } },
          onCall: asListener(onCall),
        });
        const client = new SSMClient(clientOptions(aws.url));
        const { Parameters: found } = await client.send(new GetParametersByPathCommand({ Path: '/orders/prod' }));
        assert.equal(found?.[0]?.Value, 'value');
        client.destroy();
        await aws.close();
      }
    }
  },

  'clients are closed while they are made': async () => {
    const aws = await startLocalAws({ seed: { ssm: { '/orders/prod/FOUND': 'value' } } });
    const clients = new AwsClients(clientOptions(aws.url));
    const service = new Service({}, {}, [clients]);
    const looking = service.get('FOUND').catch((error: unknown) => error);
    const warming = service.run(() => service.config.warm());
    await clients.close();
    await Promise.all([looking, warming]);
    await service.run(() => service.config.close());
    await aws.close();
  },
};
