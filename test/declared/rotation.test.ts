import { SecretRotation } from '../../src/declared/rotation';
import { currentScope } from '../../src/declared/session';
import {
  type Declaration,
  defineSettings,
  DirectoryItem,
  isCredentialsRefused,
  type SecretOutcome,
  secret,
} from '../../src/index';
import { gate, rejection } from '../chain/doubles';
import { withoutVariables } from '../config/doubles';
import { Service, storedSecret } from './world';

withoutVariables();

const path = '/orders/prod/PASSWORD';
const [declaration] = defineSettings({ password: secret('PASSWORD') }).declarations as readonly [Declaration];
const valueOf = (value: string): DirectoryItem => storedSecret('PASSWORD', value);

let stored: SecretOutcome | Promise<SecretOutcome>;
let service: Service;
let rotation: SecretRotation;

beforeEach(() => {
  stored = valueOf('v2');
  service = new Service({ secrets: { secrets: { [path]: () => stored } } });
  rotation = new SecretRotation(service.config, () => currentScope(service.config));
});

it('replaces the values that the secret read again has replaced, and no others', () =>
  service.run(async () => {
    const [first, cached, foreign] = [valueOf('v1'), valueOf('v1'), valueOf('v0')];

    const again = await rotation.reread(declaration, first);

    expect(again.value).toBe('v2');
    expect([cached, valueOf('v2')].map((each) => rotation.newest(declaration, each).value)).toEqual(['v2', 'v2']);
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

it('replaces nothing when the secret is still the same', () =>
  service.run(async () => {
    const same = valueOf('v2');

    await rotation.reread(declaration, same);

    expect(rotation.newest(declaration, same)).toBe(same);
  }));

it('looks up a secret that does not exist under its name any more', () =>
  service.run(async () => {
    stored = undefined;
    service.config.setDefault('PASSWORD', 'default');

    expect((await rotation.reread(declaration, valueOf('v1'))).value).toBe('default');
    expect(service.world.localCache.cacheReadPolicy.pastCache).toBe(true);
  }));

it('reads a secret again after a failure', () =>
  service.run(async () => {
    stored = Promise.reject(new Error('down'));
    const error = await rejection(() => rotation.reread(declaration, valueOf('v1')));
    stored = valueOf('v2');
    service.world.clock.advanceMs(60_000);

    expect(error.name).toBe('ProviderError');
    expect((await rotation.reread(declaration, valueOf('v1'))).value).toBe('v2');
  }));

it('rejects after the budget of a lookup', () =>
  service.run(async () => {
    service.world.settings.assign('lookupBudgetMs', 20);
    const late = gate<SecretOutcome>();
    stored = late.promise;

    const errors = await Promise.all([
      rejection(() => rotation.reread(declaration, valueOf('v1'))),
      rejection(() => rotation.reread(declaration, valueOf('v1'))),
    ]);

    expect(errors.map(({ message }) => message)).toEqual(
      Array.from(
        { length: 2 },
        () => 'Provider "secrets" failed for /orders/prod: no answer within lookupBudgetMs (20 ms) for "password"',
      ),
    );
    late.open(undefined);
  }));

it('has no previous version where no provider of the chain reads by name', () =>
  service.run(async () => {
    const elsewhere = new DirectoryItem({ name: 'x', value: 'v1', directory: valueOf('').directory, source: 'vault' });

    expect(await rotation.previous(elsewhere)).toBeUndefined();
    expect(await rotation.previous(valueOf('v1'))).toBeUndefined();
  }));

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
