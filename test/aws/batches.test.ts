import { batchesOf, promisesOf } from '../../src/aws/batches';

describe('batchesOf', () => {
  it.each([
    [[], []],
    [[1, 2], [[1, 2]]],
    [
      [1, 2, 3],
      [[1, 2], [3]],
    ],
    [
      [1, 2, 3, 4],
      [
        [1, 2],
        [3, 4],
      ],
    ],
  ])('splits %j into batches of two, in order', (all, batches) => {
    expect(batchesOf(all, 2)).toEqual(batches);
  });
});

describe('promisesOf', () => {
  it('gives each key its own outcome of one read', async () => {
    const read = Promise.resolve((each: number) => each * 2);

    const promises = promisesOf([1, 2], String, read);

    expect(promises.map(([key]) => key)).toEqual(['1', '2']);
    expect(await Promise.all(promises.map(([, promise]) => promise))).toEqual([2, 4]);
  });

  it('rejects for every key when the read does', async () => {
    const read = Promise.reject<(each: number) => number>(new Error('down'));

    const settled = await Promise.allSettled(promisesOf([1, 2], String, read).map(([, promise]) => promise));

    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });
});
