import { PlaceReader } from '../../src/chain/place-reader';
import { ProviderChain } from '../../src/chain/provider-chain';
import { findById } from '../../src/chain/by-id';
import { type WalkResult } from '../../src/chain/walk';
import { AwsClients, Context, LocalCache, type Provider, XconSettings } from '../../src/index';
import { envOf, MapProvider, RecordedLog, rejection, secretItem } from './doubles';

const id = 'rds!db-1234';
const secrets = new MapProvider({ name: 'secrets', secrets: { [id]: secretItem(id, 'value') } });

function find(...providers: readonly Provider[]): Promise<WalkResult> {
  const session = { clients: new AwsClients(), settings: new XconSettings().resolve(), nowMs: () => 0 };
  const logger = new RecordedLog().logger();
  const reader = new PlaceReader({ context: Context.createRoot(), localCache: new LocalCache(), logger, session });
  const chain = { providers: new ProviderChain(providers), reader };
  return findById(chain, 'DB_LOGIN', { option: 'secretId', id }, { waitingFor: '' });
}

it('asks the providers in front for the name, then Secrets Manager for the id', async () => {
  const { item, attempts } = await find(envOf({}), new MapProvider({ name: 'ssm' }), secrets);

  expect(item?.value).toBe('value');
  expect(attempts.map(({ provider, outcome }) => `${provider} ${outcome}`)).toEqual(['env absent', 'secrets found']);
});

it('lists no directory', async () => {
  await find(secrets);

  expect(secrets.listed).toEqual([]);
});

it('takes what is in front', async () => {
  const { item, attempts } = await find(envOf({ db_login: 'of env' }), secrets);

  expect(item?.value).toBe('of env');
  expect(attempts).toHaveLength(1);
});

it('finds nothing where no provider has secrets with ids, or none has this one', async () => {
  expect((await find(envOf({}), new MapProvider({ name: 'ssm' }))).item).toBeUndefined();
  expect((await find(new MapProvider({ name: 'secrets' }))).item).toBeUndefined();
});

it('turns a failure into an error', async () => {
  const failing = new MapProvider({ name: 'secrets', secrets: { [id]: new Error('down') } });

  expect(await rejection(() => find(failing))).toMatchObject({ name: 'ProviderError', provider: 'secrets' });
});
