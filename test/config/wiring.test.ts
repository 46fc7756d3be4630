import { cacherWiring, currentWiring, setWiring } from '../../src/config/wiring';
import { InvalidSettingsError } from '../../src/errors';
import { EnvProvider } from '../../src/providers/env-provider';

// This file loads no composition root: it starts as xcon/core does.

it('is an error that says what to do as long as nobody has set any', () => {
  expect(currentWiring).toThrow(InvalidSettingsError);
  expect(currentWiring).toThrow(
    'providers: there are no default ones in xcon/core. Give some: new Config({ providers: [...], cacher: null }), or import from xcon.',
  );
});

it('has no cacher as long as nobody has set any', () => {
  expect(cacherWiring().cacher).toBeNull();
});

it('is what was set last', () => {
  const first = { providers: [EnvProvider], cacher: null, environment: EnvProvider };
  const last = { ...first, providers: [] };

  setWiring(first);
  setWiring(last);

  expect(currentWiring()).toBe(last);
  expect(cacherWiring()).toBe(last);
});
