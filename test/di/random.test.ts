import { Context } from '../../src/di/context';
import { Random } from '../../src/di/random';

describe('Random', () => {
  afterEach(() => jest.restoreAllMocks());

  it('gives the numbers of the process', () => {
    jest.spyOn(Math, 'random').mockReturnValueOnce(0.25).mockReturnValueOnce(0.75);
    const random = new Random();

    expect([random.next(), random.next()]).toEqual([0.25, 0.75]);
  });

  it('is replaced by a subclass made for a test', () => {
    class FixedRandom extends Random {
      override next(): number {
        return 0.5;
      }
    }
    const context = Context.createRoot([new FixedRandom()]);

    expect(context.run(() => Random.grab().next())).toBe(0.5);
  });
});
