import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { type AttributeMap } from '../aws/attribute-value';
import { keySeparator } from '../aws/table-names';
import { type RowFacts } from './cache-row';

/** A change at a source, as far as the cache is concerned. */
export interface SourceChange {
  /** Path of the directory in which something changed; `undefined`: any may be. */
  readonly directory: string | undefined;
  /** Name of the setting, lower-cased; `undefined`: any may be. */
  readonly name: string | undefined;
}

/** A change, and the generation that it began. */
export interface KnownChange extends SourceChange {
  readonly generation: number;
}

/** The row that tells how far a partition has followed the changes at its sources. */
export interface GenerationRow extends RowFacts {
  readonly kind: 'generation';
  /** Grows with each change that is followed: about its moment, **milliseconds** since the Unix epoch; 0 before the first. */
  readonly current: number;
  /** Rows from memory of before this generation are not used, whatever their name; 0: there is no such limit. */
  readonly floor: number;
  /** Changes above the floor: rows from memory of before them are not used. */
  readonly changes: readonly KnownChange[];
  /** Directories that watching processes look in. */
  readonly directories: readonly string[];
}

/** Sort key of the generation; `~` sorts behind every name. */
export const generationKey = '~xcon|gen';

/** Gives the attributes that only a generation has. */
export function encodeGeneration({ current, floor, changes, directories }: GenerationRow): AttributeMap {
  const entries = changes.map((each): [string, AttributeValue] => [changeKey(each), { N: `${each.generation}` }]);
  return {
    xcon_gen: { N: `${current}` },
    ...(floor > 0 && { xcon_floor: { N: `${floor}` } }),
    ...(entries.length > 0 && { xcon_changes: { M: Object.fromEntries(entries) } }),
    ...(directories.length > 0 && { xcon_directories: { SS: [...directories] } }),
  };
}

/** Reads what a generation has beside the facts of every row; `undefined` for other rows. */
export function decodeGeneration(facts: RowFacts, attributes: AttributeMap): GenerationRow | undefined {
  const current = finiteNumber(attributes['xcon_gen']);
  if (facts.nameKey !== generationKey || current === undefined) return undefined;
  const entries = Object.entries(attributes['xcon_changes']?.M ?? {});
  return {
    ...facts,
    kind: 'generation',
    current,
    floor: finiteNumber(attributes['xcon_floor']) ?? 0,
    changes: entries.map(([key, value]) => knownChange(key, finiteNumber(value) ?? current)),
    directories: attributes['xcon_directories']?.SS ?? [],
  };
}

/** Reads a number, that of a generation or a time; `undefined` when there is none. */
export function finiteNumber(attribute: AttributeValue | undefined): number | undefined {
  const generation = Number(attribute?.N ?? Number.NaN);
  return Number.isFinite(generation) ? generation : undefined;
}

/** Identifies a change: neither part has the separator in front of a slash. */
export function changeKey({ directory = '', name = '' }: SourceChange): string {
  return `${directory}${keySeparator}${name}`;
}

function knownChange(key: string, generation: number): KnownChange {
  const end = key.indexOf(keySeparator);
  return {
    directory: textOf(key.slice(0, Math.max(0, end))),
    name: textOf(key.slice(end === -1 ? 0 : end + keySeparator.length)),
    generation,
  };
}

function textOf(text: string): string | undefined {
  return text === '' ? undefined : text;
}
