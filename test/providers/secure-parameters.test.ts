import { GetParametersCommand, type GetParametersCommandInput, type Parameter, SSMClient } from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';
import { remedyOf } from '../../src/aws/aws-errors';
import { Directory } from '../../src/directory/directory';
import { DirectoryItem } from '../../src/item/directory-item';
import { Unavailable, type UnreadSecret } from '../../src/item/directory-listing';
import { type SecretOutcome } from '../../src/providers/provider';
import { readParameters } from '../../src/providers/secure-parameters';
import { awsError } from '../contract/read-session';

const client = new SSMClient({ region: 'eu-west-1' });
const ssm = mockClient(client);
const { signal } = new AbortController();
const directory = new Directory({ path: '/orders/prod' });
const denied = awsError('AccessDeniedException', 'kms:Decrypt');

beforeEach(() => ssm.reset());

function secrets(count: number): readonly UnreadSecret[] {
  return Array.from({ length: count }, (_, index) => ({
    kind: 'unread',
    name: `s${index}`,
    exactName: `/orders/prod/s${index}`,
    directory,
    nextRotationMs: undefined,
  }));
}

function itemOf(secret: UnreadSecret, { Value: value = '' }: Parameter): DirectoryItem {
  return new DirectoryItem({ name: secret.name, value, directory, source: 'ssm' });
}

/** Answers like a service that has every name and refuses a call with one of these. */
function answerExcept(refused: readonly string[] = [], error: Error = denied): void {
  ssm.on(GetParametersCommand).callsFake(({ Names = [] }: GetParametersCommandInput) => {
    if (Names.some((name) => refused.includes(name))) throw error;
    return { Parameters: Names.map((name) => ({ Name: name, Value: `of ${name}` })) };
  });
}

function read(wanted: readonly UnreadSecret[]): ReadonlyMap<string, Promise<SecretOutcome>> {
  return readParameters({ connecting: Promise.resolve(client), signal, itemOf }, wanted);
}

function inputs(): readonly GetParametersCommandInput[] {
  return ssm.commandCalls(GetParametersCommand).map(({ args }) => args[0].input);
}

describe('readParameters', () => {
  it.each([
    [1, [1]],
    [10, [10]],
    [11, [10, 1]],
    [25, [10, 10, 5]],
  ])('reads %i names in calls of %p, decrypted', async (count, sizes) => {
    answerExcept();

    const outcomes = await Promise.all(read(secrets(count)).values());

    expect(outcomes.map((each) => (each as DirectoryItem).value)).toEqual(
      secrets(count).map(({ exactName }) => `of ${exactName}`),
    );
    expect(inputs().map(({ Names }) => Names?.length)).toEqual(sizes);
    expect(inputs().every(({ WithDecryption }) => WithDecryption)).toBe(true);
  });

  it('asks for the names of each directory in calls of their own', async () => {
    const elsewhere = new Directory({ path: '/orders/all' });
    answerExcept();

    await Promise.all(
      read(
        secrets(3).flatMap((each) => [each, { ...each, exactName: `/orders/all/${each.name}`, directory: elsewhere }]),
      ).values(),
    );

    expect(inputs().map(({ Names }) => Names)).toEqual([
      ['/orders/prod/s0', '/orders/prod/s1', '/orders/prod/s2'],
      ['/orders/all/s0', '/orders/all/s1', '/orders/all/s2'],
    ]);
  });

  it.each([
    ['a space', '/orders/prod/a b'],
    ['a version', '/orders/prod/a:1'],
    ['an umlaut', '/orders/prod/ä'],
    ['no letter', ''],
    ['2,040 letters', `/orders/prod/${'n'.repeat(2040)}`],
  ])(
    'does not ask for a name with %s, which no parameter can have and which would fail the call',
    async (_, exactName) => {
      answerExcept();

      const started = read([
        { kind: 'unread', name: 'x', exactName, directory, nextRotationMs: undefined },
        ...secrets(1),
      ]);

      expect(await started.get(exactName)).toBeUndefined();
      expect(await started.get('/orders/prod/s0')).toMatchObject({ value: 'of /orders/prod/s0' });
      expect(inputs().map(({ Names }) => Names)).toEqual([['/orders/prod/s0']]);
    },
  );

  it('asks for nothing when nothing is wanted', () => {
    expect(read([]).size).toBe(0);
    expect(ssm.calls()).toHaveLength(0);
  });

  it('hands the signal on', async () => {
    answerExcept();

    await Promise.all(read(secrets(1)).values());

    expect((ssm.commandCalls(GetParametersCommand)[0]?.args as readonly unknown[])[1]).toEqual({ abortSignal: signal });
  });

  it('gives undefined for a name that is gone', async () => {
    ssm
      .on(GetParametersCommand)
      .resolves({ Parameters: [{ Name: '/orders/prod/s0', Value: 'here' }], InvalidParameters: ['/orders/prod/s1'] });

    const started = read(secrets(2));

    expect(await started.get('/orders/prod/s0')).toMatchObject({ value: 'here' });
    expect(await started.get('/orders/prod/s1')).toBeUndefined();
  });

  it('gives undefined for names that the service calls invalid, and fails for those that it leaves out', async () => {
    const known = { Name: '/orders/prod/s2', Value: 'v' };
    ssm.on(GetParametersCommand).resolves({ Parameters: [known], InvalidParameters: ['/orders/prod/s0'] });

    const [invalid, leftOut, found] = await Promise.allSettled(read(secrets(3)).values());

    expect(invalid).toEqual({ status: 'fulfilled', value: undefined });
    expect(leftOut).toMatchObject({
      status: 'rejected',
      reason: { message: expect.stringContaining('leaves out') as string },
    });
    expect(found).toMatchObject({ status: 'fulfilled', value: { value: 'v' } });
  });

  it('fails with another HTTP status than 200, and without a list', async () => {
    ssm
      .on(GetParametersCommand)
      .resolvesOnce({ Parameters: [], InvalidParameters: ['/orders/prod/s0'], $metadata: { httpStatusCode: 206 } })
      .resolves({});

    await expect(Promise.all(read(secrets(1)).values())).rejects.toThrow('it has HTTP status 206');
    await expect(Promise.all(read(secrets(2)).values())).rejects.toThrow('it has no list in it');
  });

  it.each([
    ['AccessDeniedException', 'kms:Decrypt'],
    ['InvalidKeyId', 'the key does not exist'],
    ['KMSInvalidStateException', 'the key is pending deletion'],
    ['DisabledException', 'the key is disabled'],
  ])('reads one by one where a call is refused because of one key, with %s', async (code, message) => {
    answerExcept(['/orders/prod/s1'], awsError(code, message));

    const started = read(secrets(3));
    const outcomes = await Promise.all(started.values());

    expect(outcomes[0]).toMatchObject({ value: 'of /orders/prod/s0' });
    expect(outcomes[1]).toEqual(
      new Unavailable(
        `${code} (HTTP 400): ${message}`,
        remedyOf(
          { name: code },
          'allow ssm:GetParameters on arn:aws:ssm:*:*:parameter/orders/prod/s1, and kms:Decrypt on its key',
        ),
      ),
    );
    expect(outcomes[2]).toMatchObject({ value: 'of /orders/prod/s2' });
    expect(inputs().map(({ Names }) => Names?.length)).toEqual([3, 1, 1, 1]);
  });

  it('asks once for a single name that is refused', async () => {
    answerExcept(['/orders/prod/s0']);

    expect(await read(secrets(1)).get('/orders/prod/s0')).toBeInstanceOf(Unavailable);
    expect(inputs()).toHaveLength(1);
  });

  it('fails the names of the call that failed, and no others', async () => {
    const failure = awsError('ThrottlingException');
    ssm.on(GetParametersCommand).callsFake(({ Names = [] }: GetParametersCommandInput) => {
      if (Names.includes('/orders/prod/s10')) throw failure;
      return { Parameters: Names.map((name) => ({ Name: name, Value: 'x' })) };
    });

    const results = await Promise.allSettled(read(secrets(12)).values());

    expect(results.map(({ status }) => status)).toEqual([
      ...Array<string>(10).fill('fulfilled'),
      'rejected',
      'rejected',
    ]);
    expect(results[11]).toMatchObject({ reason: failure });
  });

  it('fails when there is no client', async () => {
    const failure = new Error('no module');

    const started = readParameters({ connecting: Promise.reject(failure), signal, itemOf }, secrets(2));

    expect(await Promise.allSettled(started.values())).toEqual([
      { status: 'rejected', reason: failure },
      { status: 'rejected', reason: failure },
    ]);
  });

  it('treats a missing region as not permitted', async () => {
    const nowhere = new SSMClient({ region: 'x' });
    nowhere.config.region = () => Promise.reject(new Error('Region is missing'));

    const started = readParameters({ connecting: Promise.resolve(nowhere), signal, itemOf }, secrets(1));

    expect(await started.get('/orders/prod/s0')).toMatchObject({ reason: 'Error: Region is missing' });
  });
});
