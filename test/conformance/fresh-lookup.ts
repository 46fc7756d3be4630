import { isDeepStrictEqual } from 'node:util';
import { Config, config, Context, Directory, type DirectoryItem } from '../../src/index';
import { isProviderName, providerClasses } from './decode';
import { type TestClock, TestRandom, WarningCounter } from './doubles';
import { show } from './match';
import { assignSettings } from './operations';
import { nameOfRow, type Row } from './rows';

/**
 * Checks that rows of the cache table hold what a lookup without any cache gives for their names.
 *
 * Each is looked up in the directories and by the providers that the row itself names. The caller has removed the faults
 * and set the environment.
 *
 * @param clock - Clock of the last run.
 * @param configTable - Table that the `dynamo` provider reads.
 * @returns What differs.
 */
export async function compareWithSources(
  rows: readonly Row[],
  clock: TestClock,
  configTable: string,
): Promise<readonly string[]> {
  const values = rows.filter((row) => !isOfLibrarysOwnKind(row));
  if (values.length === 0) return [];
  const scope = Context.createRoot([clock, new TestRandom(), new WarningCounter().logger()]).enter();
  try {
    assignSettings({ configTable });
    const differences: string[] = [];
    for (const row of values) differences.push(...(await compareWithSource(row)));
    return differences;
  } finally {
    await config.close();
    scope.exit();
  }
}

/** What a row says of the lookup whose answer it is. */
interface Origin {
  readonly real_name: string;
  readonly real_directory: string;
  readonly cache_concat_directory_paths: string;
  readonly cache_concat_provider_names: string;
}

/** Whether a row names its lookup; the library neither uses nor changes others. */
export function hasOrigin(row: Row): row is Row & Origin {
  const { real_name, real_directory, cache_concat_directory_paths, cache_concat_provider_names } = row;
  const facts = [real_name, real_directory, cache_concat_directory_paths, cache_concat_provider_names];
  return facts.every((each) => typeof each === 'string');
}

/** Whether a row is not the plain value of its name: sealed, a reference, a lease, a wrapped key. */
function isOfLibrarysOwnKind({ name_key }: Row): boolean {
  return String(name_key).includes('|+|xcon:') || String(name_key).startsWith('~xcon');
}

async function compareWithSource(row: Row): Promise<readonly string[]> {
  const found = await lookUp(row);
  if (typeof found === 'string') return [`extra row ${nameOfRow(row)}: ${found}`];
  const says = { directory: row['real_directory'], value: row['value'] ?? null };
  const holds = { directory: found.directory.path, value: found.value };
  return isDeepStrictEqual(says, holds)
    ? []
    : [`extra row ${nameOfRow(row)}: it says ${show(says)}, a fresh lookup gives ${show(holds)}`];
}

/** @returns What the sources hold, or why that is unknown. */
async function lookUp(row: Row): Promise<DirectoryItem | string> {
  if (!hasOrigin(row)) return `it does not say of what lookup it is the answer: ${show(row)}`;
  const names = partsOf(row.cache_concat_provider_names);
  const unknown = names.filter((name) => !isProviderName(name));
  if (unknown.length > 0) return `it is of unknown providers: ${unknown.join(', ')}`;
  const directories = partsOf(row.cache_concat_directory_paths).map((path) => Directory.literal(path));
  const providers = names.filter(isProviderName).map((name) => providerClasses[name]);
  try {
    return await new Config({ directories, providers, cacher: null, useParent: false }).getItem(row.real_name);
  } catch (error) {
    return `a fresh lookup fails: ${String(error)}`;
  }
}

function partsOf(concat: string): readonly string[] {
  return concat === '' ? [] : concat.split('|');
}
