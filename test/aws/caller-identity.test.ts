import { STSClient } from '@aws-sdk/client-sts';
import { SSMClient } from '@aws-sdk/client-ssm';
import { callerIdentity, stsEndpoint } from '../../src/aws/caller-identity';
import { type LocalAws, startLocalAws } from '../../src/local-aws/local-aws';

describe('the address of STS', () => {
  it.each([
    ['https://ssm.eu-west-1.amazonaws.com', {}, 'https://sts.eu-west-1.amazonaws.com'],
    ['https://ssm-fips.us-east-1.amazonaws.com', {}, 'https://sts-fips.us-east-1.amazonaws.com'],
    ['https://ssm.cn-north-1.amazonaws.com.cn', {}, 'https://sts.cn-north-1.amazonaws.com.cn'],
    ['https://ssm.eu-west-1.api.aws', {}, 'https://sts.eu-west-1.api.aws'],
    ['http://127.0.0.1:4567', { AWS_ENDPOINT_URL: 'http://127.0.0.1:4567' }, 'http://127.0.0.1:4567'],
    ['http://127.0.0.1:4567', {}, 'http://127.0.0.1:4567'],
    [
      'https://vpce-1.ssm.eu-west-1.vpce.amazonaws.com',
      { AWS_ENDPOINT_URL_SSM: 'x' },
      'https://sts.eu-west-1.amazonaws.com',
    ],
    ['https://ssm.eu-west-1.amazonaws.com', { AWS_ENDPOINT_URL_STS: 'https://sts.test' }, 'https://sts.test'],
  ])('follows from that of Parameter Store, %s with %j: %s', (ssm, variables, expected) => {
    expect(stsEndpoint(ssm, 'eu-west-1', variables)).toBe(expected);
  });

  it.each(['eu-west-1', 'us-east-1', 'cn-north-1', 'us-gov-west-1'])('is the one that the SDK has in %s', (region) => {
    const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
    const hostOf = (client: SSMClient | STSClient) => {
      const { url } = client.config.endpointProvider({ Region: region, UseFIPS: false, UseDualStack: false });
      client.destroy();
      return `https://${url.host}`;
    };

    const ssm = hostOf(new SSMClient({ region, credentials }));

    expect(stsEndpoint(ssm, region, {})).toBe(hostOf(new STSClient({ region, credentials })));
  });
});

describe('the caller identity', () => {
  let aws: LocalAws;
  let client: SSMClient;
  const signal = new AbortController().signal;
  const ask = () => callerIdentity(client, { endpoint: aws.url, nowMs: Date.now(), signal });

  beforeEach(async () => {
    aws = await startLocalAws();
    client = new SSMClient({
      region: 'us-east-1',
      endpoint: aws.url,
      credentials: { accessKeyId: 'a', secretAccessKey: 'canary-of-a-key' },
    });
  });

  afterEach(async () => {
    client.destroy();
    await aws.close();
  });

  it('is the one that STS reports', async () => {
    expect(await ask()).toEqual({ account: '000000000000', arn: 'arn:aws:iam::000000000000:user/local' });
  });

  it.each([
    ['a refusal', { type: 'InvalidClientTokenId', status: 403, message: 'no such key' }, 'InvalidClientTokenId'],
    ['an answer that is none', { raw: { body: '<html/>' } }, 'Error'],
  ])('is an error for %s that shows no credentials', async (_, fault, name) => {
    aws.setFaults([{ target: 'GetCallerIdentity', ...fault }]);

    const error = await ask().catch((thrown: unknown) => thrown);

    expect(error).toMatchObject({ name });
    expect(String(error)).not.toContain('canary');
  });
});
