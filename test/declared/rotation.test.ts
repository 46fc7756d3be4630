import { type Declaration } from '../../src/declared/declaration';
import { SecretRotation } from '../../src/declared/rotation';
import { defineSettings, DirectoryItem, type SecretOutcome, secret } from '../../src/index';
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
  rotation = new SecretRotation(service.config);
});

it('takes the item read again for those that it has replaced, and no other', () =>
  service.run(async () => {
    const [first, cached, foreign] = [valueOf('v1'), valueOf('v1'), valueOf('v0')];

    const again = await rotation.reread(declaration, first);

    expect(again.value).toBe('v2');
    expect([cached, valueOf('v2')].map((each) => rotation.newest(declaration, each).value)).toEqual(['v2', 'v2']);
    expect(rotation.newest(declaration, foreign)).toBe(foreign);
    expect(rotation.newest(declaration, cached)).toBe(cached);
  }));

it('remembers a number of former values', () =>
  service.run(async () => {
    for (let version = 1; version <= 12; version += 1) {
      stored = valueOf(`v${version + 1}`);
      await rotation.reread(declaration, valueOf(`v${version}`));
    }

    expect(rotation.newest(declaration, valueOf('v3')).value).toBe('v13');
    expect(rotation.newest(declaration, valueOf('v2')).value).toBe('v2');
  }));

it('keeps nothing of a secret that is still the same', () =>
  service.run(async () => {
    const same = valueOf('v2');

    await rotation.reread(declaration, same);

    expect(rotation.newest(declaration, same)).toBe(same);
  }));

it('looks a secret up again that is not there under its name any more', () =>
  service.run(async () => {
    stored = undefined;
    service.config.setDefault('PASSWORD', 'default');

    expect((await rotation.reread(declaration, valueOf('v1'))).value).toBe('default');
    expect(service.world.localCache.skipsCache).toBe(true);
  }));

it('reads again after a failure', () =>
  service.run(async () => {
    stored = Promise.reject(new Error('down'));
    const error = await rejection(() => rotation.reread(declaration, valueOf('v1')));
    stored = valueOf('v2');
    service.world.clock.advanceMs(60_000);

    expect(error.name).toBe('ProviderError');
    expect((await rotation.reread(declaration, valueOf('v1'))).value).toBe('v2');
  }));

it('waits no longer than a lookup may', () =>
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

it('has no previous version of what no provider of the chain can read by name', () =>
  service.run(async () => {
    const elsewhere = new DirectoryItem({ name: 'x', value: 'v1', directory: valueOf('').directory, source: 'vault' });

    expect(await rotation.previous(elsewhere)).toBeUndefined();
    expect(await rotation.previous(valueOf('v1'))).toBeUndefined();
  }));
