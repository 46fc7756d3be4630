import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { AwsOutOfReachError, expectNoAws, type LocalAws, startLocalAws } from 'xcon/testing';
import { TestFile } from '../../src/testing/test-file';

let aws: LocalAws;
let client: SSMClient;

beforeAll(async () => {
  aws = await startLocalAws({ seed: { ssm: { '/a': '1' } } });
  const credentials = { accessKeyId: 'not-a-real-key', secretAccessKey: 'none' };
  client = new SSMClient({ endpoint: aws.url, region: 'us-east-1', credentials });
});

afterAll(async () => {
  client.destroy();
  await aws.close();
});

const call = () => client.send(new GetParameterCommand({ Name: '/a' }));

describe('expectNoAws', () => {
  it('refuses every call, to a local AWS too', async () => {
    const scope = expectNoAws();

    await expect(call()).rejects.toThrow(
      'This process called ssm GetParameter at 127.0.0.1. expectNoAws() allows no call.',
    );

    expect(() => scope.exit()).toThrow(AwsOutOfReachError);
  });

  it('allows calls again when it is over', async () => {
    const scope = expectNoAws();
    scope.exit();

    await expect(call()).resolves.toMatchObject({ Parameter: { Value: '1' } });
  });

  it('reports at the end of a block the calls whose refusal was swallowed', async () => {
    const block = async (): Promise<void> => {
      using scope = expectNoAws();
      await Promise.allSettled([call(), call()]);
      expect(scope).toBeDefined();
    };

    await expect(block()).rejects.toMatchObject({
      calls: [{ operation: 'GetParameter' }, { operation: 'GetParameter' }],
    });
  });
});

describe('expectNoAws in a test of a runner that was set up', () => {
  let file: TestFile;

  beforeEach(() => {
    file = TestFile.begin(() => 'outside');
  });

  afterEach(() => file.end());

  it('refuses calls to the end of the test, which fails when they were swallowed', async () => {
    const test = file.start('answers from memory');
    expectNoAws();

    const [outcome] = await Promise.allSettled([call()]);

    expect(outcome).toMatchObject({ status: 'rejected', reason: { test: '"answers from memory"' } });
    await expect(test.finish()).rejects.toThrow('"answers from memory" called ssm GetParameter at 127.0.0.1');
    await expect(call()).resolves.toBeDefined();
  });

  it('checks the calls of its own test only', async () => {
    const first = file.start('first');
    await call();
    expect(() => expectNoAws()).toThrow('"first" called ssm GetParameter at 127.0.0.1');
    await first.finish();

    const second = file.start('second');
    expect(() => expectNoAws()).not.toThrow();
    await second.finish();
  });

  it('reports calls to AWS itself as well', async () => {
    const test = file.start('test');
    expectNoAws();
    const real = new SSMClient({ region: 'us-east-1', credentials: { accessKeyId: 'none', secretAccessKey: 'none' } });

    await Promise.allSettled([real.send(new GetParameterCommand({ Name: '/a' }))]);

    await expect(test.finish()).rejects.toThrow('ssm GetParameter at ssm.us-east-1.amazonaws.com');
  });

  it('reports each call once', async () => {
    const test = file.start('test');
    const scope = expectNoAws();
    await Promise.allSettled([call()]);

    expect(() => scope.exit()).toThrow(AwsOutOfReachError);

    await expect(test.finish()).resolves.toBeUndefined();
  });
});
