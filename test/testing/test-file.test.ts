import { Config, config, Context, DynamoCacher, EnvProvider, SsmProvider, withDependencies, xconSettings } from 'xcon';
import { AwsOutOfReachError, type LocalAws, startLocalAws, testConfig } from 'xcon/testing';
import { TestFile } from '../../src/testing/test-file';

const outside = Context.current();
let file: TestFile;

beforeEach(() => {
  file = TestFile.begin(() => 'Code outside of tests');
});

afterEach(async () => {
  await file.end();
  expect(Context.current()).toBe(outside);
});

describe('a test', () => {
  it('begins with environment variables as the only source, without a cacher', () => {
    file.start('test');

    expect(config.providerChain.providers.map(({ name }) => name)).toEqual(['env']);
    expect(config.resolvedCacher).toBeNull();
    expect([config.resolvedService, config.resolvedEnvironment]).toEqual(['testing', 'unit']);
  });

  it('begins so whatever the environment says', () => {
    jest.replaceProperty(process, 'env', { APP_NAME: 'orders', APP_ENV: 'prod' });
    file.start('test');

    expect([config.resolvedService, config.resolvedEnvironment]).toEqual(['testing', 'unit']);
    jest.restoreAllMocks();
  });

  it('leaves nothing to the next one', async () => {
    const first = file.start('first');
    xconSettings.service = 'orders';
    config.setOverride('LEFT', 1);
    testConfig({ LEFT: 2 }).enter();
    const within = [config.resolvedService, await config.get('LEFT')];
    await first.finish();
    file.start('second');

    expect(within).toEqual(['orders', 2]);
    expect([config.resolvedService, await config.get('LEFT')]).toEqual(['testing', undefined]);
  });

  it('ends in the context of the file', async () => {
    const around = Context.current();
    const test = file.start('test');
    expect(Context.current()).not.toBe(around);

    await test.finish();

    expect(Context.current()).toBe(around);
  });

  it('may leave what it has entered after its end', async () => {
    const test = file.start('test');
    const scope = testConfig({}).enter();

    await test.finish();

    expect(() => scope.exit()).not.toThrow();
  });

  it('that begins while another runs shares its context', async () => {
    const outer = file.start('outer');
    testConfig({ A: 1 }).enter();
    const inner = file.start('inner');

    expect(await config.get('A')).toBe(1);
    await inner.finish();
    expect(await config.get('A')).toBe(1);
    await outer.finish();
    expect(await config.get('A')).toBeUndefined();
  });

  it('can be given no context of its own', () => {
    const around = Context.current();

    file.start('concurrent', { ownContext: false });

    expect(Context.current()).toBe(around);
  });

  it('runs its end hooks in reverse order, after its context has ended', async () => {
    const steps: string[] = [];
    const around = Context.current();
    const test = file.start('test');
    test.atEnd(() => steps.push(Context.current() === around ? 'outside' : 'inside'));
    test.atEnd(() => steps.push('first'));

    await test.finish();
    await test.finish();

    expect(steps).toEqual(['first', 'outside']);
  });
});

describe('AWS', () => {
  const ssm = () => new Config({ providers: [SsmProvider] }).get('DB_HOST');

  it('is out of reach in a test: the message names the test and the call', async () => {
    file.start('orders > reads the host');

    const error = (await ssm().catch((thrown: unknown) => thrown)) as Error;

    expect(error.cause).toBeInstanceOf(AwsOutOfReachError);
    expect(error.cause).toMatchObject({
      code: 'AWS_OUT_OF_REACH',
      test: '"orders > reads the host"',
      calls: [{ service: 'ssm', operation: 'GetParametersByPath', host: 'ssm.us-east-1.amazonaws.com' }],
      message:
        '"orders > reads the host" called ssm GetParametersByPath at ssm.us-east-1.amazonaws.com. ' +
        'AWS is out of reach in tests: use a fake or the local AWS of xcon/testing.',
    });
  });

  it('is out of reach outside of tests, and for every test that may be meant', async () => {
    const outsideError = (await ssm().catch((thrown: unknown) => thrown)) as Error;
    file.start('one');
    file.start('other');
    const sharedError = (await ssm().catch((thrown: unknown) => thrown)) as Error;

    expect(outsideError.message).toContain('Code outside of tests called ssm GetParametersByPath');
    expect(sharedError.message).toContain('"one" or "other" called ssm GetParametersByPath');
  });

  it('is asked in the region that the test says', async () => {
    file.start('test');
    jest.replaceProperty(process, 'env', { ...process.env, AWS_REGION: 'eu-west-3' });

    await expect(ssm()).rejects.toThrow('ssm.eu-west-3.amazonaws.com');

    jest.restoreAllMocks();
  });

  it('is in reach again after the file', async () => {
    const env = { AWS_ACCESS_KEY_ID: 'none', AWS_SECRET_ACCESS_KEY: 'none', AWS_ENDPOINT_URL: 'http://127.0.0.1:1' };
    jest.replaceProperty(process, 'env', env);
    await file.release();

    await expect(ssm()).rejects.not.toThrow('out of reach');

    jest.restoreAllMocks();
  });
});

describe('a local AWS', () => {
  let aws: LocalAws;

  beforeAll(async () => {
    const tables = { 'global-all-configCache': {} };
    aws = await startLocalAws({ seed: { ssm: { '/orders/test/DB_HOST': 'db.test' }, tables } });
  });

  afterAll(() => aws.close());

  it('is in reach, without credentials or a region', async () => {
    jest.replaceProperty(process, 'env', { AWS_ENDPOINT_URL: aws.url });
    const test = file.start('test');

    const orders = new Config({ service: 'orders', environment: 'test', providers: [EnvProvider, SsmProvider] });
    const value = await withDependencies([orders], () => config.get('DB_HOST'));
    await test.finish();

    expect(value).toBe('db.test');
    expect(test.calls).toHaveLength(4);
    expect(test.calls[0]).toEqual({ service: 'ssm', operation: 'GetParametersByPath', host: '127.0.0.1' });
    jest.restoreAllMocks();
  });
});

describe('what a test has begun', () => {
  let aws: LocalAws;

  beforeEach(async () => {
    const tables = { 'global-all-configCache': {} };
    aws = await startLocalAws({ seed: { ssm: { '/orders/test/DB_HOST': 'db.test' }, tables } });
    jest.replaceProperty(process, 'env', { AWS_ENDPOINT_URL: aws.url });
  });

  afterEach(async () => {
    jest.restoreAllMocks();
    jest.useRealTimers();
    await aws.close();
  });

  /** Looks up a name in a service that caches. */
  const lookUp = (): Promise<unknown> => {
    Object.assign(xconSettings, { service: 'orders', environment: 'test', logLevel: 'silent' });
    return new Config({ providers: [SsmProvider], cacher: DynamoCacher }).get('DB_HOST');
  };

  it('is written when it is over', async () => {
    const test = file.start('test');

    await lookUp();
    await test.finish();

    expect((await aws.rows('global-all-configCache')).map((row) => row['real_name']?.S)).toContain('db_host');
  });

  it('is awaited briefly, with fake timers too', async () => {
    aws.setFaults([{ target: 'BatchWriteItem|PutItem', hang: true }]);
    const test = file.start('test');
    // The DynamoDB of the local AWS needs these two.
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate'] });

    expect(await lookUp()).toBe('db.test');

    await expect(test.finish()).resolves.toBeUndefined();
  });

  it('is read no longer when no caller has waited for it', async () => {
    aws.setLatency(50);
    const test = file.start('test');

    const reading = lookUp().catch(() => 'given up');
    await new Promise((resolve) => setImmediate(resolve));
    await test.finish();
    await reading;

    const calls = test.calls.length;
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(test.calls).toHaveLength(calls);
  });

  it('is watched no longer', async () => {
    const test = file.start('test');
    const stopped = jest.spyOn(globalThis, 'clearInterval');
    await config.watch({ everySeconds: 3600 });

    await test.finish();

    expect(stopped).toHaveBeenCalled();
  });
});

describe('a file', () => {
  it('is the current one until it ends', async () => {
    expect(TestFile.current).toBe(file);

    await file.end();

    expect(TestFile.current).toBeUndefined();
  });

  it('ends one that was not ended', async () => {
    testConfig({ A: 1 }).enter();

    file = TestFile.begin(() => 'The next file');

    expect(TestFile.current).toBe(file);
    expect(await config.get('A')).toBeUndefined();
  });

  it('has the test that began last as the current one', async () => {
    expect(file.test).toBeUndefined();
    const [one, other] = [file.start('one'), file.start('other')];

    expect(file.test).toBe(other);
    await other.finish();
    expect(file.test).toBe(one);
  });
});
