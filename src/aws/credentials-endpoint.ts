import { clearTimeout, setTimeout } from '../base/unfaked-timers';
import { readFile } from 'node:fs/promises';
import { isOutageStatus } from './aws-errors';

/** How long an endpoint may take to answer, **milliseconds**; the limit of the SDK. */
const answerLimitMs = 1000;
/** How long connecting to the metadata service may take where no variable configures it, **milliseconds**. */
const connectLimitMs = 250;
/** Most of an answer that is read, **bytes**. */
const mostBytes = 16_384;

type Variables = Readonly<Record<string, string | undefined>>;

interface Endpoint {
  readonly url: URL;
  readonly method?: 'GET' | 'PUT';
  readonly headers?: Readonly<Record<string, string>>;
  readonly connectMs?: number;
}

/** What is wrong with an endpoint that should give credentials. */
export interface EndpointOutage {
  readonly problem: string;
  /** Whether the endpoint works again. */
  readonly isOver: boolean;
}

/** The outcome of a request: an answer, a connection that ended without one, or no connection. */
type Reply =
  | { readonly kind: 'answer'; readonly status: number; readonly body: string }
  | { readonly kind: 'broken' | 'unreachable'; readonly problem: string };

/**
 * Checks the endpoint from which this process gets its credentials: that of the container (ECS, EKS), else the metadata service of the
 * machine (EC2).
 *
 * The default chain of the SDK reports the same error whether the endpoint failed, refused, or does not exist.
 * Sources: https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html,
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
 *
 * @param variables - Environment variables with its address.
 * @returns What is wrong with it; `undefined` when it refuses, has no credentials for this process, or does not exist.
 */
export async function outageOfEndpoint(variables: Variables = process.env): Promise<EndpointOutage | undefined> {
  const relative = variables['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI'] ?? '';
  const full = variables['AWS_CONTAINER_CREDENTIALS_FULL_URI'] ?? '';
  if (relative !== '' || full !== '') return outageOfContainer(relative, full, variables);
  if (!['', 'false'].includes(variables['AWS_EC2_METADATA_DISABLED'] ?? '')) return undefined;
  return outageOfMachine(variables);
}

async function outageOfContainer(
  relative: string,
  full: string,
  variables: Variables,
): Promise<EndpointOutage | undefined> {
  const url = urlOf(relative === '' ? full : `http://169.254.170.2${relative}`);
  if (url === undefined) return undefined;
  const file = variables['AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE'] ?? '';
  const token =
    file === '' ? variables['AWS_CONTAINER_AUTHORIZATION_TOKEN'] : await readFile(file, 'utf8').catch(() => '');
  const reply = await send({ url, headers: { ...(token !== undefined && token !== '' && { authorization: token }) } });
  return outageIn(reply, 'the credentials endpoint of the container');
}

async function outageOfMachine(variables: Variables): Promise<EndpointOutage | undefined> {
  const configured = variables['AWS_EC2_METADATA_SERVICE_ENDPOINT'] ?? '';
  const isIpv6 = variables['AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE']?.toLowerCase() === 'ipv6';
  const base = urlOf(configured === '' ? (isIpv6 ? 'http://[fd00:ec2::254]' : 'http://169.254.169.254') : configured);
  if (base === undefined) return undefined;
  const connectMs = configured === '' ? connectLimitMs : answerLimitMs;
  const at = (path: string): URL => new URL(path, base);
  const ttl = { 'x-aws-ec2-metadata-token-ttl-seconds': '60' };
  const token = await send({ url: at('/latest/api/token'), method: 'PUT', headers: ttl, connectMs });
  // Without a connection there is no such service on this machine, unless a variable configures it.
  if (token.kind === 'unreachable' && configured === '') return undefined;
  const name = 'the instance metadata service';
  if (token.kind === 'answer' && token.status >= 400 && isOutageStatus(token.status)) return outageIn(token, name);
  const headers = token.kind === 'answer' && token.status < 300 ? { 'x-aws-ec2-metadata-token': token.body } : {};
  const roles = await send({ url: at('/latest/meta-data/iam/security-credentials/'), headers, connectMs });
  if (roles.kind !== 'answer' || roles.status >= 300) return outageIn(roles, name);
  const role = encodeURIComponent(roles.body.trim());
  const reply = await send({ url: at(`/latest/meta-data/iam/security-credentials/${role}`), headers, connectMs });
  return isRefusal(reply) ? undefined : outageIn(reply, name);
}

/** The metadata service refuses a role with status 200 and a code. */
function isRefusal(reply: Reply): boolean {
  const code = reply.kind === 'answer' ? /"Code"\s*:\s*"(\w+)"/.exec(reply.body)?.[1] : undefined;
  return code !== undefined && code !== 'Success';
}

function outageIn(reply: Reply, name: string): EndpointOutage | undefined {
  if (reply.kind !== 'answer') return { problem: `${name} gave no answer (${reply.problem})`, isOver: false };
  if (!isOutageStatus(reply.status)) return undefined;
  const isOver = reply.status < 300;
  const problem = isOver ? 'failed a moment ago and answers again' : `answered with HTTP ${reply.status}`;
  return { problem: `${name} ${problem}`, isOver };
}

function urlOf(text: string): URL | undefined {
  return URL.canParse(text) && /^https?:/.test(text) ? new URL(text) : undefined;
}

/** Never rejects. */
async function send({ url, method = 'GET', headers = {}, connectMs = answerLimitMs }: Endpoint): Promise<Reply> {
  // Loaded when needed: most processes get their credentials without this check.
  const { request: open } = await (url.protocol === 'https:' ? import('node:https') : import('node:http'));
  return new Promise((resolve) => {
    let isConnected = false;
    const request = open(url, { method, headers, agent: false });
    const end = (reply: Reply): void => {
      clearTimeout(connecting);
      clearTimeout(answering);
      resolve(reply);
      request.destroy();
    };
    const fail = (problem: string): void => end({ kind: isConnected ? 'broken' : 'unreachable', problem });
    const connecting = setTimeout(() => {
      if (!isConnected) fail(`no connection within ${connectMs} ms`);
    }, connectMs);
    const answering = setTimeout(() => fail(`no answer within ${answerLimitMs} ms`), answerLimitMs);
    request.on('socket', (socket) => {
      socket.once('connect', () => {
        isConnected = true;
      });
    });
    request.on('error', ({ message, ...error }: NodeJS.ErrnoException) => fail(error.code ?? message));
    request.on('response', (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        body = `${body}${chunk}`.slice(0, mostBytes);
      });
      response.on('error', ({ message }) => fail(message));
      response.on('end', () => end({ kind: 'answer', status: response.statusCode ?? 0, body }));
    });
    request.end();
  });
}
