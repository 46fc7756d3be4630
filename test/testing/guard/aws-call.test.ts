import { awsCallOf, connectionTo } from '../../../src/testing/guard/aws-call';

/** A request with these headers. */
function request(host: string, headers: Readonly<Record<string, string>> = {}, method = 'POST', path = '/') {
  return { host, method, path, header: (name: string) => headers[name] };
}

const scope = 'AWS4-HMAC-SHA256 Credential=AKIA/20300101/eu-west-1/secretsmanager/aws4_request, SignedHeaders=host';

describe('awsCallOf', () => {
  it.each([
    [
      'the operation from the target, the service from the signature',
      request('127.0.0.1', { authorization: scope, 'x-amz-target': 'secretsmanager.GetSecretValue' }),
      { service: 'secretsmanager', operation: 'GetSecretValue', host: '127.0.0.1' },
    ],
    [
      'the service of an unsigned request from the user agent',
      request('local', {
        'user-agent': 'aws-sdk-js/3 lang/js api/ssm#3.1 m/E',
        'x-amz-target': 'AmazonSSM.GetParameters',
      }),
      { service: 'ssm', operation: 'GetParameters', host: 'local' },
    ],
    [
      'the service from the target when nothing else says it',
      request('local', { 'x-amz-target': 'DynamoDB_20120810.Query' }),
      { service: 'DynamoDB_20120810', operation: 'Query', host: 'local' },
    ],
    [
      'method and path, without a query, where there is no target',
      request(
        'b.s3.eu-west-1.amazonaws.com',
        { authorization: scope.replace('secretsmanager', 's3') },
        'GET',
        '/key?x=1',
      ),
      { service: 's3', operation: 'GET /key', host: 'b.s3.eu-west-1.amazonaws.com' },
    ],
    [
      'a call by its invocation id',
      request('local', { 'amz-sdk-invocation-id': '1' }, 'PUT'),
      { service: 'local', operation: 'PUT /', host: 'local' },
    ],
    [
      'whatever is for a host of AWS',
      request('STS.amazonaws.com'),
      { service: 'STS', operation: 'POST /', host: 'STS.amazonaws.com' },
    ],
    [
      'the search for credentials',
      request('169.254.169.254', {}, 'PUT', '/latest/api/token'),
      { service: 'credentials', operation: 'PUT /latest/api/token', host: '169.254.169.254' },
    ],
  ])('reads %s', (_, given, call) => {
    expect(awsCallOf(given)).toEqual(call);
  });

  it.each([
    request('api.example.com'),
    request('example.com', { authorization: 'Bearer token', 'user-agent': 'axios/1' }),
    request('amazonaws.com.example.org'),
    request('notamazonaws.com'),
    request('127.0.0.1'),
  ])('ignores a request to another service: %j', (given) => {
    expect(awsCallOf(given)).toBeUndefined();
  });
});

describe('connectionTo', () => {
  it.each([
    'kinesis.us-east-1.amazonaws.com',
    'ssm.cn-north-1.amazonaws.com.cn',
    'ssm.eu-west-1.api.aws',
    '[fd00:ec2::254]',
  ])('recognizes %s as AWS', (host) => {
    expect(connectionTo(host)).toMatchObject({ operation: 'connection', host });
  });

  it.each(['localhost', 'db.internal', undefined])('ignores %s', (host) => {
    expect(connectionTo(host)).toBeUndefined();
  });
});
