import { isJsonObject, type Json, type JsonObject, type Op, type Vector } from './vector';

/** Says that a vector asks for something the suite does not know; never a result of the library. */
export class UnknownFormError extends Error {
  override readonly name = 'UnknownFormError';
}

/**
 * Replaces the forms of a text or a time, at any depth: `{$repeat: [text, times]}` and `{$nowPlus: seconds}`.
 *
 * @param nowSeconds - Start of the vector, **seconds** since the Unix epoch.
 */
export function expand<T>(json: T, nowSeconds: number): T {
  return expandJson(json as Json, nowSeconds) as T;
}

function expandJson(json: Json, nowSeconds: number): Json {
  if (Array.isArray(json)) return json.map((each: Json) => expandJson(each, nowSeconds));
  if (!isJsonObject(json)) return json;
  if ('$repeat' in json) return repeated(json);
  if ('$nowPlus' in json) return nowSeconds + Number(json['$nowPlus']);
  return Object.fromEntries(Object.entries(json).map(([key, each]) => [key, expandJson(each, nowSeconds)]));
}

function repeated(json: JsonObject): string {
  const [text, times] = json['$repeat'] as [string, number];
  return text.repeat(times);
}

/**
 * Checks that a vector states nothing the suite would overlook.
 *
 * @throws UnknownFormError that names what is not known.
 */
export function checkForm({ setup, runs, expect }: Vector): void {
  checkKeys('setup', setup, setupKeys);
  for (const run of runs) {
    checkKeys('run', run, ['env', 'ops']);
    for (const each of run.ops) checkKeys(`op ${each.op}`, each, ['op', ...keysOfOp(each.op)]);
  }
  checkKeys('expect', expect, ['runs', 'cacheRows', 'noExtraRows', 'forbiddenRows']);
  expect.runs?.forEach((each) => checkKeys('expect.runs', each, ['results', 'warned', 'awsCalls']));
  if (expect.runs !== undefined && expect.runs.length !== runs.length) {
    throw new UnknownFormError(`The vector has ${runs.length} runs and expectations for ${expect.runs.length}.`);
  }
}

const setupKeys = 'env settings random ssm secrets cacheTable cacheRows configRows configTable faults'.split(' ');

const opKeys: Readonly<Record<Op['op'], readonly string[]>> = {
  config: ['name', 'args'],
  enter: ['on'],
  exit: [],
  get: ['name', 'default', 'options', 'on'],
  getItem: ['name', 'options', 'on'],
  getBoolean: ['name', 'default', 'options', 'on'],
  getKey: ['name', 'on'],
  setKey: ['name', 'value', 'on'],
  call: ['method', 'args', 'options', 'on'],
  set: ['attr', 'value', 'on'],
  prop: ['attr', 'on'],
  chain: ['on'],
  settings: ['set'],
  settingsDefault: ['name', 'value'],
  setenv: ['set'],
  advance: ['seconds'],
  resetLocalCache: [],
  enterLocalCache: [],
  enterProvider: ['provider', 'args'],
  directory: ['via', 'path', 'args', 'resolve'],
  directoryChain: ['dirs'],
  ssmPut: ['name', 'value', 'type'],
  ssmDelete: ['name'],
  secretPut: ['name', 'value'],
  secretDelete: ['name'],
  clearCacheTable: [],
  faults: ['faults'],
};

function keysOfOp(op: string): readonly string[] {
  const keys = Object.hasOwn(opKeys, op) ? opKeys[op as Op['op']] : undefined;
  if (keys === undefined) throw new UnknownFormError(`Unknown op "${op}".`);
  return keys;
}

function checkKeys(what: string, object: object, known: readonly string[]): void {
  const unknown = Object.keys(object).filter((key) => !known.includes(key));
  if (unknown.length > 0) throw new UnknownFormError(`Unknown in ${what}: ${unknown.join(', ')}.`);
}
