import { inspect } from 'node:util';
import { printable } from '../base/printable';
import { InvalidDirectoryError } from '../errors';
import { brandClass } from '../base/brand-class';
import { checkOptions } from '../options';

/** Parts that a Directory can be made from: a path, or its components. */
export type DirectoryOptions =
  | { readonly path: string }
  | {
      /** First part of the path; empty or absent: `global`. */
      readonly service?: string | undefined;
      /** The rest of the path; empty or absent: none. */
      readonly env?: string | undefined;
      /** Puts `export/` before `env`, unless it already begins so; an `env` of `export` alone does not. */
      readonly isExport?: boolean | undefined;
    };

/** The values of the placeholders of a path. */
export interface DirectoryVariables {
  /** Replaces `{service}`. */
  readonly service: string;
  /** Replaces `{environment}`. */
  readonly environment: string;
}

const nonExistentPath = '/_nonExistent';
const placeholder = /\{(service|environment)\}/g;

/**
 * A path under which sources keep settings, such as `/orders/prod`: the service, then the environment.
 *
 * Immutable and case-sensitive; two directories are the same when their paths are. The path may hold the placeholders
 * `{service}` and `{environment}`, which {@link Directory.resolve} fills in.
 */
export class Directory {
  /** Marks items that exist nowhere. */
  static readonly nonExistent = Directory.literal(nonExistentPath);

  /** The path, without a trailing slash. */
  readonly path: string;
  /** First part of the path. */
  readonly service: string;
  /** The rest of the path; `undefined` when there is none. */
  readonly env: string | undefined;
  /** Whether this is where a service exports settings for others: `/{service}/export/...`. */
  readonly isExport: boolean;
  /** Whether the path has placeholders to fill in. */
  readonly isPathFormat: boolean;

  /**
   * @param options - A path, or a service and the rest.
   * @throws InvalidDirectoryError for a relative, empty or doubled-slash path, an unknown placeholder, and a path beside parts.
   * InvalidSettingsError for an unknown option.
   */
  constructor(options: DirectoryOptions) {
    checkOptions('new Directory()', options as AnyOption, optionNames);
    const parts = 'path' in options ? partsOfPath(onlyPath(options)) : partsOfComponents(options);
    this.path = parts.path;
    this.service = parts.service;
    this.env = parts.env;
    this.isExport = parts.isExport;
    this.isPathFormat = hasPlaceholders(parts.path);
    Object.freeze(this);
  }

  /**
   * Gives a Directory for a path, or the one it was given.
   *
   * @throws InvalidDirectoryError when the path is not usable.
   */
  static from(directory: Directory | string): Directory {
    return directory instanceof Directory ? directory : new Directory({ path: directory });
  }

  /** Makes a Directory of a service and an environment; empty ones are left out (an empty service is `global`). */
  static fromComponents(service?: string, environment?: string): Directory {
    return new Directory({ service, env: environment });
  }

  /**
   * Makes a Directory whose braces are taken literally.
   *
   * @throws InvalidDirectoryError when the path is not absolute or has `//`.
   */
  static literal(path: string): Directory {
    const parts = partsOfPath(path);
    const directory = Object.create(Directory.prototype) as Directory;
    return Object.freeze(Object.assign(directory, { ...parts, isPathFormat: false }));
  }

  /** Whether this is the directory of items that exist nowhere. */
  get isNonExistent(): boolean {
    return this.path === nonExistentPath;
  }

  /**
   * Fills in the placeholders.
   *
   * @returns This directory when it has none.
   * @throws InvalidDirectoryError when the result is not a path.
   */
  resolve({ service, environment }: DirectoryVariables): Directory {
    if (!this.isPathFormat) return this;
    const values = { service, environment };
    return Directory.literal(this.path.replace(placeholder, (_, name: keyof DirectoryVariables) => values[name]));
  }

  /** Whether the other directory has the same path. */
  equals(other: Directory): boolean {
    return this.path === other.path;
  }

  /** Gives the path. */
  toString(): string {
    return this.path;
  }

  /** Gives the path. */
  toJSON(): string {
    return this.path;
  }

  [inspect.custom](): string {
    return printable(`Directory(${this.path})`);
  }
}

brandClass(Directory, 'Directory');

type AnyOption = { readonly path?: string } & Exclude<DirectoryOptions, { path: string }>;

const optionNames = { path: true, service: true, env: true, isExport: true } as const;

/** Gives the path of options. @throws InvalidDirectoryError for other options beside it, which would have no effect. */
function onlyPath({ path, service, env, isExport }: AnyOption): string {
  const beside = Object.entries({ service, env, isExport }).find(([, value]) => value !== undefined);
  if (beside === undefined) return path as string;
  throw new InvalidDirectoryError(
    String(path),
    `is given beside ${beside[0]}: a directory is made of one or the other`,
  );
}

interface DirectoryParts {
  readonly path: string;
  readonly service: string;
  readonly env: string | undefined;
  readonly isExport: boolean;
}

function partsOfPath(given: string): DirectoryParts {
  const path = checkedPath(given);
  const slash = path.indexOf('/', 1);
  const service = slash === -1 ? path.slice(1) : path.slice(1, slash);
  const env = slash === -1 ? undefined : path.slice(slash + 1);
  return { path, service, env, isExport: isExportEnv(env) };
}

function partsOfComponents({ service, env, isExport }: Exclude<DirectoryOptions, { path: string }>): DirectoryParts {
  const owner = service === undefined || service === '' ? 'global' : service;
  if (owner.includes('/')) throw new InvalidDirectoryError(`/${owner}`, 'has a slash in its service');
  const rest = env === undefined || env === '' ? undefined : env;
  const prefix = isExport === true && rest?.startsWith('export/') !== true ? '/export' : '';
  const path = checkedPath(`/${owner}${prefix}${rest === undefined ? '' : `/${rest}`}`);
  return { path, service: owner, env: rest, isExport: isExport === true || isExportEnv(rest) };
}

function isExportEnv(env: string | undefined): boolean {
  return env === 'export' || env?.startsWith('export/') === true;
}

function checkedPath(given: unknown): string {
  if (typeof given !== 'string')
    throw new InvalidDirectoryError(given === null ? 'null' : typeof given, 'is not a path');
  if (given === '') throw new InvalidDirectoryError(given, 'is empty');
  if (!given.startsWith('/')) throw new InvalidDirectoryError(given, 'is relative');
  if (given.includes('//')) throw new InvalidDirectoryError(given, 'has an empty part (//)');
  if (given === '/') throw new InvalidDirectoryError(given, 'names no service');
  return given.endsWith('/') ? given.slice(0, -1) : given;
}

function hasPlaceholders(path: string): boolean {
  const rest = path.replace(placeholder, '');
  if (/[{}]/.test(rest)) throw new InvalidDirectoryError(path, 'has an unknown placeholder or a stray brace');
  return rest.length !== path.length;
}
