import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { type AttributeMap, isUsable } from '../aws/attribute-value';
import { keySeparator, tableKeys } from '../aws/table-names';
import { isoTime } from '../base/time';
import { type CacheKey } from './cache-key';

/** What every row says of itself. */
export interface RowFacts {
  /** Sort key. */
  readonly nameKey: string;
  /** Name of the setting, lower-cased. */
  readonly name: string;
  /** Where the answer comes from; `/_nonExistent` when the name is missing. */
  readonly directory: string;
  /** Provider and directory, as `ssm - /orders/all`; `undefined` when the row does not say. Parsed by `decodeRow` alone. */
  readonly source: string | undefined;
  /** Cache name of the provider that gave the answer; absent when unknown, or the name is missing. */
  readonly provider?: string | undefined;
  /** When the row ends, **whole seconds** since the Unix epoch; `undefined`: never. */
  readonly ttl: number | undefined;
  /** ISO 8601; `undefined` when unknown. */
  readonly createdAt: string | undefined;
  /** Generation of the partition that all reads behind the row had seen; absent before the first: 0. */
  readonly generation?: number | undefined;
  /** When the oldest read behind the row began, **milliseconds** since the Unix epoch; absent: the row does not say. */
  readonly readAtMs?: number | undefined;
}

/** A row with the value of a name, or one that records that there is none. */
export interface PlainRow extends RowFacts {
  readonly kind: 'plain';
  /** `directories|+|providers`. */
  readonly chain: string;
  readonly originalName: string;
  /** The value; `undefined` for a row without one: a missing name, or (in a real directory) null. */
  readonly value: AttributeValue | undefined;
  /** Whether the row itself says that the value is a secret. */
  readonly secret: boolean;
}

/** A row with the sealed value of a secret. */
export interface SealedRow extends RowFacts {
  readonly kind: 'sealed';
  readonly chainHash: string;
  readonly keyId: string;
  readonly sealed: Uint8Array;
}

/** A row that says where a secret is, without its value. */
export interface ReferenceRow extends RowFacts {
  readonly kind: 'reference';
  readonly chainHash: string;
  /** Cache name of the provider that has it. */
  readonly provider: string;
  /** Full name at the source. */
  readonly exactName: string;
}

/** The row that says who refreshes a chain. */
export interface LeaseRow extends RowFacts {
  readonly kind: 'lease';
  readonly owner: string;
  readonly untilMs: number;
  readonly state: 'held' | 'done';
}

/** The row with a data key that only a KMS key can unwrap. */
export interface DataKeyRow extends RowFacts {
  readonly kind: 'key';
  readonly keyId: string;
  readonly wrapped: Uint8Array;
}

/** A row that answers for a name. */
export type AnswerRow = PlainRow | SealedRow | ReferenceRow;

/** Every kind of row that the library reads. */
export type CacheRow = AnswerRow | LeaseRow | DataKeyRow | GenerationRow;

/** Whether a row answers for a name. */
export function isAnswer(row: CacheRow): row is AnswerRow {
  return row.kind === 'plain' || row.kind === 'sealed' || row.kind === 'reference';
}

/** Attribute of rows that answer for a name: when the oldest read behind them began. */
export const readAtAttribute = 'xcon_read';
/** Path that means "in no directory". */
export const nowhere = '/_nonExistent';
/** Follows the plain key in the sort key of a sealed row; the key id comes after it. */
const sealedMark = `${keySeparator}xcon:sealed:`;
/** Follows the plain key in the sort key of a reference row. */
const referenceMark = `${keySeparator}xcon:ref`;
const dataKeyPrefix = '~xcon|key|';

/** Gives the sort key of the sealed row of a name. */
export function sealedKey(key: CacheKey, name: string, keyId: string): string {
  return `${key.nameKey(name)}${sealedMark}${keyId}`;
}

/** Gives the sort key of the reference row of a name. */
export function referenceKey(key: CacheKey, name: string): string {
  return `${key.nameKey(name)}${referenceMark}`;
}

/** Gives the sort key of the plain row of the name and chain that a sealed row or a reference is for. */
export function plainKeyOf(nameKey: string): string {
  const end = nameKey.endsWith(referenceMark) ? nameKey.length - referenceMark.length : nameKey.lastIndexOf(sealedMark);
  return end === -1 ? nameKey : nameKey.slice(0, end);
}

/** Gives the sort key of the row of a wrapped data key. */
export function dataKeyKey(keyId: string): string {
  return `${dataKeyPrefix}${keyId}`;
}

/** Turns a row into attributes. Rows of our own carry nothing by which the Python library would take them for a value. */
export function encodeRow(environ: string, row: CacheRow): AttributeMap {
  return {
    [tableKeys.partition]: { S: environ },
    [tableKeys.sort]: { S: row.nameKey },
    real_name: { S: row.name },
    real_directory: { S: row.directory },
    ...(row.source !== undefined && { source: { S: row.source } }),
    ...(row.ttl !== undefined && { ttl: { N: `${row.ttl}` } }),
    ...(row.createdAt !== undefined && { created_at: { S: row.createdAt } }),
    ...(row.generation !== undefined && { xcon_gen: { N: `${row.generation}` } }),
    ...(row.readAtMs !== undefined && { [readAtAttribute]: { N: `${row.readAtMs}` } }),
    ...contentOf(row),
  };
}

/**
 * Reads a row.
 *
 * @returns `undefined` for one that is not usable; a bad `ttl`, `created_at` or `source` only counts as absent.
 */
export function decodeRow(attributes: AttributeMap): CacheRow | undefined {
  const nameKey = attributes[tableKeys.sort]?.S;
  const name = attributes['real_name']?.S;
  const directory = attributes['real_directory']?.S;
  if (nameKey === undefined || name === undefined || name === '') return undefined;
  if (directory === undefined || !isDirectoryPath(directory)) return undefined;
  const source = attributes['source']?.S;
  const facts: RowFacts = {
    nameKey,
    name: name.toLowerCase(),
    directory,
    source,
    provider: directory === nowhere ? undefined : providerIn(source, directory),
    ttl: epochSeconds(attributes['ttl']?.N),
    createdAt: isoDate(attributes['created_at']?.S),
    generation: finiteNumber(attributes['xcon_gen']),
    readAtMs: finiteNumber(attributes[readAtAttribute]),
  };
  return (
    decodeGeneration(facts, attributes) ??
    decodeLease(facts, attributes) ??
    decodeDataKey(facts, attributes) ??
    decodeOwn(facts, attributes) ??
    decodePlain(facts, attributes, name)
  );
}

/** Gives when a row was written, **milliseconds** since the Unix epoch; `undefined` when unknown. */
export function createdAtMs({ createdAt }: RowFacts): number | undefined {
  return createdAt === undefined ? undefined : Date.parse(createdAt);
}

/** Whether another library has written a row: those of this one say when they were read. */
export function isForeign({ kind, readAtMs }: CacheRow): boolean {
  return kind === 'plain' && readAtMs === undefined;
}

/**
 * Gives how old what a row says is: when the reads behind it began, **milliseconds** since the Unix epoch; where the row does not
 * say, when it was written. 0 when unknown.
 */
export function saidAtMs(row: RowFacts): number {
  return row.readAtMs ?? createdAtMs(row) ?? 0;
}

/** Writes a moment in the form that Python's `fromisoformat` reads, which does not take `Z` before 3.11. */
export function rowTime(nowMs: number): string {
  return isoTime(nowMs).replace('Z', '+00:00');
}

function contentOf(row: CacheRow): AttributeMap {
  switch (row.kind) {
    case 'plain': {
      const [directories = '', providers = ''] = row.chain.split(keySeparator);
      return {
        original_name: { S: row.originalName },
        cache_concat_directory_paths: { S: directories },
        cache_concat_provider_names: { S: providers },
        ...(row.value !== undefined && { value: row.value }),
        ...(row.secret && { xcon_secret: { BOOL: true } }),
      };
    }
    case 'sealed':
      return { xcon_chain: { S: row.chainHash }, xcon_sealed: { B: row.sealed } };
    case 'reference': {
      const reference = { provider: { S: row.provider }, name: { S: row.exactName } };
      return { xcon_chain: { S: row.chainHash }, xcon_ref: { M: reference } };
    }
    case 'lease':
      return {
        xcon_owner: { S: row.owner },
        xcon_until_ms: { N: `${row.untilMs}` },
        xcon_state: { S: row.state },
      };
    case 'key':
      return { xcon_wrapped: { B: row.wrapped } };
    case 'generation':
      return encodeGeneration(row);
  }
}

function decodePlain(facts: RowFacts, attributes: AttributeMap, name: string): PlainRow | undefined {
  const directories = attributes['cache_concat_directory_paths']?.S;
  const providers = attributes['cache_concat_provider_names']?.S;
  if (directories === undefined || providers === undefined) return undefined;
  const { value } = attributes;
  if (value !== undefined && !isUsable(value)) return undefined;
  return {
    ...facts,
    kind: 'plain',
    chain: `${directories}${keySeparator}${providers}`,
    originalName: attributes['original_name']?.S ?? name,
    value,
    secret: attributes['xcon_secret']?.BOOL === true,
  };
}

function decodeOwn(facts: RowFacts, attributes: AttributeMap): SealedRow | ReferenceRow | undefined {
  const chainHash = attributes['xcon_chain']?.S;
  if (chainHash === undefined) return undefined;
  const sealed = attributes['xcon_sealed']?.B;
  const mark = facts.nameKey.lastIndexOf(sealedMark);
  if (sealed !== undefined && mark !== -1) {
    return { ...facts, kind: 'sealed', chainHash, keyId: facts.nameKey.slice(mark + sealedMark.length), sealed };
  }
  const { provider, name } = attributes['xcon_ref']?.M ?? {};
  if (provider?.S === undefined || name?.S === undefined || !facts.nameKey.endsWith(referenceMark)) return undefined;
  return { ...facts, kind: 'reference', chainHash, provider: provider.S, exactName: name.S };
}

function decodeLease(facts: RowFacts, attributes: AttributeMap): LeaseRow | undefined {
  const owner = attributes['xcon_owner']?.S;
  const untilMs = Number(attributes['xcon_until_ms']?.N);
  if (owner === undefined || !Number.isFinite(untilMs)) return undefined;
  return { ...facts, kind: 'lease', owner, untilMs, state: attributes['xcon_state']?.S === 'done' ? 'done' : 'held' };
}

function decodeDataKey(facts: RowFacts, attributes: AttributeMap): DataKeyRow | undefined {
  const wrapped = attributes['xcon_wrapped']?.B;
  if (wrapped === undefined || !facts.nameKey.startsWith(dataKeyPrefix)) return undefined;
  return { ...facts, kind: 'key', keyId: facts.nameKey.slice(dataKeyPrefix.length), wrapped };
}

/** Rows name their provider only in the text of their source: its cache name, ` - ` and the directory. */
function providerIn(source: string | undefined, directory: string): string | undefined {
  const end = ` - ${directory}`;
  return source?.endsWith(end) === true ? source.slice(0, -end.length) : source?.split(' ', 1)[0];
}

/** Whether a path is one that a Directory has, to the letter. */
function isDirectoryPath(path: string): boolean {
  return path.startsWith('/') && !path.endsWith('/') && !path.includes('//');
}

function epochSeconds(text: string | undefined): number | undefined {
  const seconds = Number(text ?? Number.NaN);
  return Number.isFinite(seconds) ? seconds : undefined;
}

function isoDate(text: string | undefined): string | undefined {
  return text === undefined || Number.isNaN(Date.parse(text)) ? undefined : text;
}

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

/** The row that records which changes at its sources a partition has followed. */
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

/** Most bytes that DynamoDB takes in an item, less room for rounding. */
const maxItemBytes = 400 * 1024;

/**
 * Whether a row is small enough for DynamoDB.
 *
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export function fitsItem(row: AttributeMap): boolean {
  return mapSize(row) <= maxItemBytes;
}

function mapSize(map: AttributeMap): number {
  return Object.entries(map).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + attributeSize(value) + 1,
    3,
  );
}

function attributeSize(attribute: AttributeValue): number {
  if (attribute.S !== undefined) return Buffer.byteLength(attribute.S);
  if (attribute.N !== undefined) return attribute.N.length + 1;
  if (attribute.B !== undefined) return attribute.B.length;
  if (attribute.M !== undefined) return mapSize(attribute.M);
  if (attribute.L !== undefined) return attribute.L.reduce((sum, each) => sum + attributeSize(each) + 1, 3);
  const texts = attribute.SS ?? attribute.NS;
  if (texts !== undefined) return texts.reduce((sum, each) => sum + Buffer.byteLength(each) + 1, 3);
  return attribute.BS === undefined ? 1 : attribute.BS.reduce((sum, each) => sum + each.length + 1, 3);
}

/**
 * Latest end that the Python library reads, **seconds** since the Unix epoch: its dates end with the year 9999, and one row beyond
 * fails the whole partition.
 *
 * Source: https://docs.python.org/3/library/datetime.html#datetime.MAXYEAR
 */
export const latestReadableTtl = 253_402_300_799;

/**
 * Most digits of a number that boto3 reads, at any depth of a row: it refuses to round.
 *
 * Source: https://boto3.amazonaws.com/v1/documentation/api/latest/_modules/boto3/dynamodb/types.html
 */
const mostDigits = 38;

/**
 * Whether the Python library can read a value.
 *
 * DynamoDB gives numbers without an exponent, so that 1e40 comes as 41 digits, which fail the whole partition.
 */
export function isReadableByPython(attribute: AttributeValue): boolean {
  if (attribute.N !== undefined) return digitsOf(attribute.N) <= mostDigits;
  if (attribute.NS !== undefined) return attribute.NS.every((each) => digitsOf(each) <= mostDigits);
  const parts = attribute.L ?? Object.values(attribute.M ?? {});
  return parts.every(isReadableByPython);
}

/** Gives how many digits a number has when it is written without an exponent; zeros in front do not count. */
function digitsOf(text: string): number {
  const [, whole = '', fraction = '', exponent = '0'] = /^[+-]?(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const significant = `${whole}${fraction}`.replace(/^0+/, '');
  const trailingZeros = Math.max(0, Number(exponent) - fraction.length);
  return significant === '' ? 0 : significant.length + trailingZeros;
}
