import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CommandRun, type FakeHost, folderWith, useLocalAws, xcon } from '../run-xcon';
import { patientVariables } from '../../setup/patience';

const canary = 'canary-5up3r-s3cret';
const local = useLocalAws({
  seed: {
    ssm: {
      '/orders/prod/page_size': '50',
      '/orders/all/page_size': '20',
      '/global/all/region': 'eu',
      '/orders/prod/smtp_url': { type: 'SecureString', value: canary, description: 'Mail' },
    },
    secrets: { '/orders/prod/db_password': canary },
    tables: { 'global-all-config': { rows: [{ app_key: '/orders/prod', name_key: 'RETRY', value: { times: 5 } }] } },
  },
});

/** Limits that a busy machine does not reach, and no pauses between writes. */
const env = {
  ...patientVariables,
  XCON_SSM_WRITES_PER_SECOND: '1000',
};

async function orders(line: string, more: Partial<FakeHost> = {}): Promise<CommandRun> {
  const run = await xcon([...line.split(' '), '-s', 'orders', '-e', 'prod'], { aws: local.aws, env, ...more });
  expect(`${run.out}${run.err}${run.questions.join()}`).not.toContain(canary);
  return run;
}

const get = async (name: string): Promise<string> =>
  (await xcon(['get', name, '-s', 'orders', '-e', 'prod', '--reveal', '--no-cache'], { aws: local.aws, env })).out;

/** The parameters that were written since a moment, and what else was changed. */
function writes(): readonly string[] {
  return local.aws.calls.all
    .filter(({ operation, service }) => service !== 'dynamodb' && /^(Put|Create|Delete|Restore|Update)/.test(operation))
    .map(({ operation }) => operation);
}

beforeEach(() => local.aws.calls.clear());

describe('xcon set', () => {
  it('creates a parameter in the most specific directory, and shows what that hides', async () => {
    local.aws.putParameter('/orders/all/THEME', 'light');

    const run = await orders('set THEME dark --yes');

    expect(run).toMatchObject({ code: 0, out: 'created /orders/prod/THEME in ssm, version 1\n' });
    expect(run.err).toContain('creates /orders/prod/THEME in ssm\n  then: dark\n  Hides light (ssm /orders/all).');
    expect(run.err).toContain('running ones within 15 minutes');
    expect(await get('THEME')).toBe('dark');
  });

  it('changes the value where the name is, whatever its case', async () => {
    const run = await orders('set PAGE_SIZE 100 --yes --json');

    expect(JSON.parse(run.out)).toMatchObject({
      ...{ action: 'update', provider: 'ssm', exactName: '/orders/prod/page_size', version: '2' },
      ...{ before: '50', after: '100', masked: false },
    });
    expect(await get('PAGE_SIZE')).toBe('100');
  });

  it('asks at a terminal, and writes nothing without a yes', async () => {
    const no = await orders('set PAGE_SIZE 7', { terminal: true, answers: [false] });
    const pipe = await orders('set PAGE_SIZE 7');

    expect([no.code, pipe.code]).toEqual([4, 4]);
    expect(no.questions).toEqual(['Write it?']);
    expect(pipe.err).toContain('--yes');
    expect(writes()).toEqual([]);
    expect((await orders('set PAGE_SIZE 7', { terminal: true, answers: [true] })).code).toBe(0);
    expect(await get('PAGE_SIZE')).toBe('7');
  });

  it('never takes a secret from an argument: it asks, or reads standard input, a file or a variable', async () => {
    const refused = await orders('set DB_PASSWORD abc --yes');
    const typed = await orders('set DB_PASSWORD', { terminal: true, answers: [`${canary}-1`, true] });
    const piped = await orders('set DB_PASSWORD - --yes', { input: `${canary}-2\n` });

    expect(refused).toMatchObject({ code: 2, out: '' });
    expect(typed).toMatchObject({ code: 0, questions: ['Value of DB_PASSWORD', 'Write it?'] });
    expect(typed.err).toContain('now:  ********\n  then: ********');
    expect(piped.out).toMatch(/^changed \/orders\/prod\/db_password in secrets, version /);
    expect(await get('DB_PASSWORD')).toBe(`${canary}-2`);
    await orders('set DB_PASSWORD --value-from NEW --yes', { env: { ...env, NEW: `${canary}-3` } });
    expect(await get('DB_PASSWORD')).toBe(`${canary}-3`);
  });

  it('encrypts with --secret, and keeps a SecureString one', async () => {
    await orders('set TOKEN_A - --secret --yes', { input: canary });
    await orders('set SMTP_URL - --yes', { input: `${canary}-mail` });

    const history = await orders('history SMTP_URL --json');

    expect(await get('TOKEN_A')).toBe(canary);
    expect(JSON.parse(history.out)).toMatchObject({
      versions: [{ version: '2', value: '********' }, { version: '1' }],
    });
  });

  it('writes one field of JSON', async () => {
    await orders('set LOGIN - --json-field password --to secrets --yes', { input: canary });
    await orders('set LOGIN app --json-field user --yes', { input: '' });
    const second = await orders('set LOGIN - --json-field user --yes', { input: 'app' });

    expect(second.code).toBe(0);
    expect(JSON.parse(await get('LOGIN'))).toEqual({ password: canary, user: 'app' });
  });

  it('keeps data in rows data, and takes JSON where that is asked for', async () => {
    const data = await orders('set RETRY {"times":7} --to dynamo --yes');
    const text = await orders('set RETRY often --to dynamo --yes');
    const json = await orders('set FLAGS [1,true] --to dynamo --type json --yes');

    expect([data.code, text.code, json.code]).toEqual([0, 2, 0]);
    expect(text.err).toContain('add --type text');
    const rows = await local.aws.rows('global-all-config');
    expect(rows.map(({ value }) => value)).toEqual(
      expect.arrayContaining([{ M: { times: { N: '7' } } }, { L: [{ N: '1' }, { BOOL: true }] }]),
    );
  });

  it('writes nothing where the value is there already', async () => {
    await orders('set SAME 1 --yes');
    local.aws.calls.clear();

    expect(await orders('set SAME 1')).toMatchObject({
      code: 0,
      out: 'unchanged: /orders/prod/SAME in ssm, version 1\n',
    });
    expect(writes()).toEqual([]);
  });

  it('gives a parameter its type, tier, key and description, which a later change keeps', async () => {
    const cwd = folderWith({ 'key.txt': canary });

    await orders('set COLORS red,blue --type StringList --tier Advanced --description colors --yes');
    await orders('set KEYED --secret --key-id alias/orders --value-file key.txt --yes', { cwd });
    await orders('set COLORS red,green --yes');

    const puts = local.aws.calls.of('PutParameter').map(({ body }) => body);
    expect(puts).toEqual([
      expect.objectContaining({ Type: 'StringList', Tier: 'Advanced', Description: 'colors' }),
      expect.objectContaining({ Type: 'SecureString', KeyId: 'alias/orders' }),
      expect.objectContaining({ Type: 'StringList', Tier: 'Advanced' }),
    ]);
    expect((await orders('set KEYED - --value-file key.txt --yes', { cwd })).code).toBe(2);
    expect((await orders('set KEYED --value-file none.txt --yes', { cwd })).code).toBe(2);
  });

  it('writes bytes that are no text as they are, to Secrets Manager alone', async () => {
    const bytes = Buffer.from([0, 255, 254, 10]);
    const cwd = folderWith({});
    writeFileSync(join(cwd, 'cert.der'), bytes);
    const cert = () =>
      xcon(['get', 'CERT', '-s', 'orders', '-e', 'prod', '--raw', '--reveal', '--no-cache'], { aws: local.aws, env });

    expect((await orders('set CERT --value-file cert.der --to secrets --yes', { cwd })).code).toBe(0);
    expect((await cert()).bytes).toEqual(bytes);
    expect((await orders('set CERT - --yes', { input: bytes.subarray(1) })).code).toBe(0);
    expect((await cert()).bytes).toEqual(bytes.subarray(1));
    const parameter = await orders('set OTHER - --yes', { input: bytes });
    expect(parameter).toMatchObject({ code: 2, out: '', err: expect.stringContaining('no text in UTF-8') as string });
  });

  it('takes a full name in place of --in, and refuses both', async () => {
    const run = await orders('set /orders/all/page_size 30 --yes');
    const both = await orders('set /orders/all/PAGE_SIZE 30 --in /orders/prod --yes');
    const history = await orders('history /orders/all/PAGE_SIZE --json');
    const back = await orders('rollback /orders/all/PAGE_SIZE 1 --yes');
    const removed = await orders('unset /orders/all/PAGE_SIZE --yes');

    expect(run).toMatchObject({ code: 0, out: 'changed /orders/all/page_size in ssm, version 2\n' });
    expect(both).toMatchObject({ code: 2, out: '', err: expect.stringContaining('leave out --in') as string });
    expect(JSON.parse(history.out)).toMatchObject({ exactName: '/orders/all/page_size' });
    expect(back.out).toBe('changed /orders/all/page_size in ssm, version 3\n');
    expect(removed.out).toBe('removed /orders/all/page_size in ssm\n');
  });

  it.each([
    ['PutParameter', 'ParameterAlreadyExists', 4, 'run the command again'],
    ['PutParameter', 'HierarchyTypeMismatchException', 2, 'remove it and set it anew'],
    ['PutParameter', 'HierarchyLevelLimitExceededException', 2, 'take a shorter path'],
    ['PutParameter', 'ParameterLimitExceeded', 3, 'remove some'],
    ['PutParameter', 'AccessDeniedException', 3, 'allow ssm:PutParameter'],
    ['PutParameter', 'InvalidKeyId', 3, 'give another one'],
  ])('says what to do where %s ends with %s', async (target, type, code, remedy) => {
    local.aws.setFaults([{ target, type, status: 400 }]);

    const run = await orders('set NEW 1 --yes');

    expect(run).toMatchObject({ code, out: '', err: expect.stringContaining(remedy) as string });
  });

  it('tries again while other updates are under way', async () => {
    local.aws.setFaults([{ target: 'PutParameter', type: 'TooManyUpdates', status: 400, times: 1 }]);

    expect(await orders('set NEW 1 --yes')).toMatchObject({
      code: 0,
      out: 'created /orders/prod/NEW in ssm, version 1\n',
    });
  });

  it('says when lookups here do not come to the place, or something comes before it', async () => {
    const elsewhere = await orders('set X 1 --in /billing/prod --yes');
    const below = await orders('set PAGE_SIZE 1 --in /global/all --yes');

    expect(elsewhere.err).toContain('Lookups here do not come to this place.');
    expect(below.err).toMatch(/Has no effect here: .+ \(ssm \/orders\/prod\) comes before it\./);
    expect(below.err).toContain('Other services and environments');
  });

  it('does not change what all services share because no service is named', async () => {
    const { code, err } = await xcon(['set', 'X', '1', '--yes'], { aws: local.aws, env });

    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining('Give --service') as string });
  });

  it('says what to do when the type of a parameter would have to change', async () => {
    const { code, err } = await orders('set PAGE_SIZE - --secret --yes', { input: canary });

    expect(code).toBe(2);
    expect(err).toContain('remove it and set it anew');
  });

  it('drops the cached rows of the name, so that the next process reads the new value', async () => {
    const cached = (): Promise<CommandRun> => orders('get COLOR');
    local.aws.putParameter('/orders/prod/COLOR', 'red');
    expect([(await cached()).out, (await cached()).out]).toEqual(['red', 'red']);

    await orders('set COLOR blue --yes');

    expect((await cached()).out).toBe('blue');
  });
});

describe('xcon unset', () => {
  it('removes an entry, and shows what is visible then', async () => {
    local.aws.putParameter('/orders/prod/SIZE', 'big');
    local.aws.putParameter('/global/all/SIZE', 'small');

    const run = await orders('unset SIZE --yes');

    expect(run).toMatchObject({ code: 0, out: 'removed /orders/prod/SIZE in ssm\n' });
    expect(run.err).toContain(
      'removes /orders/prod/SIZE in ssm\n  now:  big\n  Then visible: small (ssm /global/all).',
    );
    expect(await get('SIZE')).toBe('small');
  });

  it('removes nothing from a directory that was not named', async () => {
    const run = await orders('unset REGION --yes');

    expect(run).toMatchObject({ code: 1, out: '' });
    expect(run.err).toContain('The name is elsewhere: --in /global/all (ssm).');
    expect(writes()).toEqual([]);
    expect((await orders('unset REGION --in /global/all --yes')).code).toBe(0);
  });

  it('leaves a secret recoverable, which set restores when it is asked to, unless --force is given', async () => {
    local.aws.putSecret('/orders/prod/OLD', canary);

    const removed = await orders('unset OLD --recovery-days 7 --yes');
    const refused = await orders('set OLD - --to secrets --yes', { input: canary });
    const asked = await orders('set OLD --to secrets', { terminal: true, answers: [`${canary}-new`, true, false] });

    expect(removed.out).toMatch(/removed \/orders\/prod\/OLD in secrets; it can be restored until \d{4}-/);
    expect(refused).toMatchObject({ code: 4, out: '' });
    expect(refused.err).toContain('add --restore');
    expect(asked).toMatchObject({ code: 4, questions: ['Value of OLD', 'Restore it?', 'Write it?'] });
    const back = await orders('set OLD - --to secrets --restore --yes', { input: `${canary}-new` });
    expect(back.out).toMatch(/^restored /);
    await orders('unset OLD --force --yes');
    expect(writes().at(-1)).toBe('DeleteSecret');
  });
});

describe('xcon copy and move', () => {
  it('copies to another directory, and a secret stays one', async () => {
    const run = await orders('copy SMTP_URL /orders/staging/SMTP_URL --yes');

    expect(run).toMatchObject({ code: 0, out: 'created /orders/staging/SMTP_URL in ssm, version 1\n' });
    const { out } = await xcon(['get', 'SMTP_URL', '-s', 'orders', '-e', 'staging', '--no-cache', '--json'], {
      ...{ aws: local.aws, env },
    });
    expect(JSON.parse(out)).toMatchObject({ settings: [{ masked: true, directory: '/orders/staging' }] });
  });

  it('moves: the original goes after the copy is there, and a second run goes on', async () => {
    local.aws.putParameter('/orders/prod/HOSTNAME', 'db');
    local.aws.setFaults([{ target: 'DeleteParameter', type: 'AccessDeniedException', status: 400 }]);

    const stopped = await orders('move HOSTNAME HOST --yes');
    local.aws.setFaults([]);
    const again = await orders('move HOSTNAME HOST --yes');

    expect(stopped.code).toBe(3);
    expect(stopped.err).toContain('allow ssm:DeleteParameter');
    expect(again.out).toBe('removed /orders/prod/HOSTNAME in ssm\n');
    expect([await get('HOST'), await get('HOSTNAME')]).toEqual(['db', '']);
  });

  it('puts no secret into a table', async () => {
    const run = await orders('copy SMTP_URL MAIL --to dynamo --yes');

    expect(run).toMatchObject({ code: 2, out: '' });
    expect(run.err).toContain('put secrets into secrets or ssm');
  });
});

describe('xcon history and rollback', () => {
  it('lists versions, the newest first, and goes back by a new one', async () => {
    for (const value of ['one', 'two']) await orders(`set MODE ${value} --yes`);

    const history = await orders('history MODE');
    const run = await orders('rollback MODE 1 --yes');

    expect(history.out).toMatch(/^VERSION +WRITTEN +BY +LABELS +VALUE\n2 \* +\S+ +local +two\n1 +\S+ +local +one\n$/);
    expect(run).toMatchObject({ code: 0, out: 'changed /orders/prod/MODE in ssm, version 3\n' });
    expect(run.err).toContain('now:  two\n  then: one\n  as in version 1');
    expect(await get('MODE')).toBe('one');
  });

  it('goes back to the version before of a secret', async () => {
    await orders('set PIN - --to secrets --yes', { input: `${canary}-1` });
    await orders('set PIN - --yes', { input: `${canary}-2` });

    await orders('rollback PIN AWSPREVIOUS --yes');

    expect(await get('PIN')).toBe(`${canary}-1`);
    expect((await orders('rollback PIN no-such --yes')).code).toBe(1);
  });

  it('says that rows have no versions', async () => {
    const run = await orders('history RETRY --from dynamo');

    expect(run).toMatchObject({ code: 1, out: '' });
    expect(run.err).toContain('keeps none');
  });
});
