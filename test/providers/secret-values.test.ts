import {
  BatchGetSecretValueCommand,
  type BatchGetSecretValueCommandInput,
  GetSecretValueCommand,
  type GetSecretValueCommandInput,
  ListSecretsCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';
import { inspect } from 'node:util';
import { remedyOf } from '../../src/aws/aws-errors';
import { Directory } from '../../src/directory/directory';
import { type DirectoryItem } from '../../src/item/directory-item';
import { type RefusalScope, Unavailable, type UnreadSecret } from '../../src/item/directory-listing';
import { type SecretOutcome } from '../../src/providers/provider';
import { readPreviousValue, readSecretValues } from '../../src/providers/secret-values';
import { awsError } from '../contract/read-session';

const client = new SecretsManagerClient({ region: 'eu-west-1' });
const secretsManager = mockClient(client);
const { signal } = new AbortController();
const directory = new Directory({ path: '/orders/prod' });
/** By which AWS, moto and LocalStack say that a secret is in its recovery window. */
const deletedSentences = [
  "You can't perform this operation on the secret because it was marked for deletion.",
  "You tried to perform the operation on a secret that's currently marked deleted.",
  'You can’t perform this operation on the secret because it was deleted.',
];
const deletedEntry = { Name: '/orders/prod/S0', DeletedDate: new Date() };

beforeEach(() => secretsManager.reset());

function secrets(count: number): readonly UnreadSecret[] {
  return Array.from({ length: count }, (_, index) => ({
    kind: 'unread',
    name: `s${index}`,
    exactName: `/orders/prod/S${index}`,
    directory,
    nextRotationMs: 1000 + index,
  }));
}

/** Starts reads, as memory does: one that is not awaited may fail. */
function read(wanted: readonly UnreadSecret[]): ReadonlyMap<string, Promise<SecretOutcome>> {
  const started = readSecretValues(
    { connecting: Promise.resolve(client), source: 'secrets', cacheName: 'secrets', signal },
    wanted,
  );
  for (const each of started.values()) each.catch(() => undefined);
  return started;
}

async function readAll(count: number): Promise<readonly SecretOutcome[]> {
  return Promise.all(read(secrets(count)).values());
}

function answerSingle(): void {
  secretsManager.on(GetSecretValueCommand).callsFake(({ SecretId }: GetSecretValueCommandInput) => ({
    Name: SecretId,
    SecretString: `single ${SecretId}`,
    VersionId: 'v1',
  }));
}

/** Answers a batch for all names but these, for which it has an error. */
function answerBatch(errors: Readonly<Record<string, { ErrorCode?: string; Message?: string }>> = {}): void {
  secretsManager.on(BatchGetSecretValueCommand).callsFake(({ SecretIdList = [] }: BatchGetSecretValueCommandInput) => ({
    SecretValues: SecretIdList.filter((id) => errors[id] === undefined).map((id) => ({
      Name: id,
      SecretString: `batch ${id}`,
      VersionId: 'v2',
    })),
    Errors: Object.entries(errors).map(([id, error]) => ({ SecretId: id, ...error })),
  }));
}

function calls(): readonly [batch: readonly (number | undefined)[], single: number] {
  const batches = secretsManager.commandCalls(BatchGetSecretValueCommand).map(({ args }) => args[0].input);
  return [
    batches.map(({ SecretIdList }) => SecretIdList?.length),
    secretsManager.commandCalls(GetSecretValueCommand).length,
  ];
}

function valuesOf(outcomes: readonly SecretOutcome[]): readonly unknown[] {
  return outcomes.map((each) => (each as DirectoryItem | undefined)?.value);
}

beforeEach(() => {
  answerSingle();
  answerBatch();
});

describe('how many calls values take', () => {
  it('hands the signal on, whichever way', async () => {
    await readAll(1);
    await readAll(6);

    const options = secretsManager.calls().map(({ args }) => (args as readonly unknown[])[1]);
    expect(options).toEqual([{ abortSignal: signal }, { abortSignal: signal }]);
  });
});

describe.each([
  ['alone', 1, 'v1'],
  ['in a batch', 6, 'v2'],
])('a value that is read %s', (_, count, version) => {
  it('is a secret item with its exact name, version and next rotation', async () => {
    const [first] = await readAll(count);

    expect(first).toMatchObject({
      name: 's0',
      originalName: 'S0',
      exactName: '/orders/prod/S0',
      directory,
      source: 'secrets',
      cacheName: 'secrets',
      secret: true,
      version,
      nextRotationMs: 1000,
    });
    expect(inspect(first, { depth: null, showHidden: true })).not.toContain('single');
  });

  it('keeps when its version was made', async () => {
    const made = { SecretString: 'x', CreatedDate: new Date(1_900_000_000_000) };
    secretsManager.on(GetSecretValueCommand).resolves(made);
    secretsManager
      .on(BatchGetSecretValueCommand)
      .resolves({ SecretValues: secrets(count).map(({ exactName }) => ({ Name: exactName, ...made })) });

    const [first] = await readAll(count);

    expect(first).toMatchObject({ changedAtMs: 1_900_000_000_000 });
  });

  it('is a failure when the answer has HTTP status 206, whatever it lacks', async () => {
    const $metadata = { httpStatusCode: 206 };
    secretsManager.on(GetSecretValueCommand).resolves({ $metadata });
    secretsManager.on(BatchGetSecretValueCommand).resolves({ SecretValues: [], Errors: [], $metadata });

    await expect(read(secrets(count)).get('/orders/prod/S0')).rejects.toThrow('it has HTTP status 206');
  });

  it('is a failure when the answer has none', async () => {
    secretsManager.on(GetSecretValueCommand).resolves({});
    secretsManager
      .on(BatchGetSecretValueCommand)
      .resolves({ SecretValues: secrets(count).map(({ exactName }) => ({ Name: exactName })) });

    await expect(read(secrets(count)).get('/orders/prod/S0')).rejects.toThrow(
      'The answer for /orders/prod/S0 has neither SecretString nor SecretBinary.',
    );
  });
});

describe('an error for one value', () => {
  const remedy = 'allow secretsmanager:GetSecretValue on arn:aws:secretsmanager:*:*:secret:/orders/prod/S0-*';
  const scopes: Readonly<Record<string, RefusalScope>> = {
    ExpiredTokenException: 'credentials',
    UnrecognizedClientException: 'credentials',
  };

  /** Reads the first value where it fails so: alone, or as one of a batch. */
  function failing(count: number, code: string, message: string): Promise<SecretOutcome> | undefined {
    secretsManager
      .on(GetSecretValueCommand, { SecretId: '/orders/prod/S0' })
      .rejects(Object.assign(new Error(message), { name: code }));
    answerBatch({ '/orders/prod/S0': { ErrorCode: code, Message: message } });
    return read(secrets(count)).get('/orders/prod/S0');
  }

  describe.each([
    ['alone', 1],
    ['in a batch', 6],
  ])('that is read %s', (_, count) => {
    it.each(['AccessDeniedException', 'ExpiredTokenException', 'UnrecognizedClientException'])(
      'is a refusal when it is %s, with what to grant',
      async (code) => {
        expect(await failing(count, code, 'you may not')).toEqual(
          new Unavailable(`${code}: you may not`, remedyOf({ name: code }, remedy), scopes[code]),
        );
      },
    );

    it('is no error when the secret is not there', async () => {
      expect(await failing(count, 'ResourceNotFoundException', 'no such secret')).toBeUndefined();
    });

    it.each(deletedSentences)('is no error when the secret waits for its deletion: %s', async (sentence) => {
      expect(await failing(count, 'InvalidRequestException', sentence)).toBeUndefined();
    });

    it('is no error when the listing of deleted secrets has it, whatever the words', async () => {
      secretsManager
        .on(ListSecretsCommand, {
          IncludePlannedDeletion: true,
          Filters: [{ Key: 'name', Values: ['/orders/prod/S0'] }],
        })
        .resolves({ SecretList: [{ Name: '/orders/prod/S0x', DeletedDate: new Date() }, deletedEntry] });

      expect(await failing(count, 'InvalidRequestException', 'in no state for this')).toBeUndefined();
    });

    it('is a failure when the listing of deleted secrets has others only', async () => {
      const others = [{ Name: '/orders/prod/S0' }, { Name: '/orders/prod/S0x', DeletedDate: new Date() }];
      secretsManager.on(ListSecretsCommand).resolves({ SecretList: others });

      await expect(failing(count, 'InvalidRequestException', 'out of order')).rejects.toMatchObject({
        name: 'InvalidRequestException',
      });
    });

    it.each(['DecryptionFailure', 'InternalServiceError', 'InvalidRequestException', 'ThrottlingException'])(
      'is a failure when it is %s',
      async (code) => {
        await expect(failing(count, code, 'out of order')).rejects.toMatchObject({
          name: code,
          message: 'out of order',
        });
      },
    );
  });

  it('does not harm the others of the batch', async () => {
    answerBatch({ '/orders/prod/S0': { ErrorCode: 'InternalServiceError', Message: 'no' } });

    const results = await Promise.allSettled(read(secrets(6)).values());

    expect(results.map(({ status }) => status)).toEqual(['rejected', ...Array<string>(5).fill('fulfilled')]);
    expect(calls()).toEqual([[6], 0]);
  });

  it('is a failure when the batch says no more than that there is one', async () => {
    answerBatch({ '/orders/prod/S0': {} });

    await expect(read(secrets(6)).get('/orders/prod/S0')).rejects.toMatchObject({ name: 'Error', message: '' });
  });

  it('is no error when the batch says nothing of the value: it is read alone', async () => {
    secretsManager.on(BatchGetSecretValueCommand).resolves({});

    expect(valuesOf(await readAll(6))).toEqual(secrets(6).map(({ exactName }) => `single ${exactName}`));
    expect(calls()).toEqual([[6], 6]);
  });
});

describe('a batch', () => {
  it('that fails is a failure of its values, and of no others', async () => {
    const failure = awsError('ThrottlingException');
    secretsManager.on(BatchGetSecretValueCommand).rejectsOnce(failure).resolves({});

    const results = await Promise.allSettled(read(secrets(25)).values());

    expect(results.map(({ status }) => status)).toEqual([
      ...Array<string>(20).fill('rejected'),
      ...Array<string>(5).fill('fulfilled'),
    ]);
    expect(results[0]).toMatchObject({ reason: failure });
  });
});

describe('a name that no secret can have', () => {
  it.each([
    ['a space', '/orders/prod/a b'],
    ['an umlaut', '/orders/prod/ä'],
    ['no letter', ''],
    ['2,040 letters', `/orders/prod/${'n'.repeat(2040)}`],
  ])('with %s, is missing and not asked for, alone and beside a batch', async (_, exactName) => {
    const invalid: UnreadSecret = { kind: 'unread', name: 'x', exactName, directory, nextRotationMs: undefined };
    const others = secrets(6).map((each) => each.exactName);

    expect(await read([invalid]).get(exactName)).toBeUndefined();
    expect(secretsManager.calls()).toHaveLength(0);

    const started = read([invalid, ...secrets(6)]);

    expect(await started.get(exactName)).toBeUndefined();
    expect(started.size).toBe(7);
    for (const each of others) expect(await started.get(each)).toMatchObject({ value: `batch ${each}` });
    const batches = secretsManager.commandCalls(BatchGetSecretValueCommand).map(({ args }) => args[0].input);
    expect(batches.map(({ SecretIdList }) => SecretIdList)).toEqual([others]);
  });
});

describe('without a client or a region', () => {
  it.each([1, 6])('%i values fail when there is no client', async (count) => {
    const connecting = Promise.reject<SecretsManagerClient>(new Error('no module'));

    const started = readSecretValues({ connecting, source: 'secrets', cacheName: 'secrets', signal }, secrets(count));
    const results = await Promise.allSettled(started.values());

    expect(results.every((each) => each.status === 'rejected')).toBe(true);
  });

  it.each([1, 6])('%i values are refused when there is no region', async (count) => {
    const nowhere = new SecretsManagerClient({ region: 'x' });
    nowhere.config.region = () => Promise.reject(new Error('Region is missing'));

    const started = readSecretValues(
      { connecting: Promise.resolve(nowhere), source: 'secrets', cacheName: 'secrets', signal },
      secrets(count),
    );

    expect(await started.get('/orders/prod/S0')).toMatchObject({ reason: 'Error: Region is missing' });
  });
});

describe('an ARN', () => {
  const arn = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:/orders/prod/S0-AbCdEf';
  const named: UnreadSecret = { kind: 'unread', name: 's0', exactName: arn, directory, nextRotationMs: undefined };

  it('is read like a name', async () => {
    answerSingle();

    expect(await read([named]).get(arn)).toMatchObject({ value: `single ${arn}`, exactName: arn });
  });

  it('is found in the response of a batch, which gives the name beside it', async () => {
    secretsManager.on(BatchGetSecretValueCommand).callsFake(({ SecretIdList }: BatchGetSecretValueCommandInput) => ({
      SecretValues: SecretIdList?.map((id) => ({ Name: `name of ${id}`, ARN: id, SecretString: `batch ${id}` })),
    }));
    const others = Array.from({ length: 5 }, (_, index) => ({ ...named, exactName: `${arn}${index}` }));

    expect(await read([named, ...others]).get(arn)).toMatchObject({ value: `batch ${arn}` });
    expect(secretsManager.commandCalls(GetSecretValueCommand)).toHaveLength(0);
  });

  it('is what has to be granted', async () => {
    secretsManager.on(GetSecretValueCommand).rejects(awsError('AccessDeniedException', 'no'));

    const outcome = await read([named]).get(arn);

    expect(outcome).toBeInstanceOf(Unavailable);
    expect((outcome as Unavailable).remedy).toBe(`allow secretsmanager:GetSecretValue on ${arn}`);
  });

  it('of another service is not that of a secret', async () => {
    const queue = 'arn:aws:sqs:eu-west-1:123456789012:queue';

    expect(await read([{ ...named, exactName: queue }]).get(queue)).toBeUndefined();
    expect(secretsManager.calls()).toHaveLength(0);
  });
});

describe('the previous version', () => {
  const [wanted] = secrets(1) as [UnreadSecret];
  const readPrevious = () =>
    readPreviousValue({ connecting: Promise.resolve(client), source: 'secrets', cacheName: 'secrets', signal }, wanted);

  it('is asked for by its label', async () => {
    secretsManager
      .on(GetSecretValueCommand, { SecretId: wanted.exactName, VersionStage: 'AWSPREVIOUS' })
      .resolves({ SecretString: 'former', VersionId: 'v0' });

    expect(await readPrevious()).toMatchObject({ value: 'former', version: 'v0', secret: true });
  });

  it('is nothing where there is none', async () => {
    secretsManager.on(GetSecretValueCommand).rejects(awsError('ResourceNotFoundException', 'no such label'));

    expect(await readPrevious()).toBeUndefined();
  });
});
