import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { type FakeHost, folderWith, useLocalAws, xcon } from './run-xcon';

const local = useLocalAws();
const own = ['-s', 'orders', '-e', 'prod'];
const run = (args: readonly string[], more: Partial<FakeHost> = {}) => xcon(args, { aws: local.aws, ...more });

/** An endpoint with nothing in it that keeps the signatures of the requests. */
class SignatureLog {
  readonly signatures: string[] = [];
  private readonly server: Server = createServer((request, response) => {
    this.signatures.push(request.headers.authorization ?? '');
    response.setHeader('content-type', 'application/x-amz-json-1.1').end('{"Parameters":[],"SecretList":[]}');
  });

  async start(): Promise<string> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Key and region of each request, without repetition. */
  get signers(): readonly string[] {
    const signers = this.signatures.map((each) => /Credential=(\w+)\/\d+\/([\w-]+)\//.exec(each)?.slice(1).join(' '));
    return [...new Set(signers.map(String))];
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}

describe('--profile and --region', () => {
  let log: SignatureLog;
  let env: Readonly<Record<string, string>>;
  let endpoint: string;

  beforeEach(async () => {
    log = new SignatureLog();
    endpoint = await log.start();
    const profile = (name: string, key: string) => `[${name}]\naws_access_key_id = ${key}\naws_secret_access_key = x\n`;
    const folder = folderWith({
      config: '[profile one]\nregion = eu-west-1\n[profile two]\nregion = eu-west-2\n',
      credentials: `${profile('default', 'KEYZERO')}${profile('one', 'KEYONE')}${profile('two', 'KEYTWO')}`,
    });
    env = { AWS_CONFIG_FILE: `${folder}/config`, AWS_SHARED_CREDENTIALS_FILE: `${folder}/credentials` };
  });

  afterEach(() => log.close());

  it.each([
    [['--profile', 'one'], {}, 'KEYONE eu-west-1'],
    [['--profile', 'two'], {}, 'KEYTWO eu-west-2'],
    [['--profile', 'two'], { AWS_PROFILE: 'one', AWS_REGION: 'eu-west-3' }, 'KEYTWO eu-west-3'],
    [['--profile', 'two', '--region', 'eu-north-1'], { AWS_REGION: 'eu-west-3' }, 'KEYTWO eu-north-1'],
    [[], { AWS_PROFILE: 'one' }, 'KEYONE eu-west-1'],
    [['--region', 'eu-north-1'], {}, 'KEYZERO eu-north-1'],
  ])('%j with %j sign as %s', async (args, more, signer) => {
    const { code, err } = await xcon(
      ['get', 'X', ...own, '--providers', 'ssm,secrets', '--no-cache', '--endpoint-url', endpoint, '-q', ...args],
      { env: { ...env, ...more } },
    );

    expect([code, err]).toEqual([1, 'xcon: X was not found.\n']);
    expect(log.signers).toEqual([signer]);
  });

  it('a profile that does not exist is reported with its remedy, and asks nothing', async () => {
    const { code, err } = await xcon(['get', 'X', ...own, '--profile', 'three', '--endpoint-url', endpoint], { env });

    expect(code).toBe(3);
    expect(err).toMatch(/^xcon: warning: there (is no region|are no valid credentials): /);
    expect(log.signatures).toEqual([]);
  });
});

describe('--no-cache', () => {
  it('neither reads nor writes the cache table', async () => {
    await run(['get', 'DB_HOST', ...own, '--no-cache']);
    expect(local.aws.calls.all.filter(({ service }) => service === 'dynamodb')).toEqual([]);

    await run(['get', 'DB_HOST', ...own]);
    expect(local.aws.calls.of('Query')).toHaveLength(1);
  });
});

describe('color', () => {
  const colored = async (args: readonly string[], env: Readonly<Record<string, string>> = {}, terminal = true) => {
    const { out } = await run(['list', ...own, '--no-cache', ...args], { env, terminal, columns: 100 });
    expect(out).toContain('db_host');
    return out.includes('\u001B[');
  };

  it('is used at a terminal, unless --no-color or NO_COLOR is given', async () => {
    expect(await colored([])).toBe(true);
    expect(await colored([], { NO_COLOR: '' })).toBe(true);
    expect(await colored(['--no-color'])).toBe(false);
    expect(await colored([], { NO_COLOR: '1' })).toBe(false);
    expect(await colored([], {}, false)).toBe(false);
  });
});

describe('what is said beside the answer', () => {
  const refuse = (target: string): void => local.aws.setFaults([{ target, type: 'AccessDeniedException' }]);

  it('is a sentence for each warning, with what to do', async () => {
    refuse('ListSecrets');

    const { code, out, err } = await run(['get', 'DB_HOST', 'REGION', ...own, '--no-cache']);

    expect([code, out]).toEqual([0, 'DB_HOST=db.shop.internal\nREGION=eu-central-1\n']);
    expect(err).toMatch(
      /^xcon: warning: secrets \/orders\/prod cannot be read: AccessDeniedException .+\. Not read; .+\. To do: allow secretsmanager:ListSecrets.+\.$/m,
    );
    expect(err.split('\n').filter((line) => line !== '' && !line.startsWith('xcon: warning: '))).toEqual([]);
  });

  it.each([
    [
      'Query',
      /^xcon: warning: the cache table global-all-configCache cannot be read: AccessDenied.+\. The cache is neither/,
    ],
    [
      'BatchWriteItem',
      /^xcon: warning: the cache table global-all-configCache cannot be written: AccessDenied.+\. The cache/,
    ],
  ])('is a sentence where the cache table refuses %s', async (target, sentence) => {
    refuse(target);

    const { code, out, err } = await run(['get', 'DB_HOST', ...own]);

    expect([code, out]).toEqual([0, 'db.shop.internal']);
    expect(err).toMatch(sentence);
    expect(err).not.toMatch(/\w=/);
  });

  it('is nothing with --quiet, and each step with --verbose', async () => {
    refuse('ListSecrets');
    const quiet = await run(['get', 'DB_HOST', ...own, '--no-cache', '-q']);
    local.aws.setFaults([]);
    const verbose = await run(['get', 'DB_HOST', ...own, '--no-cache', '--verbose']);

    expect(quiet).toMatchObject({ code: 0, out: 'db.shop.internal', err: '' });
    expect(verbose).toMatchObject({ code: 0, out: 'db.shop.internal' });
    expect(verbose.err).toMatch(/^xcon: debug: lookup\.hit name=db_host source=ssm directory=\/orders\/prod /m);
  });
});

describe('a place that may not be read', () => {
  const refuse = (...targets: readonly string[]): void =>
    local.aws.setFaults(targets.map((target) => ({ target, type: 'AccessDeniedException' })));
  const everywhere = ['GetParametersByPath', 'ListSecrets'];

  it.each([
    [['get', 'NO_SUCH'], 3, 'NO_SUCH was not found in the places that can be read.'],
    [['get', 'REGION'], 0, 'warning: secrets /orders/prod cannot be read'],
    [['explain', 'NO_SUCH'], 3, 'warning: secrets /orders/prod cannot be read'],
    [['export', '--only', 'NO_SUCH'], 3, 'No value for "NO_SUCH"'],
    [['export', '--except', 'SMTP_URL'], 0, 'names may be missing: secrets /orders/prod, secrets /orders/all'],
    [['run', '--', 'x'], 0, 'names may be missing: secrets /orders/prod, secrets /orders/all'],
    [['diff', 'prod', 'orders/prod'], 3, 'names may be missing: secrets /orders/prod, secrets /orders/all'],
    [['diff', 'prod', 'staging'], 1, 'names may be missing: secrets /orders/staging, secrets /orders/all'],
  ])('makes %j end with %i, and is reported', async (args, exitCode, message) => {
    refuse('ListSecrets');
    const spawn = () => ({ ended: Promise.resolve({ code: 0, signal: null }), kill: () => undefined });

    const { code, err } = await run([...args.slice(0, 1), ...own, '--no-cache', ...args.slice(1)], { spawn });

    expect([code, err]).toEqual([exitCode, expect.stringContaining(message) as string]);
  });

  it.each([['list'], ['export'], ['run', '--', 'x'], ['diff', 'prod', 'staging']])(
    'makes %s %s %s end with 3 where there is no other',
    async (...args) => {
      refuse(...everywhere);

      const { code, out } = await run([...args.slice(0, 1), ...own, '--no-cache', ...args.slice(1)]);

      expect([code, out]).toEqual([3, '']);
    },
  );
});

describe('a name with a slash', () => {
  it.each([
    [['get', '/orders/prod/DB_HOST'], 'DB_HOST --directory /orders/prod'],
    [['explain', '/orders/prod/DB_HOST'], 'DB_HOST --directory /orders/prod'],
    [['export', '--only', '/orders/prod/DB_HOST'], 'DB_HOST --directory /orders/prod'],
    [['get', 'db/host'], 'the rest with --directory.'],
    [['get', '/DB_HOST'], 'the rest with --directory.'],
  ])('of which %j says what to type', async (args, typed) => {
    const { code, out, err } = await run([...args, ...own]);

    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(typed);
    expect(local.aws.calls.all).toEqual([]);
  });

  it('works as it says', async () => {
    expect(await run(['get', 'DB_HOST', '--directory', '/orders/prod', '--no-cache'])).toMatchObject({
      out: 'db.shop.internal',
    });
  });
});

describe('a service or environment that cannot be part of a path', () => {
  it.each([
    [['get', 'X', '-s', 'a//b'], 'The service is invalid: "a//b" cannot be part of a path'],
    [['get', 'X', '-s', 'a', '-e', '{x'], 'The environment is invalid: "{x" cannot be part of a path'],
    [['diff', 'prod', 'a//b/prod', '-s', 'orders'], 'The environment is invalid: "/b/prod"'],
    [['get', 'X', '-d', 'relative'], 'Directory "relative" is relative'],
  ])('is refused by %j', async (args, message) => {
    const { code, out, err } = await run(args);

    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(message);
  });
});
