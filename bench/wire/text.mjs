const FILLER = 'The quick brown fox jumps over the lazy dog. '.repeat(3);

/** A text of 120 characters that starts with its number. */
export const filler = (number) => `#${number}#${FILLER}`.slice(0, 120);

/** The number in a frame that contains a text of {@link filler}; NaN for other frames. */
export function numberIn(buffer, start, end) {
  const first = buffer.indexOf('#', start);
  const second = first < 0 || first >= end ? -1 : buffer.indexOf('#', first + 1);
  return second < 0 || second >= end ? Number.NaN : Number(buffer.latin1Slice(first + 1, second));
}
