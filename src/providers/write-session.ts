import { clientsOf } from '../aws/current-clients';
import { sleep } from '../base/time';
import { withSignal } from '../base/time-limit';
import { Clock } from '../di/clock';
import { type Context } from '../di/context';
import { Random } from '../di/random';
import { XconSettings } from '../settings/xcon-settings';
import { type WriteSession } from './writer';

/** Makes the session of writes in a context. */
export function writeSessionOf(context: Context): WriteSession {
  const clock = context.resolve(Clock);
  const random = context.resolve(Random);
  return {
    clients: clientsOf(context),
    settings: context.resolve(XconSettings).resolve(),
    nowMs: () => clock.nowMs(),
    random: () => random.next(),
    sleep: (ms, signal) => withSignal(signal, () => sleep(ms)),
  };
}
