import { type LocalAws, type LocalAwsService } from '../../src/local-aws/local-aws';

/** Options with which an SDK client asks the local AWS once, without retries. */
export function clientOptions({ url }: LocalAws) {
  return {
    endpoint: url,
    region: 'us-east-1',
    maxAttempts: 1,
    credentials: { accessKeyId: 'not-a-real-key', secretAccessKey: 'not-a-real-secret' },
  };
}

/** What a request answered, as `curl` would show it. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: Readonly<Record<string, unknown>>;
}

/** Asks without the SDK, and without a signature. */
export async function post(
  aws: Pick<LocalAws, 'url'>,
  target: string,
  body: unknown,
  signal?: AbortSignal,
): Promise<RawAnswer> {
  const answer = await fetch(aws.url, {
    method: 'POST',
    headers: { 'x-amz-target': target, 'content-type': 'application/x-amz-json-1.1' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...(signal === undefined ? {} : { signal }),
  });
  return read(answer);
}

async function read(answer: Response): Promise<RawAnswer> {
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, text, json: parsed(text) };
}

const targets: Readonly<Record<LocalAwsService, string>> = {
  ssm: 'AmazonSSM',
  secretsmanager: 'secretsmanager',
  dynamodb: 'DynamoDB_20120810',
  kms: 'TrentService',
  sts: '',
  appconfigdata: '',
};

/** Asks for an operation in the form its service wants, without the SDK. */
export async function ask(
  aws: Pick<LocalAws, 'url'>,
  service: LocalAwsService,
  operation: string,
  body: unknown,
): Promise<RawAnswer> {
  if (service === 'appconfigdata') {
    // Requests of this service are identified by method and path.
    const isRead = operation === 'GetLatestConfiguration';
    const path = isRead ? '/configuration?configuration_token=token' : '/configurationsessions';
    const init = isRead ? {} : { method: 'POST', body: JSON.stringify(body) };
    return read(await fetch(`${aws.url}${path}`, init));
  }
  if (service !== 'sts') return post(aws, `${targets[service]}.${operation}`, body);
  const form = new URLSearchParams({ Action: operation, Version: '2011-06-15', ...flat(body) });
  return read(await fetch(aws.url, { method: 'POST', body: form }));
}

/** Members as a form has them: `Tags.member.1.Key`. */
function flat(value: unknown, path = ''): Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null) return { [path]: String(value) };
  const step = (name: string) => (Array.isArray(value) ? `member.${Number(name) + 1}` : name);
  const parts = Object.entries(value).map(([name, each]) => flat(each, `${path}${path && '.'}${step(name)}`));
  return Object.assign({}, ...parts) as Record<string, string>;
}

/** Gives what a promise rejects with; fails when it does not. */
export async function rejection(promise: Promise<unknown>): Promise<Error & Readonly<Record<string, unknown>>> {
  try {
    await promise;
  } catch (error) {
    return error as Error & Readonly<Record<string, unknown>>;
  }
  throw new Error('It did not reject.');
}

/** Gives the name of the error a promise rejects with. */
export async function rejectionName(promise: Promise<unknown>): Promise<string> {
  return (await rejection(promise)).name;
}

/** Waits until something is so, without guessing how long it takes. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}

function parsed(text: string): RawAnswer['json'] {
  try {
    return JSON.parse(text) as RawAnswer['json'];
  } catch {
    return {};
  }
}
