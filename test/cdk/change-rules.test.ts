import { changePatterns } from '../../src/cdk/change-rules';
import { readBatch } from '../../src/events/read-event';
import { parameterEvent } from '../events/fixtures/parameter-store';
import { labelEvent, rotationEvent, trailCalls, trailEvent } from '../events/fixtures/secrets-manager';

const name = '/orders/prod/DB_PASSWORD';

/** Whether a pattern of EventBridge matches: every field it names has one of the values, or begins as one says. */
function matches(pattern: unknown, event: unknown): boolean {
  if (Array.isArray(pattern)) return (pattern as readonly unknown[]).some((each) => isLike(each, event));
  if (typeof event !== 'object' || event === null) return false;
  return Object.entries(pattern as object).every(([key, each]) => matches(each, (event as Fields)[key]));
}

type Fields = Readonly<Record<string, unknown>>;

function isLike(wanted: unknown, given: unknown): boolean {
  if (typeof wanted === 'string') return wanted === given;
  return typeof given === 'string' && given.startsWith((wanted as { readonly prefix: string }).prefix);
}

/** Gives the rules that send an event on. */
function rulesFor(event: object): readonly string[] {
  const rules = Object.entries(changePatterns).map(([rule, { detailType, ...pattern }]) => {
    return [rule, { ...pattern, 'detail-type': detailType }] as const;
  });
  return rules.filter(([, pattern]) => matches(pattern, event)).map(([rule]) => rule);
}

/** Whether the handler knows what an event changes. */
function isFollowed(event: object): boolean {
  return (readBatch(event, 'cache').items[0]?.changes ?? []).length > 0;
}

const operations = ['Create', 'Update', 'Delete', 'LabelParameterVersion'] as const;
const followed: readonly (readonly [string, object, string])[] = [
  ...operations.map((each) => [`${each} of a parameter`, parameterEvent(each, name), 'ParameterChanges'] as const),
  ...Object.entries(trailCalls).map(([call, make]) => [call, make(name), 'SecretCalls'] as const),
  ['a rotation that has ended', rotationEvent(name, 'additionalEventData'), 'SecretCalls'],
  ['a new current version', labelEvent(name), 'SecretLabels'],
];

describe('the rules', () => {
  test.each(followed)('send %s to the handler, which follows it', (_, event, rule) => {
    expect(rulesFor(event)).toEqual([rule]);
    expect(isFollowed(event)).toBe(true);
  });

  test.each<[string, object]>([
    ['a parameter in no directory', parameterEvent('Update', 'DB_PASSWORD')],
    ['a label that is not the current one', labelEvent(name, 'AWSPENDING')],
    ['a secret in no directory', labelEvent('rds!cluster-1')],
    ['a call that reads', trailEvent({ eventName: 'GetSecretValue', requestParameters: { secretId: name } })],
    ['a call of another service', { ...trailCalls.PutSecretValue(name), source: 'aws.kms' }],
  ])('leave %s, which the handler would not follow', (_, event) => {
    expect(rulesFor(event)).toEqual([]);
    expect(isFollowed(event)).toBe(false);
  });
});
