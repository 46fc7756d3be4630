import { UsageError } from './exit-codes';
import { type GlobalOptions } from './global-options';

type Variables = Readonly<Record<string, string | undefined>>;

/** A region or endpoint, and the option or variable that gives it. */
interface Given {
  readonly from: string;
  readonly value: string;
}

/** Services whose endpoint has a variable of its own, of those that commands ask. */
const services = ['SSM', 'SECRETS_MANAGER', 'DYNAMODB', 'KMS', 'STS', 'APPCONFIGDATA'] as const;
/** A part of a host name, which the SDK makes of a region. Source: RFC 1123 */
const hostLabel = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i;
/** Codes of errors of a connection that could not be made; the SDK wraps such errors, and their code is left in the message alone. */
const connectionError = /\b(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT)\b/;

/**
 * Refuses a region or an endpoint to which no request could be sent, before anything is asked.
 *
 * @throws UsageError that names the option or the variable; never the value, since a URL may hold a password.
 */
export function checkEndpoints(globals: GlobalOptions, variables: Variables): void {
  const region = regionOf(globals, variables);
  if (region !== undefined && !hostLabel.test(region.value))
    throw new UsageError(`${region.from} is not a region, such as eu-west-1.`);
  const wrong = endpointsOf(globals, variables).find(({ value }) => !isHttpUrl(value));
  if (wrong !== undefined) throw new UsageError(`${wrong.from} is not a URL, such as http://127.0.0.1:4566.`);
}

/** Says which option or variable names the endpoint, for an error of a connection that could not be made; else `undefined`. */
export function endpointHint(error: unknown, globals: GlobalOptions, variables: Variables): string | undefined {
  const given = endpointsOf(globals, variables).map(({ from }) => from);
  if (given.length === 0 || !(error instanceof Error && connectionError.test(error.message))) return undefined;
  return `The endpoint is that of ${given.join(', ')}: check that something listens there.`;
}

function regionOf({ region }: GlobalOptions, variables: Variables): Given | undefined {
  if (region !== undefined) return { from: '--region', value: region };
  const value = variables['AWS_REGION'] ?? '';
  return value === '' ? undefined : { from: 'AWS_REGION', value };
}

function endpointsOf({ endpointUrl }: GlobalOptions, variables: Variables): readonly Given[] {
  const general = endpointUrl === undefined ? variableOf('AWS_ENDPOINT_URL', variables) : optionOf(endpointUrl);
  return [...general, ...services.flatMap((service) => variableOf(`AWS_ENDPOINT_URL_${service}`, variables))];
}

function optionOf(value: string): readonly Given[] {
  return [{ from: '--endpoint-url', value }];
}

function variableOf(from: string, variables: Variables): readonly Given[] {
  const value = variables[from] ?? '';
  return value === '' ? [] : [{ from, value }];
}

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol);
}
