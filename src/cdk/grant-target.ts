import { createHash } from 'node:crypto';
import { Lazy } from 'aws-cdk-lib';
import {
  Grant,
  type IGrantable,
  type IGroup,
  type IPrincipal,
  type IUser,
  LazyRole,
  ManagedPolicy,
  Policy,
  type PolicyStatement,
  Role,
  UnknownPrincipal,
} from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { type PolicyStatement as Statement } from '../iam/policy-document';
import { managedPolicyCharacters } from '../iam/policy-size';
import { deployedCharacters } from './masked-tokens';

/**
 * Most **characters** of the policies of a role while names are allowed one by one. The CDK keeps 10,000 in the role, and puts
 * the rest into managed policies, of which a role can have 10: about four of them are filled by this.
 *
 * Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */
const mostInRole = 18_000;

/** A grantee, and the policies that the CDK manages for it. */
export class GrantTarget {
  /** Construct for warnings; `undefined` for a principal that is not a construct, such as a service. */
  readonly scope: Construct | undefined;
  private readonly principal: IPrincipal;
  private policy: ManagedPolicy | undefined;

  constructor(private readonly grantee: IGrantable) {
    this.principal = grantee.grantPrincipal;
    this.scope = [grantee, this.principal].find((each) => Construct.isConstruct(each));
  }

  /** **Characters** that are left for a policy which allows names one by one. */
  get roomForNames(): number {
    // Users and groups get a policy of their own.
    if (isUser(this.principal) || isGroup(this.principal)) return managedPolicyCharacters;
    const most = Role.isRole(this.principal) ? mostInRole : managedPolicyCharacters;
    return most - this.usedCharacters;
  }

  /**
   * Allows something.
   *
   * The id of the statement ends in a digest of what it allows, so that several grants to one principal have different ones.
   */
  add(statement: Statement): Grant {
    const principal = this.holder();
    const addToPrincipalPolicy = (each: PolicyStatement) => {
      each.sid = idOf(statement);
      const result = principal.addToPrincipalPolicy(each);
      return result.statementAdded && isKept(principal) ? result : { statementAdded: false };
    };
    // As the principal itself, which may have parts that cannot be read.
    const grantPrincipal = Object.create(principal, {
      addToPrincipalPolicy: { value: addToPrincipalPolicy },
    }) as IPrincipal;
    const { Action, Condition, Resource } = statement;
    return Grant.addToPrincipal({
      grantee: { grantPrincipal },
      actions: [...Action],
      resourceArns: [...Resource],
      ...(Condition !== undefined && { conditions: { ...Condition } }),
    });
  }

  private get usedCharacters(): number {
    const children = Construct.isConstruct(this.principal) ? this.principal.node.children : [];
    const policies = [this.grantee, ...children].filter(
      (each) => each instanceof Policy || each instanceof ManagedPolicy,
    );
    return policies.reduce((sum, { document }) => sum + deployedCharacters(document.toJSON() ?? {}), 0);
  }

  /**
   * Gives the principal whose policies hold statements: the inline policies of a user hold 2,048 characters, those of a group
   * 5,120, so both get a managed policy.
   *
   * Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
   */
  private holder(): IPrincipal {
    const { principal } = this;
    if (isUser(principal)) this.policy ??= new ManagedPolicy(principal, freeId(principal), { users: [principal] });
    if (isGroup(principal)) this.policy ??= new ManagedPolicy(principal, freeId(principal), { groups: [principal] });
    return this.policy?.grantPrincipal ?? principal;
  }
}

function idOf(statement: Statement): string {
  const { Sid, ...allowed } = statement;
  return Lazy.uncachedString({
    produce: (context) => {
      const digest = createHash('sha256').update(JSON.stringify(context.resolve(allowed)));
      return `${Sid}${digest.digest('hex').slice(0, 8).toUpperCase()}`;
    },
  });
}

/**
 * Whether statements that a principal has accepted are in a policy.
 *
 * A role that cannot be changed, because it is imported from another account or with `mutable: false`, and the unknown role of an imported
 * resource accept statements and drop them.
 */
function isKept(principal: IPrincipal): boolean {
  if (principal instanceof UnknownPrincipal) return false;
  if (!('roleName' in principal) || Role.isRole(principal) || principal instanceof LazyRole) return true;
  return Construct.isConstruct(principal) && principal.node.children.some((each) => each instanceof Policy);
}

function isUser(principal: IPrincipal): principal is IUser {
  return 'userName' in principal && Construct.isConstruct(principal);
}

function isGroup(principal: IPrincipal): principal is IGroup {
  return 'groupName' in principal && Construct.isConstruct(principal);
}

function freeId({ node }: Construct): string {
  const used = node.children.filter(({ node: { id } }) => id.startsWith('ConfigRead')).length;
  return used === 0 ? 'ConfigRead' : `ConfigRead${used + 1}`;
}
