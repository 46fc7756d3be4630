import { signedFormHeaders } from '../../src/aws/sign-request';

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const request = {
  host: 'example.amazonaws.com',
  body: 'Param1=value1',
  service: 'service',
  region: 'us-east-1',
  nowMs: Date.UTC(2015, 7, 30, 12, 36, 0, 250),
};

it('signs a form as the AWS test suite for Signature Version 4 does', () => {
  // Source: aws-sig-v4-test-suite, post-x-www-form-urlencoded
  expect(signedFormHeaders(request, credentials)).toEqual({
    'content-type': 'application/x-www-form-urlencoded',
    host: 'example.amazonaws.com',
    'x-amz-date': '20150830T123600Z',
    authorization:
      'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, ' +
      'SignedHeaders=content-type;host;x-amz-date, ' +
      'Signature=ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
  });
});

it('signs a session token as well', () => {
  const headers = signedFormHeaders(request, { ...credentials, sessionToken: 'token' });

  expect(headers['x-amz-security-token']).toBe('token');
  expect(headers['authorization']).toContain('SignedHeaders=content-type;host;x-amz-date;x-amz-security-token, ');
});
