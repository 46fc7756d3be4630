import { AwsClients } from './aws/aws-clients';
import { DynamoCacher } from './cache/dynamo-cacher';
import { Config } from './config/config';
import { setWiring } from './config/wiring';
import { Clock } from './di/clock';
import { registerDependencies } from './di/container';
import { Random } from './di/random';
import { Logger } from './logging/logger';
import { DynamoProvider } from './providers/dynamo-provider';
import { EnvProvider } from './providers/env-provider';
import { LocalCache } from './memory/local-cache';
import { provideExplanations, provideHealth, provideLastKnownGood, provideWatches } from './parts';
import { SecretsProvider } from './providers/secrets-provider';
import { SsmProvider } from './providers/ssm-provider';
import { XconSettings } from './settings/xcon-settings';

setWiring({
  providers: [EnvProvider, SsmProvider, SecretsProvider],
  cacher: DynamoCacher,
  environment: EnvProvider,
  named: { env: EnvProvider, ssm: SsmProvider, secrets: SecretsProvider, dynamo: DynamoProvider },
});

provideExplanations();
provideHealth();
provideWatches();
provideLastKnownGood();

registerDependencies([
  Config,
  EnvProvider,
  SsmProvider,
  SecretsProvider,
  DynamoProvider,
  DynamoCacher,
  XconSettings,
  LocalCache,
  AwsClients,
  Logger,
  Clock,
  Random,
]);
