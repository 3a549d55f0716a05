import { Writable } from 'node:stream';

/** A stream that adds each line written to it to `lines`. */
export const linesTo = (lines: string[]): Writable =>
  new Writable({
    write(chunk, _encoding, done) {
      lines.push(...String(chunk).trim().split('\n'));
      done();
    },
  });
