import { type AwsClientLike } from './aws-clients';
import { signedFormHeaders } from './sign-request';

/** Who signs the calls of a client. */
export interface CallerIdentity {
  /** Account id, twelve digits. */
  readonly account: string;
  /** ARN of the user, role session or account. */
  readonly arn: string;
}

/** How STS is called. */
export interface CallerIdentityOptions {
  /** Address of STS: `https://sts.eu-west-1.amazonaws.com`. */
  readonly endpoint: string;
  /** Current time, **milliseconds** since the Unix epoch. */
  readonly nowMs: number;
  /** Aborts the request. */
  readonly signal: AbortSignal;
}

interface RequestHandler {
  handle(
    request: object,
    options: { readonly abortSignal: AbortSignal },
  ): Promise<{ readonly response: { readonly statusCode: number; readonly body?: AsyncIterable<Uint8Array> } }>;
}

/** Most of an answer that is read, **bytes**. */
const mostBytes = 16_384;

/**
 * Gets the identity that signs the calls of a client from STS, with the region, credentials and connections of the client. It needs no
 * permission.
 *
 * Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
 *
 * @throws What the SDK throws without region or credentials or connection; an Error with the name of the refusal of STS.
 */
export async function callerIdentity(
  client: AwsClientLike,
  { endpoint, nowMs, signal }: CallerIdentityOptions,
): Promise<CallerIdentity> {
  const { config } = client;
  const [region, credentials] = [await config.region(), await config.credentials()];
  const { protocol, host, hostname, port } = new URL(endpoint);
  const body = 'Action=GetCallerIdentity&Version=2011-06-15';
  const headers = signedFormHeaders({ host, body, service: 'sts', region, nowMs }, credentials);
  const { response } = await (config.requestHandler as unknown as RequestHandler).handle(
    {
      ...{ method: 'POST', protocol, hostname, path: '/', query: {}, body },
      ...(port !== '' && { port: Number(port) }),
      headers: { ...headers, 'content-length': `${Buffer.byteLength(body)}` },
    },
    { abortSignal: signal },
  );
  const text = await textOf(response.body ?? []);
  if (response.statusCode !== 200) throw refusalIn(text, response.statusCode);
  const [arn, account] = [elementOf(text, 'Arn'), elementOf(text, 'Account')];
  if (arn === undefined || account === undefined) throw new Error('The answer of STS names no caller.');
  return { account, arn };
}

/**
 * Gives the address of STS, of the same kind as that of Parameter Store: public, FIPS, dual-stack, in another partition.
 *
 * @param ssm - Address of Parameter Store: `https://ssm.eu-west-1.amazonaws.com`.
 * @param variables - `AWS_ENDPOINT_URL_STS` sets the address. Where only `AWS_ENDPOINT_URL_SSM` is set, STS has its usual address.
 */
export function stsEndpoint(
  ssm: string,
  region: string,
  variables: Readonly<Record<string, string | undefined>> = process.env,
): string {
  const given = variables['AWS_ENDPOINT_URL_STS'] ?? '';
  if (given !== '') return given;
  if (/^https:\/\/ssm(-fips)?\./.test(ssm)) return ssm.replace(/^https:\/\/ssm/, 'https://sts');
  const isOfSsmAlone = (variables['AWS_ENDPOINT_URL_SSM'] ?? '') !== '' && (variables['AWS_ENDPOINT_URL'] ?? '') === '';
  return isOfSsmAlone ? `https://sts.${region}.amazonaws.com` : ssm;
}

async function textOf(body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8', 0, mostBytes);
}

function refusalIn(text: string, status: number): Error {
  const error = new Error(elementOf(text, 'Message') ?? 'STS gave no reason.');
  const name = elementOf(text, 'Code') ?? 'StsError';
  return Object.assign(error, { name, $metadata: { httpStatusCode: status } });
}

/** Gives the text of an element of an XML answer; those of STS have neither attributes nor the same name twice. */
function elementOf(text: string, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1];
}
