import { type Context } from '../di/context';
import { type DependencyClass } from '../di/dependency-class';
import { InvalidSettingsError } from '../errors';
import type { AwsClients } from './aws-clients';

let clientsClass: DependencyClass<AwsClients> | undefined;

/**
 * Makes the class of the AWS clients known; its file does so when it is loaded.
 *
 * Whoever looks up names knows the class only from here: the bundle of a service whose providers do not ask AWS is spared
 * the class, and the AWS SDK with it.
 */
export function provideClients(dependencyClass: DependencyClass<AwsClients>): void {
  clientsClass = dependencyClass;
}

/** Gives the AWS clients of a context; where nothing that is loaded asks AWS, ones that say so when they are used. */
export function clientsOf(context: Context): AwsClients {
  return clientsClass === undefined ? noClients : context.resolve(clientsClass);
}

/** Gives the AWS clients of the process that a context belongs to, whatever replaces them for the code inside it. */
export function processClientsOf(context: Context): AwsClients {
  return clientsClass === undefined ? noClients : context.resolveForProcess(clientsClass);
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
  close: () => Promise.resolve(),
} as unknown as AwsClients;
