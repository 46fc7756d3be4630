import { createHash, createHmac } from 'node:crypto';

/** What a request is signed with. */
export interface SigningCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** A request of the query protocol: `POST /` with a form. */
export interface FormRequest {
  /** Host and, where it is not the usual one, port, as the `Host` header has them. */
  readonly host: string;
  /** The form, encoded. */
  readonly body: string;
  /** Short name of the service in signatures: `sts`. */
  readonly service: string;
  readonly region: string;
  /** Current time, **milliseconds** since the Unix epoch. */
  readonly nowMs: number;
}

const algorithm = 'AWS4-HMAC-SHA256';

/**
 * Gives the headers of a signed request: Signature Version 4.
 *
 * For STS, whose client is not among the dependencies; requests of other services are signed by their clients.
 * Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function signedFormHeaders(
  { host, body, service, region, nowMs }: FormRequest,
  { accessKeyId, secretAccessKey, sessionToken }: SigningCredentials,
): Readonly<Record<string, string>> {
  const time = new Date(nowMs).toISOString().replace(/[-:]|\.\d+/g, '');
  const day = time.slice(0, 8);
  // In the order of their names, as they are signed.
  const headers: Readonly<Record<string, string>> = {
    'content-type': 'application/x-www-form-urlencoded',
    host,
    'x-amz-date': time,
    ...(sessionToken !== undefined && { 'x-amz-security-token': sessionToken }),
  };
  const names = Object.keys(headers).join(';');
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`);
  const request = ['POST', '/', '', lines.join(''), names, hexDigest(body)].join('\n');
  const scope = [day, region, service, 'aws4_request'].join('/');
  const key = [region, service, 'aws4_request'].reduce(hmac, hmac(`AWS4${secretAccessKey}`, day));
  const signature = hmac(key, [algorithm, time, scope, hexDigest(request)].join('\n')).toString('hex');
  const authorization = `${algorithm} Credential=${accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
  return { ...headers, authorization };
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function hexDigest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
