import assert from 'node:assert/strict';
import { AwsClients, Config, defineSettings, secret, SecretsProvider, SsmProvider } from '../../src/index';
import { type LocalAwsFault, startLocalAws } from '../../src/testing';
import { clientOptions } from '../cache/fleet-process';
import { failureOf, secretOf, type Scenarios, Service, WrittenProvider } from './scenario';

/** More than five, so that Secrets Manager is asked for all at once. */
const names = ['A', 'B', 'C', 'D', 'E', 'F'];

/** Declares the secrets as a module of a service does. */
function declare() {
  return defineSettings(Object.fromEntries(names.map((name) => [name, secret(name)])));
}

/** Uses the secrets in two modules at the same time, while each is refused at its server. */
async function useTwice(service: Service): Promise<void> {
  const refused = Object.assign(new Error('password authentication failed'), { code: '28P01' });
  const modules = [declare(), declare()];
  const uses = modules.flatMap((module) =>
    names.map((name) =>
      service.run(() =>
        failureOf(module.withSecret(name, (_value: unknown, _versions: unknown) => Promise.reject(refused))),
      ),
    ),
  );
  for (const { error } of await Promise.all(uses)) assert.equal(error, refused);
}

async function withAws(faults: readonly LocalAwsFault[], use: (service: Service) => Promise<void>): Promise<void> {
  const ssm = Object.fromEntries(
    names.map((name) => [`/orders/prod/${name}`, { type: 'SecureString' as const, value: `ssm-${name}` }]),
  );
  for (const [Kind, seed] of [
    [SecretsProvider, { secrets: Object.fromEntries(names.map((name) => [`/orders/prod/${name}`, `secret-${name}`])) }],
    [SsmProvider, { ssm }],
  ] as const) {
    const aws = await startLocalAws({ seed });
    const clients = new AwsClients(clientOptions(aws.url));
    const service = new Service({ providers: [Kind] }, {}, [clients]);
    await service.run(() => Config.grab().load(names));
    aws.setFaults(faults);
    await use(service);
    aws.setFaults([]);
    await service.run(() => service.config.close());
    await aws.close();
  }
}

export const rereadScenarios: Scenarios = {
  'two modules read a secret again while the source fails': () =>
    withAws([{ target: 'GetSecretValue|BatchGetSecretValue|GetParameters', status: 500 }], useTwice),

  'two modules read a secret again while the source drops connections': () =>
    withAws([{ target: 'GetSecretValue|BatchGetSecretValue|GetParameters', dropConn: true }], useTwice),

  'two modules read a secret again while the source refuses': () =>
    withAws([{ target: 'GetSecretValue|BatchGetSecretValue|GetParameters', type: 'AccessDeniedException' }], useTwice),

  'a secret is read, read again and read at its previous version at the same time, while the source fails':
    async () => {
      let isDown = false;
      const read = (): Promise<unknown> =>
        isDown ? Promise.reject(new Error('down')) : Promise.resolve(secretOf('TOKEN', 'first'));
      const methods = {
        readSecrets: (asked: readonly { readonly exactName: string }[]) =>
          new Map(asked.map(({ exactName }) => [exactName, read()])),
        readPreviousSecret: () => Promise.reject(new Error('down')),
      };
      const provider = new WrittenProvider(methods, { name: 'secrets', readsByName: true });
      const service = new Service({ providers: [provider], strategy: 'names' });
      const declared = defineSettings({ token: secret('TOKEN') });
      assert.equal(await service.get('TOKEN'), 'first');
      isDown = true;
      const refused = Object.assign(new Error('denied'), { status: 401 });
      const use = (_value: unknown, _versions: unknown): Promise<never> => Promise.reject(refused);
      const uses = Array.from({ length: 4 }, () => service.run(() => failureOf(declared.withSecret('token', use))));
      const reads = Array.from({ length: 4 }, () =>
        service.run(() => service.config.get('TOKEN', undefined, { fresh: true })),
      );
      await Promise.allSettled([...uses, ...reads]);
    },
};
