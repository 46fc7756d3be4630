import {
  Config,
  type ConfigOptions,
  DirectoryItem,
  ProviderError,
  type ReachableNames,
  Unavailable,
} from '../../src/index';
import { directory, envOf, item, MapProvider, StubCacher, unread } from '../chain/doubles';
import { withoutVariables, World } from '../config/doubles';

withoutVariables();

const refusal = new Unavailable('AccessDeniedException: no', 'allow ssm:GetParametersByPath on /a');

function namesWith(ssm: MapProvider, options: ConfigOptions = {}): Promise<ReachableNames> {
  const config = new Config({
    directories: ['/a', '/b'],
    providers: [envOf({}), ssm],
    cacher: null,
    service: 'orders',
    ...options,
  });
  return new World().run(() => config.names());
}

/** Gives each name with its places, the winner first: `X = 1: ssm /a, ssm /b`. */
const linesOf = ({ names }: ReachableNames): readonly string[] =>
  names.map(({ name, winner, places }) => {
    const at = places.map((each) => [each.provider, each.directory ?? ''].join(' ').trimEnd());
    return `${name} = ${winner?.value}: ${at.join(', ')}`;
  });

describe('config.names()', () => {
  it('lists every name once, with the places that have it in the order of the lookup', async () => {
    const ssm = new MapProvider({
      name: 'ssm',
      held: { '/a': { Host: 'upper', b: '1' }, '/b': { HOST: 'lower', c: '2' } },
    });

    const names = await namesWith(ssm, { defaults: { c: 'default', d: '4' }, overrides: { B: '0' } });

    expect(linesOf(names)).toEqual([
      'B = 0: override, ssm /a',
      'c = 2: ssm /b, default',
      'd = 4: default',
      'Host = upper: ssm /a, ssm /b',
    ]);
    expect(names.names.at(-1)?.places.map(({ name, value }) => [name, value])).toEqual([
      ['Host', 'upper'],
      ['HOST', 'lower'],
    ]);
  });

  it('reads each directory once, and none again that is in memory', async () => {
    const ssm = new MapProvider({ name: 'ssm', held: { '/a': { x: '1' } } });
    const config = new Config({ directories: ['/a', '/b'], providers: [ssm], cacher: null });

    const found = await new World().run(async () => {
      await config.names();
      await config.names();
      return config.get('x');
    });

    expect([found, ssm.listed.toSorted()]).toEqual(['1', ['/a', '/b']]);
  });

  it('masks a secret in every place, and reads none', async () => {
    const secrets = new MapProvider({ name: 'ssm', held: { '/a': { x: 'plain' }, '/b': [unread('X', '/b')] } });

    const { names } = await namesWith(secrets, { overrides: { API_KEY: 'hunter2' } });

    expect(names.map(({ name, secret, places }) => [name, secret, places.map(({ value }) => value)])).toEqual([
      ['API_KEY', true, ['********']],
      ['x', true, ['********', '********']],
    ]);
    expect(names[1]?.places[1]).toMatchObject({ name: 'X', exactName: '/b/X', secret: true });
    expect(secrets.secretCalls).toEqual([]);
  });

  it('gives version and time of change where a listing does', async () => {
    const facts = { version: '7', changedAtMs: 1000, exactName: '/a/x' };
    const parameter = new DirectoryItem({ name: 'x', value: '1', directory: directory('/a'), source: 'ssm', ...facts });
    const secret = { ...unread('y'), changedAtMs: 2000 };

    const { names } = await namesWith(new MapProvider({ name: 'ssm', held: { '/a': [parameter, secret] } }));

    expect(names.map(({ winner }) => winner)).toMatchObject([
      { version: '7', changedAtMs: 1000, exactName: '/a/x' },
      { version: undefined, changedAtMs: 2000, exactName: '/a/y' },
    ]);
  });

  it('continues below what is not permitted, and reports it', async () => {
    const refused = { kind: 'refused' as const, name: 'x', refusal };
    const ssm = new MapProvider({ name: 'ssm', held: { '/a': refusal, '/b': [refused, item('y', '1')] } });

    const { names, refusals } = await namesWith(ssm);

    expect(refusals).toEqual([
      { provider: 'ssm', directory: '/a', outcome: 'not permitted', reason: refusal.reason, remedy: refusal.remedy },
    ]);
    expect(names).toMatchObject([
      {
        name: 'x',
        winner: undefined,
        places: [{ value: undefined, refusal: expect.stringContaining('allow') as string }],
      },
      { name: 'y', winner: { value: '1' } },
    ]);
  });

  it('fails where a source failed, because names may be missing', async () => {
    const ssm = new MapProvider({ name: 'ssm', held: { '/a': { x: '1' }, '/b': new Error('reset') } });

    await expect(namesWith(ssm)).rejects.toBeInstanceOf(ProviderError);
  });

  it('says what the cache table has, without reading the secret of a reference', async () => {
    const row = { kind: 'reference' as const, provider: 'ssm', createdAt: '2026-01-01T00:00:00Z', ttl: 5 };
    const reference = { name: 'x', provider: 'ssm', directory: '/a', exactName: '/a/x', createdAt: undefined };
    const cacher = new StubCacher({ x: { kind: 'reference', reference, row }, z: { kind: 'absent' } });
    const ssm = new MapProvider({ name: 'ssm', held: { '/a': [unread('x'), item('y', '1')] } });

    const { names } = await namesWith(ssm, { cacher });

    expect(names.map(({ name, cached }) => [name, cached])).toEqual([
      ['x', { kind: 'reference', createdAt: '2026-01-01T00:00:00Z', expiresAtMs: 5000 }],
      ['y', undefined],
    ]);
    expect(ssm.secretCalls).toEqual([]);
  });

  it('lists variables of the process, which are in no directory', async () => {
    const { names } = await namesWith(new MapProvider(), { providers: [envOf({ HOST: 'here' })] });

    expect(names).toMatchObject([{ name: 'HOST', winner: { provider: 'env', directory: undefined, value: 'here' } }]);
  });

  it('ends with its signal', async () => {
    const ssm = new MapProvider({ held: { '/a': () => new Promise(() => undefined) } });
    const config = new Config({ directories: ['/a'], providers: [ssm], cacher: null });
    const controller = new AbortController();

    const listing = new World().run(() => config.names({ signal: controller.signal }));
    controller.abort(new Error('enough'));

    await expect(listing).rejects.toThrow('enough');
  });
});
