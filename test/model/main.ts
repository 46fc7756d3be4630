/**
 * Runs processes against a world that changes, and holds every answer against the whole history of that world.
 *
 *   npm run check:model                             one minute
 *   npm run check:model -- --seconds 600 --seed 7
 *   npm run check:model -- --replay 7:12            one episode again
 *   npm run check:model -- --replay 7:12 --shrink   with the fewest steps that still show a mistake
 *
 * `--one-account` leaves out other accounts, `--whole-answers` answers that lack something: each hides other mistakes.
 *
 *   npm run check:model -- --without A.1            without a rule of the library: A.1, A.2 or A.7
 *
 * `--without` shows that the checker finds what it is there to find: it takes a rule out of the programs while they are bundled
 * (`without.mjs` says which functions), and ends as soon as an answer breaks it.
 *
 * Exits with 1 when an answer was not legitimate, or a process left something unhandled; with 2 when it could not run.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Episode, type EpisodeResult, type Violation } from './episode';
import { Fleet } from './fleet';
import { scriptOf, type Step } from './script';
import { shrink } from './shrink';
import { SimulatedClock } from './simulated-clock';
import { World } from './world';

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: `${Date.now() % 100_000}` },
    replay: { type: 'string' },
    shrink: { type: 'boolean', default: false },
    'one-account': { type: 'boolean', default: false },
    'whole-answers': { type: 'boolean', default: false },
    without: { type: 'string' },
    /** Given by `run.mjs` with `--without`: what answers are expected to do, separated by `|`. */
    until: { type: 'string' },
  },
});
const expected = options.until?.split('|') ?? [];

/** Violations whose histories are printed. */
const shown = 5;

async function main(): Promise<boolean> {
  const seconds = Number(options.seconds);
  if (!(seconds > 0)) throw new Error(`--seconds ${options.seconds}: expected a number above 0.`);
  const folder = mkdtempSync(join(tmpdir(), 'xcon-model-'));
  const clock = new SimulatedClock(join(folder, 'clock'));
  const world = await World.start(clock);
  const fleet = new Fleet(join(__dirname, 'model-process.cjs'), world);
  try {
    const [seed = '', only] = (options.replay ?? options.seed).split(':');
    const run = (steps: readonly Step[], endMs?: number): Promise<EpisodeResult> =>
      Episode.run({ world, fleet, clock }, steps, endMs);
    const total = { answers: 0, clears: 0, changes: 0, episodes: 0 };
    const violations: { readonly episode: number; readonly violation: Violation }[] = [];
    const endMs = Date.now() + seconds * 1000;
    for (let episode = Number(only ?? 0); Date.now() < endMs; episode += 1) {
      const about = { oneAccount: options['one-account'], omissions: !options['whole-answers'] };
      const steps = scriptOf(Number(seed) * 100_003 + episode, about);
      let result = await run(steps, endMs);
      total.episodes += 1;
      for (const key of ['answers', 'clears', 'changes'] as const) total[key] += result[key];
      if (options.shrink && result.violations.length > 0) result = await shrink(steps, result, run);
      for (const violation of result.violations) violations.push({ episode, violation });
      if (violations.some(({ violation }) => expected.includes(violation.rule))) break;
      if (only !== undefined || (options.shrink && violations.length > 0)) break;
    }
    const found = violations.filter(({ violation }) => expected.includes(violation.rule)).length;
    const lines = [
      `seed               ${seed}: ${total.episodes} episodes`,
      `answers checked    ${total.answers}`,
      `processes          ${fleet.started}, ${fleet.killed} of them killed`,
      `faults             ${world.faults} requests`,
      `changes, clears    ${total.changes}, ${total.clears}`,
      `simulated minutes  ${Math.round(clock.minutes)}`,
      `violations         ${violations.length}${countsOf(violations.map(({ violation }) => violation.rule))}`,
      ...(options.without === undefined ? [] : [`without ${options.without.padEnd(11)}${found} of them expected`]),
    ];
    process.stdout.write(`${lines.join('\n')}\n`);
    for (const { episode, violation } of firstOfEachRule(violations)) print(`${seed}:${episode}`, violation);
    return violations.length === 0 && total.answers > 0;
  } finally {
    await fleet.end();
    await world.close();
    clock.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Says how often each rule was broken. */
function countsOf(rules: readonly string[]): string {
  const counts = [...new Set(rules)].map((rule) => `${rules.filter((each) => each === rule).length} ${rule}`);
  return counts.length === 0 ? '' : `: ${counts.join(', ')}`;
}

/** The violations with the shortest histories, one of each rule first. */
function firstOfEachRule(all: readonly { readonly episode: number; readonly violation: Violation }[]) {
  const sorted = all.toSorted((a, b) => a.violation.history.length - b.violation.history.length);
  const rules = new Set<string>();
  const isFirst = ({ violation: { rule } }: (typeof sorted)[number]): boolean => !rules.has(rule) && !!rules.add(rule);
  const first = sorted.filter(isFirst);
  return [...first, ...sorted.filter((each) => !first.includes(each))].slice(0, Math.max(shown, first.length));
}

function print(episode: string, { rule, text, what, history }: Violation): void {
  process.stdout.write(`\n${rule}: ${what}\n  ${text}\n  --replay ${episode}\n`);
  for (const line of history) process.stdout.write(`    ${line}\n`);
}

main().then(
  (good) => {
    process.exitCode = good ? 0 : 1;
  },
  (error: unknown) => {
    process.stderr.write(`${String((error as Error).stack)}\n`);
    process.exit(2);
  },
);
