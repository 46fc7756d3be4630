import { type CommandRun, type FakeHost, folderWith, useLocalAws, xcon } from '../run-xcon';
import { patientVariables } from '../../setup/patience';

const canary = 'canary-5up3r-s3cret';
const local = useLocalAws({ seed: { tables: { 'global-all-config': { rows: [] } } } });
const env = {
  ...patientVariables,
  XCON_SSM_WRITES_PER_SECOND: '1000',
  AWS_MAX_ATTEMPTS: '1',
};

async function importing(
  files: Readonly<Record<string, string>>,
  line: string,
  more: Partial<FakeHost> = {},
): Promise<CommandRun> {
  const cwd = folderWith(files);
  const run = await xcon(['import', ...line.split(' '), '-s', 'orders'], { aws: local.aws, env, cwd, ...more });
  expect(`${run.out}${run.err}`).not.toContain(canary);
  return run;
}

const parameters = (path: string): readonly unknown[] =>
  local.aws.calls.all
    .filter(({ operation, outcome }) => operation === 'PutParameter' && outcome === 'ok')
    .map(({ body }) => body as { readonly Name: string; readonly Type: string })
    .filter(({ Name }) => Name.startsWith(`${path}/`))
    .map(({ Name, Type }) => `${Name} ${Type}`)
    .toSorted();

beforeEach(() => {
  local.aws.calls.clear();
  local.aws.setFaults([]);
  local.aws.setLimits({});
});

const file = `HOST=db.internal\nPOOL_SIZE=20\nAPI_KEY=${canary}\nGREETING="two\nlines"\n`;

it('shows what will change, writes it once that is confirmed, and encrypts what looks like a secret', async () => {
  const refused = await importing({ '.env': file }, '.env -e a');
  expect(refused).toMatchObject({ code: 4, out: '' });
  expect(parameters('/orders/a')).toEqual([]);

  const run = await importing({ '.env': file }, '.env -e a', { terminal: true, answers: [true] });

  expect(run).toMatchObject({ code: 0, questions: ['Write 4 settings?'] });
  expect(run.err).toContain('creates /orders/a/API_KEY in ssm\n  then: ********');
  expect(run.err).toContain('then: db.internal');
  expect(parameters('/orders/a')).toEqual([
    '/orders/a/API_KEY SecureString',
    '/orders/a/GREETING String',
    '/orders/a/HOST String',
    '/orders/a/POOL_SIZE String',
  ]);
});

it('does nothing the second time', async () => {
  await importing({ '.env': file }, '.env -e b --yes');
  local.aws.calls.clear();

  const again = await importing({ '.env': file }, '.env -e b');

  expect(again.code).toBe(0);
  expect(again.err).toContain('All 4 settings of the file are as they are there.');
  expect(parameters('/orders/b')).toEqual([]);
});

it('goes on when an entry fails, says which, and a second run writes the rest', async () => {
  local.aws.setFaults([
    { target: 'PutParameter', body: 'POOL_SIZE', type: 'AccessDeniedException', message: 'no' },
    { target: 'PutParameter', body: '"/orders/c/HOST"', dropAnswer: true },
  ]);

  const first = await importing({ '.env': file }, '.env -e c --yes --json');
  local.aws.setFaults([]);
  const second = await importing({ '.env': file }, '.env -e c --yes --json');

  const outcomes = (run: CommandRun): Record<string, string> =>
    Object.fromEntries(
      (JSON.parse(run.out) as { entries: { exactName: string; outcome: string }[] }).entries.map((each) => [
        each.exactName.replace('/orders/c/', ''),
        each.outcome,
      ]),
    );
  expect(first.code).toBe(3);
  expect(outcomes(first)).toEqual({ HOST: 'failed', POOL_SIZE: 'failed', API_KEY: 'written', GREETING: 'written' });
  expect(first.err).toContain('2 of 4 settings were written. Run it again');
  // The answer was lost, and the write done: there is nothing left to do for it.
  expect(outcomes(second)).toEqual({
    HOST: 'unchanged',
    POOL_SIZE: 'written',
    API_KEY: 'unchanged',
    GREETING: 'unchanged',
  });
  expect(second.code).toBe(0);
});

it('keeps to the rate of the service, and is not throttled into failure', async () => {
  local.aws.setLimits({ ssmWritesPerSecond: 20 });
  const many = Array.from({ length: 40 }, (_, index) => `N${index}=${index}`).join('\n');

  const run = await importing({ '.env': many }, '.env -e d --yes', {
    env: { ...env, XCON_SSM_WRITES_PER_SECOND: '20' },
  });

  expect(run.code).toBe(0);
  expect(parameters('/orders/d')).toHaveLength(40);
});

it('ends what has begun and begins nothing more when it is stopped, and says what was not written', async () => {
  const many = Array.from({ length: 30 }, (_, index) => `N${index}=${index}`).join('\n');
  let interrupt: () => void = () => undefined;
  const stop = local.aws.onChange(() => {
    if (parameters('/orders/e').length >= 5) interrupt();
  });

  const run = await importing({ '.env': many }, '.env -e e --yes', {
    onStart: (send) => {
      interrupt = () => send('SIGINT');
    },
  });

  stop();
  const written = parameters('/orders/e').length;
  expect(run.code).toBe(130);
  expect(written).toBeGreaterThanOrEqual(5);
  expect(written).toBeLessThan(30);
  expect(run.out.match(/ written/g)).toHaveLength(written + (30 - written));
  expect(run.out.match(/not written/g)).toHaveLength(30 - written);
});

it('takes data from JSON and YAML: as it is for rows, as JSON for the other sources', async () => {
  const yaml = 'RETRY: { times: 5 }\nON: true\n';

  const rows = await importing({ 'x.yaml': yaml }, 'x.yaml -e f --to dynamo --yes');
  const texts = await importing({ 'x.yaml': yaml }, 'x.yaml -e g --yes');

  expect([rows.code, texts.code]).toEqual([0, 0]);
  expect((await local.aws.rows('global-all-config')).map(({ value }) => value)).toEqual(
    expect.arrayContaining([{ M: { times: { N: '5' } } }, { BOOL: true }]),
  );
  const { out } = await xcon(['get', 'RETRY', 'ON', '-s', 'orders', '-e', 'g', '--no-cache'], { aws: local.aws, env });
  expect(out).toBe('RETRY={"times":5}\nON=true\n');
});

it('refuses names that are not in the file, and files that it cannot read', async () => {
  expect(await importing({ '.env': file }, '.env -e h --secret NO_SUCH')).toMatchObject({ code: 2 });
  expect(await importing({}, 'no.env -e h')).toMatchObject({ code: 2 });
  expect(await importing({ 'x.json': '{' }, 'x.json -e h')).toMatchObject({ code: 2 });
});
