import { inspect } from 'node:util';
import { type ConfigValue, type Directory, EnvProvider, Provider, type SourceWriter } from '../../src/index';
import { at, prod, writable, writeError, WriteWorld } from './write-world';

const canary = 'canary-5up3r-s3cret';
let world: WriteWorld;

beforeEach(async () => {
  world = await WriteWorld.start();
});

afterEach(() => world.close());

async function fails(write: Promise<unknown>): Promise<readonly [string, string]> {
  const error = await writeError(write);
  expect([error.message, inspect(error, { depth: 9, showHidden: true }), JSON.stringify(error)].join()).not.toContain(
    canary,
  );
  return [error.reason, error.message];
}

async function readBack(writer: SourceWriter, name = 'X'): Promise<ConfigValue | undefined> {
  return (await writer.read(at(name)))?.value;
}

describe.each(Object.keys(writable) as (keyof typeof writable)[])('the writer of %s', (provider) => {
  it('creates an entry, gives it another value, and removes it', async () => {
    const writer = await world.writer(provider);

    expect(await writer.read(at('X'))).toBeUndefined();
    expect(await writer.write(at('X'), { value: 'one' })).toMatchObject({ created: true });
    expect(await readBack(writer)).toBe('one');
    expect(await writer.write(at('X'), { value: 'two' })).toMatchObject({ created: false });
    expect(await readBack(writer)).toBe('two');
    await writer.remove(at('X'), { force: true });
    expect(await writer.read(at('X'))).toBeUndefined();
  });

  it('writes what a lookup reads', async () => {
    const session = world.session();
    await (await world.writer(provider, session)).write(at('X'), { value: 'one' });

    const reading = { ...session, signal: new AbortController().signal };
    const listing = await new writable[provider]().readDirectory(prod, reading);

    expect('names' in listing && [...listing.names]).toEqual(['x']);
  });

  it('creates only what is not there', async () => {
    const writer = await world.writer(provider);
    await writer.write(at('X'), { value: 'one' });

    const [reason, message] = await fails(writer.write(at('X'), { value: canary, expected: 'absent' }));

    expect(reason).toBe('exists');
    expect(message).toMatch(/^\/orders\/prod\/X \(.+\): .*already/);
    expect(await readBack(writer)).toBe('one');
  });

  it('leaves alone what has changed since it was read', async () => {
    const writer = await world.writer(provider);
    await writer.write(at('X'), { value: 'one' });
    const read = await writer.read(at('X'));
    await writer.write(at('X'), { value: 'two', expected: read });

    expect((await fails(writer.write(at('X'), { value: canary, expected: read })))[0]).toBe('changed');
    expect((await fails(writer.remove(at('X'), { expected: read })))[0]).toBe('changed');
    expect(await readBack(writer)).toBe('two');
  });

  it('removes what is not there', async () => {
    const writer = await world.writer(provider);

    expect(await writer.remove(at('X'))).toEqual({ recoverableUntilMs: undefined });
  });

  it('keeps description and tags when it changes a value, and adds tags to those there are', async () => {
    const writer = await world.writer(provider);
    await writer.write(at('X'), { value: 'one', description: 'What it is for', tags: { team: 'a' } });

    await writer.write(at('X'), { value: 'two' });
    await writer.tag(at('X'), { owner: 'b' });

    const stored = await writer.read(at('X'), { withTags: true });
    expect(stored).toMatchObject({ value: 'two', description: 'What it is for', tags: { team: 'a', owner: 'b' } });
  });

  it('changes a description with the value', async () => {
    const writer = await world.writer(provider);
    await writer.write(at('X'), { value: 'one', description: 'old' });

    await writer.write(at('X'), { value: 'two', description: 'new' });

    expect(await writer.read(at('X'))).toMatchObject({ value: 'two', description: 'new' });
  });

  it('tries again when it is throttled, with growing pauses', async () => {
    const writer = await world.writer(provider);
    world.aws.setFaults([{ target: '.', type: 'ThrottlingException', times: 3 }]);

    await writer.write(at('X'), { value: 'one' });

    expect(await readBack(writer)).toBe('one');
    expect(world.waits).toEqual([37.5, 75, 150]);
  });

  it('fails after nine attempts, and says so', async () => {
    const writer = await world.writer(provider);
    world.aws.setFaults([{ target: '.', type: 'ThrottlingException' }]);

    const [reason, message] = await fails(writer.write(at('X'), { value: canary }));

    expect(reason).toBe('throttled');
    expect(message).toContain('try again later');
    expect(world.aws.calls.count()).toBe(9);
  });

  it('says what to grant', async () => {
    const writer = await world.writer(provider);
    world.aws.setFaults([{ target: '^(Put|Create)', type: 'AccessDeniedException', message: 'no' }]);

    const [reason, message] = await fails(writer.write(at('X'), { value: canary }));

    expect(reason).toBe('not-permitted');
    expect(message).toMatch(/allow (ssm:PutParameter|secretsmanager:CreateSecret|dynamodb:PutItem) on arn:/);
  });

  it('does not quote a value that the service quotes', async () => {
    const writer = await world.writer(provider);
    const message = `1 validation error detected: Value '${canary}' at 'value' failed`;
    world.aws.setFaults([{ target: '^(Put|Create)', type: 'ValidationException', message }]);

    expect((await fails(writer.write(at('X'), { value: canary })))[0]).toBe('invalid');
  });

  it('stops at once when its signal is aborted, and writes nothing', async () => {
    const controller = new AbortController();
    const writer = await world.writer(provider);
    const reason = new Error('stopped');
    world.aws.setFaults([{ target: '.', type: 'ThrottlingException' }]);
    const session = world.session({}, {}, { sleep: () => Promise.reject(reason) });

    controller.abort(reason);

    await expect(writer.write(at('X'), { value: 'one', signal: controller.signal })).rejects.toBe(reason);
    expect(world.aws.calls.count()).toBe(0);
    await expect((await world.writer(provider, session)).write(at('X'), { value: 'one' })).rejects.toBe(reason);
    expect(world.operations.filter((each) => /^(Put|Create)/.test(each))).toEqual([]);
  });

  it('does what was asked once, also when the answer to the first attempt is lost', async () => {
    const writer = await world.writer(provider, world.session({ maxAttempts: 3 }));
    world.aws.setFaults([{ target: '^(PutParameter|CreateSecret|PutItem)$', dropAnswer: true, times: 1 }]);

    expect(await writer.write(at('X'), { value: 'one' })).toMatchObject({ created: true });
    world.aws.setFaults([]);
    expect(await readBack(writer)).toBe('one');
    expect((await writer.history(at('X')))?.length ?? 1).toBe(1);
  });

  it('does not take a failure for success', async () => {
    const writer = await world.writer(provider);
    world.aws.setFaults([{ target: '^(PutParameter|CreateSecret|PutItem)$', dropConn: true, times: 1 }]);

    const [reason, message] = await fails(writer.write(at('X'), { value: canary }));

    expect(reason).toBe('failed');
    expect(message).toContain('it may have been done');
  });
});

describe('the versions of an entry', () => {
  it.each(['ssm', 'secrets'] as const)('are listed, the newest first, and read one by one (%s)', async (provider) => {
    const session = world.session();
    const writer = await world.writer(provider, session);
    for (const value of ['one', 'two', 'three']) {
      await writer.write(at('X'), { value });
      await session.sleep(1000);
    }

    const versions = (await writer.history(at('X'))) ?? [];

    expect(versions.map(({ current }) => current)).toEqual([true, false, false]);
    expect(versions.every(({ writtenAtMs = 0 }, index) => writtenAtMs > (versions[index + 1]?.writtenAtMs ?? 0))).toBe(
      true,
    );
    expect(await Promise.all(versions.map(({ version }) => writer.readVersion(at('X'), version)))).toEqual([
      'three',
      'two',
      'one',
    ]);
    const [reason, message] = await fails(writer.readVersion(at('X'), '99'));
    expect([reason, message]).toEqual(['not-found', expect.stringContaining('there is no version 99')]);
  });

  it('have authors where the service reports them', async () => {
    const writer = await world.writer('ssm');
    await writer.write(at('X'), { value: 'one' });

    const [version] = (await writer.history(at('X'))) ?? [];

    expect(version?.writtenBy).toMatch(/^arn:aws:/);
    expect(version?.value).toBe('one');
  });

  it('do not show the values of secrets', async () => {
    const [ssm, secrets] = [await world.writer('ssm'), await world.writer('secrets')];
    await ssm.write(at('X'), { value: canary, secret: true });
    await secrets.write(at('X'), { value: canary });

    expect(JSON.stringify([await ssm.history(at('X')), await secrets.history(at('X'))])).not.toContain(canary);
    expect(await ssm.readVersion(at('X'), '1')).toBe(canary);
  });

  it('are none for rows of the configuration table', async () => {
    const writer = await world.writer('dynamo');
    await writer.write(at('X'), { value: 'one' });

    expect(await writer.history(at('X'))).toBeUndefined();
    expect((await fails(writer.readVersion(at('X'), '1')))[1]).toContain('have no versions');
  });
});

describe('a parameter', () => {
  it('keeps type, tier and key, and becomes a secret only where it is created', async () => {
    const writer = await world.writer('ssm');
    await writer.write(at('X'), { value: 'one', secret: true, keyId: 'alias/orders', tier: 'Advanced' });

    await writer.write(at('X'), { value: 'two' });

    expect(await writer.read(at('X'))).toMatchObject({
      ...{ value: 'two', secret: true, type: 'SecureString', tier: 'Advanced', keyId: 'alias/orders', version: '2' },
    });
    await writer.write(at('Y'), { value: 'one' });
    const [reason, message] = await fails(writer.write(at('Y'), { value: canary, secret: true }));
    expect(reason).toBe('type-mismatch');
    expect(message).toContain('remove it and set it anew');
  });

  it('is written no faster than its rate allows, and never throttled by it', async () => {
    world.aws.setLimits({ ssmWritesPerSecond: 3 });
    const writer = await world.writer('ssm');

    for (let index = 0; index < 9; index += 1)
      await writer.write(at(`X${index}`), { value: 'one', expected: 'absent' });

    expect(world.aws.calls.all.filter(({ outcome }) => outcome === 'throttled')).toEqual([]);
    expect(world.waits.reduce((sum, each) => sum + each, 0)).toBeGreaterThanOrEqual(1990);
  });

  it('may be written faster where the quota was raised', async () => {
    const writer = await world.writer('ssm', world.session({}, { ssmWritesPerSecond: 100 }));

    for (let index = 0; index < 20; index += 1)
      await writer.write(at(`X${index}`), { value: 'one', expected: 'absent' });

    expect(world.waits).toEqual([]);
  });

  it('waits while other updates of it are under way', async () => {
    const writer = await world.writer('ssm');
    world.aws.setFaults([{ target: 'PutParameter', type: 'TooManyUpdates', times: 2 }]);

    await writer.write(at('X'), { value: 'one' });

    expect(await readBack(writer)).toBe('one');
  });

  it.each([
    ['an empty text', '', 'takes no empty value'],
    ['a number', 5, 'expected a text, got a number'],
    ['more than its tier holds', 'x'.repeat(5000), 'Advanced tier'],
  ])('refuses %s', async (_, value, message) => {
    const writer = await world.writer('ssm');

    expect(await fails(writer.write(at('X'), { value }))).toEqual(['invalid', expect.stringContaining(message)]);
  });

  it.each([
    ['ParameterLimitExceeded', 'quota', 'have the quota raised'],
    ['ParameterMaxVersionLimitExceeded', 'quota', 'remove that label'],
    ['TooManyUpdates', 'busy', 'try again in a moment'],
    ['InvalidKeyId', 'unusable-key', 'give another one'],
    ['ParameterPatternMismatchException', 'invalid', 'AllowedPattern'],
  ])('says what to do about %s', async (type, reason, advice) => {
    const writer = await world.writer('ssm');
    world.aws.setFaults([{ target: 'PutParameter', type }]);

    expect(await fails(writer.write(at('X'), { value: canary }))).toEqual([reason, expect.stringContaining(advice)]);
  });

  it('cannot have a name with a space', async () => {
    const writer = await world.writer('ssm');

    expect((await fails(writer.write(at('a b'), { value: canary })))[1]).toContain('no parameter can have this name');
    expect(await writer.read(at('a b'))).toBeUndefined();
  });

  it('whose key is refused can be read without its value, and written', async () => {
    await world.aws.seed({ ssm: { '/orders/prod/X': { value: canary, type: 'SecureString', keyDenied: true } } });
    const writer = await world.writer('ssm');

    expect(await writer.read(at('X'))).toMatchObject({ value: undefined, secret: true, version: '1' });
    expect(await writer.write(at('X'), { value: 'two' })).toEqual({ version: '2', created: false });
    expect((await fails(writer.readVersion(at('X'), '1')))[1]).toContain('allow kms:Decrypt');
  });
});

describe('a secret', () => {
  it('can be restored for 30 days, or as long as was asked for', async () => {
    const writer = await world.writer('secrets');
    await writer.write(at('X'), { value: 'one' });

    const { recoverableUntilMs = 0 } = await writer.remove(at('X'), { recoveryDays: 7 });

    expect(new Date(recoverableUntilMs).toISOString()).toBe('2026-01-08T00:00:00.000Z');
    expect(await writer.read(at('X'))).toMatchObject({ value: undefined, deletionAtMs: recoverableUntilMs });
    expect(await writer.remove(at('X'))).toEqual({ recoverableUntilMs });
    await writer.restore?.(at('X'));
    expect(await readBack(writer)).toBe('one');
  });

  it('that is scheduled for deletion is written only where it may be restored', async () => {
    const writer = await world.writer('secrets');
    await writer.write(at('X'), { value: 'one' });
    await writer.remove(at('X'));

    const [reason, message] = await fails(writer.write(at('X'), { value: canary }));

    expect(reason).toBe('scheduled-for-deletion');
    expect(message).toContain('scheduled for deletion on 2026-01-31T00:00:00.000Z; restore it');
    expect(await writer.write(at('X'), { value: 'two', restore: true })).toMatchObject({ created: false });
    expect(await readBack(writer)).toBe('two');
  });

  it('may be binary, and nothing but text or bytes', async () => {
    const writer = await world.writer('secrets');

    await writer.write(at('X'), { value: Uint8Array.of(1, 2) });

    expect(await readBack(writer)).toEqual(Uint8Array.of(1, 2));
    expect((await fails(writer.write(at('X'), { value: { a: 1 } })))[1]).toContain('write data as JSON text');
  });

  it('is deleted for good with force', async () => {
    const writer = await world.writer('secrets');
    await writer.write(at('X'), { value: 'one' });

    expect(await writer.remove(at('X'), { force: true })).toEqual({ recoverableUntilMs: undefined });
    expect(await writer.read(at('X'))).toBeUndefined();
    expect((await fails(writer.remove(at('X'), { force: true, recoveryDays: 7 })))[0]).toBe('invalid');
    expect((await fails(writer.remove(at('X'), { recoveryDays: 3 })))[1]).toContain('7 to 30 days');
  });

  it('whose value may not be read can be described, and written', async () => {
    await world.aws.seed({ secrets: { '/orders/prod/X': { value: canary, denied: true } } });
    const writer = await world.writer('secrets');

    expect(await writer.read(at('X'))).toMatchObject({ value: undefined, secret: true });
    expect(await writer.write(at('X'), { value: 'two' })).toMatchObject({ created: false });
  });
});

describe('a row of the configuration table', () => {
  it.each([
    [1.5],
    [true],
    [null],
    [{ a: [1, 'two', { b: false }] }],
    [12345678901234567890n],
    [Uint8Array.of(1)],
    [''],
  ] as readonly (readonly [ConfigValue])[])('holds %p', async (value) => {
    const writer = await world.writer('dynamo');

    await writer.write(at('X'), { value });

    expect(await readBack(writer)).toEqual(value);
  });

  it('keeps its keys and its other attributes, whichever library has written it', async () => {
    const row = { app_key: '/orders/prod', name_key: 'x|+|of python', real_name: 'X', value: 'one', owner: 'team' };
    await world.aws.seed({ tables: { 'global-all-config': { rows: [row] } } });
    const writer = await world.writer('dynamo');

    await writer.write(at('x'), { value: 'two' });

    expect(await world.aws.rows('global-all-config')).toEqual([
      {
        app_key: { S: '/orders/prod' },
        name_key: { S: 'x|+|of python' },
        real_name: { S: 'X' },
        value: { S: 'two' },
        owner: { S: 'team' },
        xcon_version: { N: '1' },
      },
    ]);
  });

  it('that another writer has changed in between is left alone, also where its value is data', async () => {
    const other = await world.writer('dynamo');
    await other.write(at('X'), { value: { a: 1 } });
    const sleep = async (): Promise<void> => void (await other.write(at('X'), { value: { a: 2 } }));
    const one = await world.writer('dynamo', world.session({}, {}, { sleep }));
    world.aws.setFaults([{ target: 'PutItem', type: 'ThrottlingException', times: 1 }]);

    expect((await fails(one.write(at('X'), { value: { a: 3 } })))[0]).toBe('changed');
    expect(await readBack(one)).toEqual({ a: 2 });
  });

  it('whose time is over counts as absent, and is replaced by one without end', async () => {
    const row = { app_key: '/orders/prod', name_key: 'X', value: 'one', ttl: 1000 };
    await world.aws.seed({ tables: { 'global-all-config': { rows: [row] } } });
    const writer = await world.writer('dynamo');

    expect(await writer.read(at('X'))).toBeUndefined();
    expect(await writer.write(at('X'), { value: 'two', expected: 'absent' })).toMatchObject({ created: true });
    expect((await world.aws.rows('global-all-config'))[0]).not.toHaveProperty('ttl');
  });

  it('that changes between the read and the write is left alone', async () => {
    const writer = await world.writer('dynamo');
    await writer.write(at('X'), { value: 'one' });
    world.aws.setFaults([{ target: 'PutItem', type: 'ConditionalCheckFailedException', times: 1 }]);

    const [reason, message] = await fails(writer.write(at('X'), { value: canary }));

    expect([reason, message]).toEqual(['changed', expect.stringContaining('has changed since it was read')]);
    expect(await readBack(writer)).toBe('one');
  });

  it('holds nothing that DynamoDB cannot', async () => {
    const writer = await world.writer('dynamo');

    expect((await fails(writer.write(at('X'), { value: Number.NaN })))[0]).toBe('invalid');
    expect((await fails(writer.write(at('X'), { value: canary, secret: true })))[1]).toContain('put secrets into');
  });
});

describe('a source that cannot be written', () => {
  class Notes extends Provider {
    override readonly name = 'notes';

    override readDirectory(directory: Directory): Promise<never> {
      return Promise.reject(new Error(directory.path));
    }
  }

  it.each([
    [new EnvProvider({}), 'env: this source belongs to the process that reads it'],
    [new Notes(), 'notes: this source can be read and not written from here'],
  ])('%s says so', async (provider, message) => {
    const [reason, text] = await fails(provider.writer(world.session()));

    expect([reason, text]).toEqual(['read-only', expect.stringContaining(message)]);
  });
});
