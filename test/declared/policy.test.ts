import { InvalidSettingsError, secret, setting } from '../../src/index';
import { golden } from './golden';
import { policies, policyOf, type Told } from './policies';

const place = { region: 'eu-west-1', account: '111122223333' };
const sealed = { cacheSecrets: 'encrypt' } as const;

function sids(told: Told): readonly string[] {
  return policyOf(told).Statement.map(({ Sid }) => Sid);
}

function resourcesOf(sid: string, told: Told): readonly string[] {
  return policyOf(told).Statement.find(({ Sid }) => Sid === sid)?.Resource ?? [];
}

it.each(Object.entries(policies))('is as looked at: %s', (name, told) => {
  expect(policyOf(told)).toEqual(JSON.parse(golden(`policy-${name}.json`)));
});

it('is for any region and account when none is told', () => {
  expect(resourcesOf('UseCacheTable', { options: {} })).toEqual(['arn:aws:dynamodb:*:*:table/global-all-configCache']);
});

it.each<[string, Told]>([
  ['there is no cacher', { config: { cacher: null } }],
  ['the service is nobody', { settings: { service: 'global' } }],
  ['only the environment is read', { settings: { onlyEnvProvider: true } }],
])('has no cache table when %s', (_, told) => {
  expect(sids(told)).not.toContain('UseCacheTable');
});

it('allows nothing to a service that reads its environment only', () => {
  expect(policyOf({ settings: { onlyEnvProvider: true } }).Statement).toEqual([]);
});

it('allows the partition of the process, and the directories of the Config', () => {
  const told: Told = { config: { service: 'billing', environment: 'test' } };
  const { Condition: condition } = policyOf(told).Statement.find(({ Sid }) => Sid === 'UseCacheTable') ?? {};

  expect(condition?.['ForAllValues:StringEquals']).toEqual({ 'dynamodb:LeadingKeys': ['/orders/prod'] });
  expect(resourcesOf('ListParameters', told)[0]).toBe('arn:aws:ssm:eu-west-1:111122223333:parameter/billing/test');
});

it('allows only the secrets themselves when all are told by id', () => {
  const told: Told = { shape: { login: secret({ id: 'rds!db-1234' }) } };

  // Neither listed nor read in batches.
  expect(sids(told)).toEqual(['ReadSecrets']);
  expect(resourcesOf('ReadSecrets', told)).toHaveLength(2);
});

it('allows all names of the directories when exact ones make it too long', () => {
  const exact = JSON.stringify(policyOf());
  const short = JSON.stringify(policyOf({ options: { ...place, exactNames: false } }));

  expect(short.length).toBeLessThan(exact.length / 3);
  expect(resourcesOf('ReadSecrets', { options: { ...place, exactNames: false } })).toContain(
    'arn:aws:secretsmanager:eu-west-1:111122223333:secret:/orders/all/*',
  );
});

it.each<object>([{ region: 5 }, { region: '' }, { account: 111122223333 }, { partition: '' }])(
  'refuses %j',
  (options) => {
    expect(() => policyOf({ options })).toThrow(InvalidSettingsError);
  },
);

it.each([
  ['listing', 7],
  ['names', 5],
] as const)(
  'fits a managed policy by %s with no more than %i settings, and in short with any number',
  (strategy, most) => {
    const lengthOf = (count: number, exactNames: boolean): number => {
      const names = Array.from({ length: count }, (_, index) => `DB_SETTING_${index}`);
      const shape = Object.fromEntries(names.map((name) => [name, setting(name)]));
      return JSON.stringify(policyOf({ shape, settings: { strategy }, options: { ...place, exactNames } })).length;
    };

    expect(lengthOf(most, true)).toBeLessThanOrEqual(6144);
    expect(lengthOf(most + 1, true)).toBeGreaterThan(6144);
    expect(lengthOf(1, false)).toBeLessThan(1700);
    expect(lengthOf(100, false)).toBe(lengthOf(1, false));
  },
);

describe('the key that seals cached secrets', () => {
  const told = (cacheKmsKeyId: string, options = {}): Told => ({
    shape: { x: setting('X') },
    settings: { ...sealed, cacheKmsKeyId },
    options: { ...place, ...options },
  });
  const arn = 'arn:aws:kms:us-east-1:444455556666:key/1';

  it.each([
    ['1234-5678', 'arn:aws:kms:eu-west-1:111122223333:key/1234-5678'],
    [arn, arn],
  ])('is that of the settings: %s', (id, resource) => {
    expect(resourcesOf('SealSecrets', told(id))).toEqual([resource]);
  });

  it.each(['alias/config', 'arn:aws:kms:us-east-1:444455556666:alias/config'])('is told where it is %s', (alias) => {
    expect(() => policyOf(told(alias))).toThrow(InvalidSettingsError);
    expect(resourcesOf('SealSecrets', told(alias, { cacheKmsKeyArn: arn }))).toEqual([arn]);
  });

  it('is none when nothing is sealed', () => {
    expect(sids({ ...told('1234'), settings: { cacheKmsKeyId: '1234' } })).not.toContain('SealSecrets');
    expect(sids({ ...told('1234'), config: { cacher: null } })).not.toContain('SealSecrets');
  });
});
