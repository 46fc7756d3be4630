import { region } from './arn';

/**
 * Gives the variables that point the AWS SDKs and the CLI at a local AWS; the credentials in them are obviously not real.
 *
 * For one that another process has started; of one that this process has started they are `aws.environment`.
 *
 * @param url - Where it listens, such as `http://127.0.0.1:4567`.
 */
export function localAwsEnvironment(url: string): Readonly<Record<string, string>> {
  return {
    AWS_ENDPOINT_URL: url,
    AWS_REGION: region,
    // Python's SDK knows no AWS_REGION.
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: 'local-aws-not-a-real-key',
    AWS_SECRET_ACCESS_KEY: 'local-aws-not-a-real-secret',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}
