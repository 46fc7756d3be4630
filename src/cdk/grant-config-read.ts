import { Aws } from 'aws-cdk-lib';
import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { leastPrivilegePolicy } from '../iam/least-privilege-policy';
import { type PolicyOptions } from '../iam/policy-options';

/**
 * Allows somebody to read the settings of a service: its chain's directories at the providers it asks, and its own partition
 * of the cache table. Nothing else.
 *
 * @param grantee - A function, a task, a role, ...
 * @param options - Partition, region and account are those of the stack, unless others are given.
 */
export function grantConfigRead(grantee: IGrantable, options: PolicyOptions): void {
  const place = { partition: Aws.PARTITION, region: Aws.REGION, account: Aws.ACCOUNT_ID };
  for (const each of leastPrivilegePolicy({ ...place, ...options }).Statement) {
    grantee.grantPrincipal.addToPrincipalPolicy(PolicyStatement.fromJson(each));
  }
}
