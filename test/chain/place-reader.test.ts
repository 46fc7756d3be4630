import { PlaceReader } from '../../src/chain/place-reader';
import { type Place } from '../../src/chain/walk';
import {
  AwsClients,
  Context,
  DirectoryItem,
  LocalCache,
  ProviderError,
  Unavailable,
  XconSettings,
} from '../../src/index';
import { directory, item, MapProvider, RecordedLog, rejection } from './doubles';

let log: RecordedLog;
let localCache: LocalCache;
let context: Context;
let clients: AwsClients;

beforeEach(() => {
  log = new RecordedLog();
  localCache = new LocalCache();
  context = Context.createRoot();
  clients = new AwsClients();
});

const reader = (inContext = context, withClients = clients, byName = false): PlaceReader => {
  const settings = new XconSettings().resolve();
  const session = { clients: withClients, settings, nowMs: () => 0 };
  return new PlaceReader({ context: inContext, localCache, logger: log.logger(), session, byName });
};
const placeOf = (provider: MapProvider, path = '/a'): Place => ({ provider, directory: directory(path) });
const refusal = new Unavailable('AccessDeniedException: no', 'allow ssm:GetParametersByPath on /a');

describe('read', () => {
  it('gives a promise of the item the first time, and the item at once from then on', async () => {
    const provider = new MapProvider({ held: { '/a': { X: 1 } } });
    const places = reader();

    const first = places.read(placeOf(provider), 'x');
    const awaited = await first;
    const second = places.read(placeOf(provider), 'x');

    expect(first).toBeInstanceOf(Promise);
    expect(second).toBeInstanceOf(DirectoryItem);
    expect(second).toBe(awaited);
    expect(provider.listed).toEqual(['/a']);
  });

  it('turns a failure into an error that names provider and directory, and keeps the cause', async () => {
    const cause = Object.assign(new Error('it is down'), { name: 'InternalServerError' });
    const provider = new MapProvider({ cacheName: 'ssm@eu-west-1', held: { '/a': cause } });

    const error = await rejection(() => reader().read(placeOf(provider), 'x'));

    expect(error).toBeInstanceOf(ProviderError);
    expect(error).toMatchObject({ provider: 'ssm@eu-west-1', directory: '/a', cause });
    expect(error.message).toBe('Provider "ssm@eu-west-1" failed for /a: InternalServerError: it is down');
  });

  it('reads in the context of the root, whichever caller asked first', async () => {
    const provider = new MapProvider({ held: { '/a': { x: 1 } } });
    const child = context.child([]);

    await child.run(() => reader(child).read(placeOf(provider), 'x'));

    expect(provider.contexts).toEqual([context]);
  });
});

describe('a refusal', () => {
  it('causes no warning for a place that no lookup reaches', async () => {
    const refused = { kind: 'refused' as const, name: 'x', refusal };
    const provider = new MapProvider({ held: { '/a': refusal, '/b': [refused] } });
    const places = reader();

    places.start([directory('/a'), directory('/b')], [provider]);
    for (const path of ['/a', '/b']) await places.peek(placeOf(provider, path), 'x');

    expect(log.lines.map(({ level, fields }) => [level, fields])).toEqual([
      ['debug', { event: 'provider.listed', provider: 'map', directory: '/b', names: 1 }],
    ]);
  });
});

describe('where names are read one by one', () => {
  const secrets = { '/a/DB_HOST': item('DB_HOST', 'exact'), '/a/refused': refusal, '/b/refused': refusal };
  const byName = () => reader(context, clients, true);
  const able = () =>
    new MapProvider({ name: 'ssm', readsByName: true, secrets, held: { '/a': { db_host: 'listed' } } });

  it('peeking reads the name, too', async () => {
    const found = await byName().peek(placeOf(able()), 'db_host', 'DB_HOST');

    expect((found as DirectoryItem).value).toBe('exact');
  });
});
