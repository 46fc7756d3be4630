import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AwsClients, type Cacher, DynamoCacher, Logger, type LogTarget, SsmProvider } from '../../src/index';
import { startLocalAws } from '../../src/testing';
import { clientOptions } from '../cache/fleet-process';
import { gate, StubCacher } from '../chain/doubles';
import { failureOf, itemOf, type Scenarios, Service, turns, WrittenProvider } from './scenario';

/** Makes the settings invalid while work goes on, until the scenario ends. */
function spoilt(scenario: (spoil: () => void) => Promise<unknown>): () => Promise<unknown> {
  return async () => {
    try {
      await scenario(() => (process.env['XCON_LOG_LEVEL'] = 'loud'));
    } finally {
      delete process.env['XCON_LOG_LEVEL'];
    }
  };
}

const down = (): Promise<never> => Promise.reject(new Error('down'));

export const logScenarios: Scenarios = {
  'XCON_LOG_LEVEL becomes invalid while rows are written': spoilt(async (spoil) => {
    const aws = await startLocalAws({ seed: { ssm: { '/orders/prod/FOUND': 'value' } } });
    const others = [new AwsClients(clientOptions(aws.url)), new Logger()];
    const service = new Service({ providers: [SsmProvider], cacher: DynamoCacher }, {}, others);
    await service.run(() => service.config.get('FOUND'));
    aws.setFaults([{ target: 'BatchWriteItem|PutItem|Query', status: 500 }]);
    await service.run(() => service.config.refresh());
    const looking = service.run(() => service.config.get('FOUND').catch(() => undefined));
    spoil();
    await looking;
    await service.run(() => service.config.flush());
    await failureOf(service.get('OTHER'));
    delete process.env['XCON_LOG_LEVEL'];
    assert.equal(await service.get('FOUND'), 'value');
    await service.run(() => service.config.close());
    await aws.close();
  }),

  'XCON_LOG_LEVEL becomes invalid while a refresh goes on in the background': spoilt(async (spoil) => {
    const lease = gate<{ release(): Promise<void> }>();
    const provider = new WrittenProvider({ readDirectory: down });
    const found = { kind: 'found' as const, item: itemOf('found', 'value'), refresh: lease.promise };
    const service = new Service({ providers: [provider], cacher: new StubCacher({ found }) }, {}, [new Logger()]);
    assert.equal(await service.get('FOUND'), 'value');
    spoil();
    lease.open({ release: down });
    await turns();
    await service.run(() => service.config.flush());
  }),

  'XCON_LOG_LEVEL becomes invalid while a watch looks': spoilt(async (spoil) => {
    const look = gate<number>();
    class Watched extends StubCacher {
      override readGeneration(): Promise<number> {
        return look.promise;
      }
    }
    const cacher: Cacher = new Watched();
    const service = new Service({ providers: [new WrittenProvider({})], cacher }, {}, [new Logger()]);
    await service.run(() => service.config.watch({ everySeconds: 0.001 }));
    await new Promise((resolve) => setTimeout(resolve, 20));
    spoil();
    look.fail(new Error('down'));
    await new Promise((resolve) => setTimeout(resolve, 20));
    await service.run(() => service.config.close());
  }),

  'XCON_LOG_LEVEL becomes invalid while the sealed file cannot be written': spoilt(async (spoil) => {
    const lastKnownGood = { file: join(tmpdir(), 'there', 'is', 'no', 'such', 'folder'), key: randomBytes(32) };
    const service = new Service({ providers: [new WrittenProvider({})] }, { lastKnownGood }, [new Logger()]);
    assert.equal(await service.get('FOUND'), 'value');
    spoil();
    await service.run(() => service.config.flush());
    delete process.env['XCON_LOG_LEVEL'];
    await service.run(() => service.config.get('FOUND', undefined, { fresh: true }));
    await service.run(() => service.config.flush());
    await service.run(() => service.config.close());
  }),

  'a logger of the user’s throws, rejects and lacks methods': async () => {
    const throwing = (): never => {
      throw new Error('disk full');
    };
    const targets = [
      { warn: throwing, debug: throwing, isLevelEnabled: throwing },
      { warn: down, debug: down },
      {},
      new Proxy({}, { get: throwing }),
    ];
    for (const target of targets) {
      const logger = new Logger(target as unknown as LogTarget);
      const service = new Service({ providers: [new WrittenProvider({ readDirectory: down })] }, {}, [logger]);
      await failureOf(service.get('FOUND'));
      await service.run(() => service.config.explain('FOUND'));
      await service.run(() => service.config.close());
    }
  },
};
