import { join } from 'node:path';
import * as dynamodb from '@aws-sdk/client-dynamodb';
import * as secretsmanager from '@aws-sdk/client-secrets-manager';
import * as ssm from '@aws-sdk/client-ssm';
import * as sts from '@aws-sdk/client-sts';
import { type LocalAws, startLocalAws } from 'xcon/testing';
import { type Block, blocksOf, documents, root } from './documents';

/** A command of the AWS CLI, as its SDK call. */
interface AwsCommand {
  readonly place: string;
  readonly service: string;
  /** `PutParameter`. */
  readonly operation: string;
  readonly input: Readonly<Record<string, string | true>>;
}

const sdk: Readonly<Record<string, { readonly [name: string]: unknown }>> = { dynamodb, secretsmanager, ssm, sts };

const commands = documents()
  .flatMap(blocksOf)
  .filter(({ info }) => info === 'sh')
  .flatMap(awsCommands);
const tried = commands.filter(({ service }) => service in sdk);

describe('The commands of the AWS CLI on the pages', () => {
  let aws: LocalAws;

  beforeAll(async () => {
    aws = await startLocalAws({ seed: join(root, 'docs/examples/seed.yaml') });
  });

  afterAll(() => aws.close());

  it('exist', () => {
    expect(tried.length).toBeGreaterThan(4);
  });

  test.each(tried.map((each) => [`${each.place} ${each.service} ${each.operation}`, each] as const))(
    '%s is a valid call of the service',
    async (_, { service, operation, input }) => {
      const Client = clientOf(service);
      const Command = sdk[service]?.[`${operation}Command`] as (new (input: object) => object) | undefined;
      expect(typeof Command).toBe('function');
      if (Command === undefined) return;
      const client = new Client({
        endpoint: aws.url,
        region: 'eu-west-1',
        credentials: { accessKeyId: 'an-id', secretAccessKey: 'a-key' },
      });
      const outcome = await client.send(new Command(input)).then(
        () => 'done',
        (error: unknown) => (error as Error).name,
      );
      client.destroy();

      expect(['done', 'ParameterAlreadyExists', 'ParameterNotFound', 'ResourceExistsException']).toContain(outcome);
    },
  );
});

function clientOf(
  service: string,
): new (options: object) => { send(command: object): Promise<unknown>; destroy(): void } {
  const names: Readonly<Record<string, string>> = {
    dynamodb: 'DynamoDBClient',
    secretsmanager: 'SecretsManagerClient',
    ssm: 'SSMClient',
    sts: 'STSClient',
  };
  return sdk[service]?.[names[service] ?? ''] as new (options: object) => {
    send(command: object): Promise<unknown>;
    destroy(): void;
  };
}

/** The commands of the CLI in a block, with names of options as members. */
function awsCommands({ code, place }: Block): readonly AwsCommand[] {
  const lines = code.replaceAll(/\\\n\s*/g, '').split('\n');
  return lines.flatMap((line) => {
    const [, service, operation, options = ''] = /^aws ([a-z]+) ([a-z-]+)(.*)$/.exec(line.replace(/\s+#.*$/, '')) ?? [];
    if (service === undefined || operation === undefined) return [];
    const pairs = [...options.matchAll(/--([a-z-]+)(?:[ =]("[^"]*"|'[^']*'|(?!--)\S+))?/g)];
    const input = Object.fromEntries(
      pairs.map(([, name = '', value]) => [
        pascal(name),
        value === undefined ? (true as const) : value.replaceAll(/^["']|["']$/g, ''),
      ]),
    );
    return [{ place, service, operation: pascal(operation), input }];
  });
}

function pascal(name: string): string {
  return name.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
