import { setImmediate } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { config, Context } from '../../src/index';
import { type LocalAws, startLocalAws } from '../../src/local-aws/local-aws';
import { prepareAws, tableNames } from './aws-state';
import { TestClock, TestRandom, WarningCounter } from './doubles';
import { compareRun, type Outcome, type RunReport } from './expectations';
import { checkForm, expand, UnknownFormError } from './form';
import { compareWithSources, hasOrigin } from './fresh-lookup';
import { show } from './match';
import { assignSettings, perform, type Session } from './operations';
import {
  checkEnvironment,
  currentEnvironment,
  type Environment,
  replaceEnvironment,
  runEnvironment,
} from './process-env';
import { compareRows, findForbidden, nameOfRow, type Row, toRow } from './rows';
import { type Op, type Run, type Vector } from './vector';

/** The settings under which the library does as the original did. */
const compatibilityMode = { cacheSecrets: 'plaintext', negativeTtlSeconds: 43200, refreshLease: false } as const;

/**
 * Runs a vector and compares everything its expectation states.
 *
 * @returns What differs; nothing when the library conforms.
 * @throws UnknownFormError when the vector states something the suite does not know.
 */
export async function runVector(given: Vector): Promise<readonly string[]> {
  const environment = currentEnvironment();
  const aws = await startLocalAws();
  try {
    const startSeconds = Math.floor(Date.now() / 1000);
    const vector = expand(given, startSeconds);
    checkForm(vector);
    await prepareAws(aws, vector.setup);
    return await compareVector({ vector, aws, cacheTable: tableNames(vector.setup).cache, startSeconds });
  } finally {
    replaceEnvironment(environment);
    await aws.close();
  }
}

/** What the runs of a vector share. */
interface World {
  readonly vector: Vector;
  readonly aws: LocalAws;
  /** Name of the cache table. */
  readonly cacheTable: string;
  /** Start of the vector, **seconds** since the Unix epoch. */
  readonly startSeconds: number;
}

/** What a run leaves for the checks after the last one. */
interface FinishedRun extends RunReport {
  readonly clock: TestClock;
  /** Variables at the end of the run. */
  readonly environment: Environment;
}

async function compareVector(world: World): Promise<readonly string[]> {
  const { runs, expect } = world.vector;
  const seeded = await readCache(world);
  const differences: string[] = [];
  let last: FinishedRun | undefined;
  for (const [index, run] of runs.entries()) {
    last = await performRun(run, world);
    const found = compareRun(expect.runs?.[index] ?? {}, run.ops, last, world.cacheTable);
    differences.push(...found.map((each) => `run ${index}, ${each}`));
  }
  return last === undefined ? differences : [...differences, ...(await compareCache(world, seeded, last))];
}

async function performRun(run: Run, { vector: { setup }, aws, cacheTable }: World): Promise<FinishedRun> {
  replaceEnvironment(runEnvironment(aws.url, [setup.env, run.env]));
  aws.calls.clear();
  const clock = new TestClock();
  const warnings = new WarningCounter();
  const scope = Context.createRoot([clock, new TestRandom(setup.random), warnings.logger()]).enter();
  const session: Session = { aws, clock, cacheTable, configs: new Map(), providers: [], entered: [] };
  try {
    assignSettings({ ...compatibilityMode, ...setup.settings });
    const outcomes: Outcome[] = [];
    for (const op of run.ops) outcomes.push(await attempt(op, session));
    const calls = aws.calls.all;
    return { outcomes, calls, warnings: warnings.count, clock, environment: currentEnvironment() };
  } finally {
    await close(session);
    scope.exit();
  }
}

async function attempt(op: Op, session: Session): Promise<Outcome> {
  const outcome = await perform(op, session).then(
    (value): Outcome => ({ value }),
    (error: unknown): Outcome => ({ error }),
  );
  if ('error' in outcome && outcome.error instanceof UnknownFormError) throw outcome.error;
  await config.flush();
  for (const each of session.configs.values()) await each.flush();
  await setImmediate();
  return outcome;
}

async function close({ entered, configs, providers }: Session): Promise<void> {
  for (const scope of [...entered].reverse()) scope.exit();
  for (const each of [...configs.values(), ...providers, config]) await each.close();
}

async function compareCache(world: World, seeded: readonly Row[], last: FinishedRun): Promise<readonly string[]> {
  const { vector, aws, startSeconds } = world;
  const { cacheRows, noExtraRows = false, forbiddenRows = [] } = vector.expect;
  const rows = await readCache(world);
  const { differences, extra } = compareRows(cacheRows ?? [], rows, startSeconds);
  const found = [...differences, ...findForbidden(forbiddenRows, rows, startSeconds)];
  if (noExtraRows) return [...found, ...extra.map((row) => `unexpected row ${nameOfRow(row)}: ${show(row)}`)];
  if (cacheRows === undefined) return found;
  aws.setFaults([]);
  replaceEnvironment(checkEnvironment(aws.url, last.environment));
  const written = extra.filter((row) => hasOrigin(row) || !seeded.some((each) => isDeepStrictEqual(each, row)));
  const configTable = tableNames(vector.setup).config;
  return [...found, ...(await compareWithSources(written, last.clock, configTable))];
}

async function readCache({ aws, cacheTable }: World): Promise<readonly Row[]> {
  return (await aws.rows(cacheTable)).map((row) => toRow(row as unknown as Parameters<typeof toRow>[0]));
}
