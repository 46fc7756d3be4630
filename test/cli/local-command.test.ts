import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ExitCode, localCommand } from '../../src/cli/local-command';
import { type LocalAws, startLocalAws } from '../../src/testing';
import { post } from '../local-aws/local-requests';

interface Ended {
  readonly code: ExitCode;
  readonly result: string;
  readonly messages: string;
}

/** Runs the command; it is told to stop when `meanwhile` has been done. */
async function run(args: readonly string[], meanwhile: (aws: Pick<LocalAws, 'url'>) => Promise<unknown>[] = () => []) {
  const said = { result: '', messages: '' };
  let steps: readonly Promise<unknown>[] | undefined;
  const pause = async () => {
    steps ??= meanwhile({ url: /http[^'"]*/.exec(said.result)?.[0] ?? 'none' });
    await Promise.all(steps);
    return false;
  };
  const output = {
    result: (text: string) => void (said.result += text),
    message: (text: string) => void (said.messages += text),
  };
  const code = await localCommand(args, { version: '1.2.3', output, pause });
  return { code, ...said } satisfies Ended;
}

const seed = join(__dirname, '../../docs/examples/seed.yaml');

describe('xcon-local', () => {
  it('prints its help, which the documentation shows', async () => {
    const { code, result, messages } = await run(['--help']);

    const page = readFileSync(join(__dirname, '../../docs/reference/local-aws.md'), 'utf8');
    expect([code, messages]).toEqual([0, '']);
    expect(page).toContain(`\`\`\`text\n${result}\`\`\`\n`);
    expect(result.split('\n').filter((line) => line.length > 90)).toEqual([]);
  });

  it('prints its version', async () => {
    expect(await run(['--version'])).toEqual({ code: 0, result: '1.2.3\n', messages: '' });
  });

  it('says what is wrong with its arguments, and where to read more', async () => {
    expect(await run(['--port', 'x'])).toEqual({
      code: 2,
      result: '',
      messages: 'xcon-local: --port is not a whole number from 0 to 65535.\nTry: xcon-local --help\n',
    });
  });

  it('prints the variables of one that runs already', async () => {
    const { code, result, messages } = await run(['--print-env', '--port', '4567', '--format', 'json']);

    expect(JSON.parse(result)).toMatchObject({
      AWS_ENDPOINT_URL: 'http://127.0.0.1:4567',
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local-aws-not-a-real-key',
      AWS_SECRET_ACCESS_KEY: 'local-aws-not-a-real-secret',
    });
    expect([code, messages]).toEqual([0, '']);
  });

  it('answers until it is told to stop', async () => {
    let status = 0;
    let url = '';
    const { code, result, messages } = await run(['--seed', seed], (aws) => {
      url = aws.url;
      return [read(aws, '/orders/prod/DB_HOST').then((answer) => (status = answer.status))];
    });

    expect([code, status]).toEqual([0, 200]);
    expect(result).toMatch(/^export AWS_ENDPOINT_URL='http:\/\/127\.0\.0\.1:\d+'\nexport AWS_REGION='us-east-1'\n/);
    expect(messages).toBe(`xcon-local: listening on ${url} with ${seed}. Ctrl-C stops it.\nxcon-local: stopped.\n`);
    await expect(fetch(url)).rejects.toThrow('fetch failed');
  });

  it('prints a line for each request when asked to, without a value', async () => {
    const { messages } = await run(['--seed', seed, '--log'], (aws) => [
      read(aws, '/orders/prod/DB_HOST').then(() => read(aws, '/none')),
    ]);

    const lines = messages.split('\n').slice(1, -2);
    expect(lines).toEqual([
      expect.stringMatching(/^ssm GetParameter 200 \d+ ms$/),
      expect.stringMatching(/^ssm GetParameter 400 ParameterNotFound \d+ ms$/),
    ]);
    expect(messages).not.toContain('db.orders.internal');
  });

  it('prints the variables and nothing else when told to be quiet', async () => {
    const { result, messages } = await run(['--quiet', '--host', '::1', '--format', 'json'], (aws) => [
      read(aws, '/none'),
    ]);

    expect(JSON.parse(result)).toMatchObject({
      AWS_ENDPOINT_URL: expect.stringMatching(/^http:\/\/\[::1\]:/) as string,
    });
    expect(messages).toBe('');
  });

  it.each(['--log', '--quiet'])('says with %s why it cannot start', async (detail) => {
    const missing = await run(['--seed', 'none.yaml', detail]);
    const other = await startLocalAws();
    const taken = await run(['--port', String(other.port), detail]);
    await other.close();

    expect([missing.code, taken.code]).toEqual([1, 1]);
    expect(missing.messages).toBe('xcon-local: Seed file none.yaml: cannot be read (ENOENT).\n');
    expect(taken.messages).toBe(
      `xcon-local: Cannot listen on 127.0.0.1 port ${other.port}: EADDRINUSE. ` +
        'Something else listens there: choose another port.\n',
    );
    expect([missing.result, taken.result]).toEqual(['', '']);
  });

  it('holds every request for the latency it is given', async () => {
    const { messages } = await run(['--latency', '30', '--log'], (aws) => [read(aws, '/none')]);

    expect(Number(/(\d+) ms/.exec(messages)?.[1])).toBeGreaterThanOrEqual(29);
  });

  it('tells what became of a seed file that has changed; when told to be quiet, only what was refused', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'command-'));
    const path = join(folder, 'seed.yaml');
    const texts = ['ssm: { /a: "1" }', 'ssm: { /a: "1", /b: "22" }', 'ssm: 22222222'];
    const edited = async (...args: readonly string[]) => {
      let messages = '';
      const steps = texts.flatMap((text) => [text, undefined, undefined]);
      writeFileSync(path, 'ssm: {}');
      const pause = () => {
        if (steps.length === 0) return Promise.resolve(false);
        const text = steps.shift();
        if (text !== undefined) writeFileSync(path, text);
        return Promise.resolve(true);
      };
      const output = { result: () => undefined, message: (text: string) => void (messages += text) };
      await localCommand(['--seed', path, ...args], { version: '', output, pause });
      return messages.trimEnd().split('\n');
    };
    const refused = `xcon-local: ${path} was not applied. Seed file ${path}: ssm is a number; expected a map.`;

    const [told, quiet] = [await edited(), await edited('--quiet')];

    rmSync(folder, { recursive: true });
    expect(told.slice(1, -1)).toEqual([
      `xcon-local: ${path} was read again: 1 parameter added.`,
      `xcon-local: ${path} was read again: 1 parameter added.`,
      refused,
    ]);
    expect(quiet).toEqual([refused]);
  });

  it('passes on what nobody expects', async () => {
    const output = { result: () => undefined, message: () => undefined };
    const pause = () => Promise.reject(new Error('broken'));

    await expect(localCommand([], { version: '', output, pause })).rejects.toThrow('broken');
  });
});

function read({ url }: Pick<LocalAws, 'url'>, Name: string) {
  return post({ url }, 'AmazonSSM.GetParameter', { Name });
}
