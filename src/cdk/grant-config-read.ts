import { Annotations, Aws, Stack, Tokenization } from 'aws-cdk-lib';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { type Construct } from 'constructs';
import { type PolicyOptions, policyOptionNames } from '../iam/policy-options';
import { fittingPolicy, splitStatements } from '../iam/policy-size';
import { checkOptions } from '../options';
import { GrantTarget } from './grant-target';
import { deployedCharacters, MaskedTokens, type TokenKind } from './masked-tokens';

const where = 'grantConfigRead()';
/** Most **characters** of a statement, so that the CDK can distribute the statements of a role among its policies. */
const statementCharacters = 1000;

/**
 * Allows a grantee to read the settings of a service: its chain's directories at its providers, and its own partition
 * of the cache table. Nothing else.
 *
 * Names are allowed one by one as long as the policies of the grantee have room for them; beyond, all names of the directories
 * are, with a warning. Texts may be tokens of the CDK. An element of `directories` or `parameterIds` that is a whole token
 * counts as a path, one of `secretIds` as an ARN unless it is the name of a secret of the stack, a table as a name.
 *
 * @param grantee - A function, a task, a role, ...
 * @param options - Partition, region and account are those of the stack, unless others are given.
 * @returns What was granted; without success, and with a warning, when nothing could be granted, as to a role of another account.
 * @throws InvalidSettingsError for an unknown option, and a token that cannot be part of an ARN; InvalidDirectoryError for an
 * invalid path.
 *
 * @example
 * grantConfigRead(fn, { service: 'orders', environment: 'prod' });
 */
export function grantConfigRead(grantee: IGrantable, options: PolicyOptions): Grant {
  checkOptions(where, options, policyOptionNames);
  const target = new GrantTarget(grantee);
  const { partition = Aws.PARTITION, region = Aws.REGION, account = Aws.ACCOUNT_ID } = options;
  const tokens = new MaskedTokens(where);
  const masked = tokens.mask({ ...options, partition, region, account }, (option, token) =>
    kindOf(option, token, target.scope),
  );
  const { roomForNames } = target;
  const { policy, widened } = fittingPolicy(masked, (each) => deployedCharacters(tokens.unmask(each)) <= roomForNames);
  if (widened !== undefined) warn(target.scope, 'Widened', widenedText(options, widened));
  const grants = tokens.unmask(splitStatements(policy.Statement, statementCharacters)).map((each) => target.add(each));
  const [first = Grant.drop(grantee, 'The service reads nothing'), ...others] = grants;
  if (grants.length > 0 && !first.success) warn(target.scope, 'NothingGranted', nothingGrantedText(options));
  return others.reduce((all, each) => all.combine(each), first);
}

/** Classifies a text that is one token. The CDK takes the name of a secret out of its ARN with a function. */
function kindOf(option: string, token: string, scope: Construct | undefined): TokenKind {
  if (option === 'directories' || option === 'parameterIds') return 'path';
  if (option !== 'secretIds') return 'text';
  const resolved: unknown = scope && Stack.of(scope).resolve(Tokenization.reverseCompleteString(token));
  const isPart =
    typeof resolved === 'object' && resolved !== null && /^Fn::(Join|Select)$/.test(Object.keys(resolved).join());
  return isPart ? 'text' : 'secret ARN';
}

function widenedText({ service, names = [] }: PolicyOptions, widened: string): string {
  return (
    `The ${names.length} names that ${service} reads are too many to be allowed one by one: IAM limits the size and number of ` +
    `policies. All ${widened} of the directories are allowed. To keep it narrow, grant fewer names or directories to each role.`
  );
}

function nothingGrantedText({ service }: PolicyOptions): string {
  return (
    `Nothing was granted for the settings of ${service}: the policies of this principal are not managed by this app, as those of ` +
    'a role of another account or with mutable: false. Give it a policy where it is managed: docs/guides/deploying.md of xcon shows it.'
  );
}

function warn(scope: Construct | undefined, id: string, text: string): void {
  if (scope !== undefined) Annotations.of(scope).addWarningV2(`xcon:${id}`, text);
}
