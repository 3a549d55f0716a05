/**
 * Iterates a collection in arrays of at most `size` items. The items of an array are read when it is requested, without a
 * copy of the collection. Items that are added during the iteration are left out, so that it always ends.
 */
export function* chunks<T>(items: Iterable<T> & { readonly size: number }, size: number): Generator<readonly T[]> {
  let remaining = items.size;
  let chunk: T[] = [];
  for (const item of items) {
    if (remaining-- === 0) break;
    chunk.push(item);
    if (chunk.length < size) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}
