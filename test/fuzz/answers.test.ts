import {
  AwsClients,
  Config,
  DynamoCacher,
  DynamoProvider,
  isConfigError,
  LocalCache,
  type Provider,
  type SettingsValues,
  SecretsProvider,
  SsmProvider,
  XconSettings,
} from '../../src/index';
import { withoutVariables } from '../config/doubles';
import { isolated, RecordedLog } from '../chain/doubles';
import { fc } from '../setup/fast-check';
import { attributes, expectCleanPrototypes, jsonValues, mostly, runs, texts } from './inputs';
import { testKey } from '../base/test-key';

withoutVariables();
afterEach(expectCleanPrototypes);

const region = (): Promise<string> => Promise.resolve('us-east-1');
const maxAttempts = (): Promise<number> => Promise.resolve(1);

/** A client that gives prepared answers by the name of the command. */
function clientOf(answers: Readonly<Record<string, unknown>>): object {
  const send = (command: object): Promise<unknown> =>
    Promise.resolve(answers[command.constructor.name.replace(/Command$/, '')] ?? {});
  return { config: { region, maxAttempts }, send };
}

interface Outcome {
  readonly value: unknown;
  readonly log: RecordedLog;
}

/** Looks up a name in a process of its own. Gives its value, or one of our errors. */
async function lookUp(
  clients: Readonly<Record<string, object>>,
  options: {
    readonly providers: readonly (new () => Provider)[];
    readonly cached?: boolean;
    readonly settings?: Partial<SettingsValues>;
    readonly name?: string;
  },
): Promise<Outcome> {
  const log = new RecordedLog();
  const settings = new XconSettings({ service: 'orders', environment: 'prod', ...options.settings });
  const own = new AwsClients(clients);
  const value: unknown = await isolated([log.logger(), new LocalCache(), own, settings], async () => {
    const config = new Config({
      providers: [...options.providers],
      cacher: options.cached === true ? DynamoCacher : null,
    });
    try {
      const found = await config.get(options.name ?? 'db_host');
      const explained = await config.explain(options.name ?? 'db_host');
      expect(typeof String(explained)).toBe('string');
      return found;
    } catch (error) {
      if (isConfigError(error)) return error;
      throw error;
    } finally {
      await config.flush();
    }
  });
  return { value, log };
}

const paths = fc.constantFrom('/orders/prod/db_host', '/orders/prod/DB_HOST', '/global/all/db_host', '/orders/prod/');
const names = fc.oneof(paths, texts);
const token = fc.constant(undefined);

/** How many entries a page has: each is an input of its own. */
const entriesPerPage = 20;
const pages = Math.ceil(runs / entriesPerPage);
const many = (entry: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.array(entry, { minLength: entriesPerPage, maxLength: entriesPerPage });

describe('whatever is answered', () => {
  it('by SSM, a lookup gives a value, none, or a ProviderError', async () => {
    const parameter = mostly({
      Name: names,
      Value: texts,
      Type: fc.constantFrom('String', 'SecureString', 'StringList'),
      Version: fc.nat(),
    });
    const page = mostly({ Parameters: many(parameter), NextToken: token });
    await fc.assert(
      fc.asyncProperty(page, async (answer) => {
        const ssm = clientOf({ GetParametersByPath: answer });

        const { value } = await lookUp({ ssm }, { providers: [SsmProvider] });

        if (value instanceof Error) expect(value).toMatchObject({ code: 'PROVIDER_FAILED' });
        else expect(['string', 'undefined']).toContain(typeof value);
      }),
      { numRuns: pages },
    );
  });

  it('by SSM to names, a lookup gives a value, none, or a ProviderError', async () => {
    const parameter = mostly({ Name: names, Value: texts, Type: fc.constantFrom('String', 'SecureString') });
    const page = mostly({ Parameters: many(parameter), InvalidParameters: fc.array(names) });
    await fc.assert(
      fc.asyncProperty(page, async (answer) => {
        const ssm = clientOf({ GetParameters: answer, GetParametersByPath: answer });

        const { value } = await lookUp({ ssm }, { providers: [SsmProvider], settings: { strategy: 'names' } });

        if (value instanceof Error) expect(value).toMatchObject({ code: 'PROVIDER_FAILED' });
        else expect(['string', 'undefined']).toContain(typeof value);
      }),
      { numRuns: pages },
    );
  });

  it('by Secrets Manager, a lookup gives a value, none, or a ProviderError', async () => {
    const entry = mostly({ Name: names, ARN: texts, NextRotationDate: fc.date({ noInvalidDate: false }) });
    const list = mostly({ SecretList: many(entry), NextToken: token });
    const secret = mostly({ Name: names, SecretString: texts, SecretBinary: fc.uint8Array(), VersionId: texts });
    const batch = mostly({
      SecretValues: many(secret),
      Errors: fc.array(mostly({ SecretId: names, ErrorCode: texts })),
    });
    await fc.assert(
      fc.asyncProperty(list, secret, batch, async (ListSecrets, GetSecretValue, BatchGetSecretValue) => {
        const secretsManager = clientOf({ ListSecrets, GetSecretValue, BatchGetSecretValue });

        const { value } = await lookUp({ secretsManager }, { providers: [SecretsProvider] });

        if (value instanceof Error) expect(value).toMatchObject({ code: 'PROVIDER_FAILED' });
        else expect(value === undefined || typeof value === 'string' || value instanceof Uint8Array).toBe(true);
      }),
      { numRuns: pages },
    );
  });

  it('by the configuration table, a lookup gives a value, none, or a ProviderError', async () => {
    const text = (value: fc.Arbitrary<string>): fc.Arbitrary<unknown> => value.map((S) => ({ S }));
    const row = mostly({
      app_key: text(fc.constant('/orders/prod')),
      name_key: text(fc.oneof(fc.constant('db_host'), texts)),
      real_name: text(fc.constantFrom('db_host', 'DB_HOST')),
      value: attributes,
      ttl: texts.map((N) => ({ N })),
    });
    const page = mostly({ Items: many(row), LastEvaluatedKey: token });
    await fc.assert(
      fc.asyncProperty(page, async (answer) => {
        const dynamo = clientOf({ Query: answer });

        const { value } = await lookUp({ dynamo }, { providers: [DynamoProvider] });

        if (value instanceof Error) expect(value).toMatchObject({ code: 'PROVIDER_FAILED' });
      }),
      { numRuns: pages },
    );
  });

  it('by the cache table, a lookup gives what the table says or what the source says, and never fails', async () => {
    const plainKey = 'db_host|+|/orders/prod|/orders/all|/global/prod|/global/all|+|ssm';
    const text = (...values: string[]): fc.Arbitrary<unknown> => fc.constantFrom(...values).map((S) => ({ S }));
    const row = mostly({
      app_key: text('/orders/prod'),
      name_key: text(
        plainKey,
        `${plainKey}|+|xcon:ref`,
        `${plainKey}|+|xcon:sealed:a1`,
        '~xcon|gen',
        '~xcon|key|a1',
        '~xcon|lease|ab',
      ),
      real_name: text('db_host', '~xcon-lease'),
      real_directory: text('/orders/prod', '/_nonExistent'),
      source: text('ssm - /orders/prod'),
      ttl: fc.constantFrom('99999999999', '1', 'x').map((N) => ({ N })),
      created_at: text('2026-01-01T00:00:00+00:00', 'yesterday'),
      cache_concat_directory_paths: text('/orders/prod|/orders/all|/global/prod|/global/all'),
      cache_concat_provider_names: text('ssm'),
      value: attributes,
      xcon_chain: attributes,
      xcon_sealed: attributes,
      xcon_ref: attributes,
      xcon_gen: attributes,
      xcon_state: attributes,
      xcon_owner: attributes,
      xcon_until_ms: attributes,
    });
    const page = mostly({ Items: many(row), LastEvaluatedKey: token });
    const written = mostly({ UnprocessedItems: fc.constant({}) });
    const settings = { cacheSecrets: 'encrypt' as const, cacheKeys: [testKey(1).toString('base64')] };
    await fc.assert(
      fc.asyncProperty(page, written, async (Query, BatchWriteItem) => {
        const dynamo = clientOf({ Query, BatchWriteItem });
        const ssm = clientOf({ GetParametersByPath: { Parameters: [{ Name: '/orders/prod/db_host', Value: 'db' }] } });

        const { value } = await lookUp({ dynamo, ssm }, { providers: [SsmProvider], cached: true, settings });

        expect(value).not.toBeInstanceOf(Error);
      }),
      { numRuns: pages },
    );
  });

  it('under a name that means something to JavaScript, it is a name like any other', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('__proto__', 'constructor', 'toString', 'then'), texts, async (name, Value) => {
        const ssm = clientOf({ GetParametersByPath: { Parameters: [{ Name: `/orders/prod/${name}`, Value }] } });
        const nothing = clientOf({ GetParametersByPath: { Parameters: [] } });

        const found = await lookUp({ ssm }, { providers: [SsmProvider], name });
        const missing = await lookUp({ ssm: nothing }, { providers: [SsmProvider], name });

        expect([found.value, missing.value]).toEqual([Value, undefined]);
      }),
      { numRuns: Math.ceil(runs / 40) },
    );
  });
});

it('rows that are no rows do not keep the others of a partition from being read', async () => {
  const good = { name_key: { S: 'db_host' }, value: { S: 'db' } };
  await fc.assert(
    fc.asyncProperty(fc.array(jsonValues, { maxLength: 3 }), async (bad) => {
      const dynamo = clientOf({ Query: { Items: [...bad, good] } });

      const { value } = await lookUp({ dynamo }, { providers: [DynamoProvider] });

      expect(value).toBe('db');
    }),
    { numRuns: Math.ceil(runs / 10) },
  );
});
