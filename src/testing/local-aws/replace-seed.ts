import { isDeepStrictEqual } from 'node:util';

import { putSecret, type SeedStores } from './apply-seed';
import { type CheckedSecret, type CheckedSeed } from './check-seed';
import { type Parameter, type ParameterInput, type ParameterStore } from './parameter-store';
import { type Entries, replaceEntries, type SeedChange } from './replace-entries';
import { replaceRows, tableEntries } from './replace-tables';
import { type Secret, type SecretPatch, type SecretStore } from './secret-store';

/** What a seed has changed where it replaced a former one. */
export interface SeedChanges {
  readonly parameters: SeedChange;
  readonly secrets: SeedChange;
  /** A table is changed when its keys are: it is made anew then. */
  readonly tables: SeedChange;
  /** Rows of tables that were not removed. */
  readonly rows: SeedChange;
  readonly kmsKeys: SeedChange;
}

/** A seed and the one it replaces, both as `rehearse` gives them. */
export interface SeedReplacement {
  readonly former: CheckedSeed;
  readonly next: CheckedSeed;
}

/**
 * Puts a seed in the place of a former one.
 *
 * What the next one names is then as it says, also where clients have changed it; what only the former one named is
 * gone; what neither names stays. What is as it should be is not written again.
 *
 * @param dropTable - Deletes a table with its settings.
 */
export async function replaceSeed(
  { former, next }: SeedReplacement,
  stores: SeedStores,
  dropTable: (name: string) => Promise<void>,
): Promise<SeedChanges> {
  return {
    parameters: await replaceEntries(former.parameters, next.parameters, parameterEntries(stores.parameters)),
    secrets: await replaceEntries(former.secrets, next.secrets, secretEntries(stores.secrets)),
    tables: await replaceEntries(former.tables, next.tables, tableEntries(stores.tables, dropTable)),
    rows: await replaceRows(former.tables, next.tables, stores.tables),
    kmsKeys: stores.keys.replaceAll(next.kmsKeys),
  };
}

function parameterEntries(store: ParameterStore): Entries<ParameterInput> {
  return {
    remove: (name) => store.delete(name),
    put: (name, wanted) => {
      const known = store.find(name);
      if (known !== undefined && isParameterAs(known, wanted)) return 'same';
      store.put(name, wanted);
      return known === undefined ? 'added' : 'changed';
    },
  };
}

function isParameterAs({ latest, type, keyDenied }: Parameter, { labels = [], ...wanted }: ParameterInput): boolean {
  return isDeepStrictEqual(
    { value: latest.value, labels: latest.labels, type, keyDenied },
    { value: wanted.value, labels, type: wanted.type, keyDenied: wanted.keyDenied },
  );
}

function secretEntries(store: SecretStore): Entries<CheckedSecret> {
  return {
    remove: (name) => {
      const known = store.find(name);
      if (known !== undefined) store.remove(known);
      return known !== undefined;
    },
    put: (name, wanted) => {
      const known = store.find(name);
      if (known !== undefined && isSecretAs(known, wanted)) return 'same';
      // A secret that is to have no version cannot be made of one that has some.
      if (known !== undefined && wanted.contents.length === 0) store.remove(known);
      putSecret(store, name, wanted);
      return known === undefined ? 'added' : 'changed';
    },
  };
}

function isSecretAs(secret: Secret, { contents, patch }: CheckedSecret): boolean {
  const contentOf = (stage: string) => secret.versions.find(({ stages }) => stages.includes(stage))?.content;
  const [current, previous] = contents.toReversed();
  if (!isDeepStrictEqual(contentOf('AWSCURRENT'), current)) return false;
  if (previous !== undefined && !isDeepStrictEqual(contentOf('AWSPREVIOUS'), previous)) return false;
  return Object.entries(patch).every(([key, value]) => secret[key as keyof SecretPatch] === value);
}
