import { AssertionError } from 'node:assert';
import { Config, Context, InvalidNameError, SecretsProvider, SsmProvider, XconSettings } from 'xcon';
import { assertResolvesFrom, fakeProvider, type MatcherResult, toResolveFrom } from 'xcon/testing';

const ssm = fakeProvider({ '/orders/prod/DB_HOST': 'db.internal', '/global/all/LEVEL': 'info' }, { as: SsmProvider });
const secrets = fakeProvider({ '/orders/all/DB_PASSWORD': 'hunter2' }, { as: SecretsProvider });
const orders = new Config({
  service: 'orders',
  environment: 'prod',
  providers: [SsmProvider, SecretsProvider],
  cacher: null,
  overrides: { REGION: 'eu' },
});
const context = Context.createRoot([ssm, secrets, orders, new XconSettings({ logLevel: 'silent' })]);

const match = (name: string, provider: string, directory?: string): Promise<MatcherResult> =>
  context.run(() => toResolveFrom(name, provider, directory));

describe('toResolveFrom', () => {
  it.each([
    ['DB_HOST', 'ssm', '/orders/prod'],
    ['db_host', 'ssm', undefined],
    ['DB_PASSWORD', 'secrets', '/orders/all'],
    ['REGION', 'override', undefined],
  ])('passes for %s from %s %s', async (name, provider, directory) => {
    const { message, pass } = await match(name, provider, directory);

    expect(pass).toBe(true);
    expect(message()).toBe(
      `Expected ${name} not to resolve from ${[provider, directory].join(' ').trimEnd()}, but it does.`,
    );
  });

  it('says where the name resolves from instead, and which places there are', async () => {
    const { message, pass } = await match('LEVEL', 'ssm', '/orders/prod');

    expect(pass).toBe(false);
    expect(message()).toBe(
      [
        'Expected LEVEL to resolve from ssm /orders/prod, but it resolves from ssm /global/all.',
        '  override: absent',
        '  ssm /orders/prod: absent',
        '  secrets /orders/prod: absent',
        '  ssm /orders/all: absent',
        '  secrets /orders/all: absent',
        '  ssm /global/prod: absent',
        '  secrets /global/prod: absent',
        '  ssm /global/all: found',
        '  secrets /global/all: absent',
        '  default: absent',
      ].join('\n'),
    );
  });

  it('says that the name has no value', async () => {
    const { message, pass } = await match('NONE', 'ssm');

    expect(pass).toBe(false);
    expect(message()).toContain('Expected NONE to resolve from ssm, but it is nowhere.');
  });

  it('never shows a value', async () => {
    const messages = await Promise.all(
      ['DB_HOST', 'DB_PASSWORD', 'REGION'].map(async (name) => (await match(name, 'dynamo')).message()),
    );

    expect(messages.join()).not.toMatch(/hunter2|db\.internal|eu\b/);
    expect(messages[2]).toContain('but it resolves from override.');
  });

  it('accepts names only', async () => {
    await expect(match(5 as never, 'ssm')).rejects.toThrow(InvalidNameError);
  });

  it('looks no further than the lookup when the name is expected elsewhere', async () => {
    const far = fakeProvider({}, { as: SecretsProvider });

    const matching = context.child([far]).run(() => toResolveFrom.call({ isNot: true }, 'REGION', 'secrets'));

    expect(await matching).toMatchObject({ pass: false });
    expect(far.reads).toEqual([]);
  });

  it('fails as the lookup does', async () => {
    const failing = fakeProvider({}, { as: SsmProvider, failures: new Error('HTTP 500') });

    await expect(context.child([failing]).run(() => toResolveFrom('OTHER', 'ssm'))).rejects.toThrow('HTTP 500');
  });
});

describe('assertResolvesFrom', () => {
  it('passes', async () => {
    await expect(context.run(() => assertResolvesFrom('DB_HOST', 'ssm', '/orders/prod'))).resolves.toBeUndefined();
  });

  it('throws an assertion error', async () => {
    const error: unknown = await context
      .run(() => assertResolvesFrom('DB_HOST', 'ssm', '/orders/all'))
      .catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(AssertionError);
    expect((error as Error).message).toContain(
      'Expected DB_HOST to resolve from ssm /orders/all, but it resolves from ssm /orders/prod.',
    );
  });
});
