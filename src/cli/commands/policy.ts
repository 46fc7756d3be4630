import { type PolicyDocument } from '../../index';
import { type Command } from '../command';
import { loadDeclaration } from '../declaration-module';

interface PolicyOptions {
  readonly declaration?: string;
  readonly account?: string;
  readonly partition?: string;
  readonly kmsKey?: readonly string[];
  readonly split?: true;
}

interface PolicyResult {
  readonly policies: readonly PolicyDocument[];
  readonly isSplit: boolean;
}

/** `xcon policy`: prints the least IAM policy of a service. */
export const command: Command<PolicyResult, PolicyOptions> = {
  description:
    'Prints the least IAM policy with which the declared settings of a service can be loaded: their names, in its directories, at its ' +
    'providers, and its partition of the cache table. Region and account are those of --region and --account, else any.',
  options: [
    {
      flags: '--declaration <module>',
      description: 'module that exports what defineSettings() gave; module#name for one of several',
    },
    { flags: '--account <id>', description: 'the AWS account' },
    { flags: '--partition <name>', description: 'the AWS partition, such as aws-cn' },
    {
      flags: '--kms-key <arn>',
      description: 'a key of the customer that encrypts values; repeatable',
      kind: 'repeated',
    },
    { flags: '--split', description: 'print a list of policies, each of which fits a managed policy' },
  ],
  examples: [
    {
      text: 'The policy of a service',
      command: 'xcon policy -s orders -e prod --region eu-central-1 --account 123456789012',
    },
    {
      text: 'From a module that xcon.yaml does not name',
      command: 'xcon policy -s orders -e prod --declaration src/settings.mjs',
    },
  ],

  async run(context, _, { declaration, account, partition, kmsKey, split }) {
    const declared = await loadDeclaration(context, declaration);
    const { region } = context.globals;
    const options = {
      ...(region !== undefined && { region }),
      ...(account !== undefined && { account }),
      ...(partition !== undefined && { partition }),
      ...(kmsKey !== undefined && { kmsKeyArns: kmsKey }),
    };
    const policies = await context.at({}, () =>
      split === true ? declared.policies(options) : [declared.policy(options)],
    );
    return { result: { policies, isSplit: split === true } };
  },

  renderText(result) {
    return `${JSON.stringify(command.renderJson(result), undefined, 2)}\n`;
  },

  renderJson: ({ policies, isSplit }) => (isSplit ? policies : policies[0]),
};
