import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { devNull } from 'node:os';
import { inspect, types } from 'node:util';
import { runInNewContext } from 'node:vm';
import { type AwsFailure, classifyAwsError, remedyOf, withoutPayload } from '../../src/aws/aws-errors';
import { describeError } from '../../src/base/describe-error';

function named(name: string, message = 'no'): Error {
  return Object.assign(new Error(message), { name });
}

/** A client whose every request is answered so. */
function answering(statusCode: number, body: string): SecretsManagerClient {
  return new SecretsManagerClient({
    region: 'eu-west-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
    requestHandler: {
      handle: () => Promise.resolve({ response: { statusCode, headers: {}, body: Buffer.from(body) } as never }),
    },
  });
}

async function errorOf(sent: Promise<unknown>): Promise<unknown> {
  return sent.then(
    () => {
      throw new Error('expected a rejection');
    },
    (error: unknown) => error,
  );
}

describe('classifyAwsError', () => {
  it.each<[AwsFailure, string]>([
    ['not-permitted', 'AccessDeniedException'],
    ['not-permitted', 'AccessDenied'],
    ['no-credentials', 'UnrecognizedClientException'],
    ['no-credentials', 'ExpiredTokenException'],
    ['no-credentials', 'ExpiredToken'],
    ['no-credentials', 'InvalidSignatureException'],
    ['no-credentials', 'InvalidSignature'],
    ['no-credentials', 'CredentialsProviderError'],
    ['not-found', 'ResourceNotFoundException'],
    ['throttled', 'ThrottlingException'],
    ['throttled', 'Throttling'],
    ['throttled', 'TooManyRequestsException'],
    ['throttled', 'ProvisionedThroughputExceededException'],
    ['throttled', 'RequestLimitExceeded'],
    ['throttled', 'RequestThrottledException'],
    ['failed', 'InternalServerError'],
    ['failed', 'InternalServiceError'],
    ['failed', 'ServiceUnavailable'],
    ['no-credentials', 'InvalidClientTokenId'],
    ['no-credentials', 'InvalidIdentityToken'],
    ['no-credentials', 'SignatureDoesNotMatch'],
    ['unusable-key', 'InvalidKeyId'],
    ['unusable-key', 'KMSInvalidStateException'],
    ['unusable-key', 'DisabledException'],
    ['unusable-key', 'NotFoundException'],
    ['failed', 'DecryptionFailure'],
    ['failed', 'KMSInternalException'],
    ['bad-request', 'ValidationException'],
    ['bad-request', 'InvalidRequestException'],
    ['bad-request', 'InvalidParameterException'],
    ['failed', 'TimeoutError'],
    ['failed', 'AbortError'],
    ['failed', 'SyntaxError'],
    ['failed', 'Error'],
    ['failed', 'NotAccessDenied'],
    ['failed', 'CredentialsProviderErrorOfMine'],
  ])('classifies as %s the error %s', (failure, name) => {
    expect(classifyAwsError(named(name))).toBe(failure);
  });

  it('classifies a missing region as not permitted, although the SDK throws a bare Error', async () => {
    jest.replaceProperty(process, 'env', { AWS_CONFIG_FILE: devNull, AWS_SHARED_CREDENTIALS_FILE: devNull });
    const client = new SecretsManagerClient({});

    const error = await errorOf(client.config.region());
    jest.restoreAllMocks();

    expect(error).toMatchObject({ name: 'Error', message: 'Region is missing' });
    expect(classifyAwsError(error)).toBe('no-region');
    expect(classifyAwsError(new Error('Region is missing from the map'))).toBe('failed');
  });

  it('classifies a reset connection as a failure', () => {
    const reset = Object.assign(named('TimeoutError', 'socket hang up'), { code: 'ECONNRESET' });

    expect(classifyAwsError(reset)).toBe('failed');
  });

  it.each<[AwsFailure, string, string]>([
    ['no-credentials', 'CredentialsProviderError', 'The SSO session associated with this profile has expired.'],
    ['no-credentials', 'CredentialsProviderError', 'Token is expired. To refresh this SSO session run'],
    ['no-credentials', 'CredentialsProviderError', 'UnauthorizedException: Session token not found or invalid'],
    ['no-credentials', 'CredentialsProviderError', 'ForbiddenException: No access'],
    ['no-credentials', 'CredentialsProviderError', 'Server responded with status: 403'],
    ['failed', 'CredentialsProviderError', 'TooManyRequestsException: slow down'],
    ['failed', 'CredentialsProviderError', 'InternalServerException: no'],
    ['failed', 'CredentialsProviderError', 'Error: connect ECONNREFUSED 127.0.0.1:1'],
    ['failed', 'CredentialsProviderError', 'Server responded with status: 429'],
    ['failed', 'CredentialsProviderError', 'Server responded with status: 503'],
    ['failed', 'CredentialsProviderError', 'SSO returns an invalid temporary credential.'],
    ['failed', 'ProviderError', 'TimeoutError from instance metadata service'],
  ])('classifies as %s the %s "%s"', (failure, name, message) => {
    expect(classifyAwsError(named(name, message))).toBe(failure);
  });

  it('classifies an unknown error by its status: 4xx concerns the request', () => {
    const answered = (name: string, httpStatusCode: number) =>
      classifyAwsError(Object.assign(named(name), { $metadata: { httpStatusCode } }));

    expect(answered('SomethingNewException', 400)).toBe('bad-request');
    expect([408, 429, 500, 503].map((status) => answered('SomethingNewException', status))).toEqual(
      Array(4).fill('failed'),
    );
    expect(answered('InternalServerError', 400)).toBe('failed');
  });

  it('classifies by name and not by class, so that errors of another realm count as well', () => {
    const foreign: unknown = runInNewContext(`Object.assign(new Error('no'), { name: 'AccessDeniedException' })`);

    expect(foreign).not.toBeInstanceOf(Error);
    expect(classifyAwsError(foreign)).toBe('not-permitted');
  });

  it('classifies the errors of a service, also when they arrive as its base exception', async () => {
    const answer = (type: string): Promise<unknown> =>
      errorOf(
        answering(400, JSON.stringify({ __type: type, message: 'no' })).send(
          new GetSecretValueCommand({ SecretId: 'x' }),
        ),
      );

    expect(classifyAwsError(await answer('UnrecognizedClientException'))).toBe('no-credentials');
    expect(classifyAwsError(await answer('ResourceNotFoundException'))).toBe('not-found');
    expect(classifyAwsError(await answer('ThrottlingException'))).toBe('throttled');
    expect(classifyAwsError(await answer('InternalServiceError'))).toBe('failed');
  });

  it.each(['AccessDeniedException', null, undefined, 7, {}])(
    'classifies %p, which is not an error, as a failure',
    (thrown) => {
      expect(classifyAwsError(thrown)).toBe('failed');
    },
  );
});

describe('describeError', () => {
  it('gives name, HTTP status and message', () => {
    const error = Object.assign(named('ThrottlingException', 'Rate exceeded'), { $metadata: { httpStatusCode: 400 } });

    expect(describeError(error)).toBe('ThrottlingException (HTTP 400): Rate exceeded');
  });

  it('leaves out parts that are missing', () => {
    expect(describeError(named('TimeoutError', 'too slow'))).toBe('TimeoutError: too slow');
    expect(describeError(Object.assign(named('Unknown', ''), { $metadata: {} }))).toBe('Unknown');
    expect(describeError({})).toBe('Error');
  });

  it.each([
    ['hunter2', 'Error: string'],
    [null, 'Error: object'],
    [undefined, 'Error: undefined'],
  ])('does not repeat %p, which is not an error', (thrown, description) => {
    expect(describeError(thrown)).toBe(description);
  });
});

describe('withoutPayload', () => {
  it('returns an error without a response unchanged', () => {
    const error = named('AccessDeniedException');

    expect(withoutPayload(error)).toBe(error);
    expect(withoutPayload('text')).toBe('text');
    expect(withoutPayload(null)).toBeNull();
  });

  it.each([
    ['an answer that is cut short', '{"Name":"DB_PASSWORD","SecretString":"hunter2'],
    ['an answer that is not JSON', 'hunter2'],
  ])('hides %s, which a parser quotes', async (_, body) => {
    const error = await errorOf(answering(200, body).send(new GetSecretValueCommand({ SecretId: 'x' })));

    const safe = withoutPayload(error) as Error & { $metadata: object };

    expect(safe).not.toBe(error);
    expect(describeError(safe)).toBe('SyntaxError (HTTP 200): the answer of the service could not be understood');
    expect(safe.$metadata).toBe((error as { $metadata: object }).$metadata);
    expect(safe.cause).toBeUndefined();
    expect(inspect(safe, { depth: null, showHidden: true })).not.toContain('hunter2');
  });

  it('leaves out the request and the response that the SDK attaches to its errors', async () => {
    const body = '{"__type":"ResourceNotFoundException","message":"not there"}';
    const error = (await errorOf(answering(400, body).send(new GetSecretValueCommand({ SecretId: 'x' })))) as Error;

    const safe = withoutPayload(error) as ResourceNotFoundException;

    expect(error).toHaveProperty('$response');
    expect(safe).not.toHaveProperty('$response.headers');
    expect(safe).toBeInstanceOf(ResourceNotFoundException);
    expect(safe).toBeInstanceOf(Error);
    expect([safe.name, safe.message, safe.stack]).toEqual([error.name, error.message, error.stack]);
    expect(safe.$metadata.httpStatusCode).toBe(400);
    expect(classifyAwsError(safe)).toBe('not-found');
    expect(inspect(safe)).toContain('ResourceNotFoundException: not there');
    expect(types.isNativeError(structuredClone(safe))).toBe(true);
  });

  it('hides an error that keeps the body, whatever its name', () => {
    const error = Object.assign(named('InternalFailure', 'hunter2'), { $responseBodyText: 'hunter2' });

    const safe = withoutPayload(error) as Error;

    expect(safe.name).toBe('InternalFailure');
    expect(safe).not.toHaveProperty('$metadata');
    expect(inspect(safe, { depth: null, showHidden: true })).not.toContain('hunter2');
  });
});

describe('remedyOf', () => {
  it.each([
    ['Error', 'Region is missing', /AWS_REGION/],
    ['CredentialsProviderError', 'Could not load credentials from any providers', /credentials: a role/],
    ['ExpiredTokenException', 'expired', /renew/],
    ['UnrecognizedClientException', 'who', /correct the credentials/],
    ['AccessDeniedException', 'you may not', /^allow ssm:GetParameters$/],
  ])('of %s: %s', (name, message, remedy) => {
    const error = Object.assign(new Error(message), { name });

    expect(remedyOf(error, 'allow ssm:GetParameters')).toMatch(remedy);
  });
});
