import { useLocalAws, xcon } from '../run-xcon';

const local = useLocalAws();
const exported = (...args: readonly string[]) =>
  xcon(['export', ...args, '-s', 'orders', '-e', 'prod', '--no-cache', '--providers', 'env,ssm,secrets,dynamo'], {
    aws: local.aws,
    env: { LOG_LEVEL: 'debug', EDITOR: 'vi' },
  });

describe('xcon export', () => {
  it('writes settings as a .env file, without the variables of this process', async () => {
    const { code, out, err } = await exported('--only', 'LOG_LEVEL,db_host,RETRY');

    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toBe(`LOG_LEVEL=info\nRETRY='{"times":5,"wait":30}'\nDB_HOST=db.shop.internal\n`);
  });

  it('refuses secrets without --reveal, and names them', async () => {
    const refused = await exported();
    const left = await exported('--except', 'DB_PASSWORD,PAY_TOKEN,SMTP_URL', '--format', 'json');
    const revealed = await exported('--reveal', '--format', 'yaml');

    expect(refused).toMatchObject({ code: 4, out: '' });
    expect(refused.err).toContain('db_password, pay_token, smtp_url');
    expect(JSON.parse(left.out)).toEqual({
      db_host: 'db.shop.internal',
      events_host: 'events.shop.example',
      log_level: 'info',
      page_size: '50',
      region: 'eu-central-1',
      retry: { times: 5, wait: 30 },
    });
    expect(revealed.out).toContain('"db_password": "correct-horse-battery-staple"\n');
  });

  it('ends with 1 for a name of --only that is missing, with 2 for one in both lists', async () => {
    const missing = await exported('--only', 'DB_HOST,NO_SUCH');

    expect(missing).toMatchObject({ code: 1, out: '' });
    expect(missing.err).toContain('No value for "NO_SUCH"');
    expect(missing.err).not.toContain('config.get');
    expect(await exported('--only', 'DB_HOST', '--except', 'db_host')).toMatchObject({ code: 2, out: '' });
  });

  it('ends with 1 for what the format cannot hold', async () => {
    local.aws.putParameter('/orders/prod/motd', 'a\nb');

    const { code, out, err } = await exported('--only', 'MOTD', '--format', 'docker');

    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toBe('xcon: MOTD: the format docker cannot hold it: it has a line end.\n');
  });

  it('ends with 3 where a listed secret may not be read', async () => {
    local.aws.setFaults([{ target: 'GetSecretValue', type: 'AccessDeniedException' }]);

    const { code, out, err } = await exported('--reveal');
    local.aws.setFaults([]);

    expect({ code, out }).toEqual({ code: 3, out: '' });
    expect(err).toContain('db_password, pay_token: listed, and may not be read.');
  });

  it('says where each value comes from with --json', async () => {
    const { out } = await exported('--only', 'DB_HOST', '--json');

    expect(JSON.parse(out)).toEqual({
      settings: [
        { name: 'DB_HOST', value: 'db.shop.internal', secret: false, provider: 'ssm', directory: '/orders/prod' },
      ],
    });
  });
});
