import { PlaceWarnings } from '../../src/chain/place-warnings';
import { LocalCache, Unavailable } from '../../src/index';
import { directory, item, MapProvider, RecordedLog } from './doubles';

const provider = new MapProvider({ cacheName: 'ssm' });
const place = { provider, directory: directory('/a') };
const details = { goodAtMs: 0, untilMs: 1000, reason: 'down' };
let log: RecordedLog;
let warnings: PlaceWarnings;

beforeEach(() => {
  log = new RecordedLog();
  warnings = new PlaceWarnings(new LocalCache(), log.logger());
});

it('warn of a refusal once for each place and name', () => {
  const refusal = new Unavailable('denied', 'grant it');
  for (const name of [undefined, undefined, 'x', 'x', 'y']) warnings.refused(place, refusal, name);

  expect(log.warnings('provider.refused').map(({ name }) => name)).toEqual([undefined, 'x', 'y']);
});

it('warn once that a directory is stale, and once that its values are, with what would help', () => {
  for (const name of [undefined, undefined, 'x', 'y'])
    warnings.stale(place, { ...details, ...(name !== undefined && { remedy: 'grant it' }) }, name);

  expect(log.warnings('provider.stale')).toEqual([
    {
      event: 'provider.stale',
      provider: 'ssm',
      directory: '/a',
      reason: 'down',
      goodAt: '1970-01-01T00:00:00.000Z',
      until: '1970-01-01T00:00:01.000Z',
      consequence: 'the last value that was read is given; nothing found in this place or below is cached',
    },
    expect.objectContaining({ name: 'x', remedy: 'grant it' }),
  ]);
});

it('warn of it again when it was read in between', () => {
  const listing = provider.readDirectory(directory('/a'));
  warnings.stale(place, details);
  warnings.stale(place, details, 'x');

  return listing.then((outcome) => {
    warnings.listed(provider, '/a', new Unavailable('denied', 'grant it'));
    warnings.stale(place, details);
    warnings.listed(provider, '/a', outcome);
    warnings.valueRead(place);
    warnings.stale(place, details);
    warnings.stale(place, details, 'x');

    expect(log.warnings('provider.stale')).toHaveLength(4);
    expect(log.lines.filter(({ level }) => level === 'debug').map(({ fields }) => fields)).toEqual([
      { event: 'provider.listed', provider: 'ssm', directory: '/a', names: 0 },
    ]);
  });
});

it('show no value', () => {
  warnings.stale(place, details, item('x', 'hunter2').name);

  expect(JSON.stringify(log.lines)).not.toContain('hunter2');
});
