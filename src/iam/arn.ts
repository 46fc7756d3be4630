import { InvalidSettingsError } from '../errors';

/** Where the resources of a policy are. */
export interface PolicyPlace {
  /** Partition of ARNs. Default: `aws`. */
  readonly partition?: string | undefined;
  /** Region. Default: `*`, any. */
  readonly region?: string | undefined;
  /** Account id. Default: `*`, any. */
  readonly account?: string | undefined;
}

/** Gives the ARN of a resource. @param resource - What follows the account: `parameter/orders/prod`. */
export function arnOf(
  { partition = 'aws', region = '*', account = '*' }: PolicyPlace,
  service: string,
  resource: string,
): string {
  return `arn:${partition}:${service}:${region}:${account}:${resource}`;
}

/** The ARN of a table, of which no part but the account may be empty, and none a wildcard. */
const tableArnPattern = /^arn:[^:*?]+:dynamodb:([^:*?]+):[^:*?]*:table\/[^/:*?]+$/;

/**
 * Gives the ARN of a table.
 *
 * @param table - Its name; or its ARN, for one of another region or account.
 * @throws InvalidSettingsError for an ARN that is not that of a table.
 */
export function tableArnOf(place: PolicyPlace, table: string): string {
  if (!table.startsWith('arn:')) return arnOf(place, 'dynamodb', `table/${table}`);
  if (tableArnPattern.test(table)) return table;
  throw new InvalidSettingsError(
    table,
    'is not the ARN of a table: expected arn:aws:dynamodb:REGION:ACCOUNT:table/NAME.',
  );
}

/** Gives the place of a table: from its ARN, else the given place. */
export function placeOfTable(place: PolicyPlace, table: string): PolicyPlace {
  const region = tableArnPattern.exec(table)?.[1];
  return region === undefined ? place : { ...place, region };
}

/**
 * Gives what `kms:ViaService` is when a service uses a key on behalf of a caller. The suffix differs between partitions.
 *
 * Source: https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
 */
export function viaService({ region = '*' }: PolicyPlace, service: string): string {
  return `${service}.${region}.amazonaws.com*`;
}

/**
 * Escapes a text so that a policy matches it literally.
 *
 * Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-specialchars
 */
export function literal(text: string): string {
  return text.replace(/[*?]/g, (character) => `\${${character}}`);
}
