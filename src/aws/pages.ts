/** More pages than any listing can have. */
const maxPages = 10_000;

/**
 * Follows the pages of a listing, one after the other, empty ones included.
 *
 * @param read - Reads a page; the token is `undefined` for the first.
 * @param tokenOf - Gives what leads to the next page; `undefined` at the end.
 * @param entriesOf - Gives what a page lists.
 * @returns What all pages list.
 * @throws Error when a page gives a token that led to one before, there is no end, or a page lists nothing, not even
 * an empty list: an incomplete answer must not count as an empty directory.
 */
export async function readPages<Page, Token extends string | object, Entry>(
  read: (token: Token | undefined) => Promise<Page>,
  tokenOf: (page: Page) => Token | undefined,
  entriesOf: (page: Page) => readonly Entry[] | undefined,
): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  const seen = new Set<string>();
  let token: Token | undefined;
  for (;;) {
    const page = wholeAnswer(await read(token));
    for (const each of listOf(entriesOf(page))) entries.push(each);
    token = tokenOf(page);
    if (token === undefined || token === '') break;
    const key = typeof token === 'string' ? token : JSON.stringify(token);
    if (seen.has(key) || seen.size >= maxPages)
      throw new Error('The listing does not end: the service repeats a page token.');
    seen.add(key);
  }
  return entries;
}

/**
 * Gives an answer, which must be complete.
 *
 * The SDK accepts every 2xx as success. The services answer with 200; anything else, such as 206, comes from a proxy, and what such an
 * answer lacks must not count as absent.
 *
 * @throws Error for another status.
 */
export function wholeAnswer<Answer>(answer: Answer): Answer {
  const { httpStatusCode: status = 200 } =
    (answer as { $metadata?: { httpStatusCode?: number } } | undefined)?.$metadata ?? {};
  if (status === 200) return answer;
  throw new Error(`The answer of the service is not understood: it has HTTP status ${status}.`);
}

/** Gives a list that an answer must have. @throws Error when it has none. */
export function listOf<Entry>(entries: readonly Entry[] | undefined): readonly Entry[] {
  if (Array.isArray(entries)) return entries as readonly Entry[];
  throw new Error('The answer of the service is not understood: it has no list in it.');
}
