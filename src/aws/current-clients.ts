import { type Context, type DependencyClass } from '../di/context';
import { state } from '../di/state';
import { InvalidSettingsError } from '../errors';
import type { AwsClients } from './aws-clients';

/** Gives the AWS clients of a context; where nothing that is loaded asks AWS, ones that say so when they are used. */
export function clientsOf(context: Context): AwsClients {
  const clientsClass = knownClass();
  return clientsClass === undefined ? noClients : context.resolve(clientsClass);
}

/** Gives the AWS clients of the process that a context belongs to, whatever replaces them for the code inside it. */
export function processClientsOf(context: Context): AwsClients {
  const clientsClass = knownClass();
  return clientsClass === undefined ? noClients : context.resolveForProcess(clientsClass);
}

/**
 * Lookups know the class only from here: the bundle of a service whose providers do not ask AWS is spared the class, and the AWS
 * SDK with it.
 */
function knownClass(): DependencyClass<AwsClients> | undefined {
  return state.clientsClass as DependencyClass<AwsClients> | undefined;
}

const refuse = (): never => {
  throw new InvalidSettingsError(
    'AwsClients',
    'nothing in this bundle imports it; import { AwsClients } from xcon/core.',
  );
};

const noClients = {
  ssm: refuse,
  secretsManager: refuse,
  dynamo: refuse,
  kms: refuse,
  appConfig: refuse,
  close: () => Promise.resolve(),
} as unknown as AwsClients;
