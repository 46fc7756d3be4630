import { lookups, memoryHits, startTimer } from '../base/channels';
import { errorSummary, isInstance } from '../base/describe-error';
import { ConfigError } from '../errors';
import { type Answer } from './answer';

/** Publishes lookups that were answered from memory. */
export function reportHits(answers: readonly (Answer | undefined)[]): void {
  for (const each of answers) if (each !== undefined) memoryHits.publish(each.origin);
}

/** Runs a lookup that is not answered from memory, and publishes how it ended. @throws What the lookup throws. */
export async function reportLookup(name: string, find: () => Promise<Answer>): Promise<Answer> {
  const stop = startTimer();
  try {
    const answer = await find();
    lookups.publish({ ...answer.origin, ...stop(), error: undefined });
    return answer;
  } catch (error) {
    lookups.publish({
      name,
      outcome: 'failed',
      source: 'none',
      directory: undefined,
      viaCacher: false,
      stale: false,
      knownSinceMs: undefined,
      ...stop(),
      error: isInstance(error, ConfigError) ? error.code : errorSummary(error).name,
    });
    throw error;
  }
}
