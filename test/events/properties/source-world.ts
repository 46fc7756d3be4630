import { type AttributeMap } from '../../../src/aws/attribute-value';
import { encodeRow } from '../../../src/cache/rows';
import { cacheKey, plainRow, pythonRow, referenceRow, sealedRow } from '../../cache/rows';
import { fc } from '../../setup/fast-check';
import { chainOf } from '../cache-world';
import { streamBatch } from '../fixtures/batches';
import { parameterEvent } from '../fixtures/parameter-store';
import { labelEvent, trailCalls } from '../fixtures/secrets-manager';

/** Where something is: a source, a directory, a name. */
export interface Place {
  readonly source: 'ssm' | 'secrets' | 'dynamo';
  readonly directory: string;
  readonly name: string;
}

/** What places have; a place that is not in it has nothing. */
export type Sources = ReadonlyMap<string, string>;

/** A change of one place; `undefined`: it is deleted. */
export interface PlaceChange extends Place {
  readonly value: string | undefined;
}

/** A chain of a partition. */
export interface Chain {
  readonly environ: string;
  readonly directories: readonly string[];
  readonly providers: string;
}

/** Whose row it is, and what it says. */
export type RowKind = 'plain' | 'python' | 'sealed' | 'reference';

/** A row, and the lookup that it answers. */
export interface ModelRow {
  readonly chain: Chain;
  readonly name: string;
  readonly kind: RowKind;
}

export const environs = ['/orders/prod', '/orders/test', '/billing/prod'];
const others = [
  '/orders/all',
  '/billing/all',
  '/global/prod',
  '/global/test',
  '/global/all',
  '/mine',
  '/pay/export/prod',
];
export const directories = [...environs, ...others];
const names = ['a', 'b', 'odd|+|/name|+|x'];
const sources = ['ssm', 'secrets', 'dynamo'] as const;

/** Identifies a place. */
export function placeKey({ source, directory, name }: Place): string {
  return JSON.stringify([source, directory, name]);
}

/** What a lookup without any cache finds: where, and what. */
export function lookUp({ directories: chain }: Chain, name: string, all: Sources): string | undefined {
  for (const directory of chain) {
    for (const source of sources) {
      const value = all.get(placeKey({ source, directory, name }));
      if (value !== undefined) return JSON.stringify({ source, directory, value });
    }
  }
  return undefined;
}

/** Gives the sources after changes. */
export function changed(all: Sources, changes: readonly PlaceChange[]): Sources {
  const after = new Map(all);
  for (const each of changes) {
    if (each.value === undefined) after.delete(placeKey(each));
    else after.set(placeKey(each), each.value);
  }
  return after;
}

/** Makes the row that a lookup leaves in the table. */
export function rowOf({ chain, name, kind }: ModelRow, all: Sources): AttributeMap {
  const found = lookUp(chain, name, all);
  const { source, directory, value } = (found === undefined ? {} : JSON.parse(found)) as Partial<Place> & {
    value?: string;
  };
  const key = cacheKey(chain.directories.join('|'), chain.providers, chain.environ);
  const nameKey = key.nameKey(name);
  const facts = { name, directory: directory ?? '/_nonExistent', source: `${source ?? 'none'} - ${directory ?? ''}` };
  if (found === undefined || kind === 'plain') {
    const more = { nameKey, chain: key.chain, value: value === undefined ? undefined : { S: value } };
    return encodeRow(chain.environ, plainRow({ ...facts, ...more }));
  }
  if (kind === 'python') {
    return pythonRow({
      app_key: { S: chain.environ },
      name_key: { S: nameKey },
      real_name: { S: name },
      real_directory: { S: facts.directory },
      cache_concat_directory_paths: { S: key.directories },
      cache_concat_provider_names: { S: chain.providers },
    });
  }
  const hidden = { ...facts, chainHash: key.chainHash };
  return kind === 'sealed'
    ? encodeRow(chain.environ, sealedRow({ ...hidden, nameKey: `${nameKey}|+|xcon:sealed:0123456789abcdef` }))
    : encodeRow(chain.environ, referenceRow({ ...hidden, nameKey: `${nameKey}|+|xcon:ref` }));
}

/** Gives the event of a change, as the service sends it. */
export function eventOf(change: PlaceChange, before: Sources, id: string): unknown {
  const fullName = `${change.directory}/${change.name.toUpperCase()}`;
  const isNew = !before.has(placeKey(change));
  if (change.source === 'ssm') {
    return parameterEvent(change.value === undefined ? 'Delete' : isNew ? 'Create' : 'Update', fullName, id);
  }
  if (change.value === undefined) return trailCalls.DeleteSecret(fullName);
  return isNew ? trailCalls.CreateSecret(fullName) : labelEvent(fullName, 'AWSCURRENT', id);
}

/** Gives the records of the stream of the config table for changes. */
export function recordsOf(changes: readonly PlaceChange[]): unknown {
  return streamBatch(
    ...changes.map(({ directory, name, value }) => {
      const image = { app_key: { S: directory }, name_key: { S: name }, real_name: { S: name.toUpperCase() } };
      return value === undefined ? { before: image } : { after: image };
    }),
  );
}

/** Names that the sources can have: those of secrets and parameters have no separators of keys. */
function namesOf(source: Place['source']): readonly string[] {
  return source === 'dynamo' ? names : names.slice(0, 2);
}

/** Gives random places. */
export function places(of: readonly Place['source'][] = sources): fc.Arbitrary<Place> {
  return fc.constantFrom(...of).chain((source) =>
    fc.record({
      source: fc.constant(source),
      directory: fc.constantFrom(...directories),
      name: fc.constantFrom(...namesOf(source)),
    }),
  );
}

/** Gives random chains: the usual ones of a partition, and others. */
export function chains(): fc.Arbitrary<Chain> {
  return fc.constantFrom(...environs).chain((environ) =>
    fc.record({
      environ: fc.constant(environ),
      directories: fc.oneof(
        fc.constant(chainOf(environ).split('|')),
        fc.shuffledSubarray([...directories], { minLength: 1, maxLength: 5 }),
      ),
      providers: fc.constantFrom('ssm|secrets|dynamo', 'ssm|secrets|dynamo|names'),
    }),
  );
}

/** Gives random rows. */
export function rows(): fc.Arbitrary<readonly ModelRow[]> {
  const row = fc.record({
    chain: chains(),
    name: fc.constantFrom(...names),
    kind: fc.constantFrom<RowKind>('plain', 'python', 'sealed', 'reference'),
  });
  return fc.uniqueArray(row, { selector: rowKey, minLength: 1, maxLength: 25 });
}

/** Identifies a row as the table does. */
export function rowKey({ chain, name, kind }: ModelRow): string {
  return JSON.stringify([chain, name, kind === 'python' ? 'plain' : kind]);
}
