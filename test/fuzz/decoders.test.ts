import { type AttributeValue } from '@aws-sdk/client-dynamodb';
import { parse } from 'yaml';
import { type AttributeMap, decodeAttribute } from '../../src/aws/attribute-value';
import { openSecret, type SealBinding, sealSecret } from '../../src/cache/keyring';
import { type FoundValue, toBoolean, toJson, toNumber, toText } from '../../src/config/coerce';
import { Config, Directory, EnvProvider, isConfigError, XconSettings } from '../../src/index';
import { settingNames, variablesOf } from '../../src/settings/definitions';
import { LocalAwsError } from '../../src/local-aws/local-aws-error';
import { checkSeed } from '../../src/local-aws/check-seed';
import { withoutVariables } from '../config/doubles';
import { fc } from '../setup/fast-check';
import { attributes, expectCleanPrototypes, jsonValues, mostly, runs, texts } from './inputs';

withoutVariables();

/** Gives what a function gives; one of our errors is an answer, too, any other goes on. */
function tried<T>(work: () => T): T | Error {
  try {
    return work();
  } catch (error) {
    if (isConfigError(error)) return error;
    throw error;
  }
}

afterEach(expectCleanPrototypes);

describe('whatever is given', () => {
  it('a path is a directory that gives it back, or an InvalidDirectoryError', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          texts,
          fc.array(texts).map((parts) => `/${parts.join('/')}`),
          jsonValues,
        ),
        (path) => {
          const directory = tried(() => Directory.from(path as string));

          if (directory instanceof Directory) {
            expect(directory.path.startsWith('/') && !directory.path.includes('//')).toBe(true);
            expect(Directory.from(directory.path).path).toBe(directory.path);
            tried(() => directory.resolve({ service: 'orders', environment: 'prod' }));
          } else expect(directory).toMatchObject({ code: 'INVALID_DIRECTORY' });
        },
      ),
      { numRuns: runs },
    );
  });

  it('a service and an environment make a directory, or an InvalidDirectoryError', () => {
    fc.assert(
      fc.property(texts, texts, (service, environment) => {
        const directory = tried(() => Directory.fromComponents(service, environment));

        expect(directory instanceof Directory || directory instanceof Error).toBe(true);
      }),
      { numRuns: runs },
    );
  });

  it('an attribute of DynamoDB is a value or none, and decoding is no way to a prototype', () => {
    fc.assert(
      fc.property(attributes, (attribute) => {
        const value = tried(() => decodeAttribute(attribute as AttributeValue));

        if (typeof value === 'object' && value !== null && !(value instanceof Error)) {
          expect([Object.prototype, Array.prototype, Set.prototype, Uint8Array.prototype]).toContain(
            Object.getPrototypeOf(value),
          );
        }
      }),
      { numRuns: runs },
    );
  });

  it('a sealed value opens as what it was, and any other bytes do not', () => {
    const key = { id: 'a1', bytes: new Uint8Array(32).fill(7) };
    const facts: SealBinding = { environ: '/a', nameKey: 'n', directory: '/a', source: 's', ttl: 1, createdAt: 'x' };
    const damages = fc.record({ at: fc.nat(200), by: fc.integer({ min: 1, max: 255 }), cut: fc.option(fc.nat(200)) });
    fc.assert(
      fc.property(texts, damages, fc.uint8Array({ maxLength: 120 }), (value, { at, by, cut }, noise) => {
        const box = sealSecret(value, key, facts);
        const damaged = Uint8Array.from(box.subarray(0, cut ?? box.length));
        const index = at % Math.max(damaged.length, 1);
        if (damaged.length > 0) damaged[index] = (damaged[index] ?? 0) ^ by;

        expect(openSecret(box, key, facts)).toBe(Buffer.from(value).toString('utf8'));
        expect(openSecret(damaged, key, facts)).toBeUndefined();
        expect(openSecret(noise, key, facts)).toBeUndefined();
      }),
      { numRuns: runs },
    );
  });

  it('a value is a text, number, boolean or data, or an InvalidValueError that does not quote it', () => {
    const canary = 'hunter2canary';
    fc.assert(
      fc.property(
        fc.oneof(
          jsonValues,
          texts.map((text) => `${canary}${text}`),
        ),
        (value) => {
          const found = { name: 'a', value, place: 'ssm /a' } as unknown as FoundValue;

          for (const convert of [toText, toNumber, toBoolean, toJson]) {
            const outcome = tried(() => convert(found));
            if (outcome instanceof Error) expect(outcome.message).not.toContain(canary);
          }
        },
      ),
      { numRuns: runs },
    );
  });

  it('a variable is a setting, or an InvalidSettingsError that names it', () => {
    const names = settingNames.flatMap(variablesOf);
    fc.assert(
      fc.property(fc.constantFrom(...names), texts, (name, text) => {
        process.env[name] = text;
        const settings = tried(() => new XconSettings().resolve());
        delete process.env[name];

        if (settings instanceof Error) {
          expect(settings).toMatchObject({ code: 'INVALID_SETTINGS' });
          expect(settings.message).toContain(name);
        }
      }),
      { numRuns: runs },
    );
  });

  it('a name is found where it is set, under any case, or it is an InvalidNameError', async () => {
    await fc.assert(
      fc.asyncProperty(texts, async (name) => {
        const variables = Object.fromEntries([[name, 'value']]);
        const config = new Config({ providers: [new EnvProvider(variables)], cacher: null, useParent: false });

        const value = await config.get(name.toUpperCase()).catch((error: unknown) => error);

        // A name with a slash is a full name, which is refused.
        const isPlain = !/^$|\//.test(name) && name.toUpperCase().toLowerCase() === name.toLowerCase();
        if (isPlain) expect(value).toBe('value');
        else expect(value === undefined || value === 'value' || isConfigError(value)).toBe(true);
      }),
      { numRuns: runs },
    );
  });

  it('a seed is taken, or refused by a LocalAwsError that says where', () => {
    const places = (value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
      fc.dictionary(texts, fc.oneof(value, jsonValues), { maxKeys: 3, noNullPrototype: true });
    const seeds = mostly({
      ssm: places(mostly({ value: texts, type: fc.constantFrom('String', 'SecureString', 'StringList') })),
      secrets: places(mostly({ value: texts, previous: texts, rotation: jsonValues })),
      tables: places(jsonValues),
      kmsKeys: fc.array(texts),
    });
    fc.assert(
      fc.property(seeds, (seed) => {
        const checked = tried(() => checkSeed(seed, 'Seed file a.yaml', 0));

        if (checked instanceof Error) {
          expect(checked).toBeInstanceOf(LocalAwsError);
          expect(checked.message).toMatch(/^Seed file a\.yaml:/);
        }
      }),
      { numRuns: runs },
    );
  });
});

describe('a name of a million characters', () => {
  const long = 'n'.repeat(2 ** 20);

  it('is refused at once', async () => {
    const config = new Config({ providers: [new EnvProvider({})], cacher: null, useParent: false });

    const error = await config.get(long).catch((reason: unknown) => reason);

    expect(error).toMatchObject({ code: 'INVALID_NAME' });
    expect((error as Error).message.length).toBeLessThan(300);
  });

  // Each would take hours if time grew with the square of the length.
  it.each<[string, () => unknown]>([
    ['path', () => Directory.from(`/${long}`)],
    ['path of slashes', () => tried(() => Directory.from('/a'.repeat(2 ** 19)))],
    ['path of braces', () => tried(() => Directory.from(`/${'{'.repeat(2 ** 20)}`))],
    ['number', () => decodeAttribute({ N: `${'1'.repeat(2 ** 20)}x` })],
    ['number of zeros', () => decodeAttribute({ N: `${'0'.repeat(2 ** 20)}1` })],
    ['text for a number', () => tried(() => toNumber({ name: 'a', value: `${' '.repeat(2 ** 20)}x` } as FoundValue))],
    ['text for a boolean', () => tried(() => toBoolean({ name: 'a', value: `${' '.repeat(2 ** 20)}x` } as FoundValue))],
    ['YAML', () => tried(() => checkSeed(parse(`ssm: { a: ${long} }`), 'Seed', 0))],
    ['row', () => ({ S: { S: long } }) satisfies AttributeMap],
  ])('as a %s takes time in proportion to its size', (_, work) => {
    expect(() => work()).not.toThrow();
  });
});
