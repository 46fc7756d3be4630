import { useLocalAws, xcon } from '../run-xcon';

const local = useLocalAws();
const list = (args: readonly string[] = [], more: object = {}) =>
  xcon(['list', ...args, '-s', 'orders', '-e', 'prod', '--no-cache'], { aws: local.aws, ...more });
const columnsOf = (out: string) => out.split('\n').map((line) => line.split(/ {2,}/));

describe('xcon list', () => {
  it('lists every name with value, source, version, age and what it hides', async () => {
    const { code, out, err } = await list();

    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(columnsOf(out).map((row) => row.filter((cell) => cell !== ''))).toEqual([
      ['NAME', 'VALUE', 'SOURCE', 'VER', 'AGE', 'NOTES'],
      ['db_host', 'db.shop.internal', 'ssm /orders/prod', '1', '<1 min', 'hides 1'],
      ['db_password', '********', 'secrets /orders/prod', '<1 min'],
      ['events_host', 'events.shop.example', 'ssm /global/prod', '1', '<1 min'],
      ['log_level', 'info', 'ssm /orders/all', '1', '<1 min', 'hides 2'],
      ['page_size', '50', 'ssm /orders/all', '1', '<1 min', 'hides 1'],
      ['pay_token', '********', 'secrets /global/all', '<1 min'],
      ['region', 'eu-central-1', 'ssm /global/all', '1', '<1 min'],
      ['smtp_url', '********', 'ssm /orders/prod', '1', '<1 min'],
      [],
    ]);
  });

  it('reads no secret', async () => {
    local.aws.calls.clear();

    await list();

    const operations = local.aws.calls.all.map(({ operation }) => operation);
    expect(new Set(operations)).toEqual(new Set(['GetParametersByPath', 'ListSecrets']));
  });

  it('lists what is hidden with --all', async () => {
    const { out } = await list(['--all']);

    const levels = columnsOf(out).filter(([, value]) => ['info', 'error', 'warn'].includes(value ?? ''));
    expect(levels.map(([name, value, source]) => [name, value, source])).toEqual([
      ['log_level', 'info', 'ssm /orders/all'],
      ['', 'error', 'ssm /global/prod'],
      ['', 'warn', 'ssm /global/all'],
    ]);
  });

  it('prints the names alone with --names, and secrets with --reveal', async () => {
    const names = await list(['--names']);
    const revealed = await list(['--reveal', '--json']);

    expect(names.out).toBe('db_host\ndb_password\nevents_host\nlog_level\npage_size\npay_token\nregion\nsmtp_url\n');
    const { names: listed } = JSON.parse(revealed.out) as {
      readonly names: readonly { readonly name: string; readonly winner: { readonly value: string } }[];
    };
    expect(listed.find(({ name }) => name === 'pay_token')?.winner.value).toBe('tok-live-4242');
  });

  it('shows the variables of this process where they hide a setting, and all with --variables', async () => {
    const env = { LOG_LEVEL: 'debug', EDITOR: 'vi' };
    const [own, all] = [await list([], { env }), await list(['--variables'], { env })];

    expect(own.out).toMatch(/^LOG_LEVEL +debug +env +hides 3$/m);
    expect(own.out).not.toContain('EDITOR');
    expect(all.out).toMatch(/^EDITOR +vi +env$/m);
  });

  it('says what the cache table has', async () => {
    const cached = ['-s', 'orders', '-e', 'prod'];
    await xcon(['get', 'DB_HOST', ...cached], { aws: local.aws });

    const { out } = await xcon(['list', ...cached], { aws: local.aws });

    expect(out).toMatch(/^db_host .* cached, hides 1$/m);
    expect(out).not.toMatch(/^region .*absent/m);
  });

  it('goes on where a place may not be listed, and says what to grant', async () => {
    local.aws.setFaults([{ target: 'ListSecrets', type: 'AccessDeniedException' }]);

    const { code, out, err } = await list();
    local.aws.setFaults([]);

    expect(code).toBe(0);
    expect(out).not.toContain('db_password');
    expect(err).toContain('names may be missing: secrets /orders/prod');
    expect(err).toContain('secretsmanager:ListSecrets');
  });

  it('has every text whole in a pipe', async () => {
    const directory = `/orders/${'a-long-environment-name-'.repeat(4)}prod`;
    local.aws.putParameter(`${directory}/only_here`, 'x'.repeat(30));

    const { out } = await list(['-d', directory]);

    expect(out).toMatch(new RegExp(`^only_here +x{30} +ssm ${directory} `, 'm'));
  });

  it('fits a narrow terminal', async () => {
    const { out } = await list(['--all', '--no-color'], { terminal: true, columns: 80 });

    expect(Math.max(...out.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(80);
  });
});
