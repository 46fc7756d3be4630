import { type CacheSecrets, type LookupStrategy } from '../../src/settings/settings-values';
import { type Place, type Source } from './history';

/** Which clients a lookup uses, beside those of its process. */
export type View =
  | 'own'
  /** A child context with credentials, a region or an endpoint of another account. */
  | 'other credentials'
  | 'other region'
  | 'other endpoint'
  /** A child context with given clients of another account for SSM and Secrets Manager, or for DynamoDB. */
  | 'given source clients'
  | 'given table client'
  /** A child context with another config table. */
  | 'other config table';

export const views: readonly View[] = [
  'own',
  'other credentials',
  'other region',
  'other endpoint',
  'given source clients',
  'given table client',
  'other config table',
];

/** What makes one memory of a process differ from another. */
export interface Profile {
  readonly service: 'orders' | 'billing';
  readonly sources: readonly Source[];
  readonly strategy: LookupStrategy;
  readonly memoryMinutes: number;
  readonly cacheSecrets: CacheSecrets;
  readonly refreshLease: boolean;
  readonly staleIfErrorSeconds: number;
  /** How far its clock is ahead, **milliseconds**. */
  readonly skewMs: number;
  /** Begins its source of chance. */
  readonly seed: number;
}

export const environment = 'prod';
export const cacheTable = 'global-all-configCache';
export const configTables = { own: 'global-all-config', other: 'other-config' } as const;
/** Given by every Config where nothing else is found. */
export const defaults: Readonly<Record<string, string>> = { level: 'default of level', nope: 'default of nope' };

/** Accounts of the sources. */
export const accounts = ['home', 'foreign', 'abroad', 'elsewhere'] as const;
export type Account = (typeof accounts)[number];

/** Begins the access keys of each account; the process follows. */
export const keyPrefixes = { home: 'HOME-', foreign: 'FOREIGN-' } as const;
export const homeRegion = 'us-east-1';
export const regionAbroad = 'eu-west-1';

/** Each name with the sources that may keep it. */
export const settingsKept: Readonly<Record<string, readonly Source[]>> = {
  host: ['ssm'],
  port: ['ssm', 'dynamo'],
  level: ['ssm', 'dynamo'],
  both: ['ssm', 'secrets'],
  token: ['ssm'],
  password: ['secrets'],
  apikey: ['secrets'],
  nope: ['ssm'],
};
export const settingNames = Object.keys(settingsKept);
/** Kept by SSM as a `SecureString`. */
export const secureName = 'token';

/** Directories of a service, most important first. */
export function directoriesOf(service: string): readonly string[] {
  return [`/${service}/${environment}`, `/${service}/all`, `/global/${environment}`, '/global/all'];
}

/** Every directory that there is. */
export const allDirectories = [...new Set(['orders', 'billing'].flatMap(directoriesOf))];

/** Whether a place keeps a name as a secret. */
export function isSecret({ source }: Place, name: string): boolean {
  return source === 'secrets' || (source === 'ssm' && name === secureName);
}

/** Gives the places of a lookup, in its order. */
export function placesOf({ service, sources }: Profile, view: View): readonly Place[] {
  return directoriesOf(service).flatMap((directory) =>
    sources.map((source) => ({ account: accountOf(view, source), source, directory })),
  );
}

/** Gives the account that a source is read in; another config table counts as one. */
export function accountOf(view: View, source: Source): Account | 'other table' {
  if (view === 'other config table') return source === 'dynamo' ? 'other table' : 'home';
  if (view === 'given source clients') return source === 'dynamo' ? 'home' : 'foreign';
  if (view === 'given table client') return source === 'dynamo' ? 'foreign' : 'home';
  if (view === 'other credentials') return 'foreign';
  if (view === 'other region') return 'abroad';
  return view === 'other endpoint' ? 'elsewhere' : 'home';
}
