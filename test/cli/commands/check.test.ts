import { resolve } from 'node:path';
import { folderWith, useLocalAws, xcon } from '../run-xcon';

const modulePath = resolve(__dirname, '../declaration.ts');
const local = useLocalAws();
const check = (args: readonly string[], more: object = {}) =>
  xcon(['check', ...args, '-s', 'orders', '--no-cache'], { aws: local.aws, ...more });
const settings = ['--declaration', `${modulePath}#settings`];

describe('xcon check', () => {
  it('says that all settings of an environment can be loaded', async () => {
    expect(await check(['prod', ...settings])).toMatchObject({
      code: 0,
      out: 'orders in prod: 3 settings can be loaded.\n',
      err: '',
    });
  });

  it('reports every problem of every environment in one table', async () => {
    local.aws.putParameter('/global/dev/db_host', '');

    const { code, out } = await check(['prod', 'preview', 'dev', '--no-color', ...settings], {
      terminal: true,
      columns: 300,
    });

    expect(code).toBe(1);
    expect(out).toMatch(/preview +dbPassword \(DB_PASSWORD\) +missing/);
    expect(out).toMatch(/dev +dbPassword \(DB_PASSWORD\) +missing/);
    expect(out).toContain('orders in prod: 3 settings can be loaded.');
    expect(out).toContain('aws secretsmanager create-secret');
  });

  it('checks the environments of xcon.yaml, with its declaration', async () => {
    const cwd = folderWith({
      'xcon.yaml': `service: orders\nenvironments: [preview, prod]\ndeclaration: ${modulePath}#settings\n`,
    });

    const { code, out } = await xcon(['check', '--json', '--no-cache'], { aws: local.aws, cwd });
    const one = await xcon(['check', '--no-cache', '-e', 'prod'], { aws: local.aws, cwd });
    const wrong = await xcon(['check', 'prd'], { aws: local.aws, cwd });

    expect(code).toBe(1);
    expect(JSON.parse(out)).toEqual({
      settings: 3,
      environments: [
        {
          environment: 'preview',
          ok: false,
          problems: [expect.objectContaining({ key: 'dbPassword', reason: 'missing' })],
        },
        { environment: 'prod', ok: true, problems: [] },
      ],
    });
    expect(one).toMatchObject({ code: 0 });
    expect(wrong.err).toContain('(Did you mean prod?)');
  });

  it('prints annotations of GitHub', async () => {
    const { code, out } = await check(['preview', 'prod', '--format', 'github', ...settings]);

    expect(code).toBe(1);
    expect(out.split('\n')).toEqual([
      expect.stringMatching(/^::error title=dbPassword in preview::DB_PASSWORD: missing; looked in/),
      '::notice title=orders in prod::every declared setting can be loaded',
      '',
    ]);
  });

  it('counts variables of the deployment, and those of this process only when it is told to', async () => {
    const cwd = folderWith({ 'deploy.env': 'PORT=8080\n' });
    const args = ['prod', '--declaration', `${modulePath}#deployed`];
    const env = { PORT: '80' };

    expect(await check(args, { env })).toMatchObject({ code: 1 });
    expect(await check([...args, '--with-env'], { env })).toMatchObject({ code: 0 });
    expect(await check([...args, '--env-file', 'deploy.env'], { cwd })).toMatchObject({ code: 0 });
    expect(await check([...args, '--env-file', 'deploy.env', '--with-env'], { cwd })).toMatchObject({ code: 2 });
  });

  it('ends with 3 where a source fails', async () => {
    local.aws.setFaults([{ target: 'ListSecrets', status: 500 }]);

    const { code, out } = await check(['prod', ...settings], { env: { AWS_MAX_ATTEMPTS: '1' } });
    local.aws.setFaults([]);

    expect(code).toBe(3);
    expect(out).toMatch(/prod +dbPassword .* failed/);
  });

  it.each([
    [[], 'Give the module of the declaration'],
    [['--declaration', 'none.mjs'], /^xcon: none\.mjs: cannot be loaded \(.*MODULE_NOT_FOUND\); it, or a module/],
    [['--declaration', modulePath], 'exports several declarations: deployed, settings'],
    [['--declaration', `${modulePath}#setings`], 'exports no declaration "setings" (Did you mean settings?)'],
    [['--declaration', __filename.replace('check.test', '../run-xcon')], 'exports nothing that defineSettings() gave'],
  ])('refuses %j with exit code 2', async (args, message) => {
    const { code, out, err } = await check(['prod', ...args]);

    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(message);
  });
});

describe('xcon policy', () => {
  it('prints the least policy of the declared settings', async () => {
    const args = [
      'policy',
      '-s',
      'orders',
      '-e',
      'prod',
      ...settings,
      '--region',
      'eu-west-1',
      '--account',
      '123456789012',
    ];

    const { code, out } = await xcon(args, { aws: local.aws });

    const { Statement } = JSON.parse(out) as { readonly Statement: readonly { readonly Resource: unknown }[] };
    expect(code).toBe(0);
    expect(JSON.stringify(Statement)).toContain('arn:aws:ssm:eu-west-1:123456789012:parameter/orders/prod/DB_HOST');
  });

  it('prints a list of policies with --split', async () => {
    const { out } = await xcon(['policy', '-s', 'orders', ...settings, '--split', '--json'], { aws: local.aws });

    expect(JSON.parse(out)).toEqual([expect.objectContaining({ Version: '2012-10-17' })]);
  });
});

describe('xcon env-example and xcon document', () => {
  it('print what the declaration says', async () => {
    const example = await xcon(['env-example', ...settings]);
    const page = await xcon(['document', ...settings]);

    expect(example).toMatchObject({ code: 0, err: '' });
    expect(example.out).toContain('DB_HOST=');
    expect(page.out).toMatch(/\| .*`DB_HOST`.*Host of the database/);
  });
});
