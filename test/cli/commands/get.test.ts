import { folderWith, useLocalAws, xcon } from '../run-xcon';

const local = useLocalAws();
const get = (args: readonly string[], more: object = {}) =>
  xcon(['get', ...args, '-s', 'orders', '-e', 'prod', '--no-cache'], { aws: local.aws, ...more });

describe('xcon get', () => {
  it('prints a value as it is stored, and nothing else', async () => {
    expect(await get(['DB_HOST'])).toMatchObject({ code: 0, out: 'db.shop.internal', err: '' });
    expect(await get(['db_host'], { terminal: true })).toMatchObject({ code: 0, out: 'db.shop.internal\n' });
  });

  it('prints data as JSON', async () => {
    expect(await get(['RETRY', '--providers', 'ssm,dynamo'])).toMatchObject({ out: '{"times":5,"wait":30}' });
  });

  it('prints several as lines', async () => {
    expect(await get(['DB_HOST', 'PAGE_SIZE'])).toMatchObject({ out: 'DB_HOST=db.shop.internal\nPAGE_SIZE=50\n' });
  });

  it('says where a value comes from in JSON', async () => {
    const { out } = await get(['DB_HOST', 'DB_PASSWORD', 'NO_SUCH', '--json']);

    expect(JSON.parse(out)).toEqual({
      settings: [
        {
          name: 'DB_HOST',
          found: true,
          value: 'db.shop.internal',
          masked: false,
          provider: 'ssm',
          directory: '/orders/prod',
          version: '1',
          viaCacher: false,
          stale: false,
        },
        expect.objectContaining({ name: 'DB_PASSWORD', value: '********', masked: true, provider: 'secrets' }),
        { name: 'NO_SUCH', found: false },
      ],
    });
  });

  it('masks a secret at a terminal, refuses it in a pipe, and prints it with --reveal', async () => {
    const shown = await get(['DB_PASSWORD'], { terminal: true });
    const piped = await get(['DB_PASSWORD']);
    const revealed = await get(['DB_PASSWORD', '--reveal']);

    expect(shown).toMatchObject({ code: 0, out: '********\n' });
    expect(shown.err).toContain('--reveal');
    expect(piped).toMatchObject({ code: 4, out: '' });
    expect(revealed).toMatchObject({ code: 0, out: 'correct-horse-battery-staple', err: '' });
  });

  it('takes a value with credentials in it for a secret', async () => {
    local.aws.putParameter('/orders/prod/db_url', 'postgres://app:hunter2@db/orders');

    const piped = await get(['DB_URL']);
    const revealed = await get(['DB_URL', '--reveal']);

    expect(piped).toMatchObject({ code: 4, out: '' });
    expect(piped.err).not.toContain('hunter2');
    expect(revealed).toMatchObject({ code: 0, out: 'postgres://app:hunter2@db/orders' });
  });

  it('reports a missing name with every place searched, and prints the others', async () => {
    const { code, out, err } = await get(['NO_SUCH', 'DB_HOST']);

    expect({ code, out }).toEqual({ code: 1, out: 'DB_HOST=db.shop.internal\n' });
    expect(err).toMatch(/^xcon: NO_SUCH was not found\.\n/);
    for (const directory of ['/orders/prod', '/orders/all', '/global/prod', '/global/all'])
      expect(err).toMatch(new RegExp(`ssm +${directory} +absent`));
  });

  it('prints bytes as they are with --raw, and else in base64', async () => {
    local.aws.putSecret('/orders/prod/cert', new Uint8Array([0, 255, 10]));

    const raw = await get(['CERT', '--raw', '--reveal']);
    const text = await get(['CERT', '--reveal']);

    expect([...raw.bytes]).toEqual([0, 255, 10]);
    expect(text.out).toBe('AP8K');
  });

  it('takes service and environment from xcon.yaml, then from variables', async () => {
    const cwd = folderWith({ 'xcon.yaml': 'service: orders\nenvironments: [prod]\n' });

    expect(await xcon(['get', 'DB_HOST'], { aws: local.aws, cwd })).toMatchObject({ out: 'db.shop.internal' });
    expect(await xcon(['get', 'DB_HOST'], { aws: local.aws, env: { APP_NAME: 'orders', APP_ENV: 'x' } })).toMatchObject(
      { out: 'localhost' },
    );
  });

  it('looks in the directories and at the providers that are given', async () => {
    expect(await get(['PAGE_SIZE', '-d', '/global/all', '-d', '/orders/all'])).toMatchObject({ out: '20' });
    expect(await get(['DB_PASSWORD', '--providers', 'env,ssm', '--reveal'])).toMatchObject({ code: 1, out: '' });
    expect(await get(['X', '--providers', 'smm'])).toMatchObject({ code: 2, out: '' });
    expect((await get(['X', '--providers', 'smm'])).err).toContain('--providers: there is no provider "smm"');
  });

  it('asks the endpoint and the region that are given', async () => {
    const { AWS_ENDPOINT_URL = '', AWS_REGION, AWS_DEFAULT_REGION, ...environment } = local.aws.environment;
    const args = ['DB_HOST', '--endpoint-url', AWS_ENDPOINT_URL, '--region', 'eu-west-3'];

    expect([AWS_REGION, AWS_DEFAULT_REGION]).toEqual(['us-east-1', 'us-east-1']);
    expect(await get(args, { aws: { environment } })).toMatchObject({ code: 0, out: 'db.shop.internal', err: '' });
  });

  it.each<readonly [args: readonly string[], env: Readonly<Record<string, string>>, message: string]>([
    [['--region', 'bad region'], {}, '--region is not a region'],
    [[], { AWS_REGION: 'bad region' }, 'AWS_REGION is not a region'],
    [['--endpoint-url', 'http//:hunter2'], {}, '--endpoint-url is not a URL'],
    [[], { AWS_ENDPOINT_URL: 'hunter2' }, 'AWS_ENDPOINT_URL is not a URL'],
    [[], { AWS_ENDPOINT_URL_SSM: 'ftp://hunter2' }, 'AWS_ENDPOINT_URL_SSM is not a URL'],
  ])('refuses %j with %j before anything is asked', async (args, env, message) => {
    const { code, out, err } = await get(['DB_HOST', ...args], { env });

    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(message);
    expect(err).not.toContain('hunter2');
    expect(local.aws.calls.all).toEqual([]);
  });

  it('says which option or variable names an endpoint where nothing listens', async () => {
    const nowhere = 'http://127.0.0.1:1';
    const env = { AWS_MAX_ATTEMPTS: '1', AWS_ENDPOINT_URL_SSM: nowhere };

    const { code, err } = await get(['DB_HOST', '--providers', 'ssm'], { env });
    const option = await get(['DB_HOST', '--providers', 'ssm', '--endpoint-url', nowhere], { env });

    expect(code).toBe(3);
    expect(err).toContain('that of AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_SSM: check');
    expect(option.err).toContain('that of --endpoint-url, AWS_ENDPOINT_URL_SSM: check');
  });

  it('refuses what is no name before anything is asked', async () => {
    const { code, out, err } = await get(['DB_HOST', '']);

    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(/^xcon: Not the name of a setting: it is empty\..*\n$/);
    expect(local.aws.calls.all).toEqual([]);
  });

  it('says in one line with --quiet that a name is missing', async () => {
    expect(await get(['NO_SUCH', '-q'])).toMatchObject({ code: 1, out: '', err: 'xcon: NO_SUCH was not found.\n' });
  });

  it('says with --verbose alone that there is no cache table, which is optional', async () => {
    const args = ['get', 'DB_HOST', '-s', 'orders', '-e', 'prod'];
    const env = { XCON_CACHE_TABLE: 'none' };

    expect(await xcon(args, { aws: local.aws, env })).toMatchObject({ out: 'db.shop.internal', err: '' });
    expect((await xcon([...args, '-v'], { aws: local.aws, env })).err).toContain('cache.unavailable table=none');
  });

  it('ends with 3 when a source fails', async () => {
    local.aws.setFaults([{ service: 'ssm', target: 'GetParametersByPath', status: 500 }]);

    const { code, out, err } = await get(['DB_HOST'], { env: { AWS_MAX_ATTEMPTS: '1' } });
    local.aws.setFaults([]);

    expect({ code, out }).toEqual({ code: 3, out: '' });
    expect(err).toMatch(/^xcon: Provider "ssm" failed for \/orders\/prod/);
  });
});
