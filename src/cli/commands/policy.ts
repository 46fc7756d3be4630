import { type PolicyDocument } from '../../index';
import { type Command } from '../command';
import { type CommandContext } from '../context';
import { loadDeclaration } from '../declaration-module';
import { readEntryFile } from '../entries-session';
import { UsageError } from '../exit-codes';

interface PolicyOptions {
  readonly for?: 'plan' | 'apply';
  readonly file?: string;
  readonly state?: 'file' | 'table';
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
    'providers, and its partition of the cache table. Region and account are those of --region and --account, else any.\n\n' +
    'With --for plan or --for apply: the least policy with which the file of entries is planned or applied.',
  options: [
    {
      flags: '--for <use>',
      description: 'plan, apply: the policy of who plans or applies the file of entries; absent: that of the service',
      choices: ['plan', 'apply'],
    },
    { flags: '--file <path>', description: 'with --for: the file of entries; else the nearest xcon.yaml' },
    {
      flags: '--state <where>',
      description: 'with --for: where the state is, file (default) or table',
      choices: ['file', 'table'],
    },
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
    { text: 'The role of a pipeline that applies entries', command: 'xcon policy --for apply --state table' },
  ],

  async run(context, _, given) {
    const { declaration, account, partition, kmsKey, split } = given;
    const { region } = context.globals;
    const options = {
      ...(region !== undefined && { region }),
      ...(account !== undefined && { account }),
      ...(partition !== undefined && { partition }),
      ...(kmsKey !== undefined && { kmsKeyArns: kmsKey }),
    };
    if (given.for !== undefined) {
      const policy = await entriesPolicyOf(context, given.for, given, options);
      return { result: { policies: [policy], isSplit: false } };
    }
    const declared = await loadDeclaration(context, declaration);
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

/** Gives the policy of who plans or applies the file of entries. @throws InvalidEntriesError for a file with errors. */
async function entriesPolicyOf(
  context: CommandContext,
  use: 'plan' | 'apply',
  { declaration, file: path, split, state }: PolicyOptions,
  place: {
    readonly region?: string;
    readonly account?: string;
    readonly partition?: string;
    readonly kmsKeyArns?: readonly string[];
  },
): Promise<PolicyDocument> {
  if (declaration !== undefined || split === true) {
    throw new UsageError('--declaration and --split are about the policy of a service: leave them out with --for.');
  }
  const { entriesPolicy, InvalidEntriesError } = await import('../../entries');
  const { XconSettings } = await import('../../index');
  const { diagnostics, file } = await readEntryFile(context, { file: path });
  if (file === undefined) throw new InvalidEntriesError(diagnostics);
  const { environment } = context.globals;
  const { configTable, cacheTable } = await context.at({}, () => XconSettings.grab().resolve());
  return entriesPolicy(file, {
    ...place,
    ...{ for: use, configTable, state, cacheTable: context.globals.cache ? cacheTable : null },
    ...(environment !== undefined && { environments: [environment] }),
  });
}
