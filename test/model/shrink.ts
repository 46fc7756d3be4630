import { type EpisodeResult } from './episode';
import { type Step } from './script';

/** How long a script is made shorter at most, real **milliseconds**. */
const longestMs = 150_000;

/**
 * Leaves steps out of a script for as long as an answer still breaks the same rule for the same name.
 *
 * @returns The result of the shortest script that was found.
 */
export async function shrink(
  steps: readonly Step[],
  result: EpisodeResult,
  run: (steps: readonly Step[]) => Promise<EpisodeResult>,
): Promise<EpisodeResult> {
  const [wanted] = result.violations;
  let [best, bestResult] = [steps, result];
  const endMs = Date.now() + longestMs;
  for (let size = Math.ceil(steps.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let from = 0; from < best.length && Date.now() < endMs;) {
      const shorter = [...best.slice(0, from), ...best.slice(from + size)];
      const found = await run(shorter);
      const kept = found.violations.filter(({ rule }) => rule === wanted?.rule);
      if (kept.length > 0) [best, bestResult] = [shorter, { ...found, violations: kept.slice(0, 1) }];
      else from += size;
    }
  }
  return bestResult;
}
