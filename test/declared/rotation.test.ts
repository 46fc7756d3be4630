import { SecretRotation } from '../../src/declared/rotation';
import {
  Config,
  type Declaration,
  defineSettings,
  type DirectoryItem,
  isCredentialsRefused,
  type SecretOutcome,
  secret,
} from '../../src/index';
import { gate, unread } from '../chain/doubles';
import { withoutVariables } from '../config/doubles';
import { Service, storedSecret } from './world';

withoutVariables();

const declared = defineSettings({ password: secret() });
const valueOf = (value: string): DirectoryItem => storedSecret('password', value);

let stored: SecretOutcome | Promise<SecretOutcome>;
let service: Service;

beforeEach(() => {
  stored = valueOf('v1');
  service = new Service({
    secrets: {
      held: { '/orders/prod': [unread('password', '/orders/prod')] },
      secrets: { '/orders/prod/password': () => stored },
    },
  });
});

/** Uses the password where only one is accepted; gives the passwords that were tried. */
async function use(accepted: string): Promise<readonly string[]> {
  const tried: string[] = [];
  const outcome = declared.withSecret('password', (value) => {
    tried.push(value);
    if (value !== accepted) throw Object.assign(new Error('refused'), { code: '28P01' });
  });
  await outcome.catch(() => undefined);
  return tried;
}

describe('a secret that is not accepted', () => {
  it('is looked up again when it does not exist under its name any more', () =>
    service.run(async () => {
      await declared.load();
      stored = undefined;
      service.config.setDefault('password', 'default');

      expect(await use('default')).toEqual(['v1', 'default']);
      expect(service.world.localCache.cacheReadPolicy.pastCache).toBe(true);
    }));

  it('is read again by the next use when reading it has failed', () =>
    service.run(async () => {
      await declared.load();
      stored = Promise.reject(new Error('down'));
      const first = await use('v2');
      stored = valueOf('v2');
      service.world.clock.advanceMs(60_000);

      expect([first, await use('v2')]).toEqual([['v1'], ['v1', 'v2']]);
    }));

  it('is awaited no longer than the budget of a lookup', () =>
    service.run(async () => {
      await declared.load();
      service.world.settings.assign('lookupBudgetMs', 20);
      const late = gate<SecretOutcome>();
      stored = late.promise;

      const tried = await Promise.all([use('v2'), use('v2')]);
      late.open(undefined);

      expect(tried).toEqual([['v1'], ['v1']]);
      expect(service.world.log.warnings('settings.reread-failed').map(({ reason }) => reason)).toEqual(
        Array.from(
          { length: 2 },
          () => 'Provider "secrets" failed for /orders/prod: no answer within lookupBudgetMs (20 ms) for "password"',
        ),
      );
    }));

  it('is replaced by an override, even one with a former value', () =>
    service.run(async () => {
      await declared.load();
      stored = valueOf('v2');
      await use('v2');
      const { password } = await declared.load();
      service.config.setOverride('password', 'v1');

      expect([password.reveal(), (await declared.load()).password.reveal()]).toEqual(['v2', 'v1']);
    }));
});

describe('what is remembered of rotated secrets', () => {
  const [declaration] = declared.declarations as readonly [Declaration];
  let rotation: SecretRotation;

  beforeEach(() => {
    rotation = new SecretRotation(service.config, () => Config.scopeOf(service.config));
  });

  it('replaces the values that the secret read again has replaced, and no others', () =>
    service.run(async () => {
      const [first, cached, foreign] = [valueOf('v0'), valueOf('v0'), valueOf('x')];

      const again = await rotation.reread(declaration, first);

      expect(again.value).toBe('v1');
      expect(rotation.newest(declaration, cached)).toBe(again);
      expect(rotation.newest(declaration, foreign)).toBe(foreign);
      expect(rotation.newest(declaration, cached)).toBe(cached);
    }));

  it('replaces the last ten former values', () =>
    service.run(async () => {
      for (let version = 1; version <= 12; version += 1) {
        stored = valueOf(`v${version + 1}`);
        await rotation.reread(declaration, valueOf(`v${version}`));
      }

      expect(rotation.newest(declaration, valueOf('v3')).value).toBe('v13');
      expect(rotation.newest(declaration, valueOf('v2')).value).toBe('v2');
    }));
});

it.each([
  ['HTTP 401', { status: 401 }],
  ['HTTP 403', { statusCode: 403 }],
  ['axios', { response: { status: 401 } }],
  ['PostgreSQL', { code: '28P01' }],
  ['MySQL', { code: 'ER_ACCESS_DENIED_ERROR' }],
  ['MongoDB', { code: 18, codeName: 'AuthenticationFailed' }],
  ['Redis', new Error('WRONGPASS invalid username-password pair or user is disabled.')],
  ['SMTP', Object.assign(new Error(), { code: 'EAUTH' })],
  ['AWS', { name: 'UnrecognizedClientException', $metadata: { httpStatusCode: 400 } }],
  ['a wrapped error', new Error('query failed', { cause: { code: '28000' } })],
])('an error of %s means that credentials were refused', (_, error) => {
  expect(isCredentialsRefused(error)).toBe(true);
});

const circular: { cause?: unknown } = {};
circular.cause = circular;

it.each([
  ['a reset', Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })],
  ['HTTP 500', { status: 500, response: null, $metadata: null }],
  ['a text', '28P01'],
  ['nothing', undefined],
  ['null', null],
  ['an error that is its own cause', circular],
])('%s does not mean that credentials were refused', (_, error) => {
  expect(isCredentialsRefused(error)).toBe(false);
});
