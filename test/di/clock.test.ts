import { Clock } from '../../src/di/clock';
import { Context } from '../../src/di/context';

describe('Clock', () => {
  afterEach(() => jest.restoreAllMocks());

  it('gives the time of the process in milliseconds since the Unix epoch', () => {
    jest.spyOn(Date, 'now').mockReturnValue(1_700_000_000_123);

    expect(new Clock().nowMs()).toBe(1_700_000_000_123);
  });

  it('is replaced by a subclass made for a test', () => {
    class StoppedClock extends Clock {
      override nowMs(): number {
        return 5;
      }
    }
    const context = Context.createRoot([new StoppedClock()]);

    const nowMs = context.run(() => Clock.grab().nowMs());

    expect(nowMs).toBe(5);
  });
});
