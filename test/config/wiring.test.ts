import type * as Wiring from '../../src/config/wiring';
import type * as Errors from '../../src/errors';
import { EnvProvider } from '../../src/providers/env-provider';

let errors: typeof Errors;
let wiring: typeof Wiring;

// No test loads a composition root: each starts as xcon/core does.
beforeEach(() => {
  jest.isolateModules(() => {
    errors = jest.requireActual<typeof Errors>('../../src/errors');
    wiring = jest.requireActual<typeof Wiring>('../../src/config/wiring');
  });
});

it('is an error that says what to do as long as none is set', () => {
  expect(wiring.currentWiring).toThrow(errors.InvalidSettingsError);
  expect(wiring.currentWiring).toThrow(
    'providers: there are no default ones in xcon/core. Give some: new Config({ providers: [...], cacher: null }), or import from xcon.',
  );
});

it('has no cacher as long as none is set', () => {
  expect(wiring.cacherWiring().cacher).toBeNull();
});

it('is what was set last', () => {
  const first = { providers: [EnvProvider], cacher: null, environment: EnvProvider };
  const last = { ...first, providers: [] };

  wiring.setWiring(first);
  wiring.setWiring(last);

  expect(wiring.currentWiring()).toBe(last);
  expect(wiring.cacherWiring()).toBe(last);
});
