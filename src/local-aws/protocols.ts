import { type IncomingHttpHeaders } from 'node:http';

import { type Fields, isFields } from './fields';
import { type LocalAwsService } from './service';
import { ServiceError, validationError } from './service-error';

/** What a client is to get. */
export type Answer =
  | {
      readonly kind: 'body';
      readonly status: number;
      readonly body: string | Uint8Array;
      /** Content type. */
      readonly type: string;
      /** AWS name of the error, without its namespace. */
      readonly error?: string;
      /** Members of the answer that are headers. */
      readonly headers?: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'drop' }
  | { readonly kind: 'hang' };

type BodyAnswer = Extract<Answer, { readonly kind: 'body' }>;

/** How requests and answers are written. */
export interface Protocol {
  /** Content type of answers. */
  readonly type: string;
  /** Writes what an operation answered. */
  readonly result: (operation: string, fields: Fields) => string | Uint8Array;
  /** Writes an error. @param name - Without its namespace. */
  readonly error: (error: ServiceError, name: string) => string | Uint8Array;
  /** What of an answer is not in its body; absent: status 200, the content type of the protocol, no headers. */
  readonly head?: (operation: string, fields: Fields) => Partial<Pick<BodyAnswer, 'status' | 'type' | 'headers'>>;
  /** Names that errors have in this protocol, where they differ from those of the JSON protocols. */
  readonly errorNames?: Readonly<Record<string, string>>;
}

/** A request, parsed by its protocol. */
export interface WireRequest {
  readonly service: LocalAwsService | 'unknown';
  /** Name of the operation; empty when the request names none. */
  readonly operation: string;
  readonly protocol: Protocol;
  /** Body as it came. */
  readonly text: string;
  /** Members of the request; `undefined` when the body is malformed. */
  readonly fields: Fields | undefined;
  /** Id of the key that signed; absent when nothing was signed. */
  readonly accessKeyId?: string | undefined;
  /** Service that the signature or the target names, for messages; empty when nothing does. */
  readonly namedService: string;
}

/** What HTTP gives of a request. */
export interface HttpRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Answers a request that was performed. */
export function answerOf(fields: Fields, operation: string, { type, result, head }: Protocol): Answer {
  return { kind: 'body', status: 200, body: result(operation, fields), type, ...head?.(operation, fields) };
}

/** Answers with an error. */
export function answerOfError(error: ServiceError, protocol: Protocol): Answer {
  const plain = error.type.slice(error.type.indexOf('#') + 1);
  const name = protocol.errorNames?.[plain] ?? plain;
  return { kind: 'body', status: error.status, body: protocol.error(error, name), type: protocol.type, error: name };
}

/** Turns whatever an operation threw into an error answer; a mistake of the local AWS itself is a server fault. */
export function toServiceError(error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  return new ServiceError('InternalFailure', error instanceof Error ? error.message : String(error), 500);
}

const targets: ReadonlyMap<string, LocalAwsService> = new Map([
  ['AmazonSSM', 'ssm'],
  ['secretsmanager', 'secretsmanager'],
  ['TrentService', 'kms'],
  ['DynamoDB_20120810', 'dynamodb'],
]);

/** Version of the API of STS, which its requests carry. */
const stsVersion = '2011-06-15';

/**
 * Reads a request of any AWS protocol, also of services that are not supported, so that each is answered in its own form.
 *
 * Sources: https://smithy.io/2.0/aws/protocols/index.html,
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html (the scope of a signature)
 */
export function readRequest({ method, url, headers, text }: HttpRequest): WireRequest {
  const { accessKeyId, signedService } = readSignature(headers.authorization, url);
  const target = headers['x-amz-target'];
  if (typeof target === 'string' || isJson(headers['content-type'])) {
    const [prefix = '', operation = ''] = String(target ?? '').split('.');
    const service = targets.get(prefix) ?? 'unknown';
    const protocol = service === 'dynamodb' ? json('1.0') : json('1.1');
    const namedService = service === 'unknown' ? signedService || prefix : service;
    return { service, operation, protocol, text, fields: parseBody(text), accessKeyId, namedService };
  }
  if (headers['smithy-protocol'] === 'rpc-v2-cbor') {
    const [, name = '', operation = ''] = /^\/service\/([^/]+)\/operation\/([^/?]+)/.exec(url) ?? [];
    const namedService = signedService || name;
    return { service: 'unknown', operation, protocol: cbor, text, fields: {}, accessKeyId, namedService };
  }
  const path = url.split('?', 1)[0] ?? '';
  if (appConfigRoutes[`${method} ${path}`] !== undefined && ['appconfig', ''].includes(signedService)) {
    const operation = appConfigRoutes[`${method} ${path}`] ?? '';
    const token = new URLSearchParams(url.slice(path.length)).get('configuration_token') ?? undefined;
    const fields = method === 'GET' ? { ConfigurationToken: token } : parseBody(text);
    const service = 'appconfigdata';
    return { service, operation, protocol: restJson, text, fields, accessKeyId, namedService: service };
  }
  const form = readForm(method === 'GET' ? url.slice(url.indexOf('?') + 1) : text);
  const operation = form['Action'];
  if (operation === undefined) {
    const protocol = restXmlServices.includes(signedService) ? restXml : json('1.1');
    const fields = signedService === '' ? parseBody(text) : {};
    return { service: 'unknown', operation: '', protocol, text, fields, accessKeyId, namedService: signedService };
  }
  const isSts = signedService === 'sts' || (signedService === '' && form['Version'] === stsVersion);
  const fields = Object.fromEntries(Object.entries(form).filter(([name]) => name !== 'Action' && name !== 'Version'));
  return {
    service: isSts ? 'sts' : 'unknown',
    operation,
    protocol: isSts ? query(`https://sts.amazonaws.com/doc/${stsVersion}/`) : query(''),
    text,
    fields,
    accessKeyId,
    namedService: isSts ? 'sts' : signedService,
  };
}

/** Reads the JSON body of a request: `{}` when it is empty, `undefined` when it is no JSON object. */
function parseBody(text: string): Fields | undefined {
  if (text.trim() === '') return {};
  try {
    const parsed: unknown = JSON.parse(text);
    return isFields(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function isJson(contentType: string | undefined): boolean {
  return contentType?.startsWith('application/x-amz-json') === true;
}

/** A form, by name; those of the protocol of a signature in a URL are left out. */
function readForm(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries([...new URLSearchParams(text)].filter(([name]) => !name.startsWith('X-Amz-')));
}

/** Gives what signed a request and for which service: `Credential=<key>/<date>/<region>/<service>/aws4_request`. */
function readSignature(authorization: string | undefined, url: string) {
  const inUrl = new URLSearchParams(url.slice(url.indexOf('?') + 1)).get('X-Amz-Credential');
  const credential = /Credential=([^,\s]+)/.exec(authorization ?? '')?.[1] ?? inUrl ?? '';
  const parts = credential.split('/');
  return { accessKeyId: parts[0] === '' ? undefined : parts[0], signedService: parts.at(-2) ?? '' };
}

/** Source: https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html */
function json(version: '1.0' | '1.1'): Protocol {
  return {
    type: `application/x-amz-json-${version}`,
    result: (_, fields) => JSON.stringify(fields),
    error: ({ type, message, details }) => JSON.stringify({ __type: type, message, ...details }),
  };
}

/**
 * The operations of AppConfigData by method and path: its requests name none.
 *
 * Source: https://docs.aws.amazon.com/appconfig/2019-10-09/APIReference/API_Operations_AWS_AppConfig_Data.html
 */
const appConfigRoutes: Readonly<Record<string, string>> = {
  'POST /configurationsessions': 'StartConfigurationSession',
  'GET /configuration': 'GetLatestConfiguration',
};

/** Source: https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html */
const restJson: Protocol = {
  type: 'application/json',
  result: (_, { Configuration: content, ...fields }) =>
    typeof content === 'string' ? content : JSON.stringify(fields),
  head: (operation, fields) => {
    if (operation === 'StartConfigurationSession') return { status: 201 };
    const { ContentType, NextPollConfigurationToken, NextPollIntervalInSeconds, VersionLabel } = fields;
    return {
      type: String(ContentType),
      headers: {
        'next-poll-configuration-token': String(NextPollConfigurationToken),
        'next-poll-interval-in-seconds': String(NextPollIntervalInSeconds),
        ...(typeof VersionLabel === 'string' && { 'version-label': VersionLabel }),
      },
    };
  },
  error: ({ message, details }) => JSON.stringify({ Message: message, ...details }),
};

/** Source: https://smithy.io/2.0/aws/protocols/aws-query-protocol.html */
function query(namespace: string): Protocol {
  const attribute = namespace === '' ? '' : ` xmlns="${namespace}"`;
  const metadata = '<ResponseMetadata><RequestId>local</RequestId></ResponseMetadata>';
  return {
    type: 'text/xml',
    errorNames: { ValidationException: 'ValidationError', UnknownOperationException: 'InvalidAction' },
    result: (operation, fields) =>
      `<${operation}Response${attribute}><${operation}Result>${xmlOf(fields)}</${operation}Result>` +
      `${metadata}</${operation}Response>`,
    error: ({ message, status }, Code) => {
      const Type = status < 500 ? 'Sender' : 'Receiver';
      const body = xmlOf({ Error: { Type, Code, Message: message }, RequestId: 'local' });
      return `<ErrorResponse${attribute}>${body}</ErrorResponse>`;
    },
  };
}

/** Services whose errors are XML without an envelope. Source: https://smithy.io/2.0/aws/protocols/aws-restxml-protocol.html */
const restXmlServices: readonly string[] = ['s3', 's3express', 's3-outposts'];

const restXml: Protocol = {
  type: 'application/xml',
  result: (operation, fields) => `<${operation}Result>${xmlOf(fields)}</${operation}Result>`,
  error: ({ message }, Code) => `<Error>${xmlOf({ Code, Message: message, RequestId: 'local' })}</Error>`,
};

function xmlOf(value: unknown): string {
  if (Array.isArray(value)) return value.map((each) => `<member>${xmlOf(each)}</member>`).join('');
  if (!isFields(value)) return xmlText(String(value));
  const present = Object.entries(value).filter(([, each]) => each !== undefined);
  return present.map(([name, each]) => `<${name}>${xmlOf(each)}</${name}>`).join('');
}

/** Source: https://www.w3.org/TR/xml/#charsets (controls cannot be written, not even as references) */
function xmlText(text: string): string {
  const writable = text.replace(/(?![\t\n\r])\p{Cc}/gu, '\u{FFFD}');
  return writable.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** Errors only: no supported service uses it. Source: https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html */
const cbor: Protocol = {
  type: 'application/cbor',
  result: () => cborOf({}),
  error: ({ message }, name) => cborOf({ __type: name, message }),
};

/** A map of texts as CBOR. Source: https://www.rfc-editor.org/rfc/rfc8949#section-3.1 */
function cborOf(texts: Readonly<Record<string, string>>): Uint8Array {
  const entries = Object.entries(texts);
  const parts = entries.flat().map((text) => {
    const bytes = Buffer.from(text);
    return Buffer.concat([Buffer.from([0x79, bytes.length >> 8, bytes.length & 0xff]), bytes]);
  });
  return Buffer.concat([Buffer.from([0xa0 | entries.length]), ...parts]);
}

/** A member of a form is a text: gives the whole number it holds. */
export function formInteger(fields: Fields, name: string): number | undefined {
  const value = fields[name];
  if (value === undefined) return undefined;
  if (typeof value === 'string' && /^-?\d{1,15}$/.test(value)) return Number(value);
  throw validationError(`${name} is not a whole number`);
}
