import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { type AttributeMap, isUsable } from '../aws/attribute-value';
import { keySeparator, tableKeys } from '../aws/table-names';
import { isoTime } from '../base/time';
import { type CacheKey } from './cache-key';

/** The attributes of every row. */
export interface RowBase {
  /** Sort key. */
  readonly nameKey: string;
  /** Name of the setting, lower-cased. */
  readonly name: string;
  /** Directory of the answer; `/_nonExistent` when the name is missing. */
  readonly directory: string;
  /** Provider and directory, as `ssm - /orders/all`; `undefined` when the row does not say. Parsed by `decodeRow` alone. */
  readonly source: string | undefined;
  /** Cache name of the provider that gave the answer; absent when unknown, or the name is missing. */
  readonly provider?: string | undefined;
  /** When the row expires, **whole seconds** since the Unix epoch; `undefined`: never. */
  readonly ttl: number | undefined;
  /** ISO 8601; `undefined` when unknown. */
  readonly createdAt: string | undefined;
  /** Generation of the partition before all reads behind the row; absent before the first: 0. */
  readonly generation?: number | undefined;
  /** When the oldest read behind the row began, **milliseconds** since the Unix epoch; absent: the row does not say. */
  readonly readAtMs?: number | undefined;
}

/** A row with the value of a name, or one that records the name as missing. */
export interface PlainRow extends RowBase {
  readonly kind: 'plain';
  /** `directories|+|providers`. */
  readonly chain: string;
  readonly originalName: string;
  /** The value; `undefined` for a row without one: a missing name, or (in a real directory) null. */
  readonly value: AttributeValue | undefined;
  /** Whether the row marks the value as a secret. */
  readonly secret: boolean;
}

/** A row with the sealed value of a secret. */
export interface SealedRow extends RowBase {
  readonly kind: 'sealed';
  readonly chainHash: string;
  readonly keyId: string;
  readonly sealed: Uint8Array;
}

/** A row with the place of a secret, without its value. */
export interface ReferenceRow extends RowBase {
  readonly kind: 'reference';
  readonly chainHash: string;
  /** Cache name of the provider that has it. */
  readonly provider: string;
  /** Full name at the source. */
  readonly exactName: string;
}

/** The row of a lease: which process refreshes a chain. */
export interface LeaseRow extends RowBase {
  readonly kind: 'lease';
  readonly owner: string;
  readonly untilMs: number;
  readonly state: 'held' | 'done';
}

/** The row of a data key, wrapped by a KMS key. */
export interface DataKeyRow extends RowBase {
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
/** Directory of rows of missing names. */
export const nowhere = '/_nonExistent';
/** Separates the plain key and the key id in the sort key of a sealed row. */
const sealedMark = `${keySeparator}xcon:sealed:`;
/** Suffix of the sort key of a reference row. */
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

/** Gives the sort key of the plain row for the name and chain of a sealed row or a reference. */
export function plainKeyOf(nameKey: string): string {
  const end = nameKey.endsWith(referenceMark) ? nameKey.length - referenceMark.length : nameKey.lastIndexOf(sealedMark);
  return end === -1 ? nameKey : nameKey.slice(0, end);
}

/** Gives the sort key of the row of a wrapped data key. */
export function dataKeyKey(keyId: string): string {
  return `${dataKeyPrefix}${keyId}`;
}

/** Turns a row into attributes. Rows of other kinds than `plain` lack those by which the Python library recognizes a value. */
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
 * @returns `undefined` for a malformed one; a malformed `ttl`, `created_at` or `source` counts as absent.
 */
export function decodeRow(attributes: AttributeMap): CacheRow | undefined {
  const nameKey = attributes[tableKeys.sort]?.S;
  const name = attributes['real_name']?.S;
  const directory = attributes['real_directory']?.S;
  if (nameKey === undefined || name === undefined || name === '') return undefined;
  if (directory === undefined || !isDirectoryPath(directory)) return undefined;
  const source = attributes['source']?.S;
  const base: RowBase = {
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
    decodeGeneration(base, attributes) ??
    decodeLease(base, attributes) ??
    decodeDataKey(base, attributes) ??
    decodeSecretRow(base, attributes) ??
    decodePlain(base, attributes, name)
  );
}

/** Gives when a row was written, **milliseconds** since the Unix epoch; `undefined` when unknown. */
export function createdAtMs({ createdAt }: RowBase): number | undefined {
  return createdAt === undefined ? undefined : Date.parse(createdAt);
}

/** Whether another library has written a row: rows of this one record when their values were read. */
export function isForeign({ kind, readAtMs }: CacheRow): boolean {
  return kind === 'plain' && readAtMs === undefined;
}

/**
 * Gives the time of the answer of a row: when the reads behind it began, **milliseconds** since the Unix epoch; where that is not recorded,
 * when the row was written. 0 when unknown.
 */
export function answeredAtMs(row: RowBase): number {
  return row.readAtMs ?? createdAtMs(row) ?? 0;
}

/** Formats a time for Python's `fromisoformat`, which does not accept `Z` before 3.11. */
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

function decodePlain(base: RowBase, attributes: AttributeMap, name: string): PlainRow | undefined {
  const directories = attributes['cache_concat_directory_paths']?.S;
  const providers = attributes['cache_concat_provider_names']?.S;
  if (directories === undefined || providers === undefined) return undefined;
  const { value } = attributes;
  if (value !== undefined && !isUsable(value)) return undefined;
  return {
    ...base,
    kind: 'plain',
    chain: `${directories}${keySeparator}${providers}`,
    originalName: attributes['original_name']?.S ?? name,
    value,
    secret: attributes['xcon_secret']?.BOOL === true,
  };
}

function decodeSecretRow(base: RowBase, attributes: AttributeMap): SealedRow | ReferenceRow | undefined {
  const chainHash = attributes['xcon_chain']?.S;
  if (chainHash === undefined) return undefined;
  const sealed = attributes['xcon_sealed']?.B;
  const mark = base.nameKey.lastIndexOf(sealedMark);
  if (sealed !== undefined && mark !== -1) {
    return { ...base, kind: 'sealed', chainHash, keyId: base.nameKey.slice(mark + sealedMark.length), sealed };
  }
  const { provider, name } = attributes['xcon_ref']?.M ?? {};
  if (provider?.S === undefined || name?.S === undefined || !base.nameKey.endsWith(referenceMark)) return undefined;
  return { ...base, kind: 'reference', chainHash, provider: provider.S, exactName: name.S };
}

function decodeLease(base: RowBase, attributes: AttributeMap): LeaseRow | undefined {
  const owner = attributes['xcon_owner']?.S;
  const untilMs = Number(attributes['xcon_until_ms']?.N);
  if (owner === undefined || !Number.isFinite(untilMs)) return undefined;
  return { ...base, kind: 'lease', owner, untilMs, state: attributes['xcon_state']?.S === 'done' ? 'done' : 'held' };
}

function decodeDataKey(base: RowBase, attributes: AttributeMap): DataKeyRow | undefined {
  const wrapped = attributes['xcon_wrapped']?.B;
  if (wrapped === undefined || !base.nameKey.startsWith(dataKeyPrefix)) return undefined;
  return { ...base, kind: 'key', keyId: base.nameKey.slice(dataKeyPrefix.length), wrapped };
}

/** Gives the provider of a row from its source: cache name, ` - ` and directory. */
function providerIn(source: string | undefined, directory: string): string | undefined {
  const end = ` - ${directory}`;
  return source?.endsWith(end) === true ? source.slice(0, -end.length) : source?.split(' ', 1)[0];
}

/** Whether a path has exactly the form of a Directory's path. */
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

/** A change at a source, as it concerns the cache. */
export interface SourceChange {
  /** Path of the changed directory; `undefined`: any. */
  readonly directory: string | undefined;
  /** Name of the changed setting, lower-cased; `undefined`: any. */
  readonly name: string | undefined;
}

/** A change, and its generation. */
export interface KnownChange extends SourceChange {
  readonly generation: number;
}

/** The row that records which changes at its sources a partition has followed. */
export interface GenerationRow extends RowBase {
  readonly kind: 'generation';
  /** Grows with each change: about its time, **milliseconds** since the Unix epoch; 0 before the first. */
  readonly current: number;
  /** Rows that rest on reads from before this generation are not used, whatever their name; 0: no such limit. */
  readonly floor: number;
  /** Changes above the floor: affected rows that rest on reads from before them are not used. */
  readonly changes: readonly KnownChange[];
  /** Directories of the processes that watch. */
  readonly directories: readonly string[];
}

/** Sort key of the generation; `~` sorts behind every name. */
export const generationKey = '~xcon|gen';

/** Gives the attributes that only a generation has. */
function encodeGeneration({ current, floor, changes, directories }: GenerationRow): AttributeMap {
  const entries = changes.map((each): [string, AttributeValue] => [changeKey(each), { N: `${each.generation}` }]);
  return {
    xcon_gen: { N: `${current}` },
    ...(floor > 0 && { xcon_floor: { N: `${floor}` } }),
    ...(entries.length > 0 && { xcon_changes: { M: Object.fromEntries(entries) } }),
    ...(directories.length > 0 && { xcon_directories: { SS: [...directories] } }),
  };
}

/** Reads the row of a generation; `undefined` for other rows. */
function decodeGeneration(base: RowBase, attributes: AttributeMap): GenerationRow | undefined {
  const current = finiteNumber(attributes['xcon_gen']);
  if (base.nameKey !== generationKey || current === undefined) return undefined;
  const entries = Object.entries(attributes['xcon_changes']?.M ?? {});
  return {
    ...base,
    kind: 'generation',
    current,
    floor: finiteNumber(attributes['xcon_floor']) ?? 0,
    changes: entries.map(([key, value]) => knownChange(key, finiteNumber(value) ?? current)),
    directories: attributes['xcon_directories']?.SS ?? [],
  };
}

/** Reads a finite number; `undefined` for anything else. */
export function finiteNumber(attribute: AttributeValue | undefined): number | undefined {
  const number = Number(attribute?.N ?? Number.NaN);
  return Number.isFinite(number) ? number : undefined;
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

/** Most bytes of an item in DynamoDB. */
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
 * Latest `ttl` that the Python library reads, **seconds** since the Unix epoch: its dates end with the year 9999, and one row beyond
 * fails the whole partition.
 *
 * Source: https://docs.python.org/3/library/datetime.html#datetime.MAXYEAR
 */
export const latestReadableTtl = 253_402_300_799;

/**
 * Most digits of a number that boto3 reads, at any depth of a row: it raises instead of rounding.
 *
 * Source: https://boto3.amazonaws.com/v1/documentation/api/latest/_modules/boto3/dynamodb/types.html
 */
const mostDigits = 38;

/**
 * Whether the Python library can read a value.
 *
 * DynamoDB returns numbers without an exponent: 1e40 has 41 digits, which make the read of the whole partition fail.
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
