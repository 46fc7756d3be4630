import { CallError } from 'xcon/entries';
import { type CallRates, rateOf } from '../../src/aws/requests/action-rates';
import { ServiceCalls } from '../../src/entries/service-calls';

/** A clock that advances with each wait. */
function fakeTime() {
  let nowMs = 1_000_000;
  const pauses: number[] = [];
  const sleep = (ms: number): Promise<void> => {
    nowMs += ms;
    pauses.push(ms);
    return Promise.resolve();
  };
  return { nowMs: () => nowMs, random: () => 0.5, sleep, pauses };
}

const put = { action: 'ssm:PutParameter', resource: 'arn:aws:ssm:*:*:parameter/orders/prod/A' };
const failure = (name: string, httpStatusCode = 400): Error =>
  Object.assign(new Error('a message that may quote canary-7f'), { name, $metadata: { httpStatusCode } });
const endless = new AbortController().signal;
const ratesOf =
  (given: CallRates = {}) =>
  (action: string) =>
    rateOf(action, { ssmWritesPerSecond: 3 }, given);

it('a thousand writes of parameters take the time that three a second take, after a burst of one second', async () => {
  const time = fakeTime();
  const calls = new ServiceCalls(time, endless, ratesOf());
  const beganMs = time.nowMs();

  for (let count = 0; count < 1000; count += 1) await calls.call(put, () => Promise.resolve());

  expect(Math.round((time.nowMs() - beganMs) / 1000)).toBe(332);
  expect(calls.count).toBe(1000);
  expect(calls.pauseOf('ssm:PutParameter')).toBeCloseTo(1000 / 3);
});

it('each action has its own rate, and a rate that was given counts', async () => {
  const time = fakeTime();
  const calls = new ServiceCalls(time, endless, ratesOf({ 'ssm:PutParameter': 100 }));
  const beganMs = time.nowMs();

  for (let count = 0; count < 100; count += 1) await calls.call(put, () => Promise.resolve());
  await calls.call({ action: 'ssm:DeleteParameter', resource: '*' }, () => Promise.resolve());

  expect(time.nowMs() - beganMs).toBe(0);
});

it('throttling makes an action slower, and success makes it faster again', async () => {
  const time = fakeTime();
  const calls = new ServiceCalls(time, endless, ratesOf());
  let refusals = 3;
  const request = (): Promise<string> =>
    refusals-- > 0 ? Promise.reject(failure('ThrottlingException')) : Promise.resolve('done');

  expect(await calls.call(put, request)).toBe('done');
  const slow = calls.pauseOf('ssm:PutParameter');
  for (let count = 0; count < 40; count += 1) await calls.call(put, () => Promise.resolve());

  expect(calls.count).toBe(44);
  expect(slow).toBeGreaterThan(2000);
  expect(calls.pauseOf('ssm:PutParameter')).toBeCloseTo(1000 / 3);
});

it.each([
  ['ThrottlingException', 400, 8],
  ['TooManyUpdates', 400, 8],
  ['InternalServerError', 500, 4],
  ['AccessDeniedException', 400, 1],
  ['ValidationException', 400, 1],
])('%s is tried as often as it makes sense', async (name, status, attempts) => {
  const calls = new ServiceCalls(fakeTime(), endless, ratesOf());

  const error: unknown = await calls
    .call(put, () => Promise.reject(failure(name, status)))
    .catch((thrown: unknown) => thrown);

  expect(error).toBeInstanceOf(CallError);
  expect(calls.count).toBe(attempts);
});

it('an error names action, resource and what to do, and quotes no message of a refused request', async () => {
  const calls = new ServiceCalls(fakeTime(), endless, ratesOf());
  const messageOf = (name: string) =>
    calls.call(put, () => Promise.reject(failure(name))).catch((error: Error) => error.message);

  expect(await messageOf('ValidationException')).toBe(
    'ssm:PutParameter on arn:aws:ssm:*:*:parameter/orders/prod/A failed: ValidationException; correct the entry.',
  );
  expect(await messageOf('AccessDeniedException')).toContain(
    'allow ssm:PutParameter on arn:aws:ssm:*:*:parameter/orders/prod/A',
  );
  // A plan does nothing that could be kept.
  expect(await messageOf('TimeoutError')).toMatch(/try again\.$/);
  expect(await messageOf('ParameterLimitExceeded')).toBe(
    'ssm:PutParameter on arn:aws:ssm:*:*:parameter/orders/prod/A failed: ParameterLimitExceeded: the account has the 10,000 ' +
      'standard parameters that it may have; remove some, have the quota raised, or use the Advanced tier.',
  );
});

it('nothing is begun once the signal is aborted, and what was begun is ended', async () => {
  const controller = new AbortController();
  const calls = new ServiceCalls(fakeTime(), controller.signal, ratesOf());
  const begun = calls.call(put, async () => {
    controller.abort(new Error('stopped'));
    await Promise.resolve();
    return 'done';
  });

  expect(await begun).toBe('done');
  await expect(calls.call(put, () => Promise.resolve())).rejects.toThrow('stopped');
  expect(calls.count).toBe(1);
});

it('what has to wait for its rate is reported, with the rate and the calls so far', async () => {
  const onWait = jest.fn();
  const calls = new ServiceCalls(fakeTime(), endless, ratesOf(), { onWait });

  for (let count = 0; count < 5; count += 1) await calls.call(put, () => Promise.resolve());

  expect(onWait.mock.calls).toEqual([
    [{ action: 'ssm:PutParameter', rate: 3, calls: 3 }],
    [{ action: 'ssm:PutParameter', rate: 3, calls: 4 }],
  ]);
});
