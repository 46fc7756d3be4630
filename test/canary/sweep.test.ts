import { createHash } from 'node:crypto';
import { PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { z } from 'zod';
import * as xcon from '../../src/index';
import { fakeProvider, testConfig, toResolveFrom } from '../../src/testing/index';
import { type LocalAws, startLocalAws } from '../../src/local-aws/local-aws';
import { withoutVariables } from '../config/doubles';
import { fc } from '../setup/fast-check';
import { CanaryProcess, digitsOf, inTable, plainNames, plant } from './canary-process';
import { inspected, leaksIn, renderingsOf } from './renderings';
import { thingsOf } from './things';
import { testKey } from '../base/test-key';

withoutVariables();

let aws: LocalAws;

beforeAll(async () => {
  aws = await startLocalAws();
});

afterEach(() => aws.setFaults([]));

afterAll(() => aws.close());

/** Texts that appear nowhere by chance, with what JSON, HTML and shells quote in them. */
const canaries = fc.stringMatching(/^[A-Za-z0-9+/"'\\<&$ ]{24}$/).map((text) => `cnry${text}cnry`);
const credentials = { accessKeyId: 'not-a-real-key', secretAccessKey: 'not-a-real-secret' };
/** The ways of caching secrets that keep none in plain. */
const modes: readonly (readonly [string, Partial<xcon.SettingsValues>])[] = [
  ['reference', {}],
  ['encrypt and a key', { cacheSecrets: 'encrypt', cacheKeys: [testKey(7).toString('base64')] }],
  ['encrypt and KMS', { cacheSecrets: 'encrypt', cacheKmsKeyId: 'arn:aws:kms:us-east-1:111122223333:key/cache' }],
  ['never', { cacheSecrets: 'never' }],
];

/** Starts from nothing, with a secret in every source. */
async function begin(canary: string, settings: Partial<xcon.SettingsValues>): Promise<CanaryProcess> {
  aws.setFaults([]);
  for (const table of ['global-all-configCache', 'global-all-config']) await aws.deleteTable(table);
  await plant(aws, canary);
  return new CanaryProcess(aws, canary, settings);
}

/** Refuses all but numbers. */
const pathOfNumber = z.number();

/** Gives the forms of a secret that a text has, wherever the secret is stored. */
function leaksOf(text: string, canary: string): readonly string[] {
  const digits = text.includes(digitsOf(canary).slice(0, 24)) ? ['digits'] : [];
  return [...leaksIn(text, canary), ...leaksIn(text, inTable(canary)), ...digits];
}

it.each(
  modes.flatMap(([mode, settings]) =>
    (['listing', 'names'] as const).map((strategy) => [mode, strategy, settings] as const),
  ),
)(
  'with cacheSecrets %s and the strategy %s, no object, text, page, error, log line or row shows a secret',
  async (_, strategy, settings) => {
    await fc.assert(
      fc.asyncProperty(canaries, async (canary) => {
        const process = await begin(canary, { ...settings, strategy });
        try {
          await process.run(async () => {
            expect(await process.config.get('TOKEN')).toBe(canary);
            const cold = await thingsOf(process, canary);
            await process.config.flush();
            await process.config.refresh();
            const warm = await thingsOf(process, canary);
            process.log.fatal({ ...cold, err: cold['ProviderError']?.[0] }, 'everything');

            const leaking = Object.keys(cold).filter((name) => {
              const texts = [cold, warm].flatMap((things) => (things[name] ?? []).map(renderingsOf)).join('\n');
              return leaksOf(texts, canary).length > 0;
            });

            expect(Object.keys(cold).toSorted()).toEqual(Object.keys(xcon).toSorted());
            expect(leaking).toEqual([]);
          });
          expect(process.logged).toContain('lookup.hit');
          expect(leaksOf(process.logged, canary)).toEqual([]);
          for (const command of [
            /BatchGetSecretValueCommand/,
            /GetSecretValueCommand/,
            /GetParameters(ByPath)?Command/,
          ])
            expect(process.sdkLogged).toMatch(command);
          expect(leaksIn(process.sdkLogged, canary)).toEqual([]);
          expect(leaksIn(renderingsOf(await aws.rows('global-all-configCache')), canary)).toEqual([]);
        } finally {
          await process.close();
        }
      }),
      { numRuns: 1 },
    );
  },
);

it('an explanation masks plain parameters that are secrets by name or content: as data, text and page', async () => {
  await fc.assert(
    fc.asyncProperty(canaries, async (canary) => {
      const process = await begin(canary, {});
      try {
        await process.run(async () => {
          const values = await Promise.all(plainNames.map((name) => process.config.getString(name)));
          const [secret] = values;
          expect(values.every((each) => secret !== undefined && each?.includes(secret))).toBe(true);
          for (const name of plainNames) {
            const explanation = await process.config.explain(name);
            const texts = [
              renderingsOf(explanation),
              explanation.toString(),
              explanation.toHtml(),
              JSON.stringify(explanation),
            ];
            expect(explanation.places.map(({ outcome }) => outcome)).toContain('found');
            for (const each of texts) {
              expect(each).toContain('********');
              expect(leaksOf(each, canary)).toEqual([]);
            }
          }
        });
        expect(leaksOf(process.logged, canary)).toEqual([]);
      } finally {
        await process.close();
      }
    }),
    { numRuns: 3 },
  );
});

it('a secret that is used as the name of a setting is shown escaped, and looked up as any other name', async () => {
  await fc.assert(
    fc.asyncProperty(canaries, async (canary) => {
      const process = await begin(canary, {});
      const name = `${canary.replaceAll(/[/\\"'<&$ ]/g, '-')}\u202e\u001b[31m`;
      const config = new xcon.Config({ providers: [xcon.SsmProvider], overrides: { [name]: 'overridden' } });
      const declared = xcon.defineSettings({
        missing: xcon.setting(`${name}_1`),
        wrong: xcon.setting(name, pathOfNumber),
      });
      try {
        await process.run(async () => {
          const explanation = await config.explain([name, `${name}_1`]);
          const errors = await Promise.all(
            [
              () => config.require(`${name}_1`),
              () => config.getNumber(name),
              () => xcon.withDependencies([config], () => declared.load()),
            ].map((each) =>
              each().then(
                () => undefined,
                (error: unknown) => error as xcon.ConfigError,
              ),
            ),
          );

          expect(await config.get(name)).toBe('overridden');
          expect(await config.get(name.toUpperCase())).toBe('overridden');
          expect(await config.get(`${name}_1`)).toBeUndefined();
          expect(errors.map((each) => each?.code)).toEqual(['CONFIG_NOT_FOUND', 'INVALID_VALUE', 'SETTINGS_INVALID']);
          const texts = [explanation.toString(), explanation.toHtml(), ...errors.map((each) => each?.message ?? '')];
          for (const each of [...texts, process.logged]) {
            expect(['\u202e', '\u001b'].filter((control) => each.includes(control))).toEqual([]);
            // Its value is nowhere beside its name.
            expect(each).not.toContain(canary);
          }
          for (const each of texts) expect(each).toContain('\\u202e\\u001b[31m');
        });
      } finally {
        await process.close();
      }
    }),
    { numRuns: 3 },
  );
});

it('util.inspect shows no secret, key or credential with any options, except through getters that return values', async () => {
  await fc.assert(
    fc.asyncProperty(canaries, async (canary) => {
      // Its first half is recognized; a key that is all text is refused.
      const random = createHash('sha256').update(canary).digest().subarray(0, 16);
      const key = Buffer.concat([Buffer.from(canary).subarray(0, 16), random]);
      const sealed = { cacheSecrets: 'encrypt' as const, cacheKeys: [key.toString('base64')] };
      const process = await begin(canary, sealed);
      const given = new xcon.XconSettings({ ...sealed, lastKnownGood: { file: '/var/lib/answers', key } });
      try {
        await process.run(async () => {
          expect(await process.config.get('TOKEN')).toBe(canary);
          const things = {
            ...(await thingsOf(process, canary)),
            settings: [given, process.settings.resolve(), given.resolve().lastKnownGood],
          };
          await process.config.flush();
          const shownBy = (getters: boolean): readonly string[] =>
            Object.entries(things)
              // The getters of some schemas cannot be called from outside: the schema cannot be used afterwards.
              .filter(([name]) => !getters || !/^(defineSettings|secret|setting)$/.test(name))
              .filter(([, all]) => all.some((each) => leaksOf(inspected(each, { getters }), canary).length > 0))
              .map(([name]) => name);

          expect(shownBy(false)).toEqual([]);
          expect(shownBy(true)).toEqual(['DirectoryItem', 'DirectoryListing', 'xconSettings', 'settings']);
        });
      } finally {
        await process.close();
      }
    }),
    { numRuns: 2 },
  );
}, 120_000);

it('the helpers for tests show no secret: fake providers and Configs, the log of requests, matchers', async () => {
  await fc.assert(
    fc.asyncProperty(canaries, async (canary) => {
      const values = { '/orders/prod/TOKEN': canary, TOKEN: canary };
      const fakes = [fakeProvider(values), fakeProvider(values, { as: xcon.SecretsProvider })];
      const given = testConfig({ PASSWORD: canary }, { defaults: { TOKEN: canary }, providers: fakes, cacher: null });
      await aws.seed({ secrets: { '/orders/prod/TOKEN': canary } });
      const client = new SecretsManagerClient({ endpoint: aws.url, region: 'us-east-1', credentials });
      await client.send(new PutSecretValueCommand({ SecretId: '/orders/prod/TOKEN', SecretString: canary }));
      client.destroy();

      const [found, matched] = await given.run(async () => [
        await xcon.config.get('PASSWORD'),
        (await toResolveFrom('TOKEN', 'ssm')).message(),
      ]);

      expect(found).toBe(canary);
      const objects = [...fakes, given, aws.calls, aws.calls.all, matched];
      expect(leaksIn(objects.map(renderingsOf).join('\n'), canary)).toEqual([]);
      expect(leaksIn(objects.map((each) => inspected(each, { getters: true })).join('\n'), canary)).toEqual([]);
    }),
    { numRuns: 5 },
  );
});
