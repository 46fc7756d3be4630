import { type Config } from '../config/config';
import { idOf } from '../config/lookup-options';
import { isShared, sharedService } from '../errors';
import { type Provider } from '../providers/provider';
import { XconSettings, xconSettings } from '../settings/xcon-settings';
import { allowedPaths, type Declaration } from './declaration';

/**
 * Gives the command that sets the value of a declaration, in the first directory of the chain that belongs to the service alone. Without
 * a service, it is the command that sets one: a directory that all services share is never suggested.
 *
 * The providers give the command. For a secret, a provider that holds only secrets comes first, for other settings one that holds others,
 * too; a variable of the process comes last.
 *
 * @returns `undefined` when there is no such place.
 */
export async function commandToSet(declaration: Declaration, config: Config): Promise<string | undefined> {
  const { jsonField, kind, name } = declaration;
  const settings = XconSettings.grab().resolve();
  const id = idOf(declaration)?.id;
  const directory = directoryFor(declaration, config);
  for (const provider of candidates(declaration, config)) {
    const entry = { name, directory: directory ?? anyDirectory, id, secret: kind === 'secret', jsonField, settings };
    const command = await provider.commandToSet(entry);
    if (command === undefined) continue;
    if (!provider.cacheable || id !== undefined || directory !== undefined) return command;
    return config.resolvedService === sharedService ? nameTheService : undefined;
  }
  return undefined;
}

/** Gives the providers of the chain that a declaration allows, the most suitable first. */
function candidates(declaration: Declaration, config: Config): readonly Provider[] {
  const { kind, sources } = declaration;
  const option = idOf(declaration)?.option;
  const { onlyEnvProvider } = xconSettings;
  const rank = ({ cacheable, holdsOnlySecrets }: Provider): number =>
    cacheable ? Number(holdsOnlySecrets !== (kind === 'secret')) : 2;
  const allowed = config.providerChain.providers.filter(
    ({ cacheable, idOption, name }) =>
      (onlyEnvProvider || sources?.includes(name) !== false) &&
      (option === undefined || idOption === option || !cacheable),
  );
  return allowed.toSorted((one, other) => rank(one) - rank(other));
}

/** Placeholder where no directory belongs to the service alone: the command is not shown then. */
const anyDirectory = '/SERVICE/ENVIRONMENT';

function directoryFor(declaration: Declaration, config: Config): string | undefined {
  const chain = config.directoryChain.directories.map(({ path }) => path);
  const allowed = allowedPaths(declaration, config);
  return chain.find((path) => allowed?.includes(path) !== false && !isShared(path));
}

const nameTheService = 'export APP_NAME=SERVICE # without it, only directories that all services share are searched';
