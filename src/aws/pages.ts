/** More pages than any listing can have; a service that gives this many repeats itself. */
const maxPages = 10_000;

/**
 * Follows the pages of a listing, one after the other, empty ones included.
 *
 * @param read - Reads a page; the token is `undefined` for the first.
 * @param tokenOf - Gives what leads to the next page; `undefined` at the end.
 * @throws Error when a page gives a token that led to one before, or there is no end.
 */
export async function readPages<Page, Token extends string | object>(
  read: (token: Token | undefined) => Promise<Page>,
  tokenOf: (page: Page) => Token | undefined,
): Promise<readonly Page[]> {
  const pages: Page[] = [];
  const seen = new Set<string>();
  let token: Token | undefined;
  for (;;) {
    const page = await read(token);
    pages.push(page);
    token = tokenOf(page);
    if (token === undefined || token === '') break;
    const key = typeof token === 'string' ? token : JSON.stringify(token);
    if (seen.has(key) || seen.size >= maxPages)
      throw new Error('The listing does not end: the service repeats a page token.');
    seen.add(key);
  }
  return pages;
}
