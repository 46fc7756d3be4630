import { isPolicyProvider } from '../../iam/policy-providers';
import { type Config, type PolicyDocument, type PolicyOptions as IamOptions } from '../../index';
import { type Command } from '../command';
import { type CommandContext } from '../context';
import { loadDeclaration } from '../declaration-module';
import { readEntryFile } from '../entries-session';
import { UsageError } from '../exit-codes';

type EntriesUse = 'plan' | 'apply';

interface PolicyOptions {
  readonly for?: EntriesUse | 'cli-read' | 'cli-write';
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
    'With --for plan or --for apply: the least policy with which the file of entries is planned or applied. With --for cli-read or ' +
    '--for cli-write: that of who works with this command on the settings of all its directories.',
  options: [
    {
      flags: '--for <use>',
      description:
        'plan, apply: the policy of who plans or applies the file of entries; cli-read, cli-write: of who uses the commands that read, or ' +
        'all; absent: that of the service',
      choices: ['plan', 'apply', 'cli-read', 'cli-write'],
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
      text: 'Of those who change settings',
      command: 'xcon policy --for cli-write -s orders -e prod --providers ssm,secrets',
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
    if (given.for === 'cli-read' || given.for === 'cli-write') {
      const { for: reader } = given;
      const { iamPolicy } = await import('../../index');
      const policy = await context.at({}, async (config) =>
        iamPolicy({ ...(await termsOf(config)), ...options, for: reader }),
      );
      return { result: { policies: [policy], isSplit: false } };
    }
    if (given.for !== undefined) {
      const policy = await entriesPolicyOf(context, given.for, given, options);
      return { result: { policies: [policy], isSplit: false } };
    }
    const declared = await loadDeclaration(context, declaration);
    const policies = await context.at({}, async () =>
      split === true ? declared.policies(options) : [await declared.policy(options)],
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
  use: EntriesUse,
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

/** Gives where a Config looks, as far as permissions depend on it. */
async function termsOf(config: Config): Promise<IamOptions> {
  const { xconSettings } = await import('../../index');
  const { cacheSecrets, cacheTable, configTable } = xconSettings;
  return {
    service: config.resolvedService,
    environment: config.resolvedEnvironment,
    directories: config.directoryChain.directories,
    providers: config.providerChain.providers.flatMap(({ name }) => (isPolicyProvider(name) ? [name] : [])),
    configTable,
    cacheTable: config.resolvedCacher === null ? null : cacheTable,
    cacheSecrets,
  };
}
