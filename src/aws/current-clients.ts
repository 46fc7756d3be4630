import { type Context, type DependencyClass } from '../di/context';
import { state } from '../di/state';
import { InvalidSettingsError } from '../errors';
import type { AwsClients } from './aws-clients';

/** Gives the AWS clients of a context; where no loaded module calls AWS, clients that throw when they are used. */
export function clientsOf(context: Context): AwsClients {
  const clientsClass = loadedClass();
  return clientsClass === undefined ? noClients : context.resolve(clientsClass);
}

/** Gives the AWS clients of the process, whatever replaces them in a context. */
export function processClientsOf(context: Context): AwsClients {
  const clientsClass = loadedClass();
  return clientsClass === undefined ? noClients : context.resolveForProcess(clientsClass);
}

/**
 * Lookups get the class from the state of the process: a bundle whose providers do not call AWS then contains neither the class nor the
 * AWS SDK.
 */
function loadedClass(): DependencyClass<AwsClients> | undefined {
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
