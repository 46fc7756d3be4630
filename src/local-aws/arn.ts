import { createHash } from 'node:crypto';

/** Region of the local AWS. */
export const region = 'us-east-1';

/** Account of the local AWS. */
export const account = '000000000000';

/** ARN of the one user. */
export const localUserArn = `arn:aws:iam::${account}:user/local`;

/** ARN of a parameter; the leading slash of its name is not doubled. */
export function parameterArn(name: string): string {
  return `arn:aws:ssm:${region}:${account}:parameter/${name.replace(/^\//, '')}`;
}

/** ARN of a secret: its name and six characters that are derived from the name. */
export function secretArn(name: string): string {
  const suffix = createHash('sha256').update(name).digest('base64').replace(/[+/=]/g, '').slice(0, 6);
  return `arn:aws:secretsmanager:${region}:${account}:secret:${name}-${suffix}`;
}

/** ARN of a KMS key or alias. */
export function keyArn(id: string): string {
  return `arn:aws:kms:${region}:${account}:${id.startsWith('alias/') ? id : `key/${id}`}`;
}

/** Date as the JSON protocols carry it: seconds since the Unix epoch, with a fraction. */
export function epochSeconds(ms: number): number {
  return ms / 1000;
}
