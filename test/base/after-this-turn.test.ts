import type * as AfterThisTurn from '../../src/base/start-work';
import { afterThisTurn } from '../../src/base/start-work';

const moments = () => {
  const seen: string[] = [];
  return { seen, note: (what: string) => () => void seen.push(what) };
};

afterEach(() => {
  jest.useRealTimers();
});

it('calls back when the reactions of settled promises have run, before time passes', async () => {
  const { note, seen } = moments();

  setImmediate(note('next turn'));
  afterThisTurn(note('after this turn'));
  const reactions = Promise.resolve().then(note('reaction')).then(note('its reaction'));
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  await reactions;

  expect(seen).toEqual(['reaction', 'its reaction', 'after this turn', 'next turn']);
});

it('calls back although a test has fake timers', async () => {
  jest.useFakeTimers();

  await expect(new Promise<string>((resolve) => afterThisTurn(() => resolve('called')))).resolves.toBe('called');
});

it('calls back although it was loaded when timers were fake', async () => {
  jest.useFakeTimers();
  let loaded: typeof AfterThisTurn | undefined;
  jest.isolateModules(() => {
    loaded = jest.requireActual<typeof AfterThisTurn>('../../src/base/start-work');
  });

  const called = new Promise<string>((resolve) => loaded?.afterThisTurn(() => resolve('called')));

  await expect(called).resolves.toBe('called');
});
