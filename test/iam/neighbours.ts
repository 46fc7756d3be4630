import { type PolicyDocument } from '../../src/iam/policy-document';
import { type LocalAwsCall } from '../../src/local-aws/local-aws';
import { type Account, iamRequestsOf } from './iam-requests';
import { type IamRequest, isAllowed } from './policy-simulator';

/** Gives what a request wants that a policy does not allow. */
export function refusedOf(policy: PolicyDocument, call: LocalAwsCall, account: Account): readonly IamRequest[] {
  return iamRequestsOf(call, account).filter((each) => !isAllowed(policy, each));
}

/** Gives a request as it would be with other texts in its body. */
export function changed(call: LocalAwsCall, change: (body: string) => string): LocalAwsCall {
  return { ...call, body: JSON.parse(change(JSON.stringify(call.body))) as unknown };
}

/** What turns requests for the settings of a service into requests for those of its neighbours. */
export const neighbours: readonly (readonly [string, (body: string) => string])[] = [
  ['of another service', (body) => body.replace(/\/(orders|global|billing)\//g, '/stranger/')],
  ['of another environment', (body) => body.replace(/\/(prod|all)(?=["/|])/g, '/test')],
  ['whose path begins the same', (body) => body.replace(/\/(prod|all)(?=["/|])/g, '/$12')],
  ['further down', (body) => body.replace(/("\/(?:\w+\/)*(?:prod|all))(?=["/])/g, '$1/deeper')],
];

/** Turns requests for names into requests for names that are not declared. */
export function undeclared(body: string): string {
  return body.replace(/\/(\w+)"/g, '/$1_b"');
}
