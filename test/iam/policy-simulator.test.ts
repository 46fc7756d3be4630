import { isAllowed, type SimulatedPolicy } from './policy-simulator';

const query = 'dynamodb:Query';
const table = 'arn:aws:dynamodb:eu-west-1:111122223333:table/cache';

function allows(statement: object, request: object = {}): boolean {
  const policy = { Statement: [{ Effect: 'Allow', Action: query, Resource: table, ...statement }] };
  return isAllowed(policy as unknown as SimulatedPolicy, { action: query, resource: table, context: {}, ...request });
}

describe('the policy simulator', () => {
  test('allows what a statement allows, and no more', () => {
    expect(allows({})).toBe(true);
    expect(allows({}, { action: 'dynamodb:Scan' })).toBe(false);
    expect(allows({}, { resource: `${table}/index/x` })).toBe(false);
    expect(allows({ Action: ['dynamodb:*'] }, { action: 'dynamodb:Scan' })).toBe(true);
    expect(allows({ Action: 'DynamoDB:query' })).toBe(true);
  });

  test('gives a Deny precedence', () => {
    const denying = {
      Statement: [
        { Effect: 'Allow' as const, Action: '*', Resource: '*' },
        { Effect: 'Deny' as const, Action: 'dynamodb:Scan', Resource: '*' },
      ],
    };

    expect(isAllowed(denying, { action: query, resource: table, context: {} })).toBe(true);
    expect(isAllowed(denying, { action: 'dynamodb:Scan', resource: table, context: {} })).toBe(false);
  });

  test.each([
    ['arn:x:secret:/a/NAME-??????', 'arn:x:secret:/a/NAME-AbCd12', true],
    ['arn:x:secret:/a/NAME-??????', 'arn:x:secret:/a/NAME-extra-AbCd12', false],
    ['arn:x:secret:/a/*', 'arn:x:secret:/a/b/c-AbCd12', true],
    ['arn:x:secret:/a/*', 'arn:x:secret:/ab/c-AbCd12', false],
    ['arn:x:a${*}b', 'arn:x:a*b', true],
    ['arn:x:a${*}b', 'arn:x:a-b', false],
    ['arn:x:a.b', 'arn:x:a-b', false],
  ])('matches %s with %s: %s', (pattern, resource, expected) => {
    expect(allows({ Resource: pattern }, { resource })).toBe(expected);
  });

  test.each([
    ['StringEquals', 'v', 'v', true],
    ['StringEquals', '*', 'v', false],
    ['StringEquals', 'v', undefined, false],
    ['StringNotEquals', 'v', 'w', true],
    ['StringNotEquals', 'v', 'v', false],
    ['StringNotEquals', 'v', undefined, true],
    ['StringLike', ['a*', 'v?'], 'v1', true],
    ['StringLike', 'v?', 'v', false],
    ['StringLike', '*', undefined, false],
    ['ForAllValues:StringEquals', ['/a', '/b'], ['/b'], true],
    ['ForAllValues:StringEquals', ['/a', '/b'], ['/b', '/c'], false],
    ['ForAllValues:StringEquals', '/a', undefined, true],
    ['Null', 'false', 'v', true],
    ['Null', 'false', undefined, false],
    ['Null', 'true', undefined, true],
  ])('%s of %j holds for %j: %s', (operator, wanted, given, expected) => {
    const context = given === undefined ? {} : { key: given };

    expect(allows({ Condition: { [operator]: { key: wanted } } }, { context })).toBe(expected);
  });

  test('needs every operator and every key to hold', () => {
    const Condition = { StringEquals: { a: '1', b: '2' }, Null: { c: 'false' } };

    expect(allows({ Condition }, { context: { a: '1', b: '2', c: '3' } })).toBe(true);
    expect(allows({ Condition }, { context: { a: '1', b: '2' } })).toBe(false);
    expect(allows({ Condition }, { context: { a: '1', c: '3' } })).toBe(false);
  });

  test('does not guess what an operator means', () => {
    expect(() => allows({ Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } })).toThrow('IpAddress');
  });
});
