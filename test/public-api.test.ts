import * as core from 'xcon/core';
import * as http from 'xcon/http';
import * as lambda from 'xcon/lambda';
import * as middy from 'xcon/middy';
import * as nestjs from 'xcon/nestjs';
import * as otel from 'xcon/otel';
import * as xcon from 'xcon';
import * as entries from 'xcon/entries';

/** What code can import, types left aside. A change of this list is a change of the API. */
const names = [
  'AppConfigProvider',
  'AwsClients',
  'Cacher',
  'CacherError',
  'Clock',
  'Config',
  'ConfigError',
  'ConfigNotFoundError',
  'ConfigSnapshot',
  'Context',
  'ContextError',
  'Default',
  'Dependency',
  'Directory',
  'DirectoryChain',
  'DirectoryItem',
  'DirectoryListing',
  'DynamoCacher',
  'DynamoProvider',
  'EnvFileProvider',
  'EnvProvider',
  'Explanation',
  'ExplanationSet',
  'InvalidDirectoryError',
  'InvalidNameError',
  'InvalidSettingsError',
  'InvalidValueError',
  'LocalCache',
  'Logger',
  'NotLoadedError',
  'Provider',
  'ProviderChain',
  'ProviderError',
  'Random',
  'Secret',
  'SecretsProvider',
  'SettingsValidationError',
  'SsmProvider',
  'Unavailable',
  'WriteError',
  'XconSettings',
  'config',
  'defineSettings',
  'iamPolicy',
  'isConfigError',
  'isCredentialsRefused',
  'provideAppConfig',
  'provideExplanations',
  'provideHealth',
  'provideKms',
  'provideLastKnownGood',
  'provideOperations',
  'provideWatches',
  'registerDependencies',
  'registerIn',
  'secret',
  'setWiring',
  'setting',
  'withDependencies',
  'xconSettings',
];

type Entry = typeof xcon;

/** Loads an entry point as a process does that has loaded nothing yet, and gives the packages that it loads. */
function freshly(path: '../src/index' | '../src/core'): { readonly entry: Entry; readonly loaded: readonly string[] } {
  const packages = ['ssm', 'secrets-manager', 'dynamodb', 'kms'].map((name) => `@aws-sdk/client-${name}`);
  const loaded: string[] = [];
  let entry: Entry | undefined;
  jest.isolateModules(() => {
    for (const name of [...packages, 'pino']) {
      jest.doMock(name, () => {
        loaded.push(name);
        return jest.requireActual<object>(name);
      });
    }
    entry = jest.requireActual<Entry>(path);
    for (const name of [...packages, 'pino']) jest.dontMock(name);
  });
  if (entry === undefined) throw new Error('The entry point was not loaded.');
  return { entry, loaded };
}

it('xcon exports exactly this', () => {
  expect(Object.keys(xcon).sort()).toEqual(names);
});

it('xcon/core exports the same things', () => {
  expect(Object.keys(core).sort()).toEqual(names);
  for (const [name, value] of Object.entries(core)) expect([name, Reflect.get(xcon, name)]).toEqual([name, value]);
});

it.each([
  ['http', http, ['liveness', 'readiness', 'toFastifyHandler', 'toNodeHandler']],
  ['lambda', lambda, ['withSettings']],
  ['middy', middy, ['withSettings']],
  ['nestjs', nestjs, ['InjectSettings', 'XconHealthIndicator', 'XconModule', 'XconService']],
  ['otel', otel, ['startTelemetry']],
])('xcon/%s exports exactly this', (_, entry, expected) => {
  expect(Object.keys(entry).sort()).toEqual(expected);
});

it('neither has a default export', () => {
  expect('default' in xcon || 'default' in core).toBe(false);
});

it.each(['../src/index', '../src/core'] as const)(
  '%s loads no AWS client and no logger before one is needed',
  (path) => {
    expect(freshly(path).loaded).toEqual([]);
  },
);

describe('xcon', () => {
  it('has default providers and a default cacher', () => {
    const { Config, Context, EnvProvider, SsmProvider, SecretsProvider, DynamoCacher } = freshly('../src/index').entry;

    Context.createRoot().run(() => {
      const config = new Config();

      expect([...config.providerChain].map((each) => each.constructor)).toEqual([
        EnvProvider,
        SsmProvider,
        SecretsProvider,
      ]);
      expect(config.resolvedCacher).toBeInstanceOf(DynamoCacher);
    });
  });

  it('lets classes of the user’s inject every dependency of the library', () => {
    const entry = freshly('../src/index').entry;
    const { AwsClients, Clock, Config, Context, DynamoCacher, DynamoProvider, EnvProvider, LocalCache } = entry;
    const { Logger, Random, SecretsProvider, SsmProvider, XconSettings } = entry;
    const classes = [
      ...[AwsClients, Clock, Config, DynamoCacher, DynamoProvider, EnvProvider, LocalCache],
      ...[Logger, Random, SecretsProvider, SsmProvider, XconSettings],
    ];
    const context = Context.createRoot();

    for (const each of classes as readonly (typeof Config)[]) {
      expect(context.container.resolve(each)).toBe(context.resolve(each));
    }
  });
});

describe('xcon/core', () => {
  it('needs to know which providers there are', async () => {
    const { Config, Context, InvalidSettingsError } = freshly('../src/core').entry;

    await Context.createRoot().run(async () => {
      const error = await new Config().get('x').catch((thrown: unknown) => thrown);

      expect(error).toBeInstanceOf(InvalidSettingsError);
      expect((error as Error).message).toContain('there are no default ones in xcon/core');
    });
  });

  it('works with those that it is given, without a cacher', async () => {
    const { Config, Context, EnvProvider } = freshly('../src/core').entry;

    await Context.createRoot().run(async () => {
      const config = new Config({ providers: [new EnvProvider({ x: 'value' })], directories: [] });

      expect(await config.get('x')).toBe('value');
      expect(config.resolvedCacher).toBeNull();
    });
  });

  it('uses what it is set to use', async () => {
    const { Config, Context, EnvProvider, setWiring } = freshly('../src/core').entry;

    setWiring({ providers: [new EnvProvider({ x: 'wired' })], cacher: null, environment: EnvProvider });

    await Context.createRoot().run(async () => {
      expect(await new Config().get('x')).toBe('wired');
    });
  });
});

it('xcon/entries exports exactly this', () => {
  expect(Object.keys(entries).sort()).toEqual([
    'CallError',
    'Diagnostics',
    'EntriesError',
    'FileState',
    'InvalidEntriesError',
    'InvalidPlanError',
    'MemoryState',
    'NodeFields',
    'NotConfirmedError',
    'StalePlanError',
    'StateError',
    'StateLockedError',
    'TableState',
    'addressText',
    'applyPlan',
    'builtInKinds',
    'countActions',
    'dataOf',
    'declaredDifference',
    'decodePlan',
    'deletesValue',
    'describeDiagnostic',
    'encodePlan',
    'entriesPolicy',
    'entryFileKeys',
    'fillTemplate',
    'keyVariable',
    'loadStackKey',
    'mapOf',
    'ownerTag',
    'parseEntryFile',
    'parseTemplate',
    'pendingChanges',
    'planEntries',
    'stackKeyOf',
    'verifyEntryKind',
  ]);
});
