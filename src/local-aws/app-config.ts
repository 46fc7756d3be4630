import { randomUUID } from 'node:crypto';
import { type Fields, integerField, requireText } from './fields';
import { type Operations, operationsOf } from './service';
import { ServiceError } from './service-error';

/** A configuration profile that is deployed to an environment. */
export interface Configuration {
  readonly content: string;
  readonly contentType: string;
  readonly versionLabel: string | undefined;
}

/** What a token leads to. */
interface Poll {
  /** Application, environment and profile, with slashes between them. */
  readonly name: string;
  /** The configuration that the client has; `undefined`: none yet. */
  readonly known: Configuration | undefined;
  readonly intervalSeconds: number;
}

/** Default interval between two polls, **seconds**. */
const usualInterval = 60;
/** Source: https://docs.aws.amazon.com/appconfig/2019-10-09/APIReference/API_appconfigdata_StartConfigurationSession.html */
const intervalLimits = { least: 15, most: 86_400 } as const;
const longestIdentifier = 128;

/** Configurations by application, environment and profile, and the tokens with which clients poll for them. */
export class ConfigurationStore {
  private readonly configurations = new Map<string, Configuration>();
  private readonly polls = new Map<string, Poll>();

  /** Gives a configuration by its name, `orders/prod/settings`. */
  find(name: string): Configuration | undefined {
    return this.configurations.get(name);
  }

  /** Deploys a configuration. */
  put(name: string, configuration: Configuration): void {
    this.configurations.set(name, configuration);
  }

  /** Deletes a configuration. @returns False when there was none. */
  delete(name: string): boolean {
    return this.configurations.delete(name);
  }

  /** Begins a session. @returns Its first token. */
  begin(name: string, intervalSeconds: number): string {
    return this.nextToken({ name, known: undefined, intervalSeconds });
  }

  /** Polls with a token, which is used up. @throws ServiceError */
  poll(token: string): Fields {
    const poll = this.polls.get(token);
    if (poll === undefined) {
      throw new ServiceError('BadRequestException', 'Request token is corrupted, expired or was used before.', 400, {
        Reason: 'InvalidParameters',
        Details: { InvalidParameters: { ConfigurationToken: { Problem: 'Corrupted' } } },
      });
    }
    this.polls.delete(token);
    const { intervalSeconds, known, name } = poll;
    const latest = this.find(name);
    if (latest === undefined) throw notFound(name);
    return {
      NextPollConfigurationToken: this.nextToken({ name, known: latest, intervalSeconds }),
      NextPollIntervalInSeconds: intervalSeconds,
      ContentType: latest.contentType,
      Configuration: known === latest ? '' : latest.content,
      VersionLabel: known === latest ? undefined : latest.versionLabel,
    };
  }

  private nextToken(poll: Poll): string {
    const token = randomUUID();
    this.polls.set(token, poll);
    return token;
  }
}

/** The operations of AppConfigData. */
export function appConfigOperations(store: ConfigurationStore): Operations {
  return operationsOf({
    StartConfigurationSession: [
      'ApplicationIdentifier EnvironmentIdentifier ConfigurationProfileIdentifier RequiredMinimumPollIntervalInSeconds',
      (fields) => startSession(store, fields),
    ],
    GetLatestConfiguration: ['ConfigurationToken', (fields) => store.poll(requireText(fields, 'ConfigurationToken'))],
  });
}

function startSession(store: ConfigurationStore, fields: Fields): Fields {
  const parts = ['ApplicationIdentifier', 'EnvironmentIdentifier', 'ConfigurationProfileIdentifier'] as const;
  const named = parts.map((part) => requireText(fields, part));
  if (named.some(({ length }) => length > longestIdentifier)) {
    throw new ServiceError('BadRequestException', `An identifier has more than ${longestIdentifier} characters.`, 400);
  }
  const name = named.join('/');
  const intervalSeconds = integerField(fields, 'RequiredMinimumPollIntervalInSeconds') ?? usualInterval;
  if (intervalSeconds < intervalLimits.least || intervalSeconds > intervalLimits.most) {
    throw new ServiceError('BadRequestException', 'The minimum poll interval is not from 15 to 86,400 seconds.', 400);
  }
  if (store.find(name) === undefined) throw notFound(name);
  return { InitialConfigurationToken: store.begin(name, intervalSeconds) };
}

function notFound(name: string): ServiceError {
  return new ServiceError('ResourceNotFoundException', `There is no configuration ${name}.`, 404, {
    ResourceType: 'Configuration',
  });
}
