import { type ExplainedPlace, type Explanation, type ExplanationSet } from '../../src/index';
import { fc } from '../setup/fast-check';
import { at, explained, explainedSet, failed, found, refused, shadowed } from './explained-names';

const long = '/a-service-with-a-rather-long-name/production-eu-central-1';
const place: ExplainedPlace = { provider: 'ssm', directory: '/a', outcome: 'found' };

const linesOf = (printed: Explanation | ExplanationSet): readonly string[] => String(printed).split('\n');
const widest = (printed: Explanation | ExplanationSet): number =>
  Math.max(...linesOf(printed).map(({ length }) => length));
const setOf = (...explanations: readonly Explanation[]): ExplanationSet => explainedSet(explanations);

describe('the table of one name', () => {
  it('marks the winner, and has provider, directory, outcome, and the value or the reason of each place', () => {
    const places: readonly ExplainedPlace[] = [
      { provider: 'override', outcome: 'absent' },
      { provider: 'env', directory: '/_environmental', outcome: 'absent' },
      { provider: 'cacher', outcome: 'absent' },
      { ...refused, provider: 'ssm', reason: 'AccessDenied', remedy: undefined },
      { provider: 'secrets', directory: '/orders/prod', outcome: 'found', value: 'db.internal' },
      shadowed,
    ];

    expect(linesOf(explained('DB_HOST', places))).toEqual([
      'DB_HOST: db.internal from secrets /orders/prod',
      '   override                   absent',
      '   env       /_environmental  absent',
      '   cacher                     absent',
      '   ssm       /orders/prod     not permitted  AccessDenied',
      '>  secrets   /orders/prod     found          db.internal',
      '   ssm       /global/all      shadowed       localhost',
    ]);
  });

  it('has version and age behind the value, and below what to grant', () => {
    expect(linesOf(explained('DB_HOST', [refused, found, shadowed], at))).toEqual([
      'DB_HOST: db.internal from ssm /orders/prod',
      '   secrets  /orders/prod  not permitted  grant ssm:GetParametersByPath',
      '>  ssm      /orders/prod  found          db.internal  v3, 3 d old',
      '   ssm      /global/all   shadowed       localhost',
      'To read more, allow ssm:GetParametersByPath on',
      '  arn:aws:ssm:*:*:parameter/orders/prod',
    ]);
  });

  it('has the place at which a lookup fails, and why', () => {
    expect(linesOf(explained('X', [failed, shadowed]))).toEqual([
      'X: failed at ssm /orders/prod',
      '   ssm  /orders/prod  failed    it is down',
      '   ssm  /global/all   shadowed  localhost',
    ]);
  });

  it('leaves out a directory and a value that a place does not have', () => {
    expect(linesOf(explained('X', [{ provider: 'override', outcome: 'found' }]))).toEqual([
      'X: from override',
      '>  override    found',
    ]);
    expect(linesOf(explained('X', [{ ...place, provider: 'env', directory: '/_environmental' }]))[0]).toBe(
      'X: from env',
    );
  });

  it('is its heading alone without places', () => {
    expect(linesOf(explained('X', []))).toEqual(['X: not found']);
  });

  it('shortens paths, and continues in the next line, rather than be wider than 80 columns', () => {
    const wide = { ...found, directory: long, value: 'x'.repeat(39), cachedAt: at, cachedAs: 'sealed' } as const;

    expect(linesOf(explained('DB_HOST', [wide], at))).toEqual([
      'DB_HOST: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx from ssm',
      '  /a-service-with-a-rather-long-name/production-eu-central-1',
      '>  ssm  /a-service-w…u-central-1  found  xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
      '                                         v3, 3 d old, cached sealed under 1 min',
      '                                         ago',
    ]);
  });

  it('shows the beginning of a long reason', () => {
    const text = String(explained('X', [{ ...failed, reason: 'r'.repeat(200) }]));

    expect(text.match(/r+…/g)).toHaveLength(1);
    expect(text.match(/r/g)?.length).toBeLessThan(110);
  });

  it.each([
    ['allow ssm:GetParameters on arn:x, and kms:Decrypt on its key', 'grant ssm:GetParameters, kms:Decrypt', true],
    ['allow ssm:GetParametersByPath on arn:aws:ssm:*:*:parameter/Ssm:X', 'grant ssm:GetParametersByPath', true],
    ['make this service a reader of /a', 'no', false],
  ])('has the actions to grant, or the reason where a remedy names none: %s', (remedy, detail, isGrant) => {
    const [, line, ...rest] = linesOf(explained('X', [{ ...refused, reason: 'no', remedy }]));

    expect(line).toBe(`   secrets  /orders/prod  not permitted  ${detail}`);
    expect(rest.length > 0).toBe(isGrant);
  });
});

describe('the notes behind a value', () => {
  const cached = {
    ...place,
    cachedAs: 'plain',
    cachedFrom: 'ssm',
    cachedAt: '2030-01-01T00:00:00.000+00:00',
    cachedUntil: '2030-01-01T12:00:00.000Z',
  } as const;
  /** Gives the notes on a place, of which nothing else is shown. */
  const notesOf = (noted: ExplainedPlace, explainedAt?: string): string | undefined =>
    /^> {2}ssm {2}\/a {2}found ?(.*)$/.exec(
      linesOf(explained('X', [noted], explainedAt))
        .slice(1)
        .map((line, index) => (index === 0 ? line : ` ${line.trim()}`))
        .join(''),
    )?.[1];

  it('are none where nothing is known', () => {
    expect(notesOf(place, at)).toBe('');
  });

  it.each([
    [0, 'under 1 min'],
    [59, 'under 1 min'],
    [60, '1 min'],
    [7199, '119 min'],
    [7200, '2 h'],
    [48 * 3600 - 1, '47 h'],
    [48 * 3600, '2 d'],
    [-5, 'under 1 min'],
  ])('have an age of %d s as %s', (seconds, age) => {
    const explainedAt = new Date(Date.UTC(2030, 0, 1) + seconds * 1000).toISOString();

    expect(notesOf({ ...place, changedAt: '2030-01-01T00:00:00.000Z' }, explainedAt)).toBe(` ${age} old`);
  });

  it('have the version, a long one shortened', () => {
    expect(notesOf({ ...place, version: '12' })).toBe(' v12');
    expect(notesOf({ ...place, version: '1a2b3c4d-0000-0000-0000-000000000000' })).toBe(' v1a2b3c4d…');
  });

  it.each([
    [{ stale: true }, undefined, ' stale'],
    [{ stale: false }, undefined, ''],
    [{ stale: true, staleSince: '2030-01-01T00:00:00.000Z' }, '2030-01-01T00:20:00.000Z', ' stale for 20 min'],
    [{ stale: true, staleSince: '2030-01-01T00:00:00.000Z' }, undefined, ' stale since 2030-01-01T00:00:00.000Z'],
  ])('of %j at %j are "%s"', (stale, explainedAt, notes) => {
    expect(notesOf({ ...place, ...stale }, explainedAt)).toBe(notes);
  });

  it.each([
    [cached, 'cached from ssm 2 h ago for 10 h more'],
    [{ ...cached, cachedAs: 'sealed' as const }, 'cached from ssm sealed 2 h ago for 10 h more'],
    [{ ...cached, cachedAs: 'reference' as const }, 'cached from ssm by reference 2 h ago for 10 h more'],
    [{ ...cached, cachedFrom: undefined, cachedUntil: undefined }, 'cached 2 h ago'],
    [{ ...place, cachedAs: 'plain' as const }, 'cached'],
    [{ ...place, cachedAt: cached.cachedAt }, 'cached 2 h ago'],
  ])('have how long a row has been cached, and will be: %#', (row, notes) => {
    expect(notesOf(row, '2030-01-01T02:00:00.000Z')).toBe(` ${notes}`);
  });

  it('have dates where the time of the explanation is not known', () => {
    expect(notesOf({ ...cached, changedAt: '2029-01-01T00:00:00.000Z' })).toBe(
      ` of 2029-01-01T00:00:00.000Z, cached from ssm at ${cached.cachedAt} until ${cached.cachedUntil}`,
    );
  });
});

describe('the table of many names', () => {
  it('has a row for each: where it is from, its value, and the notes on it', () => {
    const set = setOf(
      explained('DB_HOST', [found, shadowed], at),
      explained('TOKEN', [{ ...found, provider: 'secrets', value: '********', version: undefined, stale: true }], at),
      explained('NOWHERE', [{ ...found, outcome: 'absent' }, refused], at),
      explained('BROKEN', [failed], at),
    );

    expect(linesOf(set)).toEqual([
      '>  DB_HOST  ssm /orders/prod      db.internal  v3, 3 d old, shadows 1',
      '>  TOKEN    secrets /orders/prod  ********  3 d old, stale',
      '-  NOWHERE                        not found  not permitted at 1',
      '!  BROKEN   ssm /orders/prod      failed',
      'To read more, allow ssm:GetParametersByPath on',
      '  arn:aws:ssm:*:*:parameter/orders/prod',
    ]);
  });

  it('has each grant once', () => {
    const other = { ...refused, remedy: 'allow ssm:GetParametersByPath on /b' };

    const grants = linesOf(setOf(explained('A', [refused, other]), explained('B', [refused]))).slice(2);

    expect(grants).toEqual([
      'To read more, allow ssm:GetParametersByPath on',
      '  arn:aws:ssm:*:*:parameter/orders/prod',
      'To read more, allow ssm:GetParametersByPath on /b',
    ]);
  });

  it('is empty for no names', () => {
    expect(String(setOf())).toBe('');
  });
});

it('no table is wider than 80 columns, whatever is in it', () => {
  const text = fc.oneof(fc.string({ maxLength: 120 }), fc.constantFrom(long, 'x'.repeat(100), 'a b '.repeat(30)));
  const optional = fc.option(text, { nil: undefined });
  const anyPlace = fc.record({
    provider: fc.string({ maxLength: 20 }),
    directory: optional,
    outcome: fc.constantFrom('found', 'absent', 'shadowed', 'failed', 'not permitted', 'known to be missing'),
    value: fc.option(fc.string({ maxLength: 40 }), { nil: undefined }),
    version: optional,
    changedAt: fc.constantFrom(at, undefined),
    reason: optional,
    remedy: fc.option(
      text.map((each) => `allow ssm:GetParameters on ${each}`),
      { nil: undefined },
    ),
  }) as fc.Arbitrary<ExplainedPlace>;

  fc.assert(
    fc.property(fc.array(fc.tuple(text, fc.array(anyPlace, { maxLength: 5 })), { maxLength: 4 }), (names) => {
      const explanations = names.map(([name, places]) => explained(name, places, at));

      expect(Math.max(0, ...explanations.map(widest))).toBeLessThanOrEqual(80);
      expect(widest(setOf(...explanations))).toBeLessThanOrEqual(80);
    }),
  );
});
