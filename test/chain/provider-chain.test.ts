import { inspect } from 'node:util';
import { ProviderChain } from '../../src/chain/provider-chain';
import { envOf, MapProvider } from './doubles';

const ssm = new MapProvider({ name: 'ssm', cacheName: 'ssm@eu-west-1' });
const secrets = new MapProvider({ name: 'secrets' });
const env = envOf({});
const other = envOf({}, 'other');

it('folds a provider that is repeated into the first', () => {
  const chain = new ProviderChain([ssm, env, ssm, secrets, env]);

  expect(chain.providers).toEqual([ssm, env, secrets]);
});

it('distinguishes two providers of one class', () => {
  const chain = new ProviderChain([env, other]);

  expect(chain.providers).toEqual([env, other]);
});

it('puts the providers before the first cacheable one in front, and walks that one and all behind it', () => {
  const chain = new ProviderChain([env, ssm, other, secrets]);

  expect(chain.leading).toEqual([env]);
  expect(chain.walked).toEqual([ssm, other, secrets]);
  expect(chain.anyCacheable).toBe(true);
});

it('has nothing to walk or to cache without a cacheable provider', () => {
  const chain = new ProviderChain([env, other]);

  expect(chain.leading).toEqual([env, other]);
  expect(chain.walked).toEqual([]);
  expect(chain.anyCacheable).toBe(false);
  expect(chain.concat).toBe('');
});

it('joins cache names from the first cacheable provider on, as cache keys hold them', () => {
  const chain = new ProviderChain([env, ssm, other, secrets]);

  expect(chain.concat).toBe('ssm@eu-west-1|other|secrets');
});

it('gives all its providers when iterated, printed or inspected', () => {
  const chain = new ProviderChain([env, ssm]);

  expect([...chain]).toEqual([env, ssm]);
  expect(String(chain)).toBe('env|ssm@eu-west-1');
  expect(inspect(chain)).toBe('ProviderChain(env|ssm@eu-west-1)');
});

it('is immutable and leaves the list it was given alone', () => {
  const given = [env, ssm];

  const chain = new ProviderChain(given);
  given.push(secrets);

  expect(chain.providers).toEqual([env, ssm]);
  expect(Object.isFrozen(chain)).toBe(true);
  expect([chain.providers, chain.leading, chain.walked].every((each) => Object.isFrozen(each))).toBe(true);
});
