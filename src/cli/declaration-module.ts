import { extname, resolve } from 'node:path';
import { readProperty } from '../base/describe-error';
import { printable } from '../base/printable';
import { type DeclaredSettings, type SettingsShape } from '../index';
import { type CommandContext } from './context';
import { UsageError } from './exit-codes';
import { nearestName } from './nearest-name';

/** What a module exports that `defineSettings` gave. */
export type Declared = DeclaredSettings<SettingsShape>;

/**
 * Loads declared settings from a module of the project.
 *
 * @param given - `path` or `path#export`; absent: `declaration` of `xcon.yaml`.
 * @throws UsageError for a module that is missing, cannot be loaded, or does not export exactly one declaration.
 */
export async function loadDeclaration(context: CommandContext, given: string | undefined): Promise<Declared> {
  const file = await context.xconFile();
  const text = given ?? file.declaration;
  if (text === undefined)
    throw new UsageError('Give the module of the declaration: --declaration, or `declaration` in xcon.yaml.');
  const [path = '', exported] = text.split('#');
  const whole = resolve(given === undefined ? file.folder : context.host.cwd, path);
  const module = await importModule(context, path, whole);
  return declaredIn(module, path, exported);
}

async function importModule(
  { host }: CommandContext,
  path: string,
  whole: string,
): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await host.importModule(whole);
  } catch (error) {
    const code = typeof error === 'object' && error !== null ? readProperty(error, 'code') : undefined;
    if (code === 'ERR_UNKNOWN_FILE_EXTENSION' && /^\.[cm]?ts$/.test(extname(path))) {
      throw new UsageError(
        `${printable(path)}: this version of Node does not load TypeScript. Use Node 22.18 or newer, give the compiled module, or ` +
          'set a loader: NODE_OPTIONS="--import tsx".',
        { cause: error },
      );
    }
    // A message of foreign code may hold anything.
    const kind = typeof code === 'string' ? code : error instanceof Error ? error.name : 'error';
    const hint =
      kind === 'ERR_MODULE_NOT_FOUND' || kind === 'MODULE_NOT_FOUND'
        ? '; it, or a module that it imports, does not exist'
        : '';
    throw new UsageError(`${printable(path)}: cannot be loaded (${kind})${hint}.`, { cause: error });
  }
}

function declaredIn(module: Readonly<Record<string, unknown>>, path: string, exported: string | undefined): Declared {
  // A CommonJS module that is imported has its exports under `default`, too.
  const inner = module['default'];
  const all = { ...(typeof inner === 'object' && inner !== null && !isDeclared(inner) ? inner : {}), ...module };
  const found = Object.entries(all).filter((each): each is [string, Declared] => isDeclared(each[1]));
  const unique = new Map(found.map(([name, declared]) => [declared, name]));
  if (exported !== undefined) {
    const named = found.find(([name]) => name === exported);
    if (named !== undefined) return named[1];
    const names = found.map(([name]) => name);
    throw new UsageError(`${printable(`${path} exports no declaration "${exported}"`)}${nearestName(exported, names)}`);
  }
  const [first, ...others] = unique.keys();
  if (first === undefined) throw new UsageError(`${printable(path)} exports nothing that defineSettings() gave.`);
  if (others.length === 0) return first;
  throw new UsageError(
    `${printable(path)} exports several declarations: ${[...unique.values()].join(', ')}. Name one: ${printable(path)}#${unique.get(first)}.`,
  );
}

/** By what it can do: the project may have another copy of the package. */
function isDeclared(value: unknown): value is Declared {
  if (typeof value !== 'object' || value === null) return false;
  const isMethod = (name: string): boolean => typeof readProperty(value, name) === 'function';
  return (
    Array.isArray(readProperty(value, 'declarations')) && ['load', 'policy', 'envExample', 'document'].every(isMethod)
  );
}
