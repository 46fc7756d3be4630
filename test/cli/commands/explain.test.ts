import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { folderWith, useLocalAws, xcon } from '../run-xcon';

const local = useLocalAws();
const explain = (args: readonly string[], more: object = {}) =>
  xcon(['explain', ...args, '-s', 'orders', '-e', 'prod', '--no-cache'], { aws: local.aws, ...more });

describe('xcon explain', () => {
  it('prints every place of a name', async () => {
    const { code, out, err } = await explain(['LOG_LEVEL']);

    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^LOG_LEVEL: info from ssm \/orders\/all\n/);
    expect(out).toMatch(/ssm +\/global\/prod +shadowed +error/);
  });

  it('prints a row for each name with --all', async () => {
    const { code, out } = await explain(['--all'], { env: { EDITOR: 'vi' } });

    expect(code).toBe(0);
    expect(out.match(/^> +/gm)).toHaveLength(8);
    expect(out).toMatch(/^> +db_password +secrets \/orders\/prod +\*{8}/m);
    expect(out).not.toContain('EDITOR');
  });

  it('writes a page with --html', async () => {
    const cwd = folderWith({});

    const { code, out, err } = await explain(['--all', '--html', 'page.html'], { cwd });

    const page = readFileSync(join(cwd, 'page.html'), 'utf8');
    expect({ code, out, err }).toEqual({ code: 0, out: '', err: 'The page was written to page.html.\n' });
    expect(page).toContain('orders in prod');
    expect(page).not.toContain('correct-horse');
  });

  it('prints the explanations as one document with --json', async () => {
    const { out } = await explain(['LOG_LEVEL', 'DB_HOST', '--json']);

    expect(JSON.parse(out)).toMatchObject({
      title: 'orders in prod',
      explanations: [
        { name: 'LOG_LEVEL', winner: { provider: 'ssm', directory: '/orders/all', value: 'info' } },
        { name: 'DB_HOST', winner: { directory: '/orders/prod' } },
      ],
    });
  });

  it('ends with 1 for a name that is nowhere, with 3 for one that cannot be read, with 2 without names', async () => {
    const missing = await explain(['DB_HOST', 'NO_SUCH']);
    local.aws.setFaults([{ service: 'ssm', target: '', status: 500 }]);
    const failed = await explain(['DB_HOST'], { env: { AWS_MAX_ATTEMPTS: '1' } });
    local.aws.setFaults([]);

    expect([missing.code, failed.code]).toEqual([1, 3]);
    expect(missing.out).toContain('NO_SUCH: not found');
    expect(await explain([])).toMatchObject({ code: 2, out: '' });
    expect(await explain(['X', '--all'])).toMatchObject({ code: 2, out: '' });
  });
});
