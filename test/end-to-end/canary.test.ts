import { inspect } from 'node:util';
import { type Explanation, SecretsProvider, SsmProvider } from '../../src/index';
import { rejection } from '../chain/doubles';
import { fc } from '../setup/fast-check';
import { leaks, saidBy, saidByError } from './said-by';
import { AwsWorld, ordersConfig } from './world';

let world: AwsWorld;

beforeAll(async () => {
  world = await AwsWorld.start();
});

afterAll(() => world.close());

/** Texts that appear nowhere by chance: long, and unlike anything that an error or a log says. */
const canaries = fc.stringMatching(/^[A-Za-z0-9+/]{24}$/).map((text) => `cnry${text}`);

/** Stores a secret in every way that there is. */
function store(canary: string): void {
  world.aws.putSecret('/orders/prod/token', canary);
  world.aws.putSecret('/orders/prod/bytes', Buffer.from(canary));
  world.aws.putParameter('/orders/prod/secure', { value: canary, type: 'SecureString' });
  world.aws.putParameter('/orders/all/token', { value: canary, type: 'SecureString' });
  world.aws.putParameter('/orders/prod/json', { value: `{"key": ${canary}}`, type: 'SecureString' });
}

const names = ['token', 'bytes', 'secure', 'json'];

it('a secret is given to the code that asks for it, and to no other', async () => {
  await fc.assert(
    fc.asyncProperty(canaries, async (canary) => {
      store(canary);
      world.log.lines.length = 0;
      world.aws.calls.clear();

      await world.run(async () => {
        const config = ordersConfig({ defaults: { other: 1 } });
        await config.refresh();
        const snapshot = await config.load(names);
        const items = await Promise.all(names.map((name) => config.getItem(name)));
        const explanations: readonly Explanation[] = await Promise.all(names.map((name) => config.explain(name)));
        const errors = await Promise.all([
          rejection(() => config.getNumber('token')),
          rejection(() => config.getBoolean('secure')),
          rejection(() => config.getJson('json')),
          rejection(() => config.getJson('token')),
          rejection(() => config.getString('bytes')),
          rejection(() => Promise.resolve().then(() => snapshot.getJson('json'))),
          rejection(() => Promise.resolve().then(() => snapshot.getNumber('token'))),
        ]);
        const chain = [...config.providerChain];
        const things = [config, config.providerChain, config.directoryChain, config.overrides, ...chain, ...items];

        const said = [
          ...things.map(saidBy),
          ...explanations.map(saidBy),
          ...explanations.map(({ places }) => saidBy(places)),
          ...errors.map(saidByError),
          saidBy(world.localCache),
          saidBy(world.clients),
          inspect(snapshot, { depth: 10 }),
          JSON.stringify(snapshot),
          JSON.stringify(world.log.lines),
          inspect(world.log.lines, { depth: 10 }),
        ].join('\n');

        expect(await config.get('token')).toBe(canary);
        expect(snapshot.get('secure')).toBe(canary);
        expect(errors.map(({ name }) => name)).toEqual(Array.from({ length: 7 }, () => 'InvalidValueError'));
        expect(leaks(canary, said)).toEqual([]);
      });
    }),
    { numRuns: 8 },
  );
});

it('a secret in an answer that cannot be understood is not shown either', async () => {
  await fc.assert(
    fc.asyncProperty(canaries, fc.nat(4), async (canary, kind) => {
      const bodies = [
        `{"SecretString": "${canary}"`,
        `<html>${canary}</html>`,
        `{"SecretString": ${canary}}`,
        `${canary}`,
        `{"Name": "x", "SecretString": {"a": "${canary}"}, `,
      ];
      world.aws.putSecret('/orders/prod/token', 'other');
      world.aws.setFaults([{ target: 'GetSecretValue|ByPath', body: 'prod', raw: { body: bodies[kind] ?? '' } }]);
      world.log.lines.length = 0;

      await world.run(async () => {
        for (const providers of [[SecretsProvider], [SsmProvider]]) {
          const config = ordersConfig({ providers });
          await config.refresh();
          const error = await rejection(() => config.get('token'));
          const explanation = await config.explain('token');

          expect(error.name).toBe('ProviderError');
          expect(saidByError(error)).not.toContain(canary);
          expect(saidBy(explanation)).not.toContain(canary);
        }
      });
      expect(inspect(world.log.lines, { depth: 10 })).not.toContain(canary);
    }),
    { numRuns: 10 },
  );
});

it('a value that a name or a place makes a secret is masked wherever it is explained', async () => {
  world.aws.setFaults([]);
  await fc.assert(
    fc.asyncProperty(canaries, async (canary) => {
      world.aws.putSecret('/global/all/hidden', canary);
      world.aws.putParameter('/orders/prod/hidden', canary);
      world.aws.putParameter('/orders/prod/db_password', canary);

      const explanations = await world.run(async () => {
        const config = ordersConfig({ overrides: { hidden: canary }, defaults: { db_password: canary } });
        await config.refresh();
        return Promise.all([config.explain('hidden'), config.explain('DB_PASSWORD')]);
      });

      expect(explanations.map(saidBy).join('\n')).not.toContain(canary);
    }),
    { numRuns: 5 },
  );
});
