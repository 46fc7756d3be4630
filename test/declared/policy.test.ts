import {
  InvalidSettingsError,
  type PolicyDocument,
  type PolicyStatement,
  secret,
  setting,
  type SettingsPolicyOptions,
} from '../../src/index';
import { RecordedLog } from '../cache/doubles';
import { isAllowed, type SimulatedPolicy } from '../iam/policy-simulator';
import { golden } from './orders-settings';
import { policies, policiesOf, policyOf, type PolicyCase } from './policies';

const place = { region: 'eu-west-1', account: '111122223333' };
const sealed = { cacheSecrets: 'encrypt' } as const;

function sids(given: PolicyCase): readonly string[] {
  return policyOf(given).Statement.map(({ Sid }) => Sid);
}

function resourcesOf(sid: string, given: PolicyCase): readonly string[] {
  return policyOf(given).Statement.find(({ Sid }) => Sid === sid)?.Resource ?? [];
}

it.each(Object.entries(policies))('is the reviewed one: %s', (name, given) => {
  const expected = JSON.parse(golden(`policy-${name}.json`)) as PolicyDocument;

  expect(joined(policiesOf(given))).toEqual(expected);
  if (JSON.stringify(expected).length <= 6144) expect(policyOf(given)).toEqual(expected);
});

/** Gives several policies as one: parts of a statement have its id, and a number behind it. */
function joined(policies: readonly PolicyDocument[]): PolicyDocument {
  const statements = new Map<string, PolicyStatement>();
  for (const each of policies.flatMap(({ Statement }) => Statement)) {
    const Sid = each.Sid.replace(/\d+$/, '');
    const known = statements.get(Sid);
    statements.set(Sid, { ...each, Sid, Resource: [...(known?.Resource ?? []), ...each.Resource] });
  }
  return { Version: '2012-10-17', Statement: [...statements.values()] };
}

it('is for any region and account when none is given', () => {
  expect(resourcesOf('UseCacheTable', { options: {} })).toEqual(['arn:aws:dynamodb:*:*:table/global-all-configCache']);
});

it.each<[string, PolicyCase]>([
  ['there is no cacher', { config: { cacher: null } }],
  ['no service is named', { settings: { service: 'global' } }],
  ['only the environment is read', { settings: { onlyEnvProvider: true } }],
])('has no cache table when %s', (_, given) => {
  expect(sids(given)).not.toContain('UseCacheTable');
});

it('allows nothing to a service that reads its environment only', () => {
  expect(policyOf({ settings: { onlyEnvProvider: true } }).Statement).toEqual([]);
});

it('allows the partition of the process, and the directories of the Config', () => {
  const given: PolicyCase = { config: { service: 'billing', environment: 'test' } };
  const { Condition: condition } = policyOf(given).Statement.find(({ Sid }) => Sid === 'UseCacheTable') ?? {};

  expect(condition?.['ForAllValues:StringEquals']).toEqual({ 'dynamodb:LeadingKeys': ['/orders/prod'] });
  expect(resourcesOf('ListParameters', given)[0]).toBe('arn:aws:ssm:eu-west-1:111122223333:parameter/billing/test');
});

it('allows only the secrets themselves when all are read by id', () => {
  const given: PolicyCase = { shape: { login: secret({ id: 'rds!db-1234' }) } };

  // Neither listed nor read in batches.
  expect(sids(given)).toEqual(['ReadSecrets']);
  expect(resourcesOf('ReadSecrets', given)).toHaveLength(2);
});

it('allows all names of the directories when exact ones make it too long', () => {
  const exact = JSON.stringify(joined(policiesOf()));
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

describe.each([
  ['listing', 7],
  ['names', 5],
] as const)('by %s', (strategy, most) => {
  function given(count: number, options: SettingsPolicyOptions = {}): PolicyCase {
    const names = Array.from({ length: count }, (_, index) => `DB_SETTING_${index}`);
    const shape = Object.fromEntries(names.map((name) => [name, setting(name)]));
    return { shape, settings: { strategy }, options: { ...place, ...options } };
  }

  const lengthOf = (policy: PolicyDocument): number => JSON.stringify(policy).length;
  const namesIn = (service: string, { Statement: statements }: PolicyDocument): boolean =>
    statements.some(({ Resource }) =>
      Resource.some((each) => each.includes(`:${service}:`) && each.includes('DB_SETTING_0')),
    );

  it('a policy allows names one by one as long as they fit a managed policy', () => {
    for (const [count, isExact] of [
      [1, true],
      [most, true],
      [most + 1, false],
      [60, false],
    ] as const) {
      const policy = policyOf(given(count));
      expect([count, namesIn('ssm', policy)]).toEqual([count, isExact]);
      expect(lengthOf(policy)).toBeLessThanOrEqual(6144);
    }
  });

  it('a policy that names parameters by directory because they are listed keeps the names of secrets', () => {
    const policy = policyOf(given(9));

    expect([namesIn('ssm', policy), namesIn('secretsmanager', policy)]).toEqual([false, strategy === 'listing']);
    expect(lengthOf(policy)).toBeLessThanOrEqual(6144);
  });

  it('a policy that is wider than the names is logged, once a call, without a name', () => {
    const log = new RecordedLog();

    policyOf({ ...given(18), log });
    policyOf({ ...given(most), log });

    expect(log.warnings).toEqual([
      {
        event: 'settings.policy-widened',
        widened: 'parameters and secrets',
        names: 18,
        characters: expect.any(Number) as number,
        most: 6144,
      },
    ]);
  });

  it('a policy that is to be exact is refused when it does not fit, with the alternatives', () => {
    expect(namesIn('ssm', policyOf(given(most, { exactNames: true })))).toBe(true);
    const make = () => policyOf(given(most + 1, { exactNames: true }));
    expect(make).toThrow(InvalidSettingsError);
    expect(make).toThrow(
      /with \d+ names one by one the policy has \d+ characters, and a managed policy holds 6144. Take policies\(\)/,
    );
  });

  it('a policy of all names of the directories has the same length for any number', () => {
    const short = (count: number): number => lengthOf(policyOf(given(count, { exactNames: false })));

    expect(short(1)).toBeLessThan(1700);
    expect(short(100)).toBe(short(1));
  });

  it.each([1, most + 1, 60])('several policies allow %i names one by one, each in a managed policy', (count) => {
    const kmsKeyArns = ['arn:aws:kms:eu-west-1:111122223333:key/sources'];
    const policies = policiesOf(given(count, { kmsKeyArns }));

    expect(policies.filter((each) => lengthOf(each) > 6144)).toEqual([]);
    const statements = policies.flatMap(({ Statement }) => Statement);
    expect(new Set(statements.map(({ Sid }) => Sid)).size).toBe(statements.length);
    const whole: SimulatedPolicy = { Statement: statements };
    const arn = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:/global/all/DB_SETTING_';
    const isAllowedTo = (action: string, resource: string, context = {}) =>
      isAllowed(whole, { action, resource, context });
    for (let index = 0; index < count; index += 1) {
      expect(isAllowedTo('secretsmanager:GetSecretValue', `${arn}${index}-AbCdEf`)).toBe(true);
      const context = {
        'kms:ViaService': 'secretsmanager.eu-west-1.amazonaws.com',
        'kms:EncryptionContext:SecretARN': `${arn}${index}-AbCdEf`,
      };
      expect(isAllowedTo('kms:Decrypt', kmsKeyArns[0] ?? '', context)).toBe(true);
    }
    expect(isAllowedTo('secretsmanager:GetSecretValue', `${arn}${count}-AbCdEf`)).toBe(false);
  });
});

describe('the key that seals cached secrets', () => {
  const given = (cacheKmsKeyId: string, options = {}): PolicyCase => ({
    shape: { x: setting('X') },
    settings: { ...sealed, cacheKmsKeyId },
    options: { ...place, ...options },
  });
  const arn = 'arn:aws:kms:us-east-1:444455556666:key/1';

  it.each([
    ['1234-5678', 'arn:aws:kms:eu-west-1:111122223333:key/1234-5678'],
    [arn, arn],
  ])('is that of the settings: %s', (id, resource) => {
    expect(resourcesOf('SealSecrets', given(id))).toEqual([resource]);
  });

  it.each(['alias/config', 'arn:aws:kms:us-east-1:444455556666:alias/config'])(
    'has to be given where the settings have an alias: %s',
    (alias) => {
      expect(() => policyOf(given(alias))).toThrow(InvalidSettingsError);
      expect(resourcesOf('SealSecrets', given(alias, { cacheKmsKeyArn: arn }))).toEqual([arn]);
    },
  );

  it('is none when nothing is sealed', () => {
    expect(sids({ ...given('1234'), settings: { cacheKmsKeyId: '1234' } })).not.toContain('SealSecrets');
    expect(sids({ ...given('1234'), config: { cacher: null } })).not.toContain('SealSecrets');
  });
});
