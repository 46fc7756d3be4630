import { type Configuration } from './app-config';
import { type Fields, isFields } from './fields';
import { LocalAwsError } from './local-aws-error';
import { type ParameterInput } from './parameter-store';
import { type SecretContent, type SecretPatch } from './secret-store';
import { parameterTypes } from './ssm-writes';
import { AttributeError, toWireItem, type WireItem } from './wire-attribute';

/** A secret of a seed, ready to be kept. */
export interface CheckedSecret {
  /** Oldest first; the last one is current. */
  readonly contents: readonly SecretContent[];
  readonly patch: SecretPatch;
}

/** A table of a seed, ready to be created and filled. */
export interface CheckedTable {
  /** Key attributes in order, with their DynamoDB types. */
  readonly keys: ReadonlyMap<string, string>;
  /** Attribute with the expiry of a row; `undefined`: unchanged. */
  readonly ttl: string | undefined;
  readonly rows: readonly WireItem[];
}

/** A seed that was found to be well formed. */
export interface CheckedSeed {
  readonly parameters: ReadonlyMap<string, ParameterInput>;
  readonly secrets: ReadonlyMap<string, CheckedSecret>;
  readonly tables: ReadonlyMap<string, CheckedTable>;
  readonly kmsKeys: readonly string[];
  readonly configurations: ReadonlyMap<string, Configuration>;
}

/**
 * Checks a seed that may come from a file.
 *
 * @param source - What to call it in messages, such as `Seed file a.yaml`.
 * @param nowMs - Current time, milliseconds since the Unix epoch.
 * @throws LocalAwsError with the position of the error in the seed, and what was expected.
 */
export function checkSeed(seed: unknown, source: string, nowMs: number): CheckedSeed {
  const known = ['ssm', 'secrets', 'tables', 'kmsKeys', 'appConfig'] as const;
  const whole = new SeedPlace(seed, `${source}:`).structure(known, `a map with ${known.join(', ')}`);
  return {
    parameters: mapOf(whole.ssm, checkParameter),
    secrets: mapOf(whole.secrets, checkSecret),
    tables: mapOf(whole.tables, (place) => checkTable(place, nowMs)),
    kmsKeys: whole.kmsKeys.ifPresent((keys) => keys.members().map((each) => each.text('a key id'))) ?? [],
    configurations: mapOf(whole.appConfig, checkConfiguration),
  };
}

function mapOf<T>(places: SeedPlace, check: (place: SeedPlace) => T): ReadonlyMap<string, T> {
  return new Map(places.ifPresent((map) => map.entries().map(([name, place]) => [name, check(place)])) ?? []);
}

function checkParameter(place: SeedPlace): ParameterInput {
  if (typeof place.value === 'string') return { value: place.value, type: 'String', keyDenied: false, tags: new Map() };
  const known = ['value', 'type', 'keyDenied', 'labels', 'description', 'tags'] as const;
  const { value, type, keyDenied, labels, description, tags } = place.structure(
    known,
    'a text (quote it) or { value, type }',
  );
  return {
    value: value.text(),
    type: type.ifPresent((each) => each.oneOf(parameterTypes)) ?? 'String',
    keyDenied: keyDenied.ifPresent((each) => each.flag()) ?? false,
    labels: labels.ifPresent((list) => list.members().map((each) => each.text())),
    description: description.ifPresent((each) => each.text()),
    tags: tags.ifPresent(checkTags) ?? new Map(),
  };
}

function checkConfiguration(place: SeedPlace): Configuration {
  const json = 'application/json';
  if (typeof place.value === 'string') return { content: place.value, contentType: json, versionLabel: undefined };
  const { content, contentType, versionLabel } = place.structure(
    ['content', 'contentType', 'versionLabel'],
    'a text (quote it) or { content, contentType }',
  );
  return {
    content: content.text(),
    contentType: contentType.ifPresent((each) => each.text()) ?? json,
    versionLabel: versionLabel.ifPresent((each) => each.text()),
  };
}

function checkTags(place: SeedPlace): ReadonlyMap<string, string> {
  return new Map(place.entries('a map of texts').map(([key, each]) => [key, each.text()]));
}

function checkSecret(place: SeedPlace): CheckedSecret {
  if (typeof place.value === 'string') return { contents: [{ text: place.value }], patch: unrestricted };
  const known = [
    ...(['value', 'binary', '$bytes', 'denied', 'previous', 'rotation', 'listed', 'description', 'tags'] as const),
  ];
  const members = place.structure(known, 'a text (quote it) or { value }');
  const binary = members.binary.isAbsent ? members.$bytes : members.binary;
  if (!members.value.isAbsent && !binary.isAbsent) place.reject('has both a value and a binary; expected one');
  if (!members.previous.isAbsent && members.value.isAbsent && binary.isAbsent) {
    place.reject('has a previous value but no current one');
  }
  const contents = [
    members.previous.ifPresent((each) => ({ text: each.text() })),
    members.value.ifPresent((each) => ({ text: each.text() })),
    binary.ifPresent((each) => ({ binary: checkBase64(each) })),
  ];
  return {
    contents: contents.filter((each) => each !== undefined),
    patch: {
      ...unrestricted,
      denied: members.denied.ifPresent((each) => each.flag()),
      listed: members.listed.ifPresent((each) => each.flag()),
      tags: members.tags.ifPresent(checkTags),
      ...members.description.ifPresent((each) => ({ description: each.text() })),
      ...members.rotation.ifPresent(checkRotation),
    },
  };
}

/** Defaults of a seeded secret, also when it existed before. */
const unrestricted: SecretPatch = {
  deletionAtMs: undefined,
  denied: undefined,
  listed: undefined,
  rotationEnabled: undefined,
  nextRotationAtMs: undefined,
  tags: undefined,
};

function checkRotation(place: SeedPlace): SecretPatch {
  const { enabled, nextRotationDate } = place.structure(
    ['enabled', 'nextRotationDate'],
    '{ enabled, nextRotationDate }',
  );
  return { rotationEnabled: enabled.flag(), nextRotationAtMs: nextRotationDate.ifPresent(checkDate) };
}

function checkDate(place: SeedPlace): number {
  const { value } = place;
  const given = typeof value === 'number' ? value * 1000 : value;
  const isDate = typeof given === 'number' || typeof given === 'string' || given instanceof Date;
  const ms = isDate ? new Date(given).getTime() : NaN;
  return Number.isNaN(ms) ? place.refuse('a date: ISO 8601, or seconds since the Unix epoch') : ms;
}

function checkBase64(place: SeedPlace): string {
  const text = place.text('base64');
  return Buffer.from(text, 'base64').toString('base64') === text ? text : place.refuse('base64');
}

function checkTable(place: SeedPlace, nowMs: number): CheckedTable {
  const known = ['hashKey', 'rangeKey', 'ttl', 'rows'] as const;
  const { hashKey, rangeKey, ttl, rows } = place.structure(known, '{ hashKey, rangeKey, ttl, rows }');
  const hash = hashKey.ifPresent((each) => each.text()) ?? 'app_key';
  const range =
    rangeKey.value === null ? [] : [rangeKey.ifPresent((each) => each.text('a text or null')) ?? 'name_key'];
  const names = [hash, ...range];
  const places = rows.ifPresent((list) => list.members()) ?? [];
  const items = places.map((each) => checkRow(each, nowMs));
  const keys = new Map(names.map((name) => [name, Object.keys(items[0]?.[name] ?? {})[0] ?? 'S']));
  items.forEach((item, index) => {
    for (const [name, type] of keys) {
      if (item[name]?.[type] === undefined || !'SNB'.includes(type)) {
        places[index]?.reject(
          `has no ${name} of the kind the key has; expected a text, number or bytes, the same in every row`,
        );
      }
    }
  });
  return { keys, ttl: ttl.ifPresent((each) => each.text()), rows: items };
}

function checkRow(place: SeedPlace, nowMs: number): WireItem {
  const row = Object.fromEntries(place.entries('a row: a map of attributes').map(([name, each]) => [name, each.value]));
  try {
    return toWireItem(row, place.where, nowMs);
  } catch (error) {
    if (error instanceof AttributeError) throw new LocalAwsError(`${error.message}.`);
    throw error;
  }
}

/** A value of a seed and its position; reads it, or throws with what was expected. Messages never show a value. */
class SeedPlace {
  /**
   * @param value - The value at that position.
   * @param where - Source and path, such as `Seed file a.yaml: ssm["/orders/prod/host"].type`.
   */
  constructor(
    readonly value: unknown,
    readonly where: string,
  ) {}

  /** Whether there is nothing. */
  get isAbsent(): boolean {
    return this.value === undefined;
  }

  /** @throws LocalAwsError */
  text(expected = 'a text (quote it)'): string {
    return typeof this.value === 'string' ? this.value : this.refuse(expected);
  }

  /** @throws LocalAwsError */
  flag(): boolean {
    return typeof this.value === 'boolean' ? this.value : this.refuse('true or false');
  }

  /** @throws LocalAwsError */
  oneOf<T extends string>(allowed: readonly T[]): T {
    return allowed.find((each) => each === this.value) ?? this.refuse(`one of ${allowed.join(', ')}`);
  }

  /** Reads an optional value. */
  ifPresent<T>(read: (place: SeedPlace) => T): T | undefined {
    return this.isAbsent ? undefined : read(this);
  }

  /** Entries of a map with keys of the user's. @throws LocalAwsError */
  entries(expected = 'a map'): readonly (readonly [string, SeedPlace])[] {
    return Object.entries(this.fields(expected)).map(([name, value]) => [
      name,
      this.at(`[${JSON.stringify(name)}]`, value),
    ]);
  }

  /** Members of a list. @throws LocalAwsError */
  members(): readonly SeedPlace[] {
    if (!Array.isArray(this.value)) return this.refuse('a list');
    return this.value.map((value: unknown, index) => this.at(`[${index}]`, value));
  }

  /**
   * Members of a structure, by name.
   *
   * @throws LocalAwsError when there are others than `known`.
   */
  structure<T extends string>(known: readonly T[], expected = 'a map'): Readonly<Record<T, SeedPlace>> {
    const fields = this.fields(expected);
    const unknown = Object.keys(fields).find((name) => !known.some((each) => each === name));
    if (unknown !== undefined) this.at(`.${unknown}`, undefined).reject(`is unknown; known: ${known.join(', ')}`);
    const places = known.map((name) => [name, this.at(`.${name}`, fields[name])]);
    return Object.fromEntries(places) as Record<T, SeedPlace>;
  }

  /** @throws LocalAwsError always: something else was expected. */
  refuse(expected: string): never {
    return this.reject(`is ${kindOf(this.value)}; expected ${expected}`);
  }

  /** @throws LocalAwsError always. */
  reject(problem: string): never {
    throw new LocalAwsError(`${this.where} ${problem}.`);
  }

  private fields(expected: string): Fields {
    return isFields(this.value) ? this.value : this.refuse(expected);
  }

  private at(step: string, value: unknown): SeedPlace {
    const path = this.where.endsWith(':') ? ` ${step.replace(/^\./, '')}` : step;
    return new SeedPlace(value, `${this.where}${path}`);
  }
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  return typeof value === 'string' ? 'another text' : `a ${typeof value}`;
}
