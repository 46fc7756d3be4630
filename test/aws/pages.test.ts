import { readPages } from '../../src/aws/pages';

interface Page {
  readonly items: readonly string[];
  readonly next?: string;
}

/** Reads pages as a service gives them, and notes the tokens it was asked with. */
async function readAll(pages: readonly Page[]): Promise<{ items: readonly string[]; tokens: unknown[] }> {
  const tokens: unknown[] = [];
  const read = (token: string | undefined): Promise<Page> => {
    const page = pages[tokens.push(token) - 1];
    return page === undefined ? Promise.reject(new Error('asked for a page too many')) : Promise.resolve(page);
  };
  const items = await readPages(
    read,
    (page) => page.next,
    (page) => page.items,
  );
  return { items, tokens };
}

const none = (): readonly unknown[] => [];

describe('readPages', () => {
  it.each([[undefined], [{}], ['text']])('is an error when a page has %p in place of a list', async (list) => {
    const reading = readPages(
      () => Promise.resolve('page'),
      () => undefined,
      () => list as unknown as readonly unknown[],
    );

    await expect(reading).rejects.toThrow('The answer of the service is not understood: it has no list in it.');
  });

  it('continues after an empty page that has a token', async () => {
    const { items } = await readAll([{ items: [], next: 'one' }, { items: [], next: 'two' }, { items: ['a'] }]);

    expect(items).toEqual(['a']);
  });

  it('ends with an empty page after a full one that had a token', async () => {
    const { items, tokens } = await readAll([{ items: ['a'], next: 'one' }, { items: [] }]);

    expect(items).toEqual(['a']);
    expect(tokens).toHaveLength(2);
  });

  it('treats an empty token as the end', async () => {
    const { tokens } = await readAll([{ items: ['a'], next: '' }]);

    expect(tokens).toEqual([undefined]);
  });

  it.each([
    [
      'at once',
      [
        { items: [], next: 'one' },
        { items: [], next: 'one' },
      ],
    ],
    ['later', ['one', 'two', 'three', 'one'].map((next) => ({ items: [], next }))],
  ])('is an error when a token is repeated %s', async (_, pages) => {
    await expect(readAll(pages)).rejects.toThrow('The listing does not end: the service repeats a page token.');
  });

  it('compares tokens that are keys by their content', async () => {
    const start = (): object => ({ app_key: { S: '/orders' }, name_key: { S: 'a' } });

    const reading = readPages(() => Promise.resolve(start()), start, none);

    await expect(reading).rejects.toThrow('The listing does not end');
  });

  it('is an error when the pages do not end', async () => {
    let count = 0;

    const reading = readPages(
      () => Promise.resolve((count += 1)),
      (page) => `token ${page}`,
      none,
    );

    await expect(reading).rejects.toThrow('The listing does not end');
    expect(count).toBe(10_001);
  });

  it('rejects with the error of the page that failed', async () => {
    const failure = new Error('ThrottlingException');

    const reading = readPages(
      (token) => (token === undefined ? Promise.resolve('page') : Promise.reject(failure)),
      () => 'next',
      none,
    );

    await expect(reading).rejects.toBe(failure);
  });
});
