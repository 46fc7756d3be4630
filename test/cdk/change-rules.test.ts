import { Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { type EventPattern } from 'aws-cdk-lib/aws-events';
import { changePatterns, changeRules, longestPattern } from '../../src/cdk/change-rules';
import { readBatch } from '../../src/events/read-event';
import { CacheWorld } from '../events/cache-world';
import { parameterEvent, parameterPolicyEvent } from '../events/fixtures/parameter-store';
import { labelEvent, rotationEvent, trailCalls, trailEvent } from '../events/fixtures/secrets-manager';
import { makeApp } from './make-app';

const name = '/orders/prod/DB_PASSWORD';

/** Whether a pattern of EventBridge matches: every field it names has one of the values, or is as one says. */
function matches(pattern: unknown, event: unknown): boolean {
  if (Array.isArray(pattern)) return (pattern as readonly unknown[]).some((each) => isLike(each, event));
  const fields = typeof event === 'object' && event !== null ? (event as Fields) : {};
  return Object.entries(pattern as object).every(([key, each]) => matches(each, fields[key]));
}

type Fields = Readonly<Record<string, unknown>>;

function isLike(wanted: unknown, given: unknown): boolean {
  if (typeof wanted === 'string') return wanted === given;
  const { prefix, exists } = wanted as { readonly prefix?: string; readonly exists?: boolean };
  if (exists !== undefined) return exists === (given !== undefined);
  return typeof given === 'string' && prefix !== undefined && given.startsWith(prefix);
}

/** Gives the rules that send an event on. */
function rulesFor(event: object, pathPrefixes?: readonly string[]): readonly string[] {
  const rules = Object.entries(changePatterns(pathPrefixes)).map(([rule, { detailType, ...pattern }]) => {
    return [rule, { ...pattern, 'detail-type': detailType }] as const;
  });
  return rules.filter(([, pattern]) => matches(pattern, event)).map(([rule]) => rule);
}

/** Whether the handler recognizes what an event changes. */
function isFollowed(event: object): boolean {
  return (readBatch(event, 'cache').items[0]?.changes ?? []).length > 0;
}

const operations = ['Create', 'Update', 'Delete', 'LabelParameterVersion'] as const;
type EventCase = readonly [string, object, string];

/** Events of each kind about a parameter or secret, with the rule that sends each. */
function eventsOf(fullName: string): readonly EventCase[] {
  return [
    ...operations.map((each): EventCase => [
      `${each} of a parameter`,
      parameterEvent(each, fullName),
      'ParameterChanges',
    ]),
    ['the expiry of a parameter', parameterPolicyEvent('Expiration', fullName), 'ParameterExpirations'],
    ...Object.entries(trailCalls).map(([call, make]): EventCase => [call, make(fullName), 'SecretCalls']),
    ['a rotation that has ended', rotationEvent(fullName, 'additionalEventData'), 'SecretCalls'],
    ['a new current version', labelEvent(fullName), 'SecretLabels'],
  ];
}

describe('the rules', () => {
  test.each(eventsOf(name))('send %s to the handler, which follows it', (_, event, rule) => {
    expect(rulesFor(event)).toEqual([rule]);
    expect(rulesFor(event, ['/orders', '/billing'])).toEqual([rule]);
    expect(isFollowed(event)).toBe(true);
  });

  test.each<[string, object]>([
    ['a parameter in no directory', parameterEvent('Update', 'DB_PASSWORD')],
    ['a parameter that will expire', parameterPolicyEvent('ExpirationNotification', name)],
    ['a parameter that has not changed for long', parameterPolicyEvent('NoChangeNotification', name)],
    ['a label that is not the current one', labelEvent(name, 'AWSPENDING')],
    ['a secret in no directory', labelEvent('rds!cluster-1')],
    ['a call that reads', trailEvent({ eventName: 'GetSecretValue', requestParameters: { secretId: name } })],
    ['a call of another service', { ...trailCalls.PutSecretValue(name), source: 'aws.kms' }],
  ])('do not send %s, which the handler would not follow', (_, event) => {
    expect(rulesFor(event)).toEqual([]);
    expect(isFollowed(event)).toBe(false);
  });
});

describe('the rules with prefixes', () => {
  test.each(eventsOf('/website/prod/DB_PASSWORD'))(
    'do not send %s elsewhere, unless only an ARN names it',
    (_, event, rule) => {
      const detail = JSON.stringify((event as { readonly detail: object }).detail);
      const isNamedByArn = /"secretId":"arn:/i.test(detail);

      expect(rulesFor(event, ['/orders', '/web'])).toEqual(isNamedByArn ? [rule] : []);
    },
  );

  test.each(eventsOf('/website/prod/DB_PASSWORD'))('let the handler ignore %s elsewhere', async (_, event) => {
    const world = new CacheWorld();

    await world.handle(event, { pathPrefixes: ['/orders', '/web'] });

    expect(world.dynamo.operations).toEqual([]);
  });

  test.each(eventsOf('/global/all/DB_PASSWORD'))('send %s below /global, which is not among them', (_, event, rule) => {
    expect(rulesFor(event, ['/orders'])).toEqual([rule]);
  });

  test('send a parameter that another account shares, which is named by its ARN', () => {
    const arn = 'arn:aws:ssm:us-east-1:444455556666:parameter/orders/prod/DB_HOST';

    expect(rulesFor(parameterEvent('Update', arn), ['/orders'])).toEqual(['ParameterChanges']);
  });

  function stackWith(pathPrefixes: readonly string[]): Stack {
    const stack = new Stack(makeApp(), 'Stack');
    changeRules(stack, { bind: () => ({ arn: 'arn:aws:sqs:eu-west-1:111122223333:changes' }) }, pathPrefixes);
    return stack;
  }

  function patternsOf(stack: Stack): readonly EventPattern[] {
    const rules = Template.fromStack(stack).findResources('AWS::Events::Rule');
    return Object.values(rules).map((each) => (each['Properties'] as { EventPattern: EventPattern }).EventPattern);
  }

  test('stay within the limits of EventBridge whatever the number of prefixes: the handler filters then', () => {
    const few = stackWith(['/orders', '/billing']);
    const many = stackWith(Array.from({ length: 300 }, (_, index) => `/service-${index}`));

    expect(JSON.stringify(patternsOf(few))).toContain('{"prefix":"/billing/"}');
    Annotations.fromStack(few).hasNoWarning('*', Match.anyValue());
    for (const each of [...patternsOf(few), ...patternsOf(many)]) {
      expect(JSON.stringify(each).length).toBeLessThanOrEqual(longestPattern);
    }
    Annotations.fromStack(many).hasWarning(
      '/Stack',
      Match.stringLikeRegexp('The rule ParameterChanges does not filter by path'),
    );
  });
});
