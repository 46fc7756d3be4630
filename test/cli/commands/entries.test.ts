import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type LocalAws, startLocalAws } from '../../../src/testing';
import { type FakeHost, folderWith, xcon } from '../run-xcon';

const file = `service: orders
environments: [staging, prod]
entries:
  /orders/{environment}:
    DB_HOST: { ssm: { staging: db.staging, prod: db.prod } }
    TOKEN: { ssm: { from: env:TOKEN } }
`;
const fast = ['--rate', '1000'];
let aws: LocalAws;
let cwd: string;

beforeEach(async () => {
  aws = await startLocalAws();
  cwd = folderWith({ 'xcon.yaml': file });
});

afterEach(() => aws.close());

const run = (args: readonly string[], more: FakeHost = {}) =>
  xcon(args, { aws, cwd, ...more, env: { TOKEN: 'a-canary', ...more.env } });
const write = (text: string): void => writeFileSync(join(cwd, 'xcon.yaml'), text);
const parameters = (): number => aws.calls.count('PutParameter');

describe('xcon validate', () => {
  it('reports every problem at once, with its place, and asks nothing', async () => {
    writeFileSync(
      join(cwd, 'entries.yaml'),
      'service: orders\nenvironments: [prod]\nentries:\n  /orders/{environment}:\n    A: { smm: x }\n    B: { ssm: "", typ: String }\n  orders: {}\nstak: x\n',
    );

    const { code, out } = await run(['validate', '--file', 'entries.yaml'], { env: {} });

    expect(code).toBe(2);
    expect(out).toContain('entries.yaml:8:1: error: the file has no key "stak".\n  Did you mean stack?');
    expect(out).toContain(
      'entries.yaml:5:5: error: "A" has no source.\n  An entry has one of ssm, secret, dynamo. Did you mean ssm?',
    );
    expect(out).toMatch(/entries.yaml:6:\d+: error: ssm:\/orders\/prod\/B: an entry of ssm has no key "typ"/);
    expect(out).toMatch(
      /entries.yaml:6:\d+: error: ssm:\/orders\/prod\/B: Parameter Store does not take an empty value/,
    );
    expect(out).toContain('Directory "orders" is relative');
    expect(aws.calls.count()).toBe(0);
  });

  it.each(['validate', 'plan', 'drift'])(
    'gives, as %s does, what is wrong with xcon.yaml and with its entries at once, and one document with --json',
    async (name) => {
      write('service: orders\nstak: x\nproviders: 3\nentries:\n  /a/all:\n    A: { smm: x }\n    B: { ssm: "" }\n');

      const text = await run([name]);
      const json = await run([name, '--json']);

      const { diagnostics } = JSON.parse(json.out) as {
        readonly diagnostics: readonly { readonly at: { readonly file: string; readonly line: number } }[];
      };
      expect([text.code, json.code]).toEqual([2, 2]);
      expect(diagnostics.map(({ at }) => `${at.file}:${at.line}`).sort()).toEqual(
        [2, 3, 6, 7].map((line) => `xcon.yaml:${line}`),
      );
      const lines = (text.out + text.err).split('\n').filter((line) => line.includes('error: '));
      expect(lines).toHaveLength(4);
      if (name !== 'validate') for (const line of lines) expect(line).toMatch(/^xcon: xcon.yaml:/);
      expect(aws.calls.count()).toBe(0);
    },
  );

  it.each(['validate', 'plan'])('ends with 2 for what is no YAML, as %s', async (name) => {
    write('entries: {\n');

    const { code, out } = await run([name, '--json']);

    expect(code).toBe(2);
    expect(JSON.parse(out)).toMatchObject({ diagnostics: [{ severity: 'error', at: { file: 'xcon.yaml' } }] });
  });

  it('says that a file is valid', async () => {
    expect(await run(['validate'])).toMatchObject({ code: 0, out: '4 entries are valid.\n' });
    expect(JSON.parse((await run(['validate', '--json'])).out)).toEqual({ entries: 4, diagnostics: [] });
  });
});

describe('xcon plan, apply and drift', () => {
  it('show what would be done, do it, and then have nothing to do', async () => {
    const plan = await run(['plan']);
    expect(plan).toMatchObject({ code: 1, out: expect.stringContaining('Plan of orders: 4 to create.') as string });
    expect(plan.out).toContain('+ create ssm:/orders/prod/DB_HOST\n    type: String\n    value: db.prod\n');
    expect(plan.out).toContain('value: ********');
    expect(parameters()).toBe(0);

    const applied = await run(['apply', '--yes', ...fast]);
    expect(applied).toMatchObject({ code: 0, out: expect.stringContaining('Done: 4 of 4.') as string });
    expect(applied.err).toContain('4 to create');

    expect(await run(['plan'])).toMatchObject({ code: 0, out: 'Plan of orders: 4 unchanged.\n' });
    expect(await run(['drift'])).toMatchObject({ code: 0, out: 'Nothing of orders was changed outside.\n' });
    expect([plan, applied].flatMap(({ err, out }) => [err, out]).join()).not.toContain('a-canary');
    expect(readFileSync(join(cwd, '.xcon/state.json'), 'utf8')).not.toContain('a-canary');
  });

  it('show no secret of a plan, and know no option that would', async () => {
    expect(await run(['plan', '--reveal'])).toMatchObject({
      code: 2,
      err: expect.stringContaining("unknown option '--reveal'") as string,
    });
  });

  it('find tags that were changed by hand with --thorough', async () => {
    write('service: orders\nentries:\n  /orders/prod:\n    A: { ssm: x, tags: { team: orders } }\n');
    await run(['apply', '--yes', ...fast]);
    await aws.seed({ ssm: { '/orders/prod/A': { value: 'x', tags: { 'xcon:stack': 'orders', team: 'other' } } } });

    expect(await run(['drift', '--thorough'])).toMatchObject({
      code: 1,
      out: expect.stringMatching(/ssm:\/orders\/prod\/A\s+tags/) as string,
    });
  });

  it('say with -v which rate is waited for, once for each action', async () => {
    write(file.replace('    TOKEN', '    PORT: 1\n    TOKEN'));

    const { code, err } = await run(['apply', '--yes', '-v', '--rate', '4']);

    expect(code).toBe(0);
    expect(err.split('xcon: waiting for ssm:PutParameter (4 a second)')).toHaveLength(2);
  });

  it('ask at a terminal, and change nothing without a yes', async () => {
    const asked = await run(['apply', ...fast], { terminal: true, answers: [false] });
    expect(asked).toMatchObject({ code: 4, questions: ['Apply 4 changes to the stack orders?'] });

    expect(await run(['apply', ...fast])).toMatchObject({
      code: 4,
      err: expect.stringContaining('add --yes') as string,
    });
    expect(parameters()).toBe(0);
    expect(await run(['apply', ...fast], { terminal: true, answers: [true] })).toMatchObject({ code: 0 });
  });

  it('apply a plan from a file, and refuse it once something has changed', async () => {
    expect(await run(['plan', '--out', 'plan.json', '-e', 'prod'])).toMatchObject({ code: 1 });
    expect(readFileSync(join(cwd, 'plan.json'), 'utf8')).not.toContain('a-canary');
    expect(await run(['apply', 'plan.json', '--yes', ...fast])).toMatchObject({
      code: 0,
      out: expect.stringContaining('Done: 2 of 2.') as string,
    });

    await run(['plan', '--out', 'plan.json']);
    aws.putParameter('/orders/prod/DB_HOST', 'by hand');
    const stale = await run(['apply', 'plan.json', '--yes', ...fast]);
    expect(stale).toMatchObject({
      code: 4,
      err: expect.stringContaining('DB_HOST: update is not in the plan') as string,
    });
    expect(await run(['apply', 'plan.json', '-e', 'prod', '--yes'])).toMatchObject({ code: 2 });
    write(file.replace('db.prod', 'db2.prod'));
    expect((await run(['apply', 'plan.json', '--yes', ...fast])).err).toContain('the file has changed');
  });

  it.each(['plan', 'apply', 'drift', 'destroy', 'state list'])(
    'end with 2 for an environment that the file does not have, as %s',
    async (name) => {
      const { code, out, err } = await run([...name.split(' '), '-e', 'prd']);

      expect([code, out]).toEqual([2, '']);
      expect(err).toContain('lists no environment "prd" (Did you mean prod?)');
      expect(aws.calls.count()).toBe(0);
    },
  );

  it('find drift, with 1, and set it back', async () => {
    await run(['apply', '--yes', ...fast]);
    aws.putParameter('/orders/prod/DB_HOST', 'by hand');
    aws.deleteParameter('/orders/staging/DB_HOST');

    const { code, out } = await run(['drift', '--json']);

    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      stack: 'orders',
      drift: [
        { directory: '/orders/prod', name: 'DB_HOST', changed: ['value'], action: 'update' },
        { directory: '/orders/staging', name: 'DB_HOST', changed: ['existence'], action: 'create' },
      ],
    });
    await run(['apply', '--yes', ...fast]);
    expect(await run(['drift'])).toMatchObject({ code: 0 });
  });

  it('report an entry that failed, with 3, and go on with the next apply', async () => {
    aws.setFaults([{ target: 'PutParameter', body: 'prod/DB_HOST', status: 400, type: 'AccessDeniedException' }]);
    const failed = await run(['apply', '--yes', ...fast]);
    expect(failed).toMatchObject({ code: 3, out: expect.stringContaining('Done: 3 of 4.') as string });
    expect(failed.out).toContain(
      'failed: create ssm:/orders/prod/DB_HOST: ssm:PutParameter on arn:aws:ssm:*:*:parameter/orders/prod/DB_HOST failed',
    );

    aws.setFaults([]);
    expect(await run(['apply', '--yes', ...fast])).toMatchObject({
      code: 0,
      out: expect.stringContaining('Done: 1 of 1.') as string,
    });
  });

  it('end with 4 where the entry is unowned; adopt takes it without writing', async () => {
    aws.putParameter('/orders/prod/DB_HOST', 'theirs');
    const plan = await run(['plan', '-e', 'prod']);
    expect(plan).toMatchObject({ code: 4, out: expect.stringContaining('it exists, and no stack owns it') as string });
    expect(await run(['apply', '--yes', ...fast])).toMatchObject({ code: 4 });

    expect(await run(['adopt', 'NOT_THERE', '--yes'])).toMatchObject({ code: 2 });
    expect(await run(['adopt', 'DB_HOST', '-e', 'prod', '--yes'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('Done: 1 of 1.') as string,
      err: expect.stringContaining(
        '= adopt ssm:/orders/prod/DB_HOST\n    The next apply writes what differs from the file:\n    value: theirs -> db.prod\n',
      ) as string,
    });
    expect(parameters()).toBe(0);
    expect((await run(['plan', '-e', 'prod'])).out).toContain('value: theirs -> db.prod');
  });

  it('end with 2 for a file with errors, with 3 where a service may not be asked', async () => {
    write('entries: []\n');
    expect(await run(['plan'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('"entries" is not a map') as string,
    });
    write(file);
    aws.setFaults([{ target: 'DescribeParameters', status: 400, type: 'AccessDeniedException' }]);
    expect(await run(['plan'])).toMatchObject({
      code: 3,
      err: expect.stringContaining('allow ssm:DescribeParameters on *') as string,
    });
  });
});

describe('xcon destroy', () => {
  it('wants the name of the stack at a terminal, and --allow-delete in a pipe', async () => {
    await run(['apply', '--yes', ...fast]);

    expect(await run(['destroy', '--yes', ...fast])).toMatchObject({
      code: 4,
      err: expect.stringContaining('--yes --allow-delete') as string,
    });
    expect(await run(['destroy', ...fast], { terminal: true, answers: ['order'] })).toMatchObject({ code: 4 });
    expect(aws.calls.count('DeleteParameter')).toBe(0);

    expect(await run(['destroy', '-e', 'staging', ...fast], { terminal: true, answers: ['orders'] })).toMatchObject({
      code: 0,
    });
    expect(aws.calls.count('DeleteParameter')).toBe(2);
    expect(await run(['destroy', '--yes', '--allow-delete', ...fast])).toMatchObject({ code: 0 });
    expect(aws.calls.count('DeleteParameter')).toBe(4);
    expect((await run(['state', 'list'])).out).toBe('Nothing is recorded.\n');
  });
});

describe('xcon state and unlock', () => {
  it('list, show and forget records, and show neither values nor digests', async () => {
    await run(['apply', '--yes', ...fast]);
    const state = JSON.parse(readFileSync(join(cwd, '.xcon/state.json'), 'utf8')) as {
      readonly entries: readonly { readonly fields: Readonly<Record<string, string>> }[];
    };

    const list = await run(['state', 'list', '-e', 'prod']);
    const show = await run(['state', 'show', 'ssm:/orders/prod/DB_HOST', '--json']);

    expect(list.out).toContain('ssm:/orders/prod/DB_HOST');
    expect(list.out).not.toContain('staging');
    expect(JSON.parse(show.out)).toMatchObject({
      found: true,
      name: 'DB_HOST',
      version: '1',
      fields: ['type', 'value'],
    });
    for (const { fields } of state.entries)
      for (const digest of Object.values(fields)) expect(list.out + show.out).not.toContain(digest);
    expect(await run(['state', 'show', 'ssm:/orders/prod/OTHER'])).toMatchObject({ code: 1 });

    expect(await run(['state', 'forget', 'ssm:/orders/prod/DB_HOST', 'ssm:/no/such', '--yes'])).toMatchObject({
      code: 1,
    });
    expect((await run(['state', 'list', '-e', 'prod'])).out).not.toContain('DB_HOST');
    expect(await run(['plan'])).toMatchObject({ code: 0 });
  });

  it('give up a lock by its id, which the refusal names', async () => {
    await run(['apply', '--yes', ...fast]);
    const lock = {
      id: 'a-lock',
      who: 'runner@elsewhere, process 7',
      operation: 'xcon apply',
      untilMs: Date.now() + 600_000,
      host: 'elsewhere',
      pid: 7,
    };
    writeFileSync(join(cwd, '.xcon/state.json.lock'), JSON.stringify(lock), { mode: 0o600 });
    write(file.replace('db.prod', 'db2.prod'));

    const refused = await run(['apply', '--yes', ...fast]);
    expect(refused).toMatchObject({ code: 4 });
    expect(refused.err).toMatch(/locked by runner@elsewhere, process 7 \(xcon apply\).*xcon unlock a-lock/s);

    expect(await run(['unlock', 'another', '--yes'])).toMatchObject({ code: 1 });
    expect(await run(['unlock', 'a-lock', '--yes'])).toMatchObject({ code: 0 });
    expect(await run(['apply', '--yes', ...fast])).toMatchObject({ code: 0 });
    expect(existsSync(join(cwd, '.xcon/state.json'))).toBe(true);
  });
});

it('xcon apply asks for what is not in the file, at a terminal only', async () => {
  write('service: orders\nentries:\n  /orders/prod:\n    PIN: { ssm: { from: prompt } }\n');

  const piped = await run(['apply', '--yes', ...fast]);
  expect(piped).toMatchObject({ code: 3, out: expect.stringContaining('there is no terminal to ask at') as string });

  const typed = await run(['apply', ...fast], { terminal: true, answers: [true, 'typed-canary'] });
  expect(typed).toMatchObject({
    code: 0,
    questions: ['Apply 1 change to the stack orders?', 'Value of ssm:/orders/prod/PIN'],
  });
  expect(typed.out + typed.err).not.toContain('typed-canary');
});

it('xcon plan --declaration says what the declared settings lack, and what is not declared', async () => {
  const settings = `
    const { defineSettings, secret, setting } = require(${JSON.stringify(join(__dirname, '../../../src/index'))});
    exports.settings = defineSettings({ host: setting('DB_HOST'), token: secret('TOKEN'), size: setting('PAGE_SIZE'), port: setting('PORT', { optional: true }) });
  `;
  writeFileSync(join(cwd, 'settings.cjs'), settings);
  write(`${file}  /global/all:\n    LEVEL: info\n`);

  const { code, out } = await run(['plan', '--declaration', 'settings.cjs', '--json']);

  expect(code).toBe(1);
  expect(JSON.parse(out)).toMatchObject({
    declaration: { missing: [{ name: 'PAGE_SIZE', environments: ['staging', 'prod'] }], undeclared: ['LEVEL'] },
  });
  expect((await run(['plan', '--declaration', 'settings.cjs'])).out).toContain(
    'declared, provided by no entry: PAGE_SIZE (staging, prod)\nprovided, not declared: LEVEL\n',
  );
});

describe('xcon policy --for', () => {
  it.each(['plan', 'apply'])('%s prints the least policy for the file of entries', async (use) => {
    const { code, out } = await run([
      'policy',
      '--for',
      use,
      '--region',
      'eu-west-1',
      '-e',
      'prod',
      '--state',
      'table',
    ]);

    const { Statement: statements } = JSON.parse(out) as {
      readonly Statement: readonly { readonly Sid: string; readonly Resource: readonly string[] }[];
    };
    expect(code).toBe(0);
    expect(statements.map(({ Sid }) => Sid)).toEqual(
      use === 'plan'
        ? ['ListParameters', 'ReadParameters', 'KeepState']
        : ['ListParameters', 'WriteParameters', 'DeleteParameters', 'KeepState', 'FollowChanges', 'FindPartitions'],
    );
    expect(statements[1]?.Resource).toEqual(['arn:aws:ssm:eu-west-1:*:parameter/orders/prod/*']);
  });

  it('takes no option of the policy of a service', async () => {
    expect(await run(['policy', '--for', 'plan', '--split'])).toMatchObject({ code: 2 });
  });
});
