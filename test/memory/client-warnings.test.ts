import { Unavailable } from '../../src/item/directory-listing';
import { clearClientsWarning, type ClientUse, warnOfRefusedClients } from '../../src/memory/client-warnings';
import { LocalCache } from '../../src/memory/local-cache';
import { RecordedLog } from '../chain/doubles';

const refusal = new Unavailable('no credentials', 'log in', 'credentials');
const [ssm, secrets, cacher] = ['ssm', 'secrets', 'cacher'].map((name) => ({ name, ownClients: false })) as [
  ClientUse,
  ClientUse,
  ClientUse,
];
const own: ClientUse = { name: 'ssm@eu-west-1', ownClients: true };
let log: RecordedLog;
let localCache: LocalCache;

beforeEach(() => {
  log = new RecordedLog();
  localCache = new LocalCache();
});

const warn = (use: ClientUse): void => warnOfRefusedClients({ localCache, logger: log.logger() }, use, refusal);
const warned = (): readonly unknown[] => log.warnings('aws.refused').map(({ provider }) => provider);

it('is written once for all that use the clients of the context, and once for clients of a provider’s own', () => {
  for (const use of [ssm, secrets, cacher, own, own, ssm]) warn(use);

  expect(log.warnings('aws.refused')).toEqual([
    {
      event: 'aws.refused',
      missing: 'credentials',
      reason: 'no credentials',
      remedy: 'log in',
      consequence: expect.stringContaining('providers on AWS and the cache table are not read') as string,
    },
    expect.objectContaining({
      provider: 'ssm@eu-west-1',
      consequence: expect.stringContaining('this provider is not read') as string,
    }),
  ]);
});

it('is written again after a use that was refused has worked in between', () => {
  warn(ssm);
  clearClientsWarning({ localCache }, secrets);
  warn(ssm);
  const before = warned().length;
  clearClientsWarning({ localCache }, ssm);
  warn(secrets);

  expect([before, warned().length]).toEqual([1, 2]);
});

it('of clients of a provider’s own is not cleared by those of the context', () => {
  warn(ssm);
  warn(own);
  clearClientsWarning({ localCache }, ssm);
  warn(own);

  expect(warned()).toEqual([undefined, 'ssm@eu-west-1']);
});
