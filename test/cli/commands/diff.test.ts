import { folderWith, useLocalAws, xcon } from '../run-xcon';

const local = useLocalAws();

beforeEach(() => {
  local.aws.putParameter('/orders/staging/db_host', 'db.staging.internal');
  local.aws.putParameter('/orders/staging/page_size', '50');
  local.aws.putParameter('/orders/staging/only_here', 'x');
  local.aws.putSecret('/orders/staging/db_password', 'correct-horse-battery-staple');
  local.aws.putSecret('/global/staging/api_token', 'tok-staging-1');
});

const cwd = () => folderWith({ 'local.env': 'DB_HOST=localhost\nPAGE_SIZE=50\nDB_PASSWORD=other\n' });
const diff = (args: readonly string[], more: object = {}) =>
  xcon(['diff', ...args, '-s', 'orders', '--no-cache'], { aws: local.aws, cwd: cwd(), ...more });
const statesOf = (out: string) =>
  Object.fromEntries(
    (JSON.parse(out) as { names: { name: string; state: string }[] }).names.map(({ name, state }) => [name, state]),
  );

describe('xcon diff', () => {
  it('lists what is different and what only one environment has', async () => {
    const { code, out, err } = await diff(['staging', 'prod']);

    expect({ code, err }).toEqual({ code: 1, err: '' });
    expect(out).toMatch(/^NAME +STATE +staging +prod$/m);
    expect(out).toMatch(/^db_host +different +db\.staging\.internal +db\.shop\.internal$/m);
    expect(out).toMatch(/^only_here +only staging +x$/m);
    expect(out).toMatch(/^api_token +only staging +\*{8}$/m);
    expect(out).toMatch(/^smtp_url +only prod +\*{8}$/m);
    expect(out).not.toMatch(/^(page_size|db_password)/m);
    expect(out).toMatch(/^5 same, 1 different, 2 only staging, 2 only prod$/m);
  });

  it('compares secrets without showing them, also when they are the same', async () => {
    const { out } = await diff(['staging', 'prod', '--all', '--json']);

    expect(statesOf(out)).toMatchObject({ db_password: 'same', page_size: 'same', log_level: 'same' });
    expect(out).not.toMatch(/correct-horse|tok-staging/);
    expect((await diff(['staging', 'prod', '--all', '--reveal'])).out).toContain('correct-horse');
  });

  it('ends with 0 where nothing is different', async () => {
    expect(await diff(['prod', 'orders/prod'])).toMatchObject({
      code: 0,
      out: '8 same, 0 different, 0 only prod, 0 only orders/prod\n',
    });
  });

  it('compares services, and files', async () => {
    const service = await diff(['prod', 'billing/prod', '--only', 'DB_HOST,REGION', '--all', '--json']);
    const file = await diff(['local.env', 'prod', '--only', 'db_host,page_size,db_password', '--all', '--json']);

    expect(statesOf(service.out)).toEqual({ db_host: 'only-a', region: 'same' });
    expect(statesOf(file.out)).toEqual({ DB_HOST: 'different', PAGE_SIZE: 'same', DB_PASSWORD: 'different' });
    expect(file.out).not.toContain('other');
  });

  it('reads JSON and YAML, and compares data whatever the order of its keys', async () => {
    const folder = folderWith({ 'a.json': '{"X":{"a":1,"b":[2]},"N":5}', 'b.yaml': 'x: { b: [2], a: 1 }\nN: "5"\n' });

    expect(await diff(['a.json', 'b.yaml'], { cwd: folder })).toMatchObject({ code: 0 });
  });

  it('masks maps and lists of a file, which may have secrets anywhere, unless --reveal is given', async () => {
    const folder = folderWith({
      'app.yaml': 'DB: { host: db, login: { user: app, word: hunter2 } }\nPORTS: [80]\nN: 5\n',
    });

    const { code, out } = await diff(['app.yaml', 'prod'], { cwd: folder });
    const json = await diff(['app.yaml', 'prod', '--json'], { cwd: folder });
    const revealed = await diff(['app.yaml', 'prod', '--reveal'], { cwd: folder });

    expect(code).toBe(1);
    expect(out).toMatch(/^DB +only app\.yaml +\*{8}$/m);
    expect(out).toMatch(/^N +only app\.yaml +5$/m);
    expect(`${out}${json.out}`).not.toContain('hunter2');
    expect(revealed.out).toContain('hunter2');
  });

  it('refuses to compare something with itself', async () => {
    const { code, out, err } = await diff(['prod', 'prod']);

    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(/^xcon: Both sides are prod: /);
  });

  it.each([
    ['none.env', 'cannot be read (ENOENT)'],
    ['bad.json', 'is not valid json (SyntaxError)'],
    ['list.yaml', 'expected a map of names and values'],
  ])('refuses the file %s without quoting it', async (file, message) => {
    const folder = folderWith({ 'bad.json': '{"PASSWORD": hunter2', 'list.yaml': '- hunter2' });

    const { code, out, err } = await diff([file, 'prod'], { cwd: folder });

    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(message);
    expect(err).not.toContain('hunter2');
  });

  it('refuses an environment that xcon.yaml does not list', async () => {
    const folder = folderWith({ 'xcon.yaml': 'service: orders\nenvironments: [staging, prod]\n' });

    const { code, err } = await diff(['stagin', 'prod'], { cwd: folder });

    expect(code).toBe(2);
    expect(err).toContain('lists no environment "stagin" (Did you mean staging?)');
  });

  it('ends with 3 where a source fails', async () => {
    local.aws.setFaults([{ target: 'GetParametersByPath', status: 500 }]);

    const { code, out } = await diff(['staging', 'prod'], { env: { AWS_MAX_ATTEMPTS: '1' } });
    local.aws.setFaults([]);

    expect({ code, out }).toEqual({ code: 3, out: '' });
  });
});
