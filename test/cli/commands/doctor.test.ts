import { stripVTControlCharacters } from 'node:util';
import { useLocalAws, xcon } from '../run-xcon';

const local = useLocalAws();
const doctor = (args: readonly string[] = [], more: object = {}) =>
  xcon(['doctor', '-s', 'orders', '-e', 'prod', '--providers', 'env,ssm,secrets,dynamo', ...args], {
    aws: local.aws,
    ...more,
  });

afterEach(() => local.aws.setFaults([]));

describe('xcon doctor', () => {
  it('finds nothing wrong with the demo, and ends with 0', async () => {
    const { code, out, err } = await doctor();

    expect([code, err]).toEqual([0, '']);
    expect(out.split('\n')[0]).toMatch(/^STATE +CHECK +RESULT$/);
    expect(out).not.toMatch(/^(problem|note|skipped)/m);
    expect(out).toMatch(/^ok +caller +arn:aws:iam::000000000000:user\/local$/m);
    expect(out).toMatch(/^ok +read ssm +4 directories, 10 names$/m);
    expect(out).toMatch(/^ok +use cache +Query, GetItem, PutItem, BatchWriteItem$/m);
    expect(out).not.toMatch(/s3cr3t|correct-horse|tok-live/);
  });

  it('fits a terminal', async () => {
    const { out } = await doctor([], { terminal: true, columns: 80 });

    expect(Math.max(...out.split('\n').map((line) => stripVTControlCharacters(line).length))).toBeLessThanOrEqual(80);
  });

  it('gives each check as data', async () => {
    const { code, out } = await doctor(['--json']);

    const { ok, service, checks } = JSON.parse(out) as { ok: boolean; service: string; checks: readonly object[] };
    expect([code, ok, service]).toEqual([0, true, 'orders']);
    expect(checks).toContainEqual({
      area: 'permission',
      subject: 'ssm /global/prod',
      state: 'ok',
      result: '2 names',
      facts: { names: 2 },
    });
    expect(out).not.toMatch(/s3cr3t|correct-horse|tok-live/);
  });

  it('ends with 1 and gives the statements to add when something is not permitted', async () => {
    local.aws.setFaults([{ target: 'GetParametersByPath', body: '"/global/prod"', type: 'AccessDeniedException' }]);

    const { code, out } = await doctor();

    expect(code).toBe(1);
    expect(out).toMatch(/^problem +ssm \/global\/prod +AccessDeniedException/m);
    expect(out).toMatch(/to do: allow ssm:GetParametersByPath/);
    const [, policy = ''] = out.split('add to the policy of the caller:\n');
    expect(JSON.parse(policy)).toMatchObject({
      Statement: [
        { Sid: 'ListParameters', Resource: ['arn:aws:ssm:us-east-1:000000000000:parameter/global/prod'] },
        {},
      ],
    });
  });

  it('colors states at a terminal only', async () => {
    const { out } = await doctor([], { terminal: true, columns: 80 });

    expect(out).toContain('\u001B[32mok\u001B[39m');
    expect((await doctor()).out).not.toContain('\u001B');
  });

  it('says what is missing where nothing is set up, and asks nothing', async () => {
    const asked = local.aws.calls.count();
    const env = { AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null' };

    const { code, out } = await xcon(['doctor'], { env });

    expect(code).toBe(1);
    expect(out).toMatch(/^problem +region +.*Region is missing/m);
    expect(out).toMatch(/to do: name a service: APP_NAME, or --service/);
    expect(local.aws.calls.count()).toBe(asked);
  });
});
