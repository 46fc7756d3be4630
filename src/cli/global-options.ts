import { type CommandOption } from './command-option';

/** The options of every command, before or after its name. */
export interface GlobalOptions {
  readonly service?: string | undefined;
  readonly environment?: string | undefined;
  /** In order; they replace the chain. */
  readonly directory?: readonly string[] | undefined;
  readonly providers?: readonly string[] | undefined;
  readonly region?: string | undefined;
  readonly profile?: string | undefined;
  readonly endpointUrl?: string | undefined;
  /** `false` with `--no-cache`. */
  readonly cache: boolean;
  readonly json: boolean;
  readonly yes: boolean;
  /** `false` with `--no-color`. */
  readonly color: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
}

/** Global options where none is given. */
export const noGlobalOptions: GlobalOptions = {
  cache: true,
  json: false,
  yes: false,
  color: true,
  quiet: false,
  verbose: false,
};

/** What the help says of the global options, and how they are read. */
export const globalOptions: readonly CommandOption[] = [
  { flags: '-s, --service <name>', description: 'the service; else that of xcon.yaml, else APP_NAME' },
  { flags: '-e, --environment <name>', description: 'the environment; else APP_ENV, else the only one of xcon.yaml' },
  {
    flags: '-d, --directory <path>',
    description: 'a directory to look in, in place of the chain; repeatable, in order',
    kind: 'repeated',
  },
  { flags: '--providers <names>', description: 'providers to ask, such as env,ssm,secrets,dynamo', kind: 'list' },
  { flags: '--region <region>', description: 'the AWS region' },
  { flags: '--profile <name>', description: 'the profile of the AWS configuration files' },
  { flags: '--endpoint-url <url>', description: 'the endpoint of all AWS services, such as a local AWS' },
  { flags: '--no-cache', description: 'do not use the shared cache table' },
  { flags: '--json', description: 'print one JSON document' },
  { flags: '--yes', description: 'do not ask for confirmation' },
  { flags: '--no-color', description: 'print without color, as with NO_COLOR' },
  { flags: '-q, --quiet', description: 'print errors only on standard error' },
  { flags: '-v, --verbose', description: 'print the debug log on standard error' },
];
