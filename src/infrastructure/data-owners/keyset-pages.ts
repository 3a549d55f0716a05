/** Rows of one page. */
const PAGE_ROWS = 500;

/**
 * Iterates a long result in pages of 500 rows, so that memory stays bounded. Each page starts after the key of the row
 * before it, which stays fast however far the iteration has come.
 * @param read reads at most `limit` rows in the order of a unique key, starting after `after`; '' for the first page
 */
export async function* keysetPages<T>(
  read: (after: string, limit: number) => Promise<readonly T[]>,
  keyOf: (row: T) => string,
): AsyncGenerator<T> {
  for (let after = ''; ;) {
    const rows = await read(after, PAGE_ROWS);
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE_ROWS) return;
    after = keyOf(last);
  }
}
